/* SPDX-License-Identifier: MIT */
/*
 * The door of the API: a listening socket that can be shut for an outage and opened again.
 *
 * libmicrohttpd cannot stop to listen and begin anew. So it listens at the control address alone,
 * which is never shut, and the API's connections are accepted here and handed to it. While the door
 * is shut its socket is bound and does not listen: a connection is refused as by a service that is
 * down, and the system gives the port to nobody who asks for a free one.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool am_gate_watched(const struct am_listener *l)
{
    return !l->shut && !l->starved && l->held < l->max_connections;
}

/* A descriptor less must not make the loop spin: it tries again in a while. */
static void note_shortage(struct am_listener *l)
{
    l->starved = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
}

void am_gate_accept(struct am_listener *l)
{
    while (am_gate_watched(l)) {
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        int fd = accept(l->socket, (struct sockaddr *)&address, &length);
        if (fd < 0) {
            note_shortage(l);
            return;
        }
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        l->arriving = true;
        (void)MHD_add_connection(l->daemon, fd, (struct sockaddr *)&address, length);
        l->arriving = false;
    }
}

static int bind_again(const struct am_listener *l)
{
    return am_socket_bind((const struct sockaddr *)&l->address, l->address_length);
}

void am_gate_shut(struct am_listener *l)
{
    if (l->shut)
        return;
    l->shut = true;
    close(l->socket); /* resets what was not accepted yet */
    l->socket = bind_again(l);
    am_http_reset_all(l);
}

bool am_gate_open(struct am_listener *l)
{
    if (!l->shut)
        return true;
    if (l->socket < 0)
        l->socket = bind_again(l);
    if (l->socket >= 0)
        l->socket = am_socket_listen(l->socket);
    l->shut = l->socket < 0;
    return !l->shut;
}
