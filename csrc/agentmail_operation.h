/* SPDX-License-Identifier: MIT */
/*
 * agentmail: operations by name, for C hosts. The arguments are a list of values. The library turns
 * them into a request, checks it locally, and protects it: a send gets an Idempotency-Key, a create
 * a client_id. Names are those of the API, as in Lua. The host reads the answer and judges it
 * (am_call_judge).
 */
#ifndef AGENTMAIL_OPERATION_H
#define AGENTMAIL_OPERATION_H

#include "agentmail.h"

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

typedef enum am_value_kind {
    AM_VALUE_NULL, /* clears a field that can be cleared */
    AM_VALUE_BOOLEAN,
    AM_VALUE_INTEGER,
    AM_VALUE_NUMBER,
    AM_VALUE_TEXT, /* UTF-8 that ends in a NUL */
    AM_VALUE_LIST,
    AM_VALUE_MAP
} am_value_kind;

typedef struct am_value {
    const char *name; /* of a parameter or a member; NULL: an item of a list */
    am_value_kind kind;
    union {
        bool boolean;
        int64_t integer;
        double number;
        am_bytes text;
        struct {
            const struct am_value *list;
            size_t count;
        } values; /* of a list or map */
    } as;
} am_value;

static inline am_value am_null(const char *name)
{
    am_value value;
    memset(&value, 0, sizeof value);
    value.name = name;
    return value;
}

static inline am_value am_boolean(const char *name, bool boolean)
{
    am_value value = am_null(name);
    value.kind = AM_VALUE_BOOLEAN;
    value.as.boolean = boolean;
    return value;
}

static inline am_value am_integer(const char *name, int64_t integer)
{
    am_value value = am_null(name);
    value.kind = AM_VALUE_INTEGER;
    value.as.integer = integer;
    return value;
}

static inline am_value am_number(const char *name, double number)
{
    am_value value = am_null(name);
    value.kind = AM_VALUE_NUMBER;
    value.as.number = number;
    return value;
}

static inline am_value am_text(const char *name, const char *text)
{
    am_value value = am_null(name);
    value.kind = AM_VALUE_TEXT;
    value.as.text.data = text;
    value.as.text.size = strlen(text);
    return value;
}

/* Bytes followed by a NUL, such as an attachment's `data`; they must outlive the call. */
static inline am_value am_data(const char *name, const char *data, size_t size)
{
    am_value value = am_null(name);
    value.kind = AM_VALUE_TEXT;
    value.as.text.data = data;
    value.as.text.size = size;
    return value;
}

static inline am_value am_list(const char *name, const am_value *items, size_t count)
{
    am_value value = am_null(name);
    value.kind = AM_VALUE_LIST;
    value.as.values.list = items;
    value.as.values.count = count;
    return value;
}

static inline am_value am_map(const char *name, const am_value *members, size_t count)
{
    am_value value = am_list(name, members, count);
    value.kind = AM_VALUE_MAP;
    return value;
}

typedef struct am_plan am_plan;

/* An operation by name, such as "inboxes.messages.send"; NULL: unknown. Static. */
const am_plan *am_operation(const char *name);

/* Submits an operation, like am_call_submit. `more`, which may be NULL, adds to the request:
 * headers, limits, events, api_key, user; members that the operation sets itself are ignored. If an
 * argument is wrong, the code is invalid, and error names the argument and what would be right. */
am_call *am_operation_submit(am_client *client, const am_plan *operation, const am_value *arguments,
                             size_t count, const am_request *more, am_code *code,
                             char error[AM_ERROR_SIZE]);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif
#endif
