/* SPDX-License-Identifier: MIT */
/* Owner, group, access list and mode of a file that replaces another, or none. */
#define _GNU_SOURCE
#include "base/save_rights.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/xattr.h>
#endif

enum { ACCESS_LIST_SIZE = 8192 };

/* Copies the access list, or its absence: the folder may have given the new file one. False: they
 * differ now. *is_simple: the old file was seen to have none. */
static bool copy_access_list(int fd, const char *path, bool *is_simple)
{
    *is_simple = true;
#ifdef __linux__
    static const char name[] = "system.posix_acl_access";
    char list[ACCESS_LIST_SIZE];
    ssize_t size = lgetxattr(path, name, list, sizeof list);
    *is_simple = size < 0 && (errno == ENODATA || errno == ENOTSUP);
    if (!*is_simple)
        return size > 0 && fsetxattr(fd, name, list, (size_t)size, 0) == 0;
    return fremovexattr(fd, name) == 0 || errno == ENODATA || errno == ENOTSUP;
#else
    (void)fd, (void)path;
    return true;
#endif
}

/* The mode in which group and others may do only what both could: a member of one class may now be
 * in the other. */
static mode_t common_to_group_and_others(mode_t mode)
{
    mode_t both = mode >> 3 & mode & 07;
    return (mode & ~(mode_t)077) | both << 3 | both;
}

void am_rights_take_over(int fd, const char *path, const struct stat *old)
{
    struct stat now;
    mode_t mode = old->st_mode & 07777;
    bool is_kept = fchown(fd, old->st_uid, old->st_gid) == 0 ||
                   fchown(fd, (uid_t)-1, old->st_gid) == 0; /* then the group only, not the owner */
    if (fstat(fd, &now) != 0)
        return;
    bool is_simple, has_list = copy_access_list(fd, path, &is_simple);
    bool has_group = is_kept && now.st_gid == old->st_gid;
    if (now.st_uid != old->st_uid)
        mode &= ~(mode_t)S_ISUID;
    if (!has_group)
        mode &= ~(mode_t)S_ISGID;
    if (!is_simple && !(has_group && has_list))
        mode &= ~(mode_t)077; /* its mode does not say what the group may do */
    else if (!has_group || !has_list)
        mode = common_to_group_and_others(mode);
    /* Comes after the owner: a change of owner clears the set-user-ID bit. If this is refused, as
     * where the file system has no modes, the mode stays 0600. */
    if (fchmod(fd, mode) != 0)
        return;
}

/* Asks a file made for this purpose, empty and removed at once. Reading the umask means setting it,
 * which other threads would notice, and the folder may have a default access list instead. The part
 * itself was never open to others, who could have kept it open. */
void am_rights_of_new(int fd, const char *part)
{
    char trial[PATH_MAX];
    struct stat usual;
    size_t size = strlen(part);
    if (size == 0 || size >= sizeof trial)
        return;
    memcpy(trial, part, size + 1);
    trial[size - 1] = '~';
    int other = open(trial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (other < 0)
        return;
    bool is_seen = unlink(trial) == 0 && fstat(other, &usual) == 0;
    close(other);
    if (is_seen && fchmod(fd, usual.st_mode & 0777) != 0)
        return; /* as above */
}
