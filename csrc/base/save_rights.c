/* SPDX-License-Identifier: MIT */
/* Owner, group, access list and mode of a file that takes the place of another, or of none. */
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

/* Copies the access list, or that there is none: the folder may have given the new file one. False:
 * they differ now. *is_simple: there is none, which was seen. */
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

/* The mode in which group and others may do only what both might: who was in the one class may now
 * be in the other. */
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
                   fchown(fd, (uid_t)-1, old->st_gid) == 0; /* not the owner, then, but the group */
    if (fstat(fd, &now) != 0)
        return;
    bool is_simple, has_list = copy_access_list(fd, path, &is_simple);
    bool has_group = is_kept && now.st_gid == old->st_gid;
    if (now.st_uid != old->st_uid)
        mode &= ~(mode_t)S_ISUID;
    if (!has_group)
        mode &= ~(mode_t)S_ISGID;
    if (!is_simple && !(has_group && has_list))
        mode &= ~(mode_t)077; /* its mode does not tell what the group may */
    else if (!has_group || !has_list)
        mode = common_to_group_and_others(mode);
    /* After the owner: a change of that takes the set-user-ID bit away. Refused, as where the file
     * system has no modes, it stays what it was: 0600. */
    if (fchmod(fd, mode) != 0)
        return;
}

/* Asked of a file made for that, empty and gone at once: the umask cannot be read without being
 * set, which other threads would notice, and the folder may have a default access list instead. The
 * part itself was never open to others, who could have kept it open. */
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
