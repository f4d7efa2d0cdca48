/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fault_wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 16384, SMALL_WINDOW = 65536 };

bool fault_wire_fill(fault_wire *wire)
{
    if (wire->in_capacity - wire->in_size < CHUNK) {
        size_t capacity = wire->in_capacity ? wire->in_capacity * 2 : 2 * CHUNK;
        char *in = realloc(wire->in, capacity);
        if (!in)
            return false;
        wire->in = in;
        wire->in_capacity = capacity;
    }
    ssize_t n = wire->ssl ? SSL_read(wire->ssl, wire->in + wire->in_size, CHUNK)
                          : recv(wire->fd, wire->in + wire->in_size, CHUNK, 0);
    if (n <= 0)
        return false;
    wire->in_size += (size_t)n;
    return true;
}

bool fault_wire_need(fault_wire *wire, size_t size)
{
    while (wire->in_size < size)
        if (!fault_wire_fill(wire))
            return false;
    return true;
}

void fault_wire_drop(fault_wire *wire, size_t size)
{
    wire->in_size -= size;
    if (wire->in_size)
        memmove(wire->in, wire->in + size, wire->in_size);
}

bool fault_wire_write(fault_wire *wire, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        size_t part = size < CHUNK ? size : CHUNK;
        ssize_t n = wire->ssl ? SSL_write(wire->ssl, at, (int)part)
                              : send(wire->fd, at, part, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

bool fault_wire_puts(fault_wire *wire, const char *text)
{
    return fault_wire_write(wire, text, strlen(text));
}

void fault_wire_drain(fault_wire *wire)
{
    do
        wire->in_size = 0;
    while (fault_wire_fill(wire));
}

bool fault_wire_ticket(fault_wire *wire)
{
    return SSL_new_session_ticket(wire->ssl) == 1 && SSL_do_handshake(wire->ssl) == 1;
}

bool fault_wire_is_h2(const fault_wire *wire)
{
    const unsigned char *name = NULL;
    unsigned size = 0;
    if (wire->ssl)
        SSL_get0_alpn_selected(wire->ssl, &name, &size);
    return size == 2 && memcmp(name, "h2", 2) == 0;
}

void fault_wire_hush(fault_wire *wire)
{
    if (wire->ssl)
        SSL_set_quiet_shutdown(wire->ssl, 1);
}

void fault_wire_close(fault_wire *wire, bool reset)
{
    if (reset) {
        struct linger linger = {.l_onoff = 1, .l_linger = 0};
        setsockopt(wire->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    } else if (wire->ssl) {
        SSL_shutdown(wire->ssl);
    }
    SSL_free(wire->ssl);
    free(wire->in);
    close(wire->fd);
    *wire = (fault_wire){.fd = -1};
}

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((in_port_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int fault_socket(int *port)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0 &&
        getsockname(fd, (struct sockaddr *)&address, &size) == 0) {
        *port = ntohs(address.sin_port);
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

bool fault_connect(int fd, int port)
{
    struct sockaddr_in address = loopback(port);
    return connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
}

int fault_listen(int *port)
{
    int window = SMALL_WINDOW, one = 1, fd = fault_socket(port);
    if (fd < 0)
        return -1;
    /* Makes a large request stall soon when it is not read; connections inherit both. */
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (listen(fd, 128) == 0)
        return fd;
    close(fd);
    return -1;
}
