/* SPDX-License-Identifier: MIT */
/*
 * The encoder's state: where its bytes go, and its place in the arguments. A function that writes
 * returns false after setting the problem. Whether a buffer had room is checked only at the end.
 */
#ifndef AM_WRITER_H
#define AM_WRITER_H

#include "base/visibility.h"
#include "encode/encode.h"
#include "encode/arguments.h"
#include "encode/problem.h"
#include "encode/written.h"

AM_BEGIN_HIDDEN

typedef enum am_place_kind {
    AM_PLACE_FIELD,      /* 'to' */
    AM_PLACE_INDEX,      /* [2], of a typed list */
    AM_PLACE_MEMBER,     /* .filename */
    AM_PLACE_KEY,        /* ["x"] */
    AM_PLACE_ITEM,       /* [2], of any list */
    AM_PLACE_UNDECLARED, /* 'x', of a query */
    AM_PLACE_UNKNOWN     /* unknown field */
} am_place_kind;

/* A step on the path to a value, on the C stack of the function that takes it. */
typedef struct am_place {
    const struct am_place *outer;
    am_place_kind kind;
    am_bytes name; /* for INDEX and ITEM, the size is the position */
} am_place;

typedef struct am_writer {
    const am_plan *plan;
    am_arguments *arguments;
    const am_reader *reader; /* of the arguments */
    am_written *written;
    am_buf *out; /* in `written`, or a buffer of the encoder */
    const am_place *place;
    am_problem *problem;
    unsigned field; /* being written */
    size_t depth;
    bool lenient; /* false in the path */
    bool starved; /* the rules ran out of memory */
} am_writer;

/* Sets a problem with the current value; returns false. The caller may add to the problem. If the
 * value could not be read, that is the problem, regardless of the kind. */
bool am_fail(am_writer *w, am_problem_kind kind, const am_item *value);
void am_put(am_writer *w, const char *text);
void am_put_name(am_writer *w, unsigned name);
/* Writes a value of a type that is not a table. */
bool am_write_scalar(am_writer *w, unsigned type, const am_item *value);
bool am_write_string(am_writer *w, const am_item *value);
bool am_write_date(am_writer *w, const am_item *value);
/* Writes a value of any type, or a list. */
bool am_write_typed(am_writer *w, unsigned type, const am_item *value);
bool am_write_list(am_writer *w, unsigned type, const am_item *value);
/* Writes the value of a given field. */
bool am_write_field(am_writer *w, const am_field *field, const am_item *value);

typedef bool am_write_member(am_writer *w, const am_field *field, const am_item *value);

/* Writes an object's declared members, in their order, each by `of`. Other members are an error, or
 * plain JSON if nothing is checked. `given`: the members' values if they have been read; else
 * NULL. */
bool am_write_record(am_writer *w, const am_record *record, const am_item *value,
                     const am_item *given, am_write_member *of);
bool am_write_attachment(am_writer *w, const am_item *value);

typedef bool am_write_value(am_writer *w, const am_item *value);
/* Whether to leave out a member of a map. */
typedef bool am_skips(const void *known, const am_item *key);

/* Writes the members of a table in byte order, without braces. `skips` may be NULL. */
bool am_write_map(am_writer *w, const am_table *table, am_write_value *of, am_skips *skips,
                  const void *known);
/* Writes any value as JSON. */
bool am_write_any(am_writer *w, const am_item *value);
/* Writes what the plan does not know as plain JSON. */
bool am_write_undeclared(am_writer *w);

/* Whether the service would accept the arguments; false sets the problem. */
bool am_check_rules(am_writer *w);

AM_END_HIDDEN
#endif
