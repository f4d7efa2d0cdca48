/* SPDX-License-Identifier: MIT */
/*
 * The gate of the API: a listening socket that can be shut for an outage and opened again.
 *
 * libmicrohttpd cannot stop to listen and begin anew. So it listens at the control address alone,
 * which is never shut, and the API's connections are accepted here and handed to it. While the gate
 * is shut its socket is bound and does not listen: a connection is refused as by a service that is
 * down, and the system gives the port to nobody who asks for a free one.
 */
#define _GNU_SOURCE
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool am_gate_watched(const am_listener *listener)
{
    return !listener->shut && !listener->starved &&
           listener->held + listener->websocket_count < listener->max_connections;
}

/* A descriptor less must not make the loop spin: it tries again in a while. */
static void note_shortage(am_listener *listener)
{
    listener->starved = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
}

void am_gate_accept(am_listener *listener)
{
    while (am_gate_watched(listener)) {
        struct sockaddr_storage address;
        socklen_t size = sizeof address;
        int fd = accept(listener->socket, (struct sockaddr *)&address, &size);
        if (fd < 0) {
            note_shortage(listener);
            return;
        }
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        listener->arriving = true;
        (void)MHD_add_connection(listener->daemon, fd, (struct sockaddr *)&address, size);
        listener->arriving = false;
    }
}

static int bind_again(const am_listener *listener)
{
    return am_socket_bind((const struct sockaddr *)&listener->address, listener->address_size);
}

void am_gate_shut(am_listener *listener)
{
    if (listener->shut)
        return;
    listener->shut = true;
    close(listener->socket); /* resets what was not accepted yet */
    listener->socket = bind_again(listener);
    am_http_reset_all(listener);
}

bool am_gate_open(am_listener *listener)
{
    if (!listener->shut)
        return true;
    if (listener->socket < 0)
        listener->socket = bind_again(listener);
    if (listener->socket >= 0)
        listener->socket = am_socket_listen(listener->socket);
    listener->shut = listener->socket < 0;
    return !listener->shut;
}
