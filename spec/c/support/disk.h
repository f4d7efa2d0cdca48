/* SPDX-License-Identifier: MIT */
/*
 * The disk as SQLite sees it: counted, and failing on demand. It is put between SQLite and the
 * system's files, so that the code under test is what it is in production. Nothing is synced: no
 * test cuts the power.
 */
#ifndef DISK_H
#define DISK_H

#include <stdbool.h>
#include <stdint.h>

typedef enum disk_harm {
    DISK_BREAKS, /* an I/O error */
    DISK_FILLS,  /* full, if it is asked to write */
    DISK_KILLS   /* this process ends, as by SIGKILL */
} disk_harm;

typedef struct disk_counts {
    int64_t asked;            /* calls that could fail */
    int64_t wal_pages;        /* written into the log */
    int64_t wal_syncs, syncs; /* of the log; of anything */
    int64_t reads, wal_reads; /* of pages, from the file and from the log */
    int64_t checkpoints;      /* pages copied from the log to the file */
} disk_counts;

/* For cmocka, before SQLite is used: takes its place. */
int disk_begin(void **state);
/* The n-th call from now on is harmed, and with for_good each later one; 0: none. */
void disk_harm_at(int64_t n, disk_harm harm, bool for_good);
/* Only writes and syncs count for disk_harm_at from now on, or all calls. */
void disk_harm_writes(bool only);
/* What happened since the last disk_forget. */
disk_counts disk_seen(void);
void disk_forget(void);

#endif
