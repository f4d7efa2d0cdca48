/* SPDX-License-Identifier: MIT */
/* The listener's thread: sockets, jobs, delayed answers, the alarm. */
#define _GNU_SOURCE
#include "listener.h"

#include <errno.h>
#include <poll.h>
#include <sys/select.h>
#include <unistd.h>

#include "clock.h"

/* libmicrohttpd closes a connection in the run after the one in which it gave it up, an upgraded
 * one a few runs later, and does not always say that it wants to run again. */
enum { LONGEST_WAIT_MS = 60 * 1000, SETTLE_MS = 10 };

/* ---- waiting --------------------------------------------------------------------------------- */

static void shorten(int64_t *wait_ms, int64_t at_ms, int64_t now_ms)
{
    if (at_ms < 0)
        return;
    if (at_ms <= now_ms)
        *wait_ms = 0;
    else if (at_ms - now_ms < *wait_ms)
        *wait_ms = at_ms - now_ms;
}

/* How long the thread may sleep. */
static int sleep_ms(am_listener *listener)
{
    if (listener->again || listener->stirred) {
        listener->again = false;
        return 0;
    }
    int64_t wait_ms = LONGEST_WAIT_MS;
    MHD_UNSIGNED_LONG_LONG daemon_ms;
    if (MHD_get_timeout(listener->daemon, &daemon_ms) == MHD_YES && daemon_ms < LONGEST_WAIT_MS)
        wait_ms = (int64_t)daemon_ms;
    if ((listener->settle || listener->starved || listener->upgrades_ending > 0) &&
        wait_ms > SETTLE_MS)
        wait_ms = SETTLE_MS;
    listener->settle = false;
    int64_t now_ms = am_monotonic_ms();
    shorten(&wait_ms, listener->alarm_ms, now_ms);
    shorten(&wait_ms, am_stream_next_due(listener), now_ms);
    shorten(&wait_ms, listener->websocket_due_ms, now_ms);
    for (const am_exchange *exchange = listener->waiting; exchange; exchange = exchange->next)
        shorten(&wait_ms, exchange->due_ms, now_ms);
    return (int)wait_ms;
}

#ifdef AM_LISTENER_EPOLL

static void wait_and_serve(am_listener *listener)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd fds[] = {{listener->wake[0], POLLIN, 0},
                           {info->epoll_fd, POLLIN, 0},
                           {listener->watched, POLLIN, 0},
                           {listener->websocket_poll, POLLIN, 0},
                           {am_gate_watched(listener) ? listener->socket : -1, POLLIN, 0}};
    int count = poll(fds, sizeof fds / sizeof *fds, sleep_ms(listener));
    listener->ready = count > 0 && fds[2].revents != 0;
    listener->starved = false;
    if (count > 0 && fds[3].revents != 0)
        am_websocket_serve(listener);
    if (count > 0 && fds[4].revents != 0)
        am_gate_accept(listener);
    MHD_run(listener->daemon);
}

#else

static void watch_fd(int fd, fd_set *set, MHD_socket *highest)
{
    if (fd < 0)
        return;
    FD_SET(fd, set);
    if (fd > *highest)
        *highest = fd;
}

static void wait_and_serve(am_listener *listener)
{
    fd_set readable, writable, failing;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    FD_ZERO(&failing);
    int wait_ms = sleep_ms(listener);
    int gate = am_gate_watched(listener) ? listener->socket : -1;
    MHD_socket highest = -1;
    watch_fd(listener->wake[0], &readable, &highest);
    watch_fd(listener->watched, &readable, &highest);
    watch_fd(gate, &readable, &highest);
    am_websocket_watch(listener, &readable, &writable, &highest);
    MHD_get_fdset(listener->daemon, &readable, &writable, &failing, &highest);
    struct timeval timeout = {wait_ms / 1000, wait_ms % 1000 * 1000};
    if (select((int)highest + 1, &readable, &writable, &failing, &timeout) < 0) {
        FD_ZERO(&readable);
        FD_ZERO(&writable);
        FD_ZERO(&failing);
    }
    listener->ready = listener->watched >= 0 && FD_ISSET(listener->watched, &readable);
    listener->starved = false;
    am_websocket_serve(listener, &readable, &writable);
    if (gate >= 0 && FD_ISSET(gate, &readable))
        am_gate_accept(listener);
    MHD_run_from_select(listener->daemon, &readable, &writable, &failing);
}

#endif

/* ---- jobs ------------------------------------------------------------------------------------ */

am_job *am_job_take(am_listener *listener, uint64_t id)
{
    am_job **link = &listener->deferred;
    while (*link && (*link)->id != id)
        link = &(*link)->next;
    am_job *job = *link;
    if (job)
        *link = job->next;
    return job;
}

void am_job_finish(am_listener *listener, am_job *job)
{
    pthread_mutex_lock(&listener->lock);
    job->finished = true;
    pthread_cond_broadcast(&listener->finished);
    pthread_mutex_unlock(&listener->lock);
}

/* Runs what other threads queued. True: one of them asked to stop. */
static bool run_jobs(am_listener *listener)
{
    char drained[64];
    while (read(listener->wake[0], drained, sizeof drained) > 0)
        continue;
    for (;;) {
        pthread_mutex_lock(&listener->lock);
        am_job *job = listener->jobs;
        if (job)
            listener->jobs = job->next;
        bool stopping = listener->stopping;
        pthread_mutex_unlock(&listener->lock);
        if (!job)
            return stopping;
        am_service_call(listener, job);
        if (job->id == 0)
            am_job_finish(listener, job);
    }
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void run_what_is_due(am_listener *listener)
{
    if (listener->alarm_ms < 0 && !listener->waiting && !listener->streams && !listener->ready)
        return;
    int64_t now_ms = am_monotonic_ms();
    am_stream_run_due(listener, now_ms);
    if (listener->alarm_ms >= 0 && listener->alarm_ms <= now_ms) {
        listener->alarm_ms = -1;
        listener->ready = true;
    }
    if (listener->ready) {
        listener->ready = false;
        am_service_tick(listener);
    }
    for (am_exchange *exchange = listener->waiting, *next; exchange; exchange = next) {
        next = exchange->next;
        if (exchange->due_ms >= 0 && exchange->due_ms <= now_ms)
            am_http_resume(exchange);
    }
}

/* The daemon may not be stopped over suspended connections: end each without an answer. */
static void release_waiting(am_listener *listener)
{
    listener->closing = true;
    while (listener->waiting) {
        am_answer_clear(&listener->waiting->answer);
        am_http_resume(listener->waiting);
    }
    am_stream_end_all(listener, true);
    MHD_run(listener->daemon);
    am_websocket_leave_all(listener);
    MHD_run(listener->daemon);
}

void *am_loop_run(void *context)
{
    am_listener *listener = context;
    bool stopping;
    do {
        wait_and_serve(listener);
        run_what_is_due(listener);
        stopping = run_jobs(listener);
        am_websocket_settle(listener, am_monotonic_ms());
    } while (!stopping);
    release_waiting(listener);
    MHD_stop_daemon(listener->daemon); /* closes the control socket, too */
    am_websocket_free_all(listener);
    listener->daemon = NULL;
    listener->control = -1;
    am_service_close(listener);
    return NULL;
}
