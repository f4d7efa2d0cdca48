/* SPDX-License-Identifier: MIT */
/*
 * The file: eight bytes that identify it, then the epoch of each slot's last owner in eight more.
 * The locked bytes are beyond the content; that of slot 0, which is nobody's, guards the identity.
 */
#define _GNU_SOURCE
#include "outbox/alive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    RECORD = 8,
    IDENTITY = 0,
    FIRST_LOCK = 1 << 20,
    TRIES = 1000 /* of a millisecond, while another process writes the identity */
};

static bool fail(char error[AM_ERROR_SIZE], const char *what)
{
    snprintf(error, AM_ERROR_SIZE, "the outbox' list of owners cannot be %s: %s", what,
             strerror(errno));
    return false;
}

/* ---- locks, which belong to the descriptor --------------------------------------------------- */

static struct flock lock_of(short type, int64_t slot)
{
    return (struct flock){
        .l_type = type, .l_whence = SEEK_SET, .l_start = FIRST_LOCK + (off_t)slot, .l_len = 1};
}

/* False with EAGAIN: another owner has it. */
static bool lock(int fd, short type, int64_t slot)
{
    struct flock wanted = lock_of(type, slot);
    if (fcntl(fd, F_OFD_SETLK, &wanted) == 0)
        return true;
    if (errno == EACCES)
        errno = EAGAIN;
    return false;
}

/* -1: the system does not tell. */
static int is_locked(int fd, int64_t slot)
{
    struct flock wanted = lock_of(F_WRLCK, slot);
    return fcntl(fd, F_OFD_GETLK, &wanted) == 0 ? wanted.l_type != F_UNLCK : -1;
}

/* ---- the content ----------------------------------------------------------------------------- */

/* Reads the n-th record; 0 if there is none. */
static bool read_record(int fd, int64_t n, int64_t *value)
{
    ssize_t size = pread(fd, value, sizeof *value, (off_t)(n * RECORD));
    if (size >= 0 && size < RECORD)
        *value = 0;
    return size >= 0;
}

static bool write_record(int fd, int64_t n, int64_t value)
{
    ssize_t size = pwrite(fd, &value, sizeof value, (off_t)(n * RECORD));
    if (size >= 0 && size < RECORD)
        errno = ENOSPC;
    return size == RECORD;
}

/* A file that has no identity gets one, which is never 0. */
static bool identify(int fd, int64_t *identity)
{
    uint32_t random;
    if (!read_record(fd, IDENTITY, identity) || *identity != 0)
        return *identity != 0;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return false;
    *identity = 1 + (int64_t)(random >> 2);
    return write_record(fd, IDENTITY, *identity);
}

static bool identify_alone(int fd, int64_t *identity)
{
    for (int i = 0; !lock(fd, F_WRLCK, IDENTITY); i++) {
        if (errno != EAGAIN || i == TRIES)
            return false;
        usleep(1000);
    }
    bool is_done = identify(fd, identity);
    int saved = errno;
    lock(fd, F_UNLCK, IDENTITY);
    errno = saved;
    return is_done;
}

/* ---- owners ---------------------------------------------------------------------------------- */

static bool take_slot(am_alive *alive)
{
    for (alive->slot = 1; alive->slot <= AM_ALIVE_SLOTS; alive->slot++) {
        if (lock(alive->fd, F_WRLCK, alive->slot))
            return true;
        if (errno != EAGAIN)
            return false;
    }
    errno = EUSERS;
    return false;
}

/* The identity of the file, and how many owners the slot has had: no two owners have the same.
 * Until it is written, the slot's last owner seems to live, which only costs a wait. */
static bool begin_epoch(am_alive *alive, int64_t identity)
{
    int64_t count;
    if (!read_record(alive->fd, alive->slot, &count))
        return false;
    count = (count & UINT32_MAX) + 1;
    alive->epoch = identity << 32 | (count & UINT32_MAX);
    return write_record(alive->fd, alive->slot, alive->epoch);
}

bool am_alive_open(am_alive *alive, const char *path, char error[AM_ERROR_SIZE])
{
    int64_t identity;
    *alive = (am_alive){.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (alive->fd < 0)
        return fail(error, "opened");
    am_fork_mark_set(&alive->mark);
    if (identify_alone(alive->fd, &identity) && take_slot(alive) && begin_epoch(alive, identity))
        return true;
    fail(error, "written");
    am_alive_close(alive);
    return false;
}

void am_alive_close(am_alive *alive)
{
    if (alive->fd < 0 || am_fork_mark_is_foreign(&alive->mark))
        return;
    close(alive->fd);
    alive->fd = -1;
    am_fork_mark_free(&alive->mark);
}

am_liveness am_alive_test(const am_alive *alive, int64_t slot, int64_t epoch)
{
    int64_t now, is_ours = slot == alive->slot && epoch == alive->epoch;
    if (alive->fd < 0 || am_fork_mark_is_foreign(&alive->mark) || epoch >> 32 != alive->epoch >> 32)
        return AM_LIVENESS_UNKNOWN;
    if (is_ours)
        return AM_LIVES;
    if (slot < 1 || slot > AM_ALIVE_SLOTS || !read_record(alive->fd, slot, &now))
        return AM_LIVENESS_UNKNOWN;
    if (slot == alive->slot || now != epoch)
        return AM_DIED;
    int locked = is_locked(alive->fd, slot);
    return locked < 0 ? AM_LIVENESS_UNKNOWN : locked ? AM_LIVES : AM_DIED;
}
