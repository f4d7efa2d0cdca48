/* SPDX-License-Identifier: MIT */
/*
 * The arguments of an operation, as the encoder sees them: items, and a reader that hands them out.
 * A Lua table and a list of am_value are read by the same code.
 *
 * A reader is raw: it calls nothing of the host's, allocates nothing that a collector could answer
 * with a finalizer, and neither raises nor jumps, as the encoder owns memory while it reads.
 */
#ifndef AM_ITEM_H
#define AM_ITEM_H

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

typedef enum am_item_kind {
    AM_ITEM_NIL, /* nothing is there */
    AM_ITEM_NULL,
    AM_ITEM_BOOLEAN,
    AM_ITEM_INTEGER,
    AM_ITEM_FLOAT,
    AM_ITEM_STRING,
    AM_ITEM_TABLE,
    AM_ITEM_OTHER, /* what JSON cannot hold */
    AM_ITEM_FAILED /* the reader has no memory to read it */
} am_item_kind;

typedef struct am_table {
    intptr_t ref;           /* the reader's */
    size_t count;           /* of the positions 1, 2, 3 ..., as Lua's raw length tells it */
    const char *class_name; /* of an object; NULL: none */
    bool is_array;          /* a list even when it is empty */
} am_table;

typedef struct am_item {
    am_item_kind kind;
    union {
        bool boolean;
        int64_t integer;
        double number;
        am_bytes string; /* ends in a NUL, and stays where it is until the encoder has returned */
        am_table table;
        const char *type; /* of what JSON cannot hold: "function" */
    } as;
} am_item;

/* A table stays readable until its parent is read again; the arguments themselves always are. A
 * walk goes on although what it handed out was read meanwhile. */
typedef struct am_reader {
    void *user;
    /* The field with the name am_names[name]. */
    void (*get)(void *user, intptr_t table, unsigned name, am_item *value);
    /* The value at a position, from 1. */
    void (*at)(void *user, intptr_t table, size_t position, am_item *value);
    /* Walks a table: the member after *cursor, which starts at 0; false: there is none. A value
     * that is AM_ITEM_FAILED ends the walk. */
    bool (*next)(void *user, intptr_t table, size_t *cursor, am_item *key, am_item *value);
} am_reader;

AM_END_HIDDEN
#endif
