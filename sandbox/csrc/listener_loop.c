/* SPDX-License-Identifier: MIT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "listener.h"

#include <errno.h>
#include <poll.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

/* libmicrohttpd closes a connection in the run after the one in which it gave it up, and does not
   always say that it wants to run again. */
enum { LONGEST_WAIT_MS = 60 * 1000, SETTLE_MS = 10 };

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t am_now_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t am_clock_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

static void sooner(int64_t *wait, int64_t at, int64_t now)
{
    if (at < 0)
        return;
    if (at <= now)
        *wait = 0;
    else if (at - now < *wait)
        *wait = at - now;
}

static int wait_ms(struct am_listener *l)
{
    int64_t wait = LONGEST_WAIT_MS;
    int64_t now = am_now_ms();
    MHD_UNSIGNED_LONG_LONG daemon_wait;
    if (l->again) {
        l->again = false;
        return 0;
    }
    if (MHD_get_timeout(l->daemon, &daemon_wait) == MHD_YES && daemon_wait < LONGEST_WAIT_MS)
        wait = (int64_t)daemon_wait;
    if (l->settle || l->starved)
        wait = wait < SETTLE_MS ? wait : SETTLE_MS;
    l->settle = false;
    sooner(&wait, l->alarm_ms, now);
    sooner(&wait, am_stream_next_due(l), now);
    for (const struct am_exchange *e = l->waiting; e != NULL; e = e->next)
        sooner(&wait, e->due_ms, now);
    return (int)wait;
}

#if defined(__linux__) && !defined(AM_LISTENER_SELECT)

static void wait_and_serve(struct am_listener *l)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(l->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd fds[4] = {{l->wake[0], POLLIN, 0},
                            {info->epoll_fd, POLLIN, 0},
                            {l->watched, POLLIN, 0},
                            {am_gate_watched(l) ? l->socket : -1, POLLIN, 0}};
    int count = poll(fds, 4, wait_ms(l));
    l->ready = count > 0 && fds[2].revents != 0;
    l->starved = false;
    if (count > 0 && fds[3].revents != 0)
        am_gate_accept(l);
    MHD_run(l->daemon);
}

#else

static void wait_and_serve(struct am_listener *l)
{
    fd_set readable, writable, failing;
    MHD_socket highest = l->wake[0];
    int wait = wait_ms(l);
    bool door = am_gate_watched(l);
    struct timeval timeout = {wait / 1000, wait % 1000 * 1000};
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    FD_ZERO(&failing);
    FD_SET(l->wake[0], &readable);
    if (l->watched >= 0)
        FD_SET(l->watched, &readable);
    if (l->watched > highest)
        highest = l->watched;
    if (door)
        FD_SET(l->socket, &readable);
    if (door && l->socket > highest)
        highest = l->socket;
    MHD_get_fdset(l->daemon, &readable, &writable, &failing, &highest);
    if (select((int)highest + 1, &readable, &writable, &failing, &timeout) < 0) {
        FD_ZERO(&readable);
        FD_ZERO(&writable);
        FD_ZERO(&failing);
    }
    l->ready = l->watched >= 0 && FD_ISSET(l->watched, &readable);
    l->starved = false;
    if (door && FD_ISSET(l->socket, &readable))
        am_gate_accept(l);
    MHD_run_from_select(l->daemon, &readable, &writable, &failing);
}

#endif

struct am_job *am_job_take(struct am_listener *l, uint64_t id)
{
    struct am_job **link = &l->deferred;
    struct am_job *job;
    while (*link != NULL && (*link)->id != id)
        link = &(*link)->next;
    job = *link;
    if (job != NULL)
        *link = job->next;
    return job;
}

/* The job is its waiting thread's again: it must not be touched after this. */
void am_job_finish(struct am_listener *l, struct am_job *job)
{
    pthread_mutex_lock(&l->lock);
    job->finished = true;
    pthread_cond_broadcast(&l->finished);
    pthread_mutex_unlock(&l->lock);
}

/* Runs what other threads queued. true: one of them asked to stop. */
static bool run_jobs(struct am_listener *l)
{
    char drained[64];
    struct am_job *job;
    bool stopping;
    while (read(l->wake[0], drained, sizeof drained) > 0)
        continue;
    for (;;) {
        pthread_mutex_lock(&l->lock);
        job = l->jobs;
        if (job != NULL)
            l->jobs = job->next;
        stopping = l->stopping;
        pthread_mutex_unlock(&l->lock);
        if (job == NULL)
            return stopping;
        am_service_call(l, job);
        if (job->id == 0)
            am_job_finish(l, job);
    }
}

static void run_due(struct am_listener *l)
{
    int64_t now;
    struct am_exchange *next;
    if (l->alarm_ms < 0 && l->waiting == NULL && l->streams == NULL && !l->ready)
        return;
    now = am_now_ms();
    am_stream_run_due(l, now);
    if (l->alarm_ms >= 0 && l->alarm_ms <= now) {
        l->alarm_ms = -1;
        l->ready = true;
    }
    if (l->ready) {
        l->ready = false;
        am_service_tick(l);
    }
    for (struct am_exchange *e = l->waiting; e != NULL; e = next) {
        next = e->next;
        if (e->due_ms >= 0 && e->due_ms <= now)
            am_http_resume(e);
    }
}

/* The daemon may not be stopped over suspended connections: end each without an answer. */
static void release_waiting(struct am_listener *l)
{
    l->closing = true;
    while (l->waiting != NULL) {
        am_answer_clear(&l->waiting->answer);
        am_http_resume(l->waiting);
    }
    am_stream_end_all(l, true);
    MHD_run(l->daemon);
}

void *am_loop(void *listener)
{
    struct am_listener *l = listener;
    do {
        wait_and_serve(l);
        run_due(l);
    } while (!run_jobs(l));
    release_waiting(l);
    MHD_stop_daemon(l->daemon); /* closes the control socket, too */
    l->daemon = NULL;
    l->control = -1;
    am_service_close(l);
    return NULL;
}
