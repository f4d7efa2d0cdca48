/* SPDX-License-Identifier: MIT */
/* A proxy that tunnels (RFC 9110, section 9.3.6), or does not. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fault_conn.h"

/* Copies bytes both ways until either side ends. */
static void pump(int left, int right)
{
    struct pollfd sides[2] = {{.fd = left, .events = POLLIN}, {.fd = right, .events = POLLIN}};
    char bytes[16384];
    while (poll(sides, 2, -1) > 0)
        for (int i = 0; i < 2; i++) {
            if (!sides[i].revents)
                continue;
            ssize_t n = recv(sides[i].fd, bytes, sizeof bytes, 0);
            if (n <= 0 || send(sides[1 - i].fd, bytes, (size_t)n, MSG_NOSIGNAL) != n)
                return;
        }
}

static void tunnel(fault_conn *conn, int port)
{
    int own_port, fd = fault_socket(&own_port);
    if (fd >= 0 && fault_connect(fd, port) &&
        fault_wire_puts(&conn->wire, "HTTP/1.1 200 Connected\r\n\r\n")) {
        pthread_mutex_lock(&conn->server->lock);
        conn->server->totals.tunnels++;
        pthread_mutex_unlock(&conn->server->lock);
        pump(conn->wire.fd, fd);
    }
    close(fd);
}

bool fault_proxy(fault_conn *conn)
{
    fault_wire *wire = &conn->wire;
    bool reset = false;
    const char *end;
    while (!(end = wire->in_size ? memmem(wire->in, wire->in_size, "\r\n\r\n", 4) : NULL))
        if (!fault_wire_fill(wire))
            return false;
    size_t size = (size_t)(end - wire->in) + 4;
    fault_request request = fault_arrived(conn, wire->in, size);
    fault_leaving(conn);
    if (request.step.raw) {
        fault_wire_puts(wire, request.step.raw);
        fault_goes_on(conn, request.step.end, &reset);
    } else if (request.step.end != FAULT_KEEP) {
        fault_goes_on(conn, request.step.end, &reset);
    } else {
        const char *port = memmem(wire->in, size, ":", 1);
        tunnel(conn, port ? (int)strtol(port + 1, NULL, 10) : 0);
    }
    return reset;
}
