/* SPDX-License-Identifier: MIT */
/*
 * What an outbox requires of a store of rows. A store keeps and compares; it decides nothing, reads
 * no clock and sends nothing. Each function that writes is one transaction, which is on the
 * disk when the function returns: after any crash the row is the old or the new one, whole.
 *
 * A function that fails may have written, as when the answer of the disk is lost. The content of
 * the file is then true, but nothing is sent because of the failed call.
 *
 * One thread at a time uses a store. A forked child does not use its parent's: it closes it, which
 * touches neither the file nor the parent's locks, and then opens its own.
 */
#ifndef AM_STORE_H
#define AM_STORE_H

#include "agentmail.h"
#include "base/visibility.h"
#include "outbox/row.h"

AM_BEGIN_HIDDEN

enum { AM_STORE_VERSION = 1, AM_STORE_SECRET_SIZE = 16 };

typedef enum am_store_code {
    AM_STORE_DONE,
    AM_STORE_EXISTS, /* put: this inbox has the key already */
    AM_STORE_OTHER,  /* put: another inbox has the key */
    AM_STORE_NONE,   /* no such row */
    AM_STORE_STALE,  /* swap: somebody else has written the row */
    /* failures: the store's error says more */
    AM_STORE_BUSY,      /* others wrote for longer than wait_ms */
    AM_STORE_REFUSED,   /* open: this file must not be used as it was asked for */
    AM_STORE_READ_ONLY, /* the file can be read only */
    AM_STORE_FULL,      /* the disk is full */
    AM_STORE_MOVED,     /* the file, or part of it, was removed or replaced while open */
    AM_STORE_FORKED,    /* the store belongs to another process */
    AM_STORE_SOURCE,    /* the body to keep cannot be read */
    AM_STORE_NO_MEMORY,
    AM_STORE_BROKEN /* any other error of the file or its disk */
} am_store_code;

static inline bool am_store_failed(am_store_code code)
{
    return code >= AM_STORE_BUSY;
}

/* ---- bodies ---------------------------------------------------------------------------------- */

enum { AM_STORE_PARTS = 4096 }; /* of one body, at most */

/* Bytes of a body that are sent alike. */
typedef struct am_store_part {
    int64_t size;
    int32_t kind;  /* the caller's, such as: sent as base64 */
    int32_t chunk; /* the store's, of a part that it returns */
} am_store_part;

/* A body to keep. */
typedef struct am_store_body {
    const am_store_part *parts;
    size_t count;
    /* Reads exactly `size` bytes, which follow those of the call before, into `buffer`. False:
     * nothing is kept. */
    bool (*read)(void *user, void *buffer, size_t size);
    void *user;
} am_store_body;

typedef enum am_store_keep {
    AM_STORE_KEEP,   /* leave the body as it is */
    AM_STORE_DROP,   /* delete it */
    AM_STORE_REPLACE /* the row begins anew: other bytes, and the fields that describe them */
} am_store_keep;

/* ---- rows ------------------------------------------------------------------------------------ */

/* Rows that a store returns, and all their strings. Zero it before its first use; it is emptied
 * and used again by each function that fills it. */
typedef struct am_store_rows {
    am_outbox_row *rows;
    size_t count;
    char **texts; /* the strings of each row */
    size_t capacity;
} am_store_rows;

void am_store_rows_free(am_store_rows *rows);

/* What a swap does beside the row. */
typedef struct am_store_swap {
    bool always; /* at any version: for a whole success */
    am_store_keep keep;
    const am_store_body *body; /* of AM_STORE_REPLACE */
} am_store_swap;

typedef struct am_store_filter {
    uint32_t states; /* 1 << state for each wanted */
    int64_t after;   /* rows with larger ids only */
    int64_t limit;   /* at most this many */
} am_store_filter;

/* A decision about a row, which the store asks its caller for. */
typedef struct am_store_judge {
    bool (*accept)(void *user, const am_outbox_row *row);
    void *user;
} am_store_judge;

/* Rows to delete, in pieces, so that no other process waits long. */
typedef struct am_store_prune {
    am_store_judge old; /* accepts what is to go */
    int64_t limit;      /* rows that it is shown in one transaction, at most */
    int64_t after;      /* begin behind this id; then how far it came, -1: at the end */
    int64_t removed;    /* grows */
} am_store_prune;

/* ---- the store ------------------------------------------------------------------------------- */

typedef struct am_store_options {
    const char *path;    /* of a file, or what names a database; no credential is kept */
    const char *service; /* its base URL, without a credential */
    bool label, keyed;   /* settings that must stay what they were; service too */
    int64_t wait_ms;     /* for another process' write; 0: not at all */
} am_store_options;

typedef struct am_store_table am_store_table;

/* The head of a store of any kind. */
typedef struct am_store {
    const am_store_table *table;
    const char *path;  /* of its file, absolute and without links; NULL: it has none */
    int64_t newest_ms; /* the newest wall clock of any write, as seen by the last open, put, swap
                          or remove; up to a minute old; -1: none */
    /* Random, made with the file, and the same for all who open it: a key for digests of what it
     * keeps. */
    unsigned char secret[AM_STORE_SECRET_SIZE];
    char error[AM_ERROR_SIZE];
} am_store;

struct am_store_table {
    int32_t version; /* AM_STORE_VERSION */

    /* Opens, and makes what is missing. NULL: code and error say why. */
    am_store *(*open)(const am_store_options *options, am_store_code *code,
                      char error[AM_ERROR_SIZE]);
    /* NULL is allowed. In a forked child it only releases what the child has inherited. */
    void (*close)(am_store *store);

    /* Keeps a new row, with its id, version 1, and its body (NULL: none). EXISTS, and nothing is
     * kept: this inbox has the key. OTHER: another inbox has a row with the key, and `keeps`
     * accepts it. `found` is the row that is now in the file. */
    am_store_code (*put)(am_store *store, const am_outbox_row *row, const am_store_body *body,
                         const am_store_judge *keeps, int64_t now_ms, am_store_rows *found);
    /* Finds a row. */
    am_store_code (*read)(am_store *store, const char *inbox_id, const char *key,
                          am_store_rows *found);
    /* Writes the row with this id, if it has still this version, and raises the version. Inbox and
     * key stay, and so do created_ms and what describes the request, unless the body is replaced:
     * the caller gives them as it found them at this version. `found` is the row that is now in the
     * file, written or STALE. */
    am_store_code (*swap)(am_store *store, const am_outbox_row *row, const am_store_swap *swap,
                          int64_t now_ms, am_store_rows *found);
    /* The open rows that are due at now_ms, the longest due first, and when the first of those that
     * are not due yet will be; -1: there is none. No row is put off for more than a day: one whose
     * time is farther ahead is due, because the clock was set back since. */
    am_store_code (*due)(am_store *store, int64_t now_ms, int64_t limit, am_store_rows *found,
                         int64_t *next_ms);
    /* Rows by state, by id. */
    am_store_code (*list)(am_store *store, const am_store_filter *filter, am_store_rows *found);
    /* Deletes rows; call it again until `after` is -1. */
    am_store_code (*remove)(am_store *store, am_store_prune *prune);

    /* The parts of a row's body, at most AM_STORE_PARTS. */
    am_store_code (*parts)(am_store *store, int64_t id, am_store_part *parts, size_t *count);
    /* Copies `size` bytes of a part, from an offset within it. NONE: they are not there. */
    am_store_code (*bytes)(am_store *store, int64_t id, const am_store_part *part, int64_t offset,
                           void *buffer, size_t size);
};

/* SQLite, in one file. */
const am_store_table *am_store_sqlite(void);

AM_END_HIDDEN
#endif
