/* SPDX-License-Identifier: MIT */
/* Looking at idle connections. */
#define _GNU_SOURCE
#include "engine/idle.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
    FIRST = 8,
    PIECE = 4096,
    MOST_PIECES = 4096 /* more than a system lets a socket hold */
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

/* Shut first, so that no more can arrive behind what is taken out. */
static void make_unusable(int fd)
{
    char piece[PIECE];
    shutdown(fd, SHUT_RDWR);
    for (int i = 0; i < MOST_PIECES && recv(fd, piece, sizeof piece, MSG_DONTWAIT) > 0; i++)
        continue;
}

int am_idle_shut_readable(am_idle *idle)
{
    int before = idle->count;
    if (before == 0 || poll(idle->sockets, (nfds_t)before, 0) <= 0)
        return 0;
    for (int at = before; at-- > 0;)
        if (idle->sockets[at].revents) {
            make_unusable(idle->sockets[at].fd);
            remove_at(idle, at);
        }
    return before - idle->count;
}

void am_idle_free(am_idle *idle)
{
    free(idle->sockets);
    *idle = (am_idle){0};
}
