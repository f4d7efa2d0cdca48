/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "save.h"

#include <errno.h>
#include <unistd.h>

bool am_save_restart(int fd)
{
    return ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0;
}

bool am_save_bytes(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}
