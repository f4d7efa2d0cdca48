/* SPDX-License-Identifier: MIT */
/* Objects with declared members. */
#include <string.h>

#include "encode/writer.h"

static bool is_known(const void *known, const am_item *key)
{
    const am_words *words = known;
    for (size_t i = 0; key->kind == AM_ITEM_STRING && i < words->count; i++)
        if (strlen(words->list[i]) == key->as.string.size &&
            memcmp(words->list[i], key->as.string.data, key->as.string.size) == 0)
            return true;
    return false;
}

/* The first unknown member in the table's order. */
static bool find_unknown(am_writer *w, const am_record *record, const am_table *table, am_item *key)
{
    size_t cursor = 0;
    am_item value;
    while (w->reader->next(w->reader->user, table->ref, &cursor, key, &value)) {
        if (value.kind == AM_ITEM_FAILED)
            *key = value;
        if (value.kind == AM_ITEM_FAILED || !is_known(record->known, key))
            return true;
    }
    return false;
}

static bool write_declared(am_writer *w, const am_record *record, const am_table *table,
                           const am_item *given, am_write_member *of)
{
    bool first = true;
    for (size_t i = 0; i < record->count; i++) {
        const am_field *field = &record->fields[i];
        const am_name *name = &am_names[field->name];
        am_place here = {w->place, AM_PLACE_MEMBER, {name->text, name->size}};
        am_item value;
        if (given)
            value = given[i];
        else
            w->reader->get(w->reader->user, table->ref, field->name, &value);
        if (value.kind == AM_ITEM_NIL && !(field->flags & AM_FIELD_REQUIRED))
            continue;
        am_put(w, first ? "" : ",");
        am_put_name(w, field->name);
        first = false;
        w->place = &here;
        bool done = value.kind == AM_ITEM_NIL ? am_fail(w, AM_PROBLEM_REQUIRED, NULL)
                                              : of(w, field, &value);
        w->place = here.outer;
        if (!done)
            return false;
    }
    return true;
}

bool am_write_record(am_writer *w, const am_record *record, const am_item *value,
                     const am_item *given, am_write_member *of)
{
    am_buf more, *out = w->out;
    am_item key;
    if (value->kind != AM_ITEM_TABLE)
        return am_fail(w, AM_PROBLEM_NO_TABLE, value);
    const am_table *table = &value->as.table;
    bool unknown = find_unknown(w, record, table, &key);
    if (unknown && (!w->lenient || key.kind == AM_ITEM_FAILED)) {
        am_fail(w, AM_PROBLEM_UNKNOWN_FIELD, &key);
        w->problem->words = record->known;
        return false;
    }
    /* Unknown members are written last, but their problems are reported first. */
    am_buf_init(&more, out->limit);
    w->out = &more;
    bool done = !unknown || am_write_map(w, table, am_write_any, is_known, record->known);
    w->out = out;
    size_t start = out->size;
    am_put(w, "{");
    done = done && write_declared(w, record, table, given, of);
    if (unknown && out->size > start + 1)
        am_put(w, ",");
    am_buf_append(out, am_buf_string(&more), more.size);
    am_put(w, "}");
    if (more.error && !out->error)
        out->error = more.error;
    am_buf_free(&more);
    return done;
}
