/* SPDX-License-Identifier: MIT */
/* Watches idle connections. */
#define _GNU_SOURCE
#include "engine/idle.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    FIRST = 8,
    PIECE = 4096,
    MOST_PIECES = 4096 /* more than a socket can buffer */
};

static int place_of(const am_idle *idle, int fd)
{
    int at = idle->count;
    while (at-- > 0 && idle->sockets[at].fd != fd)
        continue;
    return at;
}

void am_idle_add(am_idle *idle, int fd)
{
    if (place_of(idle, fd) >= 0)
        return;
    if (idle->count == idle->capacity) {
        int capacity = idle->capacity ? idle->capacity * 2 : FIRST;
        struct pollfd *sockets = realloc(idle->sockets, (size_t)capacity * sizeof *sockets);
        if (!sockets)
            return;
        idle->sockets = sockets;
        idle->capacity = capacity;
    }
    idle->sockets[idle->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void remove_at(am_idle *idle, int at)
{
    idle->sockets[at] = idle->sockets[--idle->count];
}

void am_idle_remove(am_idle *idle, int fd)
{
    int at = place_of(idle, fd);
    if (at >= 0)
        remove_at(idle, at);
}

bool am_idle_look(am_idle *idle)
{
    return idle->count > 0 && poll(idle->sockets, (nfds_t)idle->count, 0) > 0;
}

int am_idle_take(am_idle *idle)
{
    int at = idle->count;
    while (at-- > 0)
        if (idle->sockets[at].revents) {
            int fd = idle->sockets[at].fd;
            remove_at(idle, at);
            return fd;
        }
    return -1;
}

/* Reads all that a socket has buffered; after a shutdown no more arrives. */
static void empty(int fd)
{
    char piece[PIECE];
    for (int i = 0; i < MOST_PIECES && recv(fd, piece, sizeof piece, MSG_DONTWAIT) > 0; i++)
        continue;
}

void am_idle_end(int fd)
{
    int pair[2];
    shutdown(fd, SHUT_RDWR); /* a forked child may hold the socket too */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0) {
        empty(fd); /* the next best way, if no descriptor is free */
        return;
    }
    close(pair[1]);
    if (dup3(pair[0], fd, O_CLOEXEC) < 0)
        empty(fd);
    close(pair[0]);
}

void am_idle_free(am_idle *idle)
{
    free(idle->sockets);
    *idle = (am_idle){0};
}
