/* SPDX-License-Identifier: MIT */
/* Preloaded into a program, it sends it the signal KILL_BY (SIGKILL) just before the n-th of these
 * system calls, n being KILL_AT in its environment. On 64-bit Linux. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long left = -1;
static int by = SIGKILL;

__attribute__((constructor)) static void begin(void)
{
    const char *given = getenv("KILL_AT"), *given_signal = getenv("KILL_BY");
    left = given ? atol(given) : 0;
    by = given_signal ? atoi(given_signal) : SIGKILL;
}

static void count(void)
{
    if (left > 0 && --left == 0)
        kill(getpid(), by);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    count();
    return syscall(SYS_write, fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    count();
    return syscall(SYS_pwrite64, fd, bytes, size, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
    count();
    return syscall(SYS_pwrite64, fd, bytes, size, offset);
}

int fsync(int fd)
{
    count();
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    count();
    return (int)syscall(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t size)
{
    count();
    return (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    count();
    return (int)syscall(SYS_ftruncate, fd, size);
}

int unlink(const char *path)
{
    count();
    return (int)syscall(SYS_unlinkat, -100 /* AT_FDCWD */, path, 0);
}

int connect(int fd, const struct sockaddr *address, socklen_t size)
{
    count();
    return (int)syscall(SYS_connect, fd, address, size);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    count();
    return syscall(SYS_sendto, fd, bytes, size, flags, NULL, 0);
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
    count();
    return syscall(SYS_recvfrom, fd, bytes, size, flags, NULL, NULL);
}
