/* SPDX-License-Identifier: MIT */
/* Files that answers are saved to: emptied, written, synced, renamed. */
#define _GNU_SOURCE
#include "base/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/save_rights.h"

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
        if (n == 0)
            errno = EIO;
        if (n <= 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

/* A pipe and some file systems can be opened but not synced: they have no disk to sync to. */
static bool sync_file(int fd)
{
    while (fsync(fd) != 0)
        if (errno != EINTR)
            return errno == EINVAL || errno == ENOTSUP || errno == EROFS;
    return true;
}

/* Syncs the name itself. The file is in place by now, so an error here is not a failure. Without
 * this sync, a power cut within seconds can bring back the old file, whole. */
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

/* Prepares the part for its final name: on the disk, with the rights of the file that it replaces
 * or of a new one. False: errno says why. */
static bool prepare(int fd, const char *part, const char *path)
{
    struct stat old;
    if (lstat(path, &old) != 0) {
        am_rights_of_new(fd, part);
    } else if (S_ISREG(old.st_mode)) {
        am_rights_take_over(fd, path, &old);
    } else { /* created since we looked */
        errno = S_ISDIR(old.st_mode) ? EISDIR : EEXIST;
        return false;
    }
    return sync_file(fd);
}

bool am_save_publish(int fd, const char *part, const char *path)
{
    if (!prepare(fd, part, path) || rename(part, path) != 0)
        return false;
    sync_folder_of(path);
    return true;
}

/* Renames, unless the name exists. */
static bool rename_to_new(const char *part, const char *path)
{
#if defined(RENAME_NOREPLACE)
    if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return true;
#elif defined(RENAME_EXCL)
    if (renamex_np(part, path, RENAME_EXCL) == 0)
        return true;
#else
    errno = ENOSYS;
#endif
    /* Some file systems cannot do this, and some sandboxes forbid system calls that they do not
     * know. */
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP && errno != EPERM)
        return false;
    if (link(part, path) != 0)
        return false;
    unlink(part);
    return true;
}

bool am_save_publish_new(int fd, const char *part, const char *path)
{
    struct stat old;
    if (lstat(path, &old) == 0) {
        errno = EEXIST;
        return false;
    }
    am_rights_of_new(fd, part); /* also if a file exists by now: the caller checks */
    if (!sync_file(fd) || !rename_to_new(part, path))
        return false;
    sync_folder_of(path);
    return true;
}
