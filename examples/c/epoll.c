/* SPDX-License-Identifier: MIT */
/*
 * The engine in a loop around epoll, beside a timer of the host's own.
 *
 *     cc epoll.c $(pkg-config --cflags --libs agentmail) -o epoll
 *     ./epoll INBOX ...              with AGENTMAIL_API_KEY and AGENTMAIL_BASE_URL
 */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "inboxes.h"

static bool watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

int main(int argc, char **argv)
{
    inboxes all = inboxes_begin(argv + (argc > 0));
    if (!all.unfinished)
        return am_engine_free(all.engine), all.failed > 0;
    int epoll = epoll_create1(EPOLL_CLOEXEC), mail = am_engine_pollfd(all.engine);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    const struct itimerspec each_second = {{1, 0}, {1, 0}};
    if (epoll < 0 || !watch(epoll, mail) || timer < 0 || !watch(epoll, timer) ||
        timerfd_settime(timer, 0, &each_second, NULL) != 0)
        return perror("epoll"), 1;
    for (bool goes_on = true; goes_on;) {
        struct epoll_event ready[8];
        uint64_t seconds;
        int count = epoll_wait(epoll, ready, 8, -1);
        if (count < 0)
            return perror("epoll_wait"), 1;
        for (int i = 0; i < count; i++) {
            if (ready[i].data.fd == mail)
                goes_on = inboxes_step(&all);
            else if (read(timer, &seconds, sizeof seconds) == sizeof seconds)
                printf("a second has passed\n");
        }
    }
    am_engine_free(all.engine); /* closes its descriptor, which leaves the epoll by that */
    close(timer);
    close(epoll);
    return all.failed > 0;
}
