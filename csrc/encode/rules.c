/* SPDX-License-Identifier: MIT */
/*
 * Rejects what the service would refuse although each value has the right type: fields that
 * exclude or need each other, too many of something. The rules come from tools/rules.lua and
 * expect arguments of the right types.
 */
#include <stdlib.h>
#include <string.h>

#include "encode/writer.h"

static bool fail(am_writer *w, am_problem_kind kind, const am_rule *rule, const am_item *value)
{
    am_fail(w, kind, value);
    w->problem->rule = rule;
    return false;
}

static am_item value_of(am_writer *w, unsigned name)
{
    const am_item *item = am_plan_item(w->plan, w->arguments, name);
    am_item anew;
    if (!item)
        return (am_item){.kind = AM_ITEM_NIL};
    if (item->kind != AM_ITEM_TABLE)
        return *item;
    w->reader->get(w->reader->user, w->arguments->given.as.table.ref, name, &anew);
    w->starved = w->starved || anew.kind == AM_ITEM_FAILED;
    return anew;
}

static bool next_member(am_writer *w, const am_item *map, size_t *cursor, am_item *key,
                        am_item *value)
{
    if (map->kind != AM_ITEM_TABLE ||
        !w->reader->next(w->reader->user, map->as.table.ref, cursor, key, value))
        return false;
    w->starved = w->starved || value->kind == AM_ITEM_FAILED;
    return value->kind != AM_ITEM_FAILED;
}

/* The string at a position in a list. */
static bool string_at(am_writer *w, const am_item *list, size_t position, am_item *item)
{
    w->reader->at(w->reader->user, list->as.table.ref, position, item);
    w->starved = w->starved || item->kind == AM_ITEM_FAILED;
    return item->kind == AM_ITEM_STRING;
}

static bool is_given(const am_item *value)
{
    return value->kind != AM_ITEM_NIL && value->kind != AM_ITEM_NULL &&
           (value->kind != AM_ITEM_BOOLEAN || value->as.boolean);
}

static size_t count_of(const am_item *value)
{
    if (!is_given(value))
        return 0;
    return value->kind == AM_ITEM_TABLE ? value->as.table.count : 1;
}

static bool is_empty(am_writer *w, const am_item *value)
{
    size_t cursor = 0;
    am_item key, member;
    return value->kind == AM_ITEM_TABLE && !next_member(w, value, &cursor, &key, &member);
}

static bool check_at_most(am_writer *w, const am_rule *rule)
{
    size_t count = 0;
    for (size_t i = 0; i < rule->count; i++) {
        am_item value = value_of(w, rule->fields[i]);
        count += count_of(&value);
    }
    if (count <= rule->most)
        return true;
    fail(w, rule->count == 1 ? AM_PROBLEM_MANY : AM_PROBLEM_MANY_TOGETHER, rule, NULL);
    w->problem->count = count;
    w->problem->most = rule->most;
    return false;
}

static bool check_some(am_writer *w, const am_rule *rule)
{
    for (size_t i = 0; i < rule->count; i++) {
        am_item value = value_of(w, rule->fields[i]);
        if (value.kind != AM_ITEM_NIL && !is_empty(w, &value))
            return true;
    }
    return fail(w, AM_PROBLEM_NOTHING_GIVEN, rule, NULL);
}

static bool check_without(am_writer *w, const am_rule *rule)
{
    am_item value = value_of(w, rule->field);
    for (size_t i = 0; is_given(&value) && i < rule->count; i++) {
        am_item other = value_of(w, rule->fields[i]);
        if (count_of(&other) == 0)
            continue;
        fail(w, AM_PROBLEM_EXCLUDED, rule, NULL);
        w->problem->first = am_names[rule->fields[i]].text;
        return false;
    }
    return true;
}

static bool check_needs(am_writer *w, const am_rule *rule)
{
    am_item value = value_of(w, rule->field);
    if (!is_given(&value))
        return true;
    for (size_t i = 0; i < rule->count; i++) {
        am_item other = value_of(w, rule->fields[i]);
        if (is_given(&other))
            return true;
    }
    return fail(w, AM_PROBLEM_LACKING, rule, NULL);
}

/* Only blanks, or nothing. */
static bool check_filled(am_writer *w, const am_rule *rule)
{
    am_item value = value_of(w, rule->field);
    return value.kind != AM_ITEM_STRING ||
           strspn(value.as.string.data, " \t\r\n\v\f") < value.as.string.size ||
           fail(w, AM_PROBLEM_BLANK, rule, NULL);
}

/* Bytes of a value as JSON, which has been written once without a problem. */
static size_t json_size(am_writer *w, const am_item *value)
{
    am_buf *out = w->out, *scratch = &w->written->scratch;
    am_buf_reset(scratch, out->limit, (size_t)-1);
    w->out = scratch;
    bool done = am_write_any(w, value);
    w->out = out;
    w->starved = w->starved || !done || scratch->error;
    return scratch->size;
}

static bool check_size(am_writer *w, const am_rule *rule)
{
    am_item value = value_of(w, rule->field);
    size_t count = 0;
    if (rule->kind == AM_RULE_JSON_BYTES && is_given(&value))
        count = json_size(w, &value);
    else if (rule->kind != AM_RULE_JSON_BYTES && value.kind == AM_ITEM_STRING)
        count = rule->kind == AM_RULE_BYTES
                    ? value.as.string.size
                    : am_utf8_length(value.as.string.data, value.as.string.size);
    if (count <= rule->most)
        return true;
    fail(w, AM_PROBLEM_LONG, rule, NULL);
    w->problem->count = count;
    w->problem->most = rule->most;
    return false;
}

/* Duplicate strings -----------------------------------------------------------------------------*/

typedef struct entry {
    am_bytes text;
    size_t position;
} entry;

static int by_text(const void *a, const void *b)
{
    const entry *left = a, *right = b;
    int order = am_compare(&left->text, &right->text);
    return order ? order : (left->position > right->position) - (left->position < right->position);
}

/* Of the pairs of equal neighbours, the one whose second comes first in the list. */
static const entry *find_repeated(entry *entries, size_t count)
{
    const entry *found = NULL;
    qsort(entries, count, sizeof *entries, by_text);
    for (size_t i = 1; i < count; i++)
        if (am_compare(&entries[i - 1].text, &entries[i].text) == 0 &&
            (!found || entries[i].position < found[1].position))
            found = &entries[i - 1];
    return found;
}

static bool check_distinct(am_writer *w, const am_rule *rule)
{
    am_item list = value_of(w, rule->field), item;
    if (list.kind != AM_ITEM_TABLE)
        return true;
    size_t count = list.as.table.count;
    if (count == 0)
        return fail(w, AM_PROBLEM_NO_ITEMS, rule, NULL);
    entry *entries = calloc(count, sizeof *entries);
    if (!entries)
        return am_fail(w, AM_PROBLEM_OUT_OF_MEMORY, NULL);
    for (size_t i = 0; i < count; i++) {
        bool read = string_at(w, &list, i + 1, &item);
        entries[i] = (entry){read ? item.as.string : (am_bytes){"", 0}, i + 1};
    }
    const entry *found = find_repeated(entries, count);
    if (found) {
        item = (am_item){.kind = AM_ITEM_STRING, .as.string = found->text};
        fail(w, AM_PROBLEM_REPEATED, rule, &item);
        w->problem->count = found[0].position;
        w->problem->most = found[1].position;
    }
    free(entries);
    return !found;
}

/* Rules of single fields ----------------------------------------------------------------------- */

/* Walks a field that takes a string or a list of strings. */
static bool next_string(am_writer *w, const am_item *value, size_t *position, am_item *item)
{
    size_t i = ++*position;
    *item = *value;
    if (value->kind == AM_ITEM_STRING)
        return i == 1;
    if (value->kind != AM_ITEM_TABLE || i > value->as.table.count)
        return false;
    return string_at(w, value, i, item);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

/* The lower case of the character at s; *step is set to its size. Two characters beyond ASCII have
 * an ASCII lower case: the dotted capital I and the Kelvin sign. */
static char lower_character(const char *s, size_t left, size_t *step)
{
    bool dotted = left >= 2 && memcmp(s, "\xC4\xB0", 2) == 0;
    bool kelvin = left >= 3 && memcmp(s, "\xE2\x84\xAA", 3) == 0;
    *step = dotted ? 2 : kelvin ? 3 : 1;
    return dotted ? 'i' : kelvin ? 'k' : lower(*s);
}

static bool is_system_label(const am_bytes *label)
{
    static const char *const labels[] = {"received",   "sent",    "delivered", "bounced",
                                         "complained", "delayed", "rejected",  "opened"};
    char folded[16];
    size_t size = 0, step;
    for (size_t i = 0; i < label->size && size < sizeof folded - 1; i += step)
        folded[size++] = lower_character(label->data + i, label->size - i, &step);
    folded[size] = '\0';
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strlen(labels[i]) == size && memcmp(labels[i], folded, size) == 0)
            return true;
    return false;
}

static bool check_system_labels(am_writer *w)
{
    static const unsigned names[] = {AM_NAME_add_labels, AM_NAME_remove_labels};
    for (size_t i = 0; i < 2; i++) {
        am_item value = value_of(w, names[i]), label;
        for (size_t position = 0; next_string(w, &value, &position, &label);) {
            if (!is_system_label(&label.as.string))
                continue;
            am_fail(w, AM_PROBLEM_SYSTEM_LABEL, &label);
            w->problem->first = am_names[names[i]].text;
            return false;
        }
    }
    return true;
}

enum { MOST_KEYS = 256, MOST_CHARACTERS = 256 };

static bool check_length(am_writer *w, const am_item *text, const char *what)
{
    size_t length = 0;
    if (text->kind == AM_ITEM_STRING)
        length = am_utf8_length(text->as.string.data, text->as.string.size);
    if (length <= MOST_CHARACTERS)
        return true;
    am_fail(w, AM_PROBLEM_LONG_METADATA, text);
    w->problem->first = what;
    w->problem->count = length;
    w->problem->most = MOST_CHARACTERS;
    return false;
}

static bool check_metadata(am_writer *w)
{
    am_item map = value_of(w, AM_NAME_metadata), key, value;
    size_t cursor = 0, count = 0;
    while (next_member(w, &map, &cursor, &key, &value)) {
        count++;
        if (!check_length(w, &key, "the key") || !check_length(w, &value, "a value"))
            return false;
    }
    if (count <= MOST_KEYS)
        return true;
    am_fail(w, AM_PROBLEM_MUCH_METADATA, NULL);
    w->problem->count = count;
    w->problem->most = MOST_KEYS;
    return false;
}

/* An empty table clears nothing. */
static bool check_cleared_metadata(am_writer *w)
{
    am_item map = value_of(w, AM_NAME_metadata);
    return !is_empty(w, &map) || am_fail(w, AM_PROBLEM_EMPTY_METADATA, NULL);
}

/* Compares like header names: ignores the case of ASCII letters. */
static bool is_same_header(const am_bytes *a, const am_bytes *b)
{
    if (a->size != b->size)
        return false;
    for (size_t i = 0; i < a->size; i++)
        if (lower(a->data[i]) != lower(b->data[i]))
            return false;
    return true;
}

static bool sets_header(am_writer *w, const am_bytes *name)
{
    am_item headers = value_of(w, AM_NAME_headers), key, value;
    size_t cursor = 0;
    while (next_member(w, &headers, &cursor, &key, &value))
        if (is_same_header(&key.as.string, name))
            return true;
    return false;
}

static bool check_header_both_ways(am_writer *w)
{
    am_item names = value_of(w, AM_NAME_remove_headers), name;
    for (size_t position = 0; next_string(w, &names, &position, &name);) {
        if (sets_header(w, &name.as.string))
            return am_fail(w, AM_PROBLEM_HEADER_BOTH_WAYS, &name);
        names = value_of(w, AM_NAME_remove_headers);
    }
    return true;
}

static bool check_block_reason(am_writer *w)
{
    am_item reason = value_of(w, AM_NAME_reason), type = value_of(w, AM_NAME_type);
    if (reason.kind == AM_ITEM_NIL || type.kind != AM_ITEM_STRING ||
        type.as.string.size != strlen("allow") || memcmp(type.as.string.data, "allow", 5) != 0)
        return true;
    return am_fail(w, AM_PROBLEM_ALLOW_REASON, NULL);
}

static bool check(am_writer *w, const am_rule *rule)
{
    switch (rule->kind) {
    case AM_RULE_AT_MOST:
        return check_at_most(w, rule);
    case AM_RULE_SOME:
        return check_some(w, rule);
    case AM_RULE_WITHOUT:
        return check_without(w, rule);
    case AM_RULE_NEEDS:
        return check_needs(w, rule);
    case AM_RULE_DISTINCT:
        return check_distinct(w, rule);
    case AM_RULE_FILLED:
        return check_filled(w, rule);
    case AM_RULE_CHARACTERS:
    case AM_RULE_BYTES:
    case AM_RULE_JSON_BYTES:
        return check_size(w, rule);
    case AM_RULE_SYSTEM_LABELS:
        return check_system_labels(w);
    case AM_RULE_METADATA:
        return check_metadata(w);
    case AM_RULE_CLEARED_METADATA:
        return check_cleared_metadata(w);
    case AM_RULE_HEADER_BOTH_WAYS:
        return check_header_both_ways(w);
    default:
        return check_block_reason(w);
    }
}

bool am_check_rules(am_writer *w)
{
    bool fine = true;
    w->place = NULL;
    w->starved = false;
    for (size_t i = 0; fine && i < w->plan->rule_count; i++)
        fine = check(w, &am_rules[am_rule_lists[w->plan->rules + i]]);
    return w->starved ? am_fail(w, AM_PROBLEM_OUT_OF_MEMORY, NULL) : fine;
}
