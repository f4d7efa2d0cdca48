/* SPDX-License-Identifier: MIT */
/* Idle connections on real sockets. System calls are counted. */
#define _GNU_SOURCE
#include "unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/poller.h"
#include "fault_wire.h"

enum { A_WHILE_MS = 10000, PAIRS = 20 };

static int looks;

int poll(struct pollfd *sockets, nfds_t count, int timeout_ms)
{
    int (*next)(struct pollfd *, nfds_t, int);
    *(void **)&next = dlsym(RTLD_NEXT, "poll");
    looks++;
    return next(sockets, count, timeout_ms);
}

typedef struct pair {
    int near, far;
} pair;

/* A connection over TCP. */
static pair connect_pair(void)
{
    int port, own, listener = fault_listen(&port);
    pair p = {.far = fault_socket(&own)};
    assert_true(fault_connect(p.far, port));
    p.near = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    assert_true(p.near >= 0);
    close(listener);
    return p;
}

static void close_pair(pair p)
{
    close(p.near);
    if (p.far >= 0)
        close(p.far);
}

/* The other side's action has arrived. */
static void await(int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&one, 1, A_WHILE_MS), 1);
}

static void reset(pair *p)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(p->far, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(p->far);
    p->far = -1;
}

/* Ends the connections that have become readable; returns how many. */
static int end_readable(am_idle *idle)
{
    int ended = 0;
    if (am_idle_look(idle))
        for (int fd; (fd = am_idle_take(idle)) >= 0; ended++)
            am_idle_end(fd);
    return ended;
}

/* libcurl's check whether a connection is alive: only end-of-file means no. */
static void assert_dead(int fd)
{
    char byte;
    assert_int_equal(recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT), 0);
    assert_int_equal(send(fd, "x", 1, MSG_NOSIGNAL), -1);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void assert_alive(int fd)
{
    char byte;
    assert_int_equal(recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT), -1);
    assert_int_equal(errno, EAGAIN);
}

static void without_idle_sockets_nothing_is_polled(void **state)
{
    (void)state;
    am_idle idle = {0};
    looks = 0;
    assert_int_equal(end_readable(&idle), 0);
    assert_int_equal(looks, 0);
    am_idle_remove(&idle, 7);
    am_idle_free(&idle);
}

static void silent_idle_sockets_stay_idle(void **state)
{
    (void)state;
    am_idle idle = {0};
    pair p[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
        p[i] = connect_pair();
        am_idle_add(&idle, p[i].near);
        am_idle_add(&idle, p[i].near); /* once is enough */
    }
    looks = 0;
    assert_int_equal(end_readable(&idle), 0);
    assert_int_equal(looks, 1); /* for all of them */
    assert_int_equal(idle.count, PAIRS);
    for (int i = 0; i < PAIRS; i++) {
        assert_alive(p[i].near);
        close_pair(p[i]);
    }
    am_idle_free(&idle);
}

static void readable_idle_sockets_are_taken_and_ended(void **state)
{
    (void)state;
    am_idle idle = {0};
    pair p[6];
    for (size_t i = 0; i < COUNT(p); i++) {
        p[i] = connect_pair();
        am_idle_add(&idle, p[i].near);
    }
    assert_int_equal(write(p[0].far, "HTTP/1.1 200 OK\r\n\r\n", 19), 19);
    assert_int_equal(write(p[2].far, "x", 1), 1);
    shutdown(p[2].far, SHUT_WR);
    shutdown(p[3].far, SHUT_WR);
    reset(&p[5]);
    for (size_t i = 0; i < COUNT(p); i++)
        if (i != 1 && i != 4)
            await(p[i].near);
    assert_int_equal(end_readable(&idle), 4);
    assert_int_equal(idle.count, 2);
    for (size_t i = 0; i < COUNT(p); i++) {
        if (i == 1 || i == 4)
            assert_alive(p[i].near);
        else
            assert_dead(p[i].near);
        close_pair(p[i]);
    }
    am_idle_free(&idle);
}

/* More than the buffers hold, and more after the shutdown. */
static void an_ended_socket_that_was_flooded_has_nothing_to_read(void **state)
{
    (void)state;
    am_idle idle = {0};
    pair p = connect_pair();
    char filler[65536] = {0};
    fcntl(p.far, F_SETFL, O_NONBLOCK);
    while (send(p.far, filler, sizeof filler, MSG_NOSIGNAL) > 0)
        continue;
    assert_int_equal(errno, EAGAIN);
    am_idle_add(&idle, p.near);
    assert_int_equal(end_readable(&idle), 1);
    assert_dead(p.near);
    for (int i = 0; i < 100 && send(p.far, filler, sizeof filler, MSG_NOSIGNAL) > 0; i++)
        assert_dead(p.near);
    assert_dead(p.near);
    close_pair(p);
    am_idle_free(&idle);
}

static void a_late_reset_does_not_revive_an_ended_socket(void **state)
{
    (void)state;
    am_idle idle = {0};
    pair p = connect_pair();
    am_idle_add(&idle, p.near);
    assert_int_equal(write(p.far, "x", 1), 1);
    await(p.near);
    assert_int_equal(end_readable(&idle), 1);
    reset(&p);
    for (int i = 0; i < 100; i++)
        assert_dead(p.near);
    close_pair(p);
    am_idle_free(&idle);
}

static void a_socket_is_ended_without_a_descriptor_to_spare(void **state)
{
    (void)state;
    am_idle idle = {0};
    struct rlimit before, none;
    pair p = connect_pair();
    char byte;
    am_idle_add(&idle, p.near);
    assert_int_equal(write(p.far, "many", 4), 4);
    await(p.near);
    getrlimit(RLIMIT_NOFILE, &before);
    none = (struct rlimit){0, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    am_idle_end(p.near);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(recv(p.near, &byte, 1, MSG_PEEK | MSG_DONTWAIT), 0);
    assert_int_equal(recv(p.far, &byte, 1, 0), 0); /* the other side is notified */
    close_pair(p);
    am_idle_free(&idle);
}

static void a_socket_that_serves_again_is_no_longer_idle(void **state)
{
    (void)state;
    am_idle idle = {0};
    pair p[3];
    for (size_t i = 0; i < COUNT(p); i++) {
        p[i] = connect_pair();
        am_idle_add(&idle, p[i].near);
        assert_int_equal(write(p[i].far, "x", 1), 1);
        await(p[i].near);
    }
    am_idle_remove(&idle, p[1].near);
    am_idle_remove(&idle, p[1].near);
    assert_int_equal(end_readable(&idle), 2);
    char byte = 0;
    assert_int_equal(recv(p[1].near, &byte, 1, MSG_DONTWAIT), 1);
    assert_int_equal(byte, 'x');
    for (size_t i = 0; i < COUNT(p); i++)
        close_pair(p[i]);
    am_idle_free(&idle);
}

/* Only its last user can be done with it, whether or not the next one wants something. */
static void a_socket_is_idle_only_when_its_last_user_says_so(void **state)
{
    am_poller all, *poller = &all;
    const char one = 0, other = 0;
    pair p = connect_pair();
    (void)state;
    assert_true(am_poller_open(poller));
    am_poller_idle(poller, p.near, &one);
    assert_int_equal(poller->idle.count, 0); /* no one promised to report its close */
    am_poller_lasting(poller, p.near);
    am_poller_idle(poller, p.near, &one);
    assert_int_equal(poller->idle.count, 0); /* never used */
    am_poller_used(poller, p.near, &one);
    am_poller_want(poller, p.near, AM_READABLE);
    am_poller_idle(poller, p.near, &one);
    assert_int_equal(poller->idle.count, 0); /* still wanted */
    am_poller_want(poller, p.near, 0);
    am_poller_idle(poller, p.near, &one);
    assert_int_equal(poller->idle.count, 1);
    am_poller_used(poller, p.near, &other);
    assert_int_equal(poller->idle.count, 0);
    am_poller_idle(poller, p.near, &one);
    assert_int_equal(poller->idle.count, 0); /* the other may only pause */
    am_poller_idle(poller, p.near, &other);
    assert_int_equal(poller->idle.count, 1);
    am_poller_lasting(poller, p.near); /* reused number: the old socket was closed unseen */
    assert_int_equal(poller->idle.count, 0);
    am_poller_idle(poller, p.near, &other);
    assert_int_equal(poller->idle.count, 0);
    am_poller_used(poller, p.near, &other);
    am_poller_idle(poller, p.near, &other);
    am_poller_closed(poller, p.near);
    assert_int_equal(poller->idle.count, 0);
    am_poller_close(poller);
    close_pair(p);
}

/* A forked child keeps the socket open; a host's loop must not spin because of it. */
static void the_poller_ends_an_idle_socket_that_a_child_still_holds(void **state)
{
    am_poller all, *poller = &all;
    am_ready ready;
    pair p = connect_pair();
    const char user = 0;
    int held = dup(p.near);
    (void)state;
    assert_true(am_poller_open(poller));
    am_poller_lasting(poller, p.near);
    am_poller_used(poller, p.near, &user);
    am_poller_want(poller, p.near, AM_READABLE);
    am_poller_want(poller, p.near, 0);
    am_poller_idle(poller, p.near, &user);
    assert_int_equal(am_poller_end_readable(poller), 0);
    assert_int_equal(write(p.far, "x", 1), 1);
    await(p.near);
    assert_int_equal(am_poller_end_readable(poller), 1);
    assert_int_equal(am_poller_end_readable(poller), 0);
    assert_dead(p.near);
    struct pollfd bare = {.fd = poller->fd, .events = POLLIN};
    assert_int_equal(poll(&bare, 1, 0), 0);
    assert_int_equal(am_poller_wait(poller, 0, &ready, 1), 0);
    am_poller_closed(poller, p.near);
    am_poller_close(poller);
    close(held);
    close_pair(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_idle_sockets_nothing_is_polled),
        cmocka_unit_test(silent_idle_sockets_stay_idle),
        cmocka_unit_test(readable_idle_sockets_are_taken_and_ended),
        cmocka_unit_test(an_ended_socket_that_was_flooded_has_nothing_to_read),
        cmocka_unit_test(a_late_reset_does_not_revive_an_ended_socket),
        cmocka_unit_test(a_socket_is_ended_without_a_descriptor_to_spare),
        cmocka_unit_test(a_socket_that_serves_again_is_no_longer_idle),
        cmocka_unit_test(a_socket_is_idle_only_when_its_last_user_says_so),
        cmocka_unit_test(the_poller_ends_an_idle_socket_that_a_child_still_holds),
    };
    return cmocka_run_group_tests_name("idle", tests, NULL, NULL);
}
