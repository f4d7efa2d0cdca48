/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "process_rig.h"

#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

int process_status(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

bool process_begins(int begin)
{
    char byte;
    return read(begin, &byte, 1) == 0;
}

int process_race(int (*work)(int number, int begin))
{
    int begin[2], statuses[PROCESSES], sum = 0;
    pid_t children[PROCESSES];
    assert_int_equal(pipe(begin), 0);
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            close(begin[1]);
            _exit(work(i, begin[0]));
        }
    }
    close(begin[0]);
    close(begin[1]);
    /* All have ended before one is judged: the file must not go while another works. */
    for (int i = 0; i < PROCESSES; i++)
        statuses[i] = process_status(children[i]);
    for (int i = 0; i < PROCESSES; i++) {
        assert_true(WIFEXITED(statuses[i]));
        assert_int_not_equal(WEXITSTATUS(statuses[i]), PROCESS_FAILED);
        sum += WEXITSTATUS(statuses[i]);
    }
    return sum;
}
