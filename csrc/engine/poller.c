/* SPDX-License-Identifier: MIT */
/* The poller on Linux: epoll, and a timerfd within it. */
#define _GNU_SOURCE
#include "engine/poller.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { MOST_EVENTS = 64 };

bool am_poller_open(am_poller *poller)
{
    *poller = (am_poller){.fd = epoll_create1(EPOLL_CLOEXEC), .timer_fd = -1, .timer_at_ms = -1};
    return poller->fd >= 0;
}

void am_poller_close(am_poller *poller)
{
    if (poller->timer_fd >= 0)
        close(poller->timer_fd);
    if (poller->fd >= 0)
        close(poller->fd);
    free(poller->watches);
    am_idle_free(&poller->idle);
    *poller = (am_poller){.fd = -1, .timer_fd = -1, .timer_at_ms = -1};
}

static am_watch *watch_of(am_poller *poller, int fd)
{
    size_t index = (size_t)fd;
    if (index >= poller->watch_count) {
        size_t count = index + 32;
        am_watch *watches = realloc(poller->watches, count * sizeof *watches);
        if (!watches)
            return NULL;
        memset(watches + poller->watch_count, 0, (count - poller->watch_count) * sizeof *watches);
        poller->watches = watches;
        poller->watch_count = count;
    }
    return &poller->watches[index];
}

static bool control(am_poller *poller, int fd, am_watch *watch, unsigned bits)
{
    struct epoll_event event = {.data.fd = fd};
    event.events = ((bits & AM_READABLE) ? EPOLLIN : 0u) | ((bits & AM_WRITABLE) ? EPOLLOUT : 0u);
    int operation = !bits ? EPOLL_CTL_DEL : watch->registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    bool done = epoll_ctl(poller->fd, operation, fd, &event) == 0;
    if (!done && operation == EPOLL_CTL_MOD && errno == ENOENT) /* closed unseen, then reopened */
        done = epoll_ctl(poller->fd, EPOLL_CTL_ADD, fd, &event) == 0;
    done = done || !bits; /* a descriptor that cannot be removed is gone already */
    if (done)
        watch->registered = (unsigned char)bits;
    return done;
}

bool am_poller_want(am_poller *poller, int fd, unsigned bits)
{
    am_watch *watch = watch_of(poller, fd);
    if (!watch)
        return false;
    watch->wanted = (unsigned char)bits;
    if (watch->registered == bits || (!bits && watch->lasting))
        return true;
    return control(poller, fd, watch, bits);
}

void am_poller_lasting(am_poller *poller, int fd)
{
    am_watch *watch = watch_of(poller, fd);
    am_idle_remove(&poller->idle, fd); /* for a number that was closed unseen */
    if (watch)
        *watch = (am_watch){.lasting = true};
}

void am_poller_closed(am_poller *poller, int fd)
{
    if ((size_t)fd >= poller->watch_count)
        return;
    am_idle_remove(&poller->idle, fd);
    /* The kernel forgets a closed descriptor by itself only if no child got a copy by fork(). */
    if (poller->watches[fd].registered)
        control(poller, fd, &poller->watches[fd], 0);
    poller->watches[fd] = (am_watch){0};
}

void am_poller_used(am_poller *poller, int fd, const void *user)
{
    am_watch *watch = watch_of(poller, fd);
    am_idle_remove(&poller->idle, fd);
    if (watch)
        watch->user = user;
}

void am_poller_idle(am_poller *poller, int fd, const void *user)
{
    const am_watch *watch = watch_of(poller, fd);
    if (watch && watch->lasting && !watch->wanted && watch->user == user)
        am_idle_add(&poller->idle, fd);
}

int am_poller_end_readable(am_poller *poller)
{
    int ended = 0;
    if (!am_idle_look(&poller->idle))
        return 0;
    for (int fd; (fd = am_idle_take(&poller->idle)) >= 0; ended++) {
        if (poller->watches[fd].registered) /* or a child's copy would stay ready for ever */
            control(poller, fd, &poller->watches[fd], 0);
        am_idle_end(fd);
    }
    return ended;
}

bool am_poller_wake_at(am_poller *poller, int64_t at_ms)
{
    if (poller->timer_fd < 0) {
        struct epoll_event event = {.events = EPOLLIN};
        poller->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
        if (poller->timer_fd < 0)
            return false;
        event.data.fd = poller->timer_fd;
        if (epoll_ctl(poller->fd, EPOLL_CTL_ADD, poller->timer_fd, &event) != 0) {
            close(poller->timer_fd);
            poller->timer_fd = -1;
            return false;
        }
    } else if (at_ms == poller->timer_at_ms) {
        return true;
    }
    struct itimerspec when = {0};
    if (at_ms >= 0) {
        when.it_value.tv_sec = (time_t)(at_ms / 1000);
        /* Never zero, which would disarm it. */
        when.it_value.tv_nsec = (long)(at_ms % 1000) * 1000000 + 1;
    }
    if (timerfd_settime(poller->timer_fd, TFD_TIMER_ABSTIME, &when, NULL) != 0)
        return false;
    poller->timer_at_ms = at_ms;
    return true;
}

/* Translates one event; false if it is for internal use only. */
static bool translate(am_poller *poller, const struct epoll_event *event, am_ready *ready)
{
    int fd = event->data.fd;
    if (fd == poller->timer_fd) {
        uint64_t expirations;
        ssize_t n = read(fd, &expirations, sizeof expirations);
        if (n > 0)
            poller->timer_at_ms = -1;
        return false;
    }
    am_watch *watch = watch_of(poller, fd);
    if (!watch || !watch->wanted) {
        if (watch)
            control(poller, fd, watch, 0);
        return false;
    }
    ready->fd = fd;
    ready->bits = ((event->events & EPOLLIN) ? AM_READABLE : 0u) |
                  ((event->events & EPOLLOUT) ? AM_WRITABLE : 0u) |
                  ((event->events & (EPOLLERR | EPOLLHUP)) ? AM_BROKEN_FD : 0u);
    return true;
}

int am_poller_wait(am_poller *poller, int64_t timeout_ms, am_ready *ready, int most)
{
    struct epoll_event events[MOST_EVENTS];
    int timeout = timeout_ms < 0 ? -1 : timeout_ms > INT_MAX ? INT_MAX : (int)timeout_ms;
    int n = epoll_wait(poller->fd, events, most < MOST_EVENTS ? most : MOST_EVENTS, timeout);
    if (n < 0)
        return errno == EINTR ? -1 : 0;
    int count = 0;
    for (int i = 0; i < n; i++)
        count += translate(poller, &events[i], &ready[count]);
    return count;
}
