/* SPDX-License-Identifier: MIT */
/* Finds which of an operation's arguments are given. */
#include "encode/arguments.h"

#include <stddef.h>
#include <string.h>

bool am_is_name(const am_item *key, unsigned name)
{
    const am_name *known = &am_names[name];
    return key->kind == AM_ITEM_STRING && key->as.string.size == known->size &&
           memcmp(key->as.string.data, known->text, known->size) == 0;
}

int am_compare(const am_bytes *a, const am_bytes *b)
{
    size_t least = a->size < b->size ? a->size : b->size;
    int order = least ? memcmp(a->data, b->data, least) : 0;
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

enum { WITH_KEY = AM_PLAN_KEYED | AM_PLAN_DELETE_KEY };

/* The arguments that are not fields: name, the plans that take it, and its place. */
static const struct {
    unsigned name, flags;
    size_t place;
} own[] = {{AM_NAME_idempotency_key, WITH_KEY, offsetof(am_arguments, idempotency_key)},
           {AM_NAME_if_match, AM_PLAN_MATCHED, offsetof(am_arguments, if_match)},
           {AM_NAME_single_page, AM_PLAN_JOINED, offsetof(am_arguments, single_page)}};

enum { OWN = sizeof own / sizeof own[0] };

static am_item *own_item(am_arguments *arguments, size_t i)
{
    return (am_item *)(void *)((char *)arguments + own[i].place);
}

const am_name *am_plan_known(const am_plan *plan, size_t *cursor)
{
    size_t i = (*cursor)++;
    if (i < plan->param_count)
        return &am_names[am_fields[plan->params + i].name];
    i -= plan->param_count;
    if (i < plan->field_count)
        return &am_names[am_fields[plan->fields + i].name];
    i -= plan->field_count;
    for (size_t j = 0; j < OWN; j++)
        if (plan->flags & own[j].flags && i-- == 0)
            return &am_names[own[j].name];
    return NULL;
}

am_item *am_plan_item(const am_plan *plan, am_arguments *arguments, unsigned name)
{
    for (size_t i = 0; i < plan->param_count; i++)
        if (am_fields[plan->params + i].name == name)
            return &arguments->items[i];
    for (size_t i = 0; i < plan->field_count; i++)
        if (am_fields[plan->fields + i].name == name)
            return &arguments->items[AM_PLAN_PARAMS + i];
    for (size_t i = 0; i < OWN; i++)
        if (name == own[i].name && plan->flags & own[i].flags)
            return own_item(arguments, i);
    return NULL;
}

bool am_is_alias(const am_field *field, const am_item *key)
{
    const am_name *name = &am_names[field->name];
    return field->flags & AM_FIELD_KEYWORD && key->kind == AM_ITEM_STRING &&
           key->as.string.size == name->size + 1 &&
           memcmp(key->as.string.data, name->text, name->size) == 0 &&
           key->as.string.data[name->size] == '_';
}

/* The place for the value with this key; NULL: the plan does not know the key. */
static am_item *item_of(const am_plan *plan, am_arguments *arguments, const am_item *key)
{
    if (key->kind != AM_ITEM_STRING)
        return NULL;
    for (size_t i = 0; i < plan->field_count; i++) {
        const am_field *field = &am_fields[plan->fields + i];
        if (am_is_name(key, field->name) || am_is_alias(field, key))
            return &arguments->items[AM_PLAN_PARAMS + i];
    }
    for (size_t i = 0; i < plan->param_count; i++)
        if (am_is_name(key, am_fields[plan->params + i].name))
            return &arguments->items[i];
    for (size_t i = 0; i < OWN; i++)
        if (plan->flags & own[i].flags && am_is_name(key, own[i].name))
            return own_item(arguments, i);
    return NULL;
}

static const char *text_of(const am_plan *plan, const am_arguments *arguments, const am_item *item)
{
    ptrdiff_t place = item - arguments->items;
    bool is_param = place < AM_PLAN_PARAMS;
    size_t field =
        is_param ? plan->params + (size_t)place : plan->fields + (size_t)place - AM_PLAN_PARAMS;
    return am_names[am_fields[field].name].text;
}

static bool read_table(const am_plan *plan, am_arguments *arguments, am_problem *problem)
{
    const am_reader *reader = arguments->reader;
    const char *twice = NULL;
    size_t cursor = 0;
    am_item key, value;
    while (reader->next(reader->user, arguments->given.as.table.ref, &cursor, &key, &value)) {
        if (value.kind == AM_ITEM_FAILED)
            return am_refuse(problem, AM_PROBLEM_OUT_OF_MEMORY, NULL, NULL);
        am_item *item = item_of(plan, arguments, &key);
        if (item && item->kind != AM_ITEM_NIL)
            twice = text_of(plan, arguments, item);
        if (item)
            *item = value;
        else if (arguments->lenient)
            arguments->undeclared = true;
        else
            return am_refuse(problem, AM_PROBLEM_UNKNOWN_PARAMETER, NULL, &key);
    }
    if (!twice)
        return true;
    am_refuse(problem, AM_PROBLEM_TWICE, NULL, NULL);
    problem->first = twice;
    return false;
}

/* A lone string gives the only unbound path parameter, or the query of a search. */
static bool read_lone(const am_plan *plan, am_arguments *arguments, am_problem *problem)
{
    const char *open = NULL;
    am_item *item = NULL;
    for (size_t i = 0; i < plan->param_count; i++) {
        const char *name = am_names[am_fields[plan->params + i].name].text;
        if (arguments->bound[i].kind != AM_ITEM_NIL)
            continue;
        if (item) {
            am_refuse(problem, AM_PROBLEM_LONE_AMBIGUOUS, NULL, NULL);
            problem->first = open;
            problem->second = name;
            return false;
        }
        open = name;
        item = &arguments->items[i];
    }
    if (!item)
        item = am_plan_item(plan, arguments, AM_NAME_q);
    if (!item)
        return am_refuse(problem, AM_PROBLEM_LONE_UNWANTED, NULL, &arguments->given);
    *item = arguments->given;
    return true;
}

bool am_plan_read(const am_plan *plan, am_arguments *arguments, am_problem *problem)
{
    for (size_t i = 0; i < AM_PLAN_ITEMS; i++)
        arguments->items[i].kind = AM_ITEM_NIL;
    for (size_t i = 0; i < OWN; i++)
        own_item(arguments, i)->kind = AM_ITEM_NIL;
    arguments->undeclared = false;
    switch (arguments->given.kind) {
    case AM_ITEM_NIL:
        return true;
    case AM_ITEM_STRING:
        return read_lone(plan, arguments, problem);
    case AM_ITEM_TABLE:
        return read_table(plan, arguments, problem);
    default:
        return am_refuse(problem, AM_PROBLEM_NO_ARGUMENTS, NULL, &arguments->given);
    }
}
