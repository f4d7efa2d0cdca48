/* SPDX-License-Identifier: MIT */
/* Files that answers are saved to: emptied, written, synced, renamed. */
#define _GNU_SOURCE
#include "base/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* What can be opened but not synced has no disk to be synced to: a pipe, some file systems. */
static bool sync_file(int fd)
{
    while (fsync(fd) != 0)
        if (errno != EINTR)
            return errno == EINVAL || errno == ENOTSUP || errno == EROFS;
    return true;
}

/* The name itself. The file is in place by now, so what fails here is no failure: without this, a
 * power cut within seconds can bring the old file back, as a whole. */
static void sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        sync_file(fd);
        close(fd);
    }
    free(folder);
}

bool am_save_publish(int fd, const char *part, const char *path)
{
    if (!sync_file(fd) || rename(part, path) != 0)
        return false;
    sync_folder_of(path);
    return true;
}
