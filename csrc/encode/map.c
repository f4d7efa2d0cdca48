/* SPDX-License-Identifier: MIT */
/* Writes maps in byte order, and any value as JSON. */
#include <stdlib.h>
#include <string.h>

#include "encode/writer.h"

typedef struct member {
    am_bytes key;
    size_t at, size; /* of the bytes written for it, with the comma after it */
} member;

typedef struct members {
    member *list;
    size_t count, capacity;
    bool unsorted;
} members;

static bool add_member(members *all, const am_bytes *key, size_t at)
{
    if (all->count == all->capacity) {
        size_t capacity = all->capacity ? all->capacity * 2 : 16;
        member *list = realloc(all->list, capacity * sizeof *list);
        if (!list)
            return false;
        all->list = list;
        all->capacity = capacity;
    }
    if (all->count > 0 && am_compare(&all->list[all->count - 1].key, key) > 0)
        all->unsorted = true;
    all->list[all->count++] = (member){*key, at, 0};
    return true;
}

static int by_key(const void *a, const void *b)
{
    const member *left = a, *right = b;
    return am_compare(&left->key, &right->key);
}

/* Sorts the members written from `start` on. */
static bool sort_members(am_writer *w, members *all, size_t start)
{
    size_t size = w->out->size - start;
    char *copy = malloc(size), *to = w->out->data + start;
    if (!copy)
        return am_fail(w, AM_PROBLEM_OUT_OF_MEMORY, NULL);
    memcpy(copy, to, size);
    qsort(all->list, all->count, sizeof *all->list, by_key);
    for (size_t i = 0; i < all->count; i++) {
        memcpy(to, copy + (all->list[i].at - start), all->list[i].size);
        to += all->list[i].size;
    }
    free(copy);
    return true;
}

static bool write_member(am_writer *w, members *all, const am_item *key, const am_item *value,
                         am_write_value *of)
{
    const am_bytes *name = &key->as.string;
    am_place here = {.outer = w->place, .kind = AM_PLACE_KEY, .name = *name};
    size_t at = w->out->size;
    if (!add_member(all, name, at))
        return am_fail(w, AM_PROBLEM_OUT_OF_MEMORY, NULL);
    size_t wrong = am_json_string(w->out, name->data, name->size, NULL);
    if (wrong) {
        am_fail(w, AM_PROBLEM_KEY_NO_UTF8, key);
        w->problem->count = wrong;
        return false;
    }
    am_put(w, ":");
    w->place = &here;
    bool done = of(w, value);
    w->place = here.outer;
    am_put(w, ",");
    all->list[all->count - 1].size = w->out->size - at;
    return done;
}

/* A table that holds itself is too deep in each of its members, and theirs: looking for the first
 * of them would not end. */
static bool is_final(am_problem_kind kind)
{
    return kind == AM_PROBLEM_OUT_OF_MEMORY || kind == AM_PROBLEM_TOO_DEEP;
}

/* Writes members in the table's order, then sorts them. The first wrong member in byte order is
 * reported, so members after one known to be wrong are skipped. */
static bool write_members(am_writer *w, members *all, const am_table *table, am_write_value *of,
                          am_skips *skips, const void *known)
{
    am_bytes worst = {NULL, 0};
    bool fine = true;
    size_t cursor = 0;
    am_item key, value;
    while (w->reader->next(w->reader->user, table->ref, &cursor, &key, &value)) {
        if (value.kind == AM_ITEM_FAILED || w->out->error)
            return am_fail(w, AM_PROBLEM_OUT_OF_MEMORY, NULL);
        if (skips && skips(known, &key))
            continue;
        if (key.kind != AM_ITEM_STRING)
            return am_fail(w, AM_PROBLEM_KEY_NO_STRING, &key);
        if (!fine && am_compare(&key.as.string, &worst) > 0)
            continue;
        if (!write_member(w, all, &key, &value, of)) {
            if (is_final(w->problem->kind))
                return false;
            worst = key.as.string;
            fine = false;
        }
    }
    return fine;
}

bool am_write_map(am_writer *w, const am_table *table, am_write_value *of, am_skips *skips,
                  const void *known)
{
    members all = {0};
    size_t start = w->out->size;
    bool done = write_members(w, &all, table, of, skips, known);
    if (done && !w->out->error && all.count > 0) {
        if (all.unsorted)
            done = sort_members(w, &all, start);
        w->out->size--; /* the last comma */
    }
    free(all.list);
    return done;
}

/* Any value ------------------------------------------------------------------------------------ */

static bool write_any_list(am_writer *w, const am_table *table)
{
    am_place here = {.outer = w->place, .kind = AM_PLACE_ITEM};
    size_t cursor = 0, keys = 0;
    bool done = true;
    am_item key, value;
    while (w->reader->next(w->reader->user, table->ref, &cursor, &key, &value)) {
        if (value.kind == AM_ITEM_FAILED)
            return am_fail(w, AM_PROBLEM_OUT_OF_MEMORY, NULL);
        keys++;
    }
    if (keys != table->count)
        return am_fail(w, AM_PROBLEM_MIXED, NULL);
    w->place = &here;
    am_put(w, "[");
    for (here.name.size = 1; done && here.name.size <= keys; here.name.size++) {
        w->reader->at(w->reader->user, table->ref, here.name.size, &value);
        if (here.name.size > 1)
            am_put(w, ",");
        done = am_write_any(w, &value);
    }
    w->place = here.outer;
    am_put(w, "]");
    return done;
}

static bool write_any_table(am_writer *w, const am_item *value)
{
    const am_table *table = &value->as.table;
    size_t most = w->arguments->depth ? w->arguments->depth : AM_PLAN_DEPTH;
    bool done;
    if (w->depth >= most) {
        am_fail(w, AM_PROBLEM_TOO_DEEP, value);
        w->problem->count = most;
        return false;
    }
    w->depth++;
    if (table->is_array || table->count > 0) {
        done = write_any_list(w, table);
    } else {
        am_put(w, "{");
        done = am_write_map(w, table, am_write_any, NULL, NULL);
        am_put(w, "}");
    }
    w->depth--;
    return done;
}

bool am_write_any(am_writer *w, const am_item *value)
{
    switch (value->kind) {
    case AM_ITEM_NULL:
        am_put(w, "null");
        return true;
    case AM_ITEM_TABLE:
        return write_any_table(w, value);
    case AM_ITEM_STRING:
        return am_write_string(w, value);
    case AM_ITEM_BOOLEAN:
        return am_write_scalar(w, AM_TYPE_BOOLEAN, value);
    case AM_ITEM_INTEGER:
    case AM_ITEM_FLOAT:
        return am_write_scalar(w, AM_TYPE_NUMBER, value);
    case AM_ITEM_FAILED:
        return am_fail(w, AM_PROBLEM_OUT_OF_MEMORY, NULL);
    default:
        return am_fail(w, AM_PROBLEM_NO_JSON, value);
    }
}
