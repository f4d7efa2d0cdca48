/* SPDX-License-Identifier: MIT */
/* Follows a path as the kernel does, one component at a time: only this shows what it leads
 * through. realpath() would hide that, and it requires the last component to exist. */
#define _GNU_SOURCE
#include "base/save_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/magic.h>
#include <sys/vfs.h>
#endif

enum { MOST_LINKS = 40 }; /* the kernel's limit */

/* A path being followed. */
typedef struct walk {
    char *done;          /* PATH_MAX bytes: absolute, without links; "" is the root */
    char rest[PATH_MAX]; /* still to be followed */
    int links;
    bool exists;
    mode_t mode; /* of the file that `done` names, if it exists */
    const char *refusal;
} walk;

static bool fail(int error)
{
    errno = error;
    return false;
}

/* ---- places that take no file ---------------------------------------------------------------- */

static bool is_on_proc(const char *folder)
{
#ifdef __linux__
    struct statfs info;
    return statfs(folder, &info) == 0 && info.f_type == PROC_SUPER_MAGIC;
#else
    return strncmp(folder, "/proc/", 6) == 0;
#endif
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), length = strlen(end);
    return size >= length && strcmp(text + size - length, end) == 0;
}

/* True if this component of a folder is an open descriptor under another name, or leads to the file
 * of one: /dev/stdout, /dev/fd/1, /proc/self/fd/1, /proc/7/task/8/fd/1. */
static bool is_descriptor(const char *folder, const char *name, bool is_last)
{
    if (strcmp(folder, "/dev") == 0 && strncmp(name, "std", 3) == 0)
        return true;
    if (strcmp(folder, "/dev/fd") == 0)
        return true;
    return (is_last || ends_with(folder, "/fd")) && is_on_proc(folder);
}

/* True if a link, an absolute path, may be a trap: it belongs to another user, in a folder where
 * all may create links, such as /tmp. Linux itself does not follow such a link at the end of a
 * path; we follow links ourselves, so we must refuse it. */
static bool is_planted(const char *link, uid_t owner)
{
    char folder[PATH_MAX];
    struct stat info;
    size_t size = (size_t)(strrchr(link, '/') - link) + 1;
    memcpy(folder, link, size);
    folder[size] = '\0';
    return stat(folder, &info) == 0 && (info.st_mode & S_ISVTX) && (info.st_mode & S_IWOTH) &&
           owner != geteuid() && owner != info.st_uid;
}

static const char *refusal_of(mode_t mode)
{
    if (S_ISDIR(mode))
        return "it is a directory";
    if (S_ISFIFO(mode))
        return "it is a FIFO";
    if (S_ISSOCK(mode))
        return "it is a socket";
    return S_ISREG(mode) ? NULL : "it is a device";
}

/* ---- the walk -------------------------------------------------------------------------------- */

/* Takes the next component from the rest, and the slashes around it. Slashes at the end leave a
 * ".": the component before them must be a folder. False: no component is left. */
static bool next_component(walk *w, char name[PATH_MAX])
{
    size_t before = strspn(w->rest, "/"), size = strcspn(w->rest + before, "/");
    const char *rest = w->rest + before + size;
    size_t slashes = strspn(rest, "/");
    memcpy(name, w->rest + before, size);
    name[size] = '\0';
    if (slashes > 0 && rest[slashes] == '\0')
        memcpy(w->rest, ".", 2);
    else
        memmove(w->rest, rest + slashes, strlen(rest + slashes) + 1);
    return size > 0;
}

/* Appends a component. False: too long. */
static bool enter(walk *w, const char *name)
{
    size_t size = strlen(w->done), length = strlen(name);
    if (size + 1 + length >= PATH_MAX)
        return fail(ENAMETOOLONG);
    w->done[size] = '/';
    memcpy(w->done + size + 1, name, length + 1);
    return true;
}

static void leave(walk *w)
{
    char *slash = strrchr(w->done, '/');
    if (slash)
        *slash = '\0';
}

/* Replaces the link `done` by its target, in front of the rest. */
static bool follow_link(walk *w)
{
    char target[PATH_MAX];
    ssize_t n = readlink(w->done, target, sizeof target - 1);
    if (n < 0)
        return false;
    size_t size = (size_t)n, rest = strlen(w->rest);
    if (size == 0)
        return fail(ENOENT);
    if (++w->links > MOST_LINKS)
        return fail(ELOOP);
    if (size + 1 + rest >= PATH_MAX)
        return fail(ENAMETOOLONG);
    bool is_absolute = target[0] == '/';
    if (rest > 0)
        target[size++] = '/';
    memmove(w->rest + size, w->rest, rest + 1);
    memcpy(w->rest, target, size);
    if (is_absolute)
        w->done[0] = '\0';
    else
        leave(w);
    return true;
}

/* Enters one component of the folder `done`. */
static bool step(walk *w, const char *name)
{
    struct stat info;
    bool is_last = w->rest[0] == '\0';
    if (strcmp(name, ".") == 0)
        return true;
    if (strcmp(name, "..") == 0) {
        leave(w);
        return true;
    }
    if (is_descriptor(w->done, name, is_last)) {
        w->refusal = "it leads to an open descriptor, or into /proc";
        return false;
    }
    if (!enter(w, name))
        return false;
    w->exists = lstat(w->done, &info) == 0;
    if (!w->exists)
        return is_last && errno == ENOENT;
    w->mode = info.st_mode;
    if (S_ISLNK(info.st_mode) && is_planted(w->done, info.st_uid)) {
        w->refusal = "it leads through another user's link in a folder where anyone may make one";
        return false;
    }
    if (S_ISLNK(info.st_mode))
        return follow_link(w);
    return is_last || S_ISDIR(info.st_mode) || fail(ENOTDIR);
}

/* Follows a path to its end. */
static bool follow(walk *w, const char *path)
{
    char name[PATH_MAX];
    size_t size = strlen(path);
    if (size == 0)
        return fail(ENOENT);
    if (size + 1 >= PATH_MAX)
        return fail(ENAMETOOLONG);
    if (path[0] == '/')
        w->done[0] = '\0';
    else if (!getcwd(w->done, PATH_MAX))
        return false;
    if (strcmp(w->done, "/") == 0)
        w->done[0] = '\0';
    memcpy(w->rest, path, size + 1);
    w->exists = true;
    w->mode = S_IFDIR;
    while (next_component(w, name)) {
        w->exists = true;
        w->mode = S_IFDIR;
        if (!step(w, name))
            return false;
    }
    return true;
}

/* ---- what was found -------------------------------------------------------------------------- */

static bool find(am_place *place, const char *path, bool is_folder)
{
    walk w = {.done = place->path};
    place->refusal = NULL;
    if (!follow(&w, path)) {
        place->refusal = w.refusal;
        return false;
    }
    if (!w.exists)
        return !is_folder || fail(ENOENT);
    if (is_folder) {
        if (place->path[0] == '\0')
            memcpy(place->path, "/", 2);
        return S_ISDIR(w.mode) || fail(ENOTDIR);
    }
    place->refusal = refusal_of(w.mode);
    return !place->refusal;
}

bool am_place_find_file(am_place *place, const char *path)
{
    return find(place, path, false);
}

bool am_place_find_folder(am_place *place, const char *path)
{
    return find(place, path, true);
}

/* ---- the part -------------------------------------------------------------------------------- */

long am_place_longest_name(const char *folder)
{
    long most = pathconf(folder, _PC_NAME_MAX);
    return most > 0 ? most : NAME_MAX;
}

/* Bytes of a name that fit, without half a character at the end. */
static size_t cut(const char *name, size_t most)
{
    size_t size = strlen(name);
    if (size <= most)
        return size;
    while (most > 0 && ((unsigned char)name[most] & 0xc0) == 0x80)
        most--;
    return most;
}

static int open_part(const char *path, size_t size, const char *tag, char part[PATH_MAX])
{
    int length = snprintf(part, PATH_MAX, "%.*s.part-%s", (int)size, path, tag);
    if (length < 0 || length >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

int am_place_open_part(const char *path, const char *tag, char part[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
    size_t tail = strlen(".part-") + strlen(tag);
    snprintf(part, PATH_MAX, "%.*s.", (int)folder, path);
    long longest = am_place_longest_name(part);
    size_t room = longest > (long)tail ? (size_t)longest - tail : 0;
    size_t left = folder + tail < PATH_MAX ? PATH_MAX - 1 - folder - tail : 0;
    size_t size = cut(path + folder, room < left ? room : left);
    int fd = open_part(path, folder + size, tag, part);
    /* Some file systems count in characters and know the limit better than they tell. */
    if (fd < 0 && errno == ENAMETOOLONG)
        fd = open_part(path, folder, tag, part);
    return fd;
}
