/* SPDX-License-Identifier: MIT */
/*
 * start COUNT COMMAND…: runs a command COUNT times, one after the other, and prints the median of
 * its wall time and of its CPU time in milliseconds. A command that fails ends the measurement.
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST 1000

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double to_ms(struct timeval time)
{
    return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static int run_once(char **command, double *wall, double *cpu)
{
    double start = now_ms();
    pid_t child = fork();
    if (child == 0) {
        execvp(command[0], command);
        _exit(127);
    }
    int status = -1;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return -1;
    *wall = now_ms() - start;
    *cpu = to_ms(usage.ru_utime) + to_ms(usage.ru_stime);
    return status;
}

int main(int argc, char **argv)
{
    static double wall[MOST], cpu[MOST];
    long count = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    if (count < 1 || count > MOST)
        return 2;
    for (long i = 0; i < count; i++) {
        int status = run_once(argv + 2, &wall[i], &cpu[i]);
        if (status != 0) {
            fprintf(stderr, "start: %s ended with status %d\n", argv[2], status);
            return 1;
        }
    }
    qsort(wall, (size_t)count, sizeof *wall, ascending);
    qsort(cpu, (size_t)count, sizeof *cpu, ascending);
    printf("%.3f %.3f\n", wall[count / 2], cpu[count / 2]);
    return 0;
}
