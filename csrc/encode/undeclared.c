/* SPDX-License-Identifier: MIT */
/* Fields newer than this library, sent unchecked as plain JSON in byte order after the declared
 * ones: in the body; or in the query of a GET, and of what has declared parameters but no body. */
#include <string.h>

#include "encode/writer.h"

static bool is_declared(const void *known, const am_item *key)
{
    const am_plan *plan = known;
    size_t cursor = 0;
    for (const am_name *name; (name = am_plan_known(plan, &cursor)) != NULL;)
        if (key->kind == AM_ITEM_STRING && key->as.string.size == name->size &&
            memcmp(key->as.string.data, name->text, name->size) == 0)
            return true;
    for (size_t i = 0; i < plan->field_count; i++)
        if (am_is_alias(&am_fields[plan->fields + i], key))
            return true;
    return false;
}

static bool write_members(am_writer *w)
{
    am_place here = {NULL, AM_PLACE_UNKNOWN, {NULL, 0}};
    am_buf *body = w->out = &w->written->body;
    if (body->size > 0 && !body->error)
        body->size--; /* the brace */
    am_put(w, body->size == 0 ? "{" : body->data[body->size - 1] == '{' ? "" : ",");
    w->place = &here;
    bool done = am_write_map(w, &w->arguments->given.as.table, am_write_any, is_declared, w->plan);
    w->place = NULL;
    am_put(w, "}");
    return done;
}

/* Writes one query parameter. */
static bool write_parameter(am_writer *w, const am_item *key, const am_item *value)
{
    am_buf *text = &w->written->scratch, *query = w->out;
    am_place here = {NULL, AM_PLACE_UNDECLARED, key->as.string};
    am_buf_reset(text, query->limit, (size_t)-1);
    w->out = text;
    w->place = &here;
    bool done = am_write_any(w, value);
    w->place = NULL;
    w->out = query;
    if (!done)
        return false;
    am_percent(query, key->as.string.data, key->as.string.size);
    am_put(w, "=");
    if (value->kind == AM_ITEM_STRING)
        am_percent(query, value->as.string.data, value->as.string.size);
    else
        am_percent(query, am_buf_string(text), text->size);
    return true;
}

typedef enum found { FOUND, NO_MORE, FAILED } found;

static bool next_member(am_writer *w, size_t *cursor, am_item *key, am_item *value)
{
    const am_table *table = &w->arguments->given.as.table;
    return w->reader->next(w->reader->user, table->ref, cursor, key, value);
}

/* The next undeclared name after `last` in byte order; NULL: the first. They are few, so each takes
 * a new search. */
static found find_name(am_writer *w, const am_bytes *last, am_bytes *name)
{
    size_t cursor = 0;
    am_item key, value;
    found result = NO_MORE;
    while (next_member(w, &cursor, &key, &value)) {
        if (value.kind == AM_ITEM_FAILED) {
            am_fail(w, AM_PROBLEM_OUT_OF_MEMORY, NULL);
            return FAILED;
        }
        if (is_declared(w->plan, &key))
            continue;
        if (key.kind != AM_ITEM_STRING) {
            am_fail(w, AM_PROBLEM_BAD_NAMES, NULL);
            return FAILED;
        }
        if ((last && am_compare(&key.as.string, last) <= 0) ||
            (result == FOUND && am_compare(&key.as.string, name) > 0))
            continue;
        result = FOUND;
        *name = key.as.string;
    }
    return result;
}

/* Walks to the member of that name, so that its value can be read. */
static bool find_member(am_writer *w, const am_bytes *name, am_item *key, am_item *value)
{
    size_t cursor = 0;
    while (next_member(w, &cursor, key, value)) {
        if (value->kind == AM_ITEM_FAILED)
            break;
        if (key->kind == AM_ITEM_STRING && am_compare(&key->as.string, name) == 0)
            return true;
    }
    return am_fail(w, AM_PROBLEM_OUT_OF_MEMORY, NULL);
}

static bool write_query(am_writer *w)
{
    bool first = strchr(am_buf_string(&w->written->target), '?') == NULL, behind = false;
    am_bytes name = {NULL, 0}, last;
    am_item key, value;
    found result;
    w->out = &w->written->target;
    for (; (result = find_name(w, behind ? &last : NULL, &name)) == FOUND; first = false) {
        am_put(w, first ? "?" : "&");
        if (!find_member(w, &name, &key, &value) || !write_parameter(w, &key, &value))
            return false;
        last = name;
        behind = true;
    }
    return result == NO_MORE;
}

bool am_write_undeclared(am_writer *w)
{
    w->depth = 0;
    w->place = NULL;
    const am_plan *plan = w->plan;
    bool queries =
        !(plan->flags & AM_PLAN_BODY) && (plan->field_count > 0 || plan->protection == AM_SAFE);
    return queries ? write_query(w) : write_members(w);
}
