/* SPDX-License-Identifier: MIT */
/* Who is alive, through every way in which a process ends, stops or goes on as another. */
#define _GNU_SOURCE
#include "store_rig.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outbox/alive.h"
#include "process_rig.h"

static char path[128], error[AM_ERROR_SIZE];

static int begin(void **state)
{
    int result = rig_begin(state);
    snprintf(path, sizeof path, "%s-alive", rig_path);
    return result;
}

#define ALIVE(test) cmocka_unit_test_setup_teardown(test, begin, rig_end)

static am_alive *open_alive(am_alive *alive)
{
    if (!am_alive_open(alive, path, error))
        fail_msg("%s", error);
    return alive;
}

/* ---- another process, which is an owner ------------------------------------------------------ */

typedef struct owner {
    pid_t process;
    int32_t slot;
    int64_t epoch;
} owner;

/* What the owner does, around saying who it is. */
typedef enum then { WAITS, FORKS, EXECUTES } then;

static void go_on(then what, int said, const owner *self)
{
    if (what == FORKS && fork() != 0)
        for (;;)
            pause();
    if (write(said, self, sizeof *self) != sizeof *self)
        _exit(1);
    alarm(300); /* if the test forgets it */
    if (what == EXECUTES)
        execlp("sleep", "sleep", "1000", (char *)NULL);
    for (;;)
        pause();
}

static owner start(then what)
{
    owner other;
    int pipes[2];
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    other.process = fork();
    if (other.process == 0) {
        am_alive alive;
        setpgid(0, 0);
        if (!am_alive_open(&alive, path, error))
            _exit(1);
        other.slot = alive.slot;
        other.epoch = alive.epoch;
        go_on(what, pipes[1], &other);
    }
    pid_t process = other.process;
    close(pipes[1]);
    assert_int_equal(read(pipes[0], &other, sizeof other), sizeof other);
    other.process = process;
    char byte;
    if (what == EXECUTES) /* closed by exec, as all the rest */
        assert_int_equal(read(pipes[0], &byte, 1), 0);
    close(pipes[0]);
    return other;
}

static void end(const owner *other)
{
    kill(other->process, SIGKILL);
    waitpid(other->process, NULL, 0);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void owners_have_slots_of_their_own(void **state)
{
    (void)state;
    am_alive a, b, c;
    struct stat info;
    open_alive(&a);
    open_alive(&b);
    assert_int_equal(a.slot, 1);
    assert_int_equal(b.slot, 2);
    assert_true(a.epoch > 0 && b.epoch > 0);
    assert_int_equal(am_alive_test(&a, a.slot, a.epoch), AM_LIVES);
    assert_int_equal(am_alive_test(&a, b.slot, b.epoch), AM_LIVES);
    assert_int_equal(am_alive_test(&b, a.slot, a.epoch), AM_LIVES);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    int32_t slot = a.slot;
    int64_t epoch = a.epoch;
    am_alive_close(&a);
    am_alive_close(&a);
    assert_int_equal(am_alive_test(&a, slot, epoch), AM_LIVENESS_UNKNOWN);
    assert_int_equal(am_alive_test(&b, slot, epoch), AM_DIED);
    open_alive(&c);
    assert_int_equal(c.slot, slot); /* used again, by another owner */
    assert_int_not_equal(c.epoch, epoch);
    assert_int_equal(am_alive_test(&b, slot, epoch), AM_DIED);
    assert_int_equal(am_alive_test(&c, slot, epoch), AM_DIED);
    assert_int_equal(am_alive_test(&b, slot, c.epoch), AM_LIVES);
    am_alive_close(&b);
    am_alive_close(&c);
}

static void nobody_and_nonsense_are_not_alive(void **state)
{
    (void)state;
    am_alive a;
    open_alive(&a);
    assert_int_equal(am_alive_test(&a, 0, 0), AM_LIVENESS_UNKNOWN);
    assert_int_equal(am_alive_test(&a, 0, a.epoch), AM_LIVENESS_UNKNOWN);
    assert_int_equal(am_alive_test(&a, -1, a.epoch), AM_LIVENESS_UNKNOWN);
    assert_int_equal(am_alive_test(&a, AM_ALIVE_SLOTS + 1, a.epoch), AM_LIVENESS_UNKNOWN);
    assert_int_equal(am_alive_test(&a, 7, a.epoch), AM_DIED);
    am_alive_close(&a);
}

static void a_killed_owner_is_dead_and_a_stopped_one_is_not(void **state)
{
    (void)state;
    am_alive a;
    int status;
    open_alive(&a);
    owner other = start(WAITS);
    assert_int_equal(am_alive_test(&a, other.slot, other.epoch), AM_LIVES);
    kill(other.process, SIGSTOP);
    assert_int_equal(waitpid(other.process, &status, WUNTRACED), other.process);
    assert_int_equal(am_alive_test(&a, other.slot, other.epoch), AM_LIVES);
    end(&other);
    assert_int_equal(am_alive_test(&a, other.slot, other.epoch), AM_DIED);
    am_alive_close(&a);
}

static void an_owner_lives_on_in_its_child_but_not_in_another_program(void **state)
{
    (void)state;
    am_alive a;
    open_alive(&a);
    owner other = start(FORKS);
    end(&other);
    assert_int_equal(am_alive_test(&a, other.slot, other.epoch), AM_LIVES);
    kill(-other.process, SIGKILL); /* its child, which is not ours to wait for */
    while (am_alive_test(&a, other.slot, other.epoch) == AM_LIVES)
        usleep(1000);
    assert_int_equal(am_alive_test(&a, other.slot, other.epoch), AM_DIED);
    other = start(EXECUTES);
    assert_int_equal(am_alive_test(&a, other.slot, other.epoch), AM_DIED);
    end(&other);
    am_alive_close(&a);
}

static void a_child_leaves_its_parents_slot_alone(void **state)
{
    (void)state;
    am_alive a, b;
    open_alive(&a);
    open_alive(&b);
    pid_t child = fork();
    if (child == 0) {
        am_alive own;
        bool is_fine = am_alive_test(&a, a.slot, a.epoch) == AM_LIVENESS_UNKNOWN;
        int fd = a.fd;
        am_alive_close(&a);
        is_fine = is_fine && a.fd == fd && fcntl(fd, F_GETFD) >= 0;
        is_fine = is_fine && am_alive_open(&own, path, error) && own.slot == 3 &&
                  am_alive_test(&own, a.slot, a.epoch) == AM_LIVES;
        _exit(!is_fine);
    }
    assert_int_equal(process_status(child), 0);
    assert_int_equal(am_alive_test(&b, a.slot, a.epoch), AM_LIVES);
    am_alive_close(&a);
    am_alive_close(&b);
}

static void nothing_is_known_about_owners_in_a_file_that_was_removed(void **state)
{
    (void)state;
    am_alive old, now;
    open_alive(&old);
    unlink(path);
    open_alive(&now);
    assert_int_equal(now.slot, old.slot);
    assert_int_equal(am_alive_test(&now, old.slot, old.epoch), AM_LIVENESS_UNKNOWN);
    assert_int_equal(am_alive_test(&old, now.slot, now.epoch), AM_LIVENESS_UNKNOWN);
    am_alive_close(&old);
    am_alive_close(&now);
}

static void many_processes_may_begin_at_once(void **state)
{
    (void)state;
    enum { OWNERS = 16 };
    owner owners[OWNERS];
    int begun[2], told[2];
    am_alive a;
    assert_int_equal(pipe(begun), 0);
    assert_int_equal(pipe(told), 0);
    for (int i = 0; i < OWNERS; i++) {
        owners[i].process = fork();
        if (owners[i].process == 0) {
            char byte;
            am_alive alive;
            close(begun[1]);
            bool is_open = read(begun[0], &byte, 1) == 0 && am_alive_open(&alive, path, error);
            owner mine = {getpid(), alive.slot, alive.epoch};
            _exit(is_open && write(told[1], &mine, sizeof mine) == sizeof mine && pause());
        }
    }
    close(begun[1]); /* now */
    for (int i = 0; i < OWNERS; i++)
        assert_int_equal(read(told[0], &owners[i], sizeof owners[i]), sizeof owners[i]);
    open_alive(&a);
    for (int i = 0; i < OWNERS; i++) {
        assert_int_equal(am_alive_test(&a, owners[i].slot, owners[i].epoch), AM_LIVES);
        for (int j = 0; j < i; j++)
            assert_int_not_equal(owners[i].slot, owners[j].slot);
    }
    for (int i = 0; i < OWNERS; i++)
        end(&owners[i]);
    for (int i = 0; i < OWNERS; i++)
        assert_int_equal(am_alive_test(&a, owners[i].slot, owners[i].epoch), AM_DIED);
    am_alive_close(&a);
    close(begun[0]);
    close(told[0]);
    close(told[1]);
}

static void what_prevents_it_is_said(void **state)
{
    (void)state;
    am_alive a;
    char *real = strdup(path);
    snprintf(path, sizeof path, "/nowhere/agent.db-alive");
    assert_false(am_alive_open(&a, path, error));
    assert_non_null(strstr(error, "cannot be opened: No such file or directory"));
    am_alive_close(&a);
    snprintf(path, sizeof path, "%s", real);
    free(real);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (1 << 20) + 1};
    assert_int_equal(fcntl(fd, F_OFD_SETLK, &all), 0);
    assert_false(am_alive_open(&a, path, error));
    assert_non_null(strstr(error, "Too many users"));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALIVE(owners_have_slots_of_their_own),
        ALIVE(nobody_and_nonsense_are_not_alive),
        ALIVE(a_killed_owner_is_dead_and_a_stopped_one_is_not),
        ALIVE(an_owner_lives_on_in_its_child_but_not_in_another_program),
        ALIVE(a_child_leaves_its_parents_slot_alone),
        ALIVE(nothing_is_known_about_owners_in_a_file_that_was_removed),
        ALIVE(many_processes_may_begin_at_once),
        ALIVE(what_prevents_it_is_said),
    };
    return cmocka_run_group_tests_name("owners", tests, NULL, NULL);
}
