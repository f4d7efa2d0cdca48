/* SPDX-License-Identifier: MIT */
/* The poller on real descriptors. System calls are counted, and fail on demand. */
#define _GNU_SOURCE
#include "unit.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/poller.h"

enum { A_WHILE_MS = 10000, HIGH_FD = 700 };

/* ---- the system, counted --------------------------------------------------------------------- */

static const char *failing;
static int registrations, settings; /* calls of epoll_ctl, of timerfd_settime */

static void *behind(const char *name)
{
    return failing && strcmp(name, failing) == 0 ? NULL : dlsym(RTLD_NEXT, name);
}

static int out_of_descriptors(void)
{
    errno = EMFILE;
    return -1;
}

int epoll_create1(int flags)
{
    int (*next)(int);
    *(void **)&next = behind(__func__);
    return next ? next(flags) : out_of_descriptors();
}

int epoll_ctl(int poller, int operation, int fd, struct epoll_event *event)
{
    int (*next)(int, int, int, struct epoll_event *);
    *(void **)&next = behind(__func__);
    registrations++;
    return next ? next(poller, operation, fd, event) : out_of_descriptors();
}

int timerfd_create(clockid_t clock, int flags)
{
    int (*next)(clockid_t, int);
    *(void **)&next = behind(__func__);
    return next ? next(clock, flags) : out_of_descriptors();
}

int timerfd_settime(int fd, int flags, const struct itimerspec *when, struct itimerspec *before)
{
    int (*next)(int, int, const struct itimerspec *, struct itimerspec *);
    *(void **)&next = behind(__func__);
    settings++;
    return next ? next(fd, flags, when, before) : out_of_descriptors();
}

/* ---- one poller and one pair of sockets ------------------------------------------------------ */

typedef struct fixture {
    am_poller poller;
    int near, far;
    am_ready ready[4];
} fixture;

static int set_up(void **state)
{
    static fixture f;
    int pair[2];
    failing = NULL;
    if (!am_poller_open(&f.poller) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
        return -1;
    f.near = pair[0];
    f.far = pair[1];
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    failing = NULL;
    close(f->near);
    close(f->far);
    am_poller_close(&f->poller);
    return 0;
}

static void send_byte(const fixture *f)
{
    assert_int_equal(write(f->far, "x", 1), 1);
}

static int take(fixture *f, int64_t timeout_ms)
{
    memset(f->ready, 0, sizeof f->ready);
    return am_poller_wait(&f->poller, timeout_ms, f->ready, COUNT(f->ready));
}

#define assert_ready(f, bits_)                                                                     \
    do {                                                                                           \
        assert_int_equal(take(f, A_WHILE_MS), 1);                                                  \
        assert_int_equal((f)->ready[0].fd, (f)->near);                                             \
        assert_int_equal((f)->ready[0].bits, bits_);                                               \
    } while (0)
#define assert_quiet(f) assert_int_equal(take(f, 0), 0)

/* ---- descriptors ----------------------------------------------------------------------------- */

static void the_poller_reports_what_is_wanted_and_ready(void **state)
{
    fixture *f = *state;
    assert_quiet(f);
    assert_true(am_poller_want(&f->poller, f->near, AM_READABLE));
    assert_quiet(f);
    send_byte(f);
    assert_ready(f, AM_READABLE);
    assert_ready(f, AM_READABLE); /* until it is read */
    assert_true(am_poller_want(&f->poller, f->near, AM_WRITABLE));
    assert_ready(f, AM_WRITABLE);
    assert_true(am_poller_want(&f->poller, f->near, AM_READABLE | AM_WRITABLE));
    assert_ready(f, AM_READABLE | AM_WRITABLE);
    assert_true(am_poller_want(&f->poller, f->near, 0));
    assert_quiet(f);
}

static void the_poller_reports_a_broken_connection(void **state)
{
    fixture *f = *state;
    assert_true(am_poller_want(&f->poller, f->near, AM_READABLE));
    shutdown(f->far, SHUT_RDWR);
    assert_ready(f, AM_READABLE | AM_BROKEN_FD);
}

static void the_poller_calls_the_kernel_only_for_changes(void **state)
{
    fixture *f = *state;
    int before = registrations;
    assert_true(am_poller_want(&f->poller, f->near, 0)); /* nothing was of interest anyway */
    assert_int_equal(registrations - before, 0);
    am_poller_want(&f->poller, f->near, AM_READABLE);
    am_poller_want(&f->poller, f->near, AM_READABLE);
    assert_int_equal(registrations - before, 1);
    am_poller_want(&f->poller, f->near, 0);
    am_poller_want(&f->poller, f->near, AM_READABLE);
    assert_int_equal(registrations - before, 3);
}

static void a_lasting_watch_stays_registered(void **state)
{
    fixture *f = *state;
    int before = registrations;
    am_poller_lasting(&f->poller, f->near);
    for (int i = 0; i < 100; i++) {
        assert_true(am_poller_want(&f->poller, f->near, AM_READABLE));
        assert_true(am_poller_want(&f->poller, f->near, 0));
    }
    assert_int_equal(registrations - before, 1);
    am_poller_want(&f->poller, f->near, AM_READABLE);
    send_byte(f);
    assert_ready(f, AM_READABLE);
}

static void a_lasting_watch_that_nobody_wants_is_dropped_when_ready(void **state)
{
    fixture *f = *state;
    am_poller_lasting(&f->poller, f->near);
    am_poller_want(&f->poller, f->near, AM_READABLE);
    am_poller_want(&f->poller, f->near, 0);
    send_byte(f);
    int before = registrations;
    assert_quiet(f);
    assert_int_equal(registrations - before, 1);
    assert_quiet(f); /* not reported again: a host's loop would spin */
    assert_int_equal(registrations - before, 1);
    assert_true(am_poller_want(&f->poller, f->near, AM_READABLE));
    assert_ready(f, AM_READABLE);
}

static void a_descriptor_number_that_is_used_again_is_new_to_the_poller(void **state)
{
    fixture *f = *state;
    am_poller_lasting(&f->poller, f->near);
    am_poller_want(&f->poller, f->near, AM_READABLE);
    am_poller_closed(&f->poller, f->near);
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(dup2(pair[0], f->near), f->near); /* closes the old socket */
    assert_int_equal(write(pair[1], "x", 1), 1);
    assert_quiet(f);
    assert_true(am_poller_want(&f->poller, f->near, AM_READABLE));
    assert_ready(f, AM_READABLE);
    close(pair[0]);
    close(pair[1]);
    am_poller_closed(&f->poller, HIGH_FD); /* never registered: allowed */
}

static void a_descriptor_closed_without_notice_can_be_dropped(void **state)
{
    fixture *f = *state;
    int pair[2], other[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_true(am_poller_want(&f->poller, pair[0], AM_READABLE));
    close(pair[0]);
    assert_true(am_poller_want(&f->poller, pair[0], 0)); /* the kernel has forgotten it already */
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, other), 0);
    assert_int_equal(other[0], pair[0]);
    assert_true(am_poller_want(&f->poller, other[0], AM_WRITABLE));
    assert_int_equal(take(f, A_WHILE_MS), 1);
    close(other[0]);
    close(other[1]);
    close(pair[1]);
}

/* Like a libcurl that closes a socket of ours without asking, and opens one without telling us. */
static void a_descriptor_closed_without_notice_can_be_watched_again(void **state)
{
    fixture *f = *state;
    int pair[2];
    am_poller_lasting(&f->poller, f->near);
    assert_true(am_poller_want(&f->poller, f->near, AM_READABLE));
    assert_true(am_poller_want(&f->poller, f->near, 0));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(dup2(pair[0], f->near), f->near);
    assert_true(am_poller_want(&f->poller, f->near, AM_WRITABLE));
    assert_ready(f, AM_WRITABLE);
    failing = "epoll_ctl";
    assert_false(am_poller_want(&f->poller, f->near, AM_READABLE));
    close(pair[0]);
    close(pair[1]);
}

static void the_poller_takes_any_descriptor_number(void **state)
{
    fixture *f = *state;
    int high = dup2(f->near, HIGH_FD);
    assert_int_equal(high, HIGH_FD);
    am_poller_want(&f->poller, f->near, AM_READABLE);
    assert_true(am_poller_want(&f->poller, high, AM_READABLE)); /* moves the table */
    send_byte(f);
    assert_int_equal(take(f, A_WHILE_MS), 2);
    assert_int_equal(f->ready[0].fd + f->ready[1].fd, f->near + high);
    assert_int_equal(am_poller_wait(&f->poller, A_WHILE_MS, f->ready, 1), 1);
    am_poller_want(&f->poller, high, 0);
    close(high);
}

/* ---- time ------------------------------------------------------------------------------------ */

/* True if a caller that watches the bare descriptor would wake up. */
static bool wakes(const fixture *f, int timeout_ms)
{
    struct pollfd bare = {.fd = f->poller.fd, .events = POLLIN};
    return poll(&bare, 1, timeout_ms) == 1;
}

static void the_descriptor_of_the_poller_wakes_in_time(void **state)
{
    fixture *f = *state;
    int64_t at = am_monotonic_ms() + 5;
    assert_true(am_poller_wake_at(&f->poller, at));
    assert_true(wakes(f, A_WHILE_MS));
    assert_true(am_monotonic_ms() >= at);
    assert_quiet(f); /* no work for the caller, and the wake-up is consumed */
    assert_false(wakes(f, 0));
    assert_true(am_poller_wake_at(&f->poller, at)); /* the same time again: past, so at once */
    assert_true(wakes(f, A_WHILE_MS));
}

static void a_wake_up_of_the_poller_can_be_moved_and_cancelled(void **state)
{
    fixture *f = *state;
    assert_true(am_poller_wake_at(&f->poller, 0)); /* long past */
    assert_true(wakes(f, A_WHILE_MS));
    assert_true(am_poller_wake_at(&f->poller, -1));
    assert_false(wakes(f, 0));
    assert_true(am_poller_wake_at(&f->poller, am_monotonic_ms() + 100000));
    assert_false(wakes(f, 0));
    assert_true(am_poller_wake_at(&f->poller, am_monotonic_ms()));
    assert_true(wakes(f, A_WHILE_MS));
}

static void the_same_wake_up_sets_the_timer_once(void **state)
{
    fixture *f = *state;
    int before = settings;
    for (int i = 0; i < 10; i++)
        assert_true(am_poller_wake_at(&f->poller, INT64_C(1) << 40));
    assert_int_equal(settings - before, 1);
}

static void a_wait_of_the_poller_ends_in_time(void **state)
{
    fixture *f = *state;
    int64_t before = am_monotonic_ms();
    assert_int_equal(take(f, 3), 0);
    assert_true(am_monotonic_ms() - before >= 3);
    send_byte(f);
    am_poller_want(&f->poller, f->near, AM_READABLE);
    assert_int_equal(take(f, INT64_MAX), 1); /* more than the kernel can count */
    assert_int_equal(take(f, -1), 1);
}

static void on_alarm(int signal_number)
{
    (void)signal_number;
}

static void a_signal_interrupts_a_wait_of_the_poller(void **state)
{
    fixture *f = *state;
    struct sigaction act = {.sa_handler = on_alarm}, before;
    struct itimerval soon = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
    sigaction(SIGALRM, &act, &before);
    setitimer(ITIMER_REAL, &soon, NULL);
    int n = take(f, -1);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    assert_int_equal(n, -1);
}

/* ---- failures -------------------------------------------------------------------------------- */

static void a_poller_that_cannot_be_opened_leaves_nothing_open(void **state)
{
    (void)state;
    am_poller poller;
    failing = "epoll_create1";
    assert_false(am_poller_open(&poller));
    assert_int_equal(poller.fd, -1);
    am_poller_close(&poller);
    am_ready ready;
    assert_int_equal(am_poller_wait(&poller, 0, &ready, 1), 0); /* not a signal */
}

static void a_call_of_the_poller_that_failed_can_be_tried_again(void **state)
{
    fixture *f = *state;
    failing = "epoll_ctl";
    assert_false(am_poller_want(&f->poller, f->near, AM_READABLE));
    assert_false(am_poller_wake_at(&f->poller, 0));
    failing = "timerfd_create";
    assert_false(am_poller_wake_at(&f->poller, 0));
    failing = "timerfd_settime";
    assert_false(am_poller_wake_at(&f->poller, 0));
    failing = NULL;
    assert_true(am_poller_wake_at(&f->poller, 0));
    assert_true(wakes(f, A_WHILE_MS));
    assert_quiet(f);
    assert_true(am_poller_want(&f->poller, f->near, AM_READABLE));
    send_byte(f);
    assert_ready(f, AM_READABLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_poller_reports_what_is_wanted_and_ready),
        TEST(the_poller_reports_a_broken_connection),
        TEST(the_poller_calls_the_kernel_only_for_changes),
        TEST(a_lasting_watch_stays_registered),
        TEST(a_lasting_watch_that_nobody_wants_is_dropped_when_ready),
        TEST(a_descriptor_number_that_is_used_again_is_new_to_the_poller),
        TEST(a_descriptor_closed_without_notice_can_be_dropped),
        TEST(a_descriptor_closed_without_notice_can_be_watched_again),
        TEST(the_poller_takes_any_descriptor_number),
        TEST(the_descriptor_of_the_poller_wakes_in_time),
        TEST(a_wake_up_of_the_poller_can_be_moved_and_cancelled),
        TEST(the_same_wake_up_sets_the_timer_once),
        TEST(a_wait_of_the_poller_ends_in_time),
        TEST(a_signal_interrupts_a_wait_of_the_poller),
        TEST(a_poller_that_cannot_be_opened_leaves_nothing_open),
        TEST(a_call_of_the_poller_that_failed_can_be_tried_again),
    };
    return cmocka_run_group_tests_name("poller", tests, NULL, NULL);
}
