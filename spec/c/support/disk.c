/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "disk.h"

#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 4096 };

typedef struct disk_file {
    sqlite3_file base; /* first */
    int flags;
    sqlite3_file *real; /* behind this struct */
} disk_file;

static struct {
    sqlite3_vfs vfs, *real;
    disk_counts counts;
    int64_t harm_at;
    disk_harm harm;
    bool for_good, only_writes;
} disk;

/* Asked before each call. What is returned is its error; 0: the call goes through. */
static int fate(bool writes, int error)
{
    if (disk.only_writes && !writes)
        return SQLITE_OK;
    int64_t n = ++disk.counts.asked;
    if (!disk.harm_at || (disk.for_good ? n < disk.harm_at : n != disk.harm_at))
        return SQLITE_OK;
    if (disk.harm == DISK_KILLS)
        kill(getpid(), SIGKILL);
    if (disk.harm == DISK_FILLS)
        return writes ? SQLITE_FULL : SQLITE_OK;
    return error;
}

#define REAL(file) (((disk_file *)(file))->real)
#define METHODS(file) (REAL(file)->pMethods)

static bool is_wal(sqlite3_file *file)
{
    return ((disk_file *)file)->flags & SQLITE_OPEN_WAL;
}

static int disk_close(sqlite3_file *file)
{
    return METHODS(file)->xClose(REAL(file));
}

static int disk_read(sqlite3_file *file, void *buffer, int size, sqlite3_int64 offset)
{
    int error = fate(false, SQLITE_IOERR_READ);
    if (error)
        return error;
    if (size == PAGE)
        disk.counts.reads++;
    disk.counts.wal_reads += size == PAGE && is_wal(file);
    return METHODS(file)->xRead(REAL(file), buffer, size, offset);
}

static int disk_write(sqlite3_file *file, const void *buffer, int size, sqlite3_int64 offset)
{
    int error = fate(true, SQLITE_IOERR_WRITE);
    if (error)
        return error;
    if (size == PAGE)
        *(is_wal(file) ? &disk.counts.wal_pages : &disk.counts.checkpoints) += 1;
    return METHODS(file)->xWrite(REAL(file), buffer, size, offset);
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int error = fate(true, SQLITE_IOERR_TRUNCATE);
    return error ? error : METHODS(file)->xTruncate(REAL(file), size);
}

static int disk_sync(sqlite3_file *file, int flags)
{
    int error = fate(true, SQLITE_IOERR_FSYNC);
    disk.counts.syncs++;
    disk.counts.wal_syncs += is_wal(file);
    (void)flags;
    return error;
}

static int disk_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    int error = fate(false, SQLITE_IOERR_FSTAT);
    return error ? error : METHODS(file)->xFileSize(REAL(file), size);
}

static int disk_lock(sqlite3_file *file, int lock)
{
    int error = fate(false, SQLITE_IOERR_LOCK);
    return error ? error : METHODS(file)->xLock(REAL(file), lock);
}

static int disk_unlock(sqlite3_file *file, int lock)
{
    return METHODS(file)->xUnlock(REAL(file), lock);
}

static int disk_check_lock(sqlite3_file *file, int *is_reserved)
{
    return METHODS(file)->xCheckReservedLock(REAL(file), is_reserved);
}

static int disk_control(sqlite3_file *file, int op, void *argument)
{
    return METHODS(file)->xFileControl(REAL(file), op, argument);
}

static int disk_sector_size(sqlite3_file *file)
{
    return METHODS(file)->xSectorSize(REAL(file));
}

static int disk_traits(sqlite3_file *file)
{
    return METHODS(file)->xDeviceCharacteristics(REAL(file));
}

static int disk_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **map)
{
    int error = fate(false, SQLITE_IOERR_SHMMAP);
    return error ? error : METHODS(file)->xShmMap(REAL(file), region, size, extend, map);
}

static int disk_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    /* An error while unlocking is one that no disk has. */
    int error = flags & SQLITE_SHM_LOCK ? fate(false, SQLITE_IOERR_SHMLOCK) : SQLITE_OK;
    return error ? error : METHODS(file)->xShmLock(REAL(file), offset, n, flags);
}

static void disk_shm_barrier(sqlite3_file *file)
{
    METHODS(file)->xShmBarrier(REAL(file));
}

static int disk_shm_unmap(sqlite3_file *file, int delete)
{
    return METHODS(file)->xShmUnmap(REAL(file), delete);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = disk_close,
    .xRead = disk_read,
    .xWrite = disk_write,
    .xTruncate = disk_truncate,
    .xSync = disk_sync,
    .xFileSize = disk_file_size,
    .xLock = disk_lock,
    .xUnlock = disk_unlock,
    .xCheckReservedLock = disk_check_lock,
    .xFileControl = disk_control,
    .xSectorSize = disk_sector_size,
    .xDeviceCharacteristics = disk_traits,
    .xShmMap = disk_shm_map,
    .xShmLock = disk_shm_lock,
    .xShmBarrier = disk_shm_barrier,
    .xShmUnmap = disk_shm_unmap,
};

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    disk_file *mine = (disk_file *)file;
    (void)vfs;
    *mine = (disk_file){.flags = flags, .real = (sqlite3_file *)(mine + 1)};
    int error = fate(false, SQLITE_CANTOPEN);
    if (!error)
        error = disk.real->xOpen(disk.real, name, mine->real, flags, out);
    if (!error)
        mine->base.pMethods = &methods;
    return error;
}

static int disk_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    int error = fate(true, SQLITE_IOERR_DELETE);
    (void)vfs;
    return error ? error : disk.real->xDelete(disk.real, name, sync);
}

static int disk_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
    int error = fate(false, SQLITE_IOERR_ACCESS);
    (void)vfs;
    return error ? error : disk.real->xAccess(disk.real, name, flags, result);
}

static int disk_full_path(sqlite3_vfs *vfs, const char *name, int size, char *path)
{
    (void)vfs;
    return disk.real->xFullPathname(disk.real, name, size, path);
}

/* A pause is none: a test that waits for a lock is over at once. */
static int disk_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    usleep(100);
    return microseconds;
}

int disk_begin(void **state)
{
    (void)state;
    disk.real = sqlite3_vfs_find(NULL);
    if (!disk.real)
        return -1;
    disk.vfs = *disk.real;
    disk.vfs.zName = "disk";
    disk.vfs.szOsFile += (int)sizeof(disk_file);
    disk.vfs.xOpen = disk_open;
    disk.vfs.xDelete = disk_delete;
    disk.vfs.xAccess = disk_access;
    disk.vfs.xFullPathname = disk_full_path;
    disk.vfs.xSleep = disk_sleep;
    return sqlite3_vfs_register(&disk.vfs, 1) != SQLITE_OK;
}

void disk_harm_at(int64_t n, disk_harm harm, bool for_good)
{
    disk.counts.asked = 0;
    disk.harm_at = n;
    disk.harm = harm;
    disk.for_good = for_good;
}

void disk_harm_writes(bool only)
{
    disk.only_writes = only;
}

disk_counts disk_seen(void)
{
    return disk.counts;
}

void disk_forget(void)
{
    disk.counts = (disk_counts){0};
}
