/* SPDX-License-Identifier: MIT */
/*
 * The encoder's view of an operation's arguments: items, and a reader that returns them. The same
 * code reads a Lua table and a list of am_value.
 *
 * The encoder owns memory while it reads. So a reader calls no code of the host, makes no
 * allocation that could make a collector run finalizers, and neither raises nor jumps.
 */
#ifndef AM_ITEM_H
#define AM_ITEM_H

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

typedef enum am_item_kind {
    AM_ITEM_NIL, /* absent */
    AM_ITEM_NULL,
    AM_ITEM_BOOLEAN,
    AM_ITEM_INTEGER,
    AM_ITEM_FLOAT,
    AM_ITEM_STRING,
    AM_ITEM_TABLE,
    AM_ITEM_OTHER, /* a value JSON cannot represent */
    AM_ITEM_FAILED /* the reader ran out of memory */
} am_item_kind;

typedef struct am_table {
    intptr_t ref;           /* private to the reader */
    size_t count;           /* of positions 1, 2, 3 ..., like Lua's raw length */
    const char *class_name; /* of an object; NULL: none */
    bool is_array;          /* a list even when it is empty */
} am_table;

typedef struct am_item {
    am_item_kind kind;
    union {
        bool boolean;
        int64_t integer;
        double number;
        am_bytes string; /* ends in a NUL, and stays in place until the encoder returns */
        am_table table;
        const char *type; /* of AM_ITEM_OTHER: "function" */
    } as;
} am_item;

/* A table stays readable until its parent is read again; the arguments themselves always are.
 * Reading a value that a walk returned does not end the walk. */
typedef struct am_reader {
    void *user;
    /* The field with the name am_names[name]. */
    void (*get)(void *user, intptr_t table, unsigned name, am_item *value);
    /* The value at a position, from 1. */
    void (*at)(void *user, intptr_t table, size_t position, am_item *value);
    /* Walks a table: reads the member after *cursor, which starts at 0; false: no more. A value
     * of AM_ITEM_FAILED ends the walk. */
    bool (*next)(void *user, intptr_t table, size_t *cursor, am_item *key, am_item *value);
} am_reader;

AM_END_HIDDEN
#endif
