/* SPDX-License-Identifier: MIT */
/* Preloaded into a program, it prints at its end how often it has called fsync and fdatasync. On
 * 64-bit Linux. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static long syncs;

__attribute__((destructor)) static void end(void)
{
    printf("%ld syncs\n", syncs);
}

int fsync(int fd)
{
    syncs++;
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    syncs++;
    return (int)syscall(SYS_fdatasync, fd);
}
