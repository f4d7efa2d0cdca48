/* SPDX-License-Identifier: MIT */
/* What a shape is made of, for the files that make and apply it. */
#ifndef AM_LUA_SHAPE_FIELDS_H
#define AM_LUA_SHAPE_FIELDS_H

#include <stdbool.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

#define AM_SHAPE "agentmail.core.shape"
extern const char am_lua_shape_key; /* its address is the metatable's key in the registry */

typedef struct am_shape_field {
    bool required, list, numeric, nested, labels, token;
    bool checked; /* it is required, or a page token */
} am_shape_field;

typedef struct am_shape {
    bool is_map, has_class, has_metatable, is_pod;
    bool counts; /* the decoder turns all numbers into floats */
    int count;   /* of the fields that something is done with; the others are only known */
    am_shape_field fields[];
} am_shape;

/* A shape's user value is an array: these parts; then of each field its name, and its shape if it
 * is nested. */
enum { AM_PART_KNOWN = 1, AM_PART_CLASS, AM_PART_METATABLE, AM_PART_LABELS, AM_PARTS };

static inline int am_part_name(int i)
{
    return AM_PARTS + 2 * i;
}

static inline int am_part_shape(int i)
{
    return AM_PARTS + 2 * i + 1;
}

AM_END_HIDDEN
#endif
