/* SPDX-License-Identifier: MIT */
/*
 * The encoder at work: where its bytes go, and the place in the arguments where it is. Functions
 * that write answer false when there is a problem, which then is told; a buffer that has no room
 * is looked at only at the end.
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
    AM_PLACE_INDEX,      /* [2], of a list with items of a type */
    AM_PLACE_MEMBER,     /* .filename */
    AM_PLACE_KEY,        /* ["x"] */
    AM_PLACE_ITEM,       /* [2], of any list */
    AM_PLACE_UNDECLARED, /* 'x', of a query */
    AM_PLACE_UNKNOWN     /* unknown field */
} am_place_kind;

/* A step on the way to a value; it lives on the stack of who takes it. */
typedef struct am_place {
    const struct am_place *outer;
    am_place_kind kind;
    am_bytes name; /* of INDEX and ITEM, the size is the position */
} am_place;

typedef struct am_writer {
    const am_plan *plan;
    am_arguments *arguments;
    const am_reader *reader; /* of the arguments */
    am_written *written;
    am_buf *out; /* of these, or one of the encoder's own */
    const am_place *place;
    am_problem *problem;
    unsigned field; /* the one being written */
    size_t depth;
    bool lenient; /* never in the path */
    bool starved; /* the rules could not read all */
} am_writer;

/* Says what is wrong with the value here; false. The caller may add to the problem. Of a value that
 * could not be read it says so, whatever the kind. */
bool am_fail(am_writer *w, am_problem_kind kind, const am_item *value);
void am_put(am_writer *w, const char *text);
void am_put_name(am_writer *w, unsigned name);
/* A value of a type that is no table. */
bool am_write_scalar(am_writer *w, unsigned type, const am_item *value);
bool am_write_string(am_writer *w, const am_item *value);
bool am_write_date(am_writer *w, const am_item *value);
/* A value of any type, or a list of them. */
bool am_write_typed(am_writer *w, unsigned type, const am_item *value);
bool am_write_list(am_writer *w, unsigned type, const am_item *value);
/* The value of a field that is given. */
bool am_write_field(am_writer *w, const am_field *field, const am_item *value);

/* An object with declared members, in their order, none of them a table. What else it holds is a
 * mistake, or plain JSON where nothing is checked. */
typedef struct am_record {
    const am_field *fields;
    size_t count;
    const am_words *known;
} am_record;

/* `given` are the members' values, if they have been read already; else NULL. */
bool am_write_record(am_writer *w, const am_record *record, const am_item *value,
                     const am_item *given);
bool am_write_attachment(am_writer *w, const am_item *value);

typedef bool am_write_value(am_writer *w, const am_item *value);
/* Whether a member of a map is left out. */
typedef bool am_skips(const void *known, const am_item *key);

/* The members of a table with its keys in byte order, without braces. `skips` may be NULL. */
bool am_write_map(am_writer *w, const am_table *table, am_write_value *of, am_skips *skips,
                  const void *known);
/* Any value as JSON. */
bool am_write_any(am_writer *w, const am_item *value);
/* What the plan does not know, as plain JSON. */
bool am_write_undeclared(am_writer *w);

/* Whether the arguments are what the service takes; false with the problem. */
bool am_check_rules(am_writer *w);

AM_END_HIDDEN
#endif
