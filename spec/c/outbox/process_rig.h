/* SPDX-License-Identifier: MIT */
/* Processes of a test. */
#ifndef PROCESS_RIG_H
#define PROCESS_RIG_H

#include <stdbool.h>
#include <sys/types.h>

enum { PROCESSES = 8, PROCESS_FAILED = 255 };

/* Runs work in processes of their own, each with its number. Returns the sum of what they return;
 * none may return PROCESS_FAILED. */
int process_race(int (*work)(int number, int begin));
/* For work that is ready: waits until all have been started. False: an error. */
bool process_begins(int begin);

/* The status of a child, as of waitpid, once it has ended. */
int process_status(pid_t child);

#endif
