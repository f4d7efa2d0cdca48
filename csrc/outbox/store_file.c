/* SPDX-License-Identifier: MIT */
/* The file of the outbox as the system sees it: its place, its rights, its locks. */
#define _GNU_SOURCE
#include "outbox/store_handle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/save_place.h"

/* ---- its place ------------------------------------------------------------------------------- */

/* File systems that other machines write too, where the log's shared memory is not shared. */
static const struct {
    unsigned magic;
    const char *name;
} networks[] = {
    {NFS_SUPER_MAGIC, "NFS"},    {SMB_SUPER_MAGIC, "SMB"},   {0xff534d42, "SMB"} /* CIFS */,
    {0xfe534d42, "SMB"} /* 2 */, {AFS_SUPER_MAGIC, "AFS"},   {AFS_FS_MAGIC, "AFS"},
    {CODA_SUPER_MAGIC, "Coda"},  {V9FS_MAGIC, "9P"},         {0x00c36400, "Ceph"},
    {0x0bd00bd0, "Lustre"},      {0x01161970, "GFS2"},       {0x7461636f, "OCFS2"},
    {0x47504653, "GPFS"},        {NCP_SUPER_MAGIC, "NCPFS"}, {0x19830326, "BeeGFS"},
};

static const char *network_of(const char *folder)
{
    struct statfs info;
    if (statfs(folder, &info) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++)
        if ((unsigned)info.f_type == networks[i].magic)
            return networks[i].name;
    return NULL;
}

static am_store_code cannot(am_sqlite *store, const char *what)
{
    return am_sqlite_say(store, AM_STORE_REFUSED, "the outbox cannot be %s: %s", what,
                         strerror(errno));
}

/* Syncs the folder, so that a new file is still there after a power cut. */
static bool sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool is_synced = fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP;
    int saved = errno;
    close(fd);
    errno = saved;
    return is_synced;
}

/* A file that exists is never opened here: closing it would drop the locks of another handle in
 * this process. */
static am_store_code make(am_sqlite *store, const char *folder)
{
    struct stat info;
    const char *path = store->path;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    else if (errno != EEXIST && stat(path, &info) != 0)
        return cannot(store, "created");
    /* An empty file may be another's, just made and not synced yet. */
    if (stat(path, &info) != 0 || (info.st_size == 0 && !sync_folder(folder)))
        return cannot(store, "created");
    return AM_STORE_DONE;
}

/* The folder of an absolute path. */
static void folder_of(const char *path, char folder[PATH_MAX])
{
    int size = (int)(strrchr(path, '/') - path);
    snprintf(folder, PATH_MAX, "%.*s", size > 0 ? size : 1, path);
}

/* The path of its log, which SQLite gives it; NULL: out of memory. */
static char *log_of(const char *path)
{
    static const char ending[] = "-wal";
    size_t size = strlen(path);
    char *log = malloc(size + sizeof ending);
    if (!log)
        return NULL;
    memcpy(log, path, size);
    memcpy(log + size, ending, sizeof ending);
    return log;
}

am_store_code am_file_prepare(am_sqlite *store, const char *path)
{
    am_place place;
    char folder[PATH_MAX];
    if (!am_place_find_file(&place, path))
        return am_sqlite_say(store, AM_STORE_REFUSED, "%s cannot be an outbox: %s", path,
                             place.refusal ? place.refusal : strerror(errno));
    store->head.path = store->path = strdup(place.path);
    store->wal_path = log_of(place.path);
    if (!store->path || !store->wal_path)
        return am_sqlite_say(store, AM_STORE_NO_MEMORY, "out of memory");
    folder_of(place.path, folder);
    const char *network = network_of(folder);
    if (network)
        return am_sqlite_say(store, AM_STORE_REFUSED,
                             "an outbox needs a disk of this machine, and this is a network file "
                             "system (%s)",
                             network);
    return make(store, folder);
}

/* ---- whether it is still there --------------------------------------------------------------- */

static bool identify(am_file_id *id, const char *path)
{
    struct stat info;
    *id = (am_file_id){0};
    if (stat(path, &info) == 0)
        *id = (am_file_id){info.st_dev, info.st_ino};
    return id->inode != 0;
}

am_store_code am_file_remember(am_sqlite *store)
{
    int moved = 0;
    sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    if (!moved && identify(&store->file, store->path) && identify(&store->wal, store->wal_path))
        return AM_STORE_DONE;
    return am_sqlite_say(store, AM_STORE_MOVED, "the outbox was removed while it was opened");
}

static bool is_same(am_file_id a, am_file_id b)
{
    return a.device == b.device && a.inode == b.inode;
}

bool am_file_is_in_place(const am_sqlite *store)
{
    am_file_id file, wal;
    return identify(&file, store->path) && is_same(file, store->file) &&
           identify(&wal, store->wal_path) && is_same(wal, store->wal);
}

/* ---- locks and fork -------------------------------------------------------------------------- */

/* "lock:  1: POSIX  ADVISORY  READ 123 fd:00:456 1073741826 1073742335" in what /proc says of a
 * descriptor: the lock that a handle of SQLite keeps on each file with a log. */
static bool has_lock(const char *descriptor)
{
    char name[64], line[256];
    bool is_found = false;
    snprintf(name, sizeof name, "/proc/self/fdinfo/%.20s", descriptor);
    FILE *info = fopen(name, "re");
    while (info && !is_found && fgets(line, sizeof line, info))
        is_found = strncmp(line, "lock:", 5) == 0 && strstr(line, " POSIX ") &&
                   strstr(line, " 1073741826 ");
    if (info)
        fclose(info);
    return is_found;
}

/* SQLite keeps one list of locks for all handles of a file in a process, and fork copies it: a
 * handle that a child opens beside an inherited one believes that it has locks which only the
 * parent has. Then another process would delete the log as soon as the parent is gone. The system's
 * list of all locks, /proc/locks, cannot tell: what others unlock meanwhile makes its reader skip
 * lines. It only tells whether this system shows locks at all. */
bool am_file_is_locked(const am_sqlite *store)
{
    DIR *all = access("/proc/locks", R_OK) == 0 ? opendir("/proc/self/fd") : NULL;
    struct dirent *each;
    bool is_locked = false;
    if (!all)
        return true;
    while (!is_locked && (each = readdir(all))) {
        struct stat info;
        is_locked = fstatat(dirfd(all), each->d_name, &info, 0) == 0 &&
                    is_same((am_file_id){info.st_dev, info.st_ino}, store->file) &&
                    has_lock(each->d_name);
    }
    closedir(all);
    return is_locked;
}

void am_file_let_go(am_sqlite *store)
{
    sqlite3_file *file = NULL, *wal = NULL;
    sqlite3_file_control(store->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
    sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (wal && wal->pMethods)
        wal->pMethods->xClose(wal);
    if (!file || !file->pMethods)
        return;
    if (file->pMethods->iVersion >= 2 && file->pMethods->xShmUnmap)
        file->pMethods->xShmUnmap(file, 0);
    file->pMethods->xClose(file);
}
