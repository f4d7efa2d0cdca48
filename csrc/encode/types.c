/* SPDX-License-Identifier: MIT */
/* The types of fields, and lists of them. */
#include <string.h>

#include "encode/writer.h"

/* The service keeps numbers as doubles: from here on, several integers share one. */
#define EXACT (INT64_C(1) << 53)

static bool write_metadatum(am_writer *w, const am_item *value)
{
    switch (value->kind) {
    case AM_ITEM_NULL:
        am_put(w, "null");
        return true;
    case AM_ITEM_STRING:
        return am_write_string(w, value);
    case AM_ITEM_BOOLEAN:
        return am_write_scalar(w, AM_TYPE_BOOLEAN, value);
    case AM_ITEM_INTEGER:
        if (!w->lenient && (value->as.integer > EXACT || value->as.integer < -EXACT))
            return am_fail(w, AM_PROBLEM_ROUNDED, value);
        return am_write_scalar(w, AM_TYPE_INTEGER, value);
    case AM_ITEM_FLOAT:
        return am_write_scalar(w, AM_TYPE_NUMBER, value);
    default:
        return am_fail(w, AM_PROBLEM_NO_METADATUM, value);
    }
}

static bool write_object(am_writer *w, const am_item *value, am_problem_kind otherwise,
                         am_write_value *of)
{
    if (value->kind != AM_ITEM_TABLE)
        return am_fail(w, otherwise, value);
    am_put(w, "{");
    bool done = am_write_map(w, &value->as.table, of, NULL, NULL);
    am_put(w, "}");
    return done;
}

static bool is_header_name(const am_bytes *name)
{
    return strcspn(name->data, "\r\n:") == name->size;
}

static bool write_line(am_writer *w, const am_item *value)
{
    return am_write_scalar(w, AM_TYPE_LINE, value);
}

static bool write_headers(am_writer *w, const am_item *value)
{
    size_t cursor = 0;
    am_item name, line;
    while (value->kind == AM_ITEM_TABLE &&
           w->reader->next(w->reader->user, value->as.table.ref, &cursor, &name, &line)) {
        if (line.kind == AM_ITEM_FAILED)
            return am_fail(w, AM_PROBLEM_OUT_OF_MEMORY, NULL);
        if (name.kind == AM_ITEM_STRING && !is_header_name(&name.as.string))
            return am_fail(w, AM_PROBLEM_HEADER_NAME, &name);
    }
    return write_object(w, value, AM_PROBLEM_NO_HEADERS, write_line);
}

static bool write_member(am_writer *w, const am_field *field, const am_item *value)
{
    return field->flags & AM_FIELD_LIST ? am_write_list(w, field->type, value)
                                        : am_write_typed(w, field->type, value);
}

static bool write_permissions(am_writer *w, const am_item *value)
{
    static const am_record permissions = {"permissions", am_permissions, AM_PERMISSIONS,
                                          &am_closed_sets[AM_SET_permission]};
    return am_write_record(w, &permissions, value, NULL, write_member);
}

static bool write_one_or_more(am_writer *w, unsigned type, const am_item *value)
{
    if (value->kind == AM_ITEM_STRING)
        return am_write_typed(w, type, value);
    if (value->kind != AM_ITEM_TABLE)
        return am_fail(w, AM_PROBLEM_NO_STRINGS, value);
    return am_write_list(w, type, value);
}

bool am_write_typed(am_writer *w, unsigned type, const am_item *value)
{
    if (type >= AM_TYPE_RECORD && type < AM_TYPE_WORD)
        return am_write_record(w, &am_records[type - AM_TYPE_RECORD], value, NULL, write_member);
    switch (type) {
    case AM_TYPE_STRINGS:
        return write_one_or_more(w, AM_TYPE_STRING, value);
    case AM_TYPE_LINES:
        return write_one_or_more(w, AM_TYPE_LINE, value);
    case AM_TYPE_HEADERS:
        return write_headers(w, value);
    case AM_TYPE_METADATA:
        return write_object(w, value, AM_PROBLEM_NO_METADATA, write_metadatum);
    case AM_TYPE_PERMISSIONS:
        return write_permissions(w, value);
    case AM_TYPE_ANY:
        return am_write_any(w, value);
    case AM_TYPE_ATTACHMENT:
        return am_write_attachment(w, value);
    default:
        return am_write_scalar(w, type, value);
    }
}

/* Lists ---------------------------------------------------------------------------------------- */

/* Whether a named value of the table is neither absent nor false. */
static bool has(am_writer *w, const am_table *table, unsigned name)
{
    am_item value;
    w->reader->get(w->reader->user, table->ref, name, &value);
    return value.kind != AM_ITEM_NIL && value.kind != AM_ITEM_FAILED &&
           (value.kind != AM_ITEM_BOOLEAN || value.as.boolean);
}

static bool refuse_list(am_writer *w, const am_item *value)
{
    const am_table *table = &value->as.table;
    am_problem_kind kind = AM_PROBLEM_NO_SEQUENCE;
    if (table->class_name)
        kind = AM_PROBLEM_OBJECT;
    else if (has(w, table, AM_NAME_path) || has(w, table, AM_NAME_data) ||
             has(w, table, AM_NAME_url) || has(w, table, AM_NAME_content))
        kind = AM_PROBLEM_ONE_ATTACHMENT;
    am_fail(w, kind, value);
    w->problem->first = table->class_name;
    return false;
}

/* Whether a table has only positions as keys. A table with a gap may be a list, whose missing item
 * is then reported. */
static bool is_sequence(am_writer *w, const am_table *table, bool *failed)
{
    size_t cursor = 0, keys = 0;
    bool ends = true, others = false;
    am_item key, value;
    while (w->reader->next(w->reader->user, table->ref, &cursor, &key, &value)) {
        *failed = value.kind == AM_ITEM_FAILED;
        if (*failed)
            return false;
        keys++;
        ends = key.kind == AM_ITEM_INTEGER && (uint64_t)key.as.integer == table->count;
        others = others || key.kind != AM_ITEM_INTEGER || key.as.integer < 1 ||
                 (uint64_t)key.as.integer > table->count;
    }
    return keys == table->count || (ends && !others);
}

bool am_write_list(am_writer *w, unsigned type, const am_item *value)
{
    am_place here = {.outer = w->place, .kind = AM_PLACE_INDEX};
    bool lone = value->kind == AM_ITEM_STRING, failed = false, done = true;
    am_item item = *value;
    if (!lone && value->kind != AM_ITEM_TABLE)
        return am_fail(w, AM_PROBLEM_NO_LIST, value);
    if (!lone && !is_sequence(w, &value->as.table, &failed))
        return failed ? am_fail(w, AM_PROBLEM_OUT_OF_MEMORY, NULL) : refuse_list(w, value);
    size_t count = lone ? 1 : value->as.table.count;
    w->place = &here;
    am_put(w, "[");
    for (here.name.size = 1; done && here.name.size <= count; here.name.size++) {
        if (!lone)
            w->reader->at(w->reader->user, value->as.table.ref, here.name.size, &item);
        if (here.name.size > 1)
            am_put(w, ",");
        done = am_write_typed(w, type, &item);
    }
    w->place = here.outer;
    am_put(w, "]");
    return done;
}

bool am_write_field(am_writer *w, const am_field *field, const am_item *value)
{
    if (value->kind == AM_ITEM_NULL && !(field->flags & AM_FIELD_NULLABLE))
        return am_fail(w, AM_PROBLEM_NOT_CLEARED, value);
    if (value->kind == AM_ITEM_NULL) {
        am_put(w, "null");
        return true;
    }
    if (field->flags & AM_FIELD_LIST)
        return am_write_list(w, field->type, value);
    return am_write_typed(w, field->type, value);
}
