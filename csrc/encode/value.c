/* SPDX-License-Identifier: MIT */
/* The reader for C hosts. A list has items at 1, 2, 3 ..., a map has named members; of two with the
 * same name, the first counts. */
#include "encode/value.h"

#include <string.h>

#include "encode/tables.h"

am_item am_value_item(const am_value *value)
{
    am_item item = {.kind = AM_ITEM_NULL};
    switch (value->kind) {
    case AM_VALUE_NULL:
        break;
    case AM_VALUE_BOOLEAN:
        item.kind = AM_ITEM_BOOLEAN;
        item.as.boolean = value->as.boolean;
        break;
    case AM_VALUE_INTEGER:
        item.kind = AM_ITEM_INTEGER;
        item.as.integer = value->as.integer;
        break;
    case AM_VALUE_NUMBER:
        item.kind = AM_ITEM_FLOAT;
        item.as.number = value->as.number;
        break;
    case AM_VALUE_TEXT:
        item.kind = AM_ITEM_STRING;
        item.as.string = value->as.text;
        break;
    case AM_VALUE_LIST:
    case AM_VALUE_MAP:
        item.kind = AM_ITEM_TABLE;
        item.as.table =
            (am_table){.ref = (intptr_t)value,
                       .count = value->kind == AM_VALUE_LIST ? value->as.values.count : 0,
                       .is_array = value->kind == AM_VALUE_LIST};
        break;
    }
    return item;
}

static void get(void *user, intptr_t table, unsigned name, am_item *value)
{
    const am_value *map = (const am_value *)table;
    (void)user;
    value->kind = AM_ITEM_NIL;
    for (size_t i = 0; map->kind == AM_VALUE_MAP && i < map->as.values.count; i++) {
        const am_value *member = &map->as.values.list[i];
        if (member->name && strcmp(member->name, am_names[name].text) == 0) {
            *value = am_value_item(member);
            return;
        }
    }
}

static void at(void *user, intptr_t table, size_t position, am_item *value)
{
    const am_value *list = (const am_value *)table;
    (void)user;
    value->kind = AM_ITEM_NIL;
    if (list->kind == AM_VALUE_LIST && position >= 1 && position <= list->as.values.count)
        *value = am_value_item(&list->as.values.list[position - 1]);
}

/* Whether an earlier member has the same name. */
static bool is_repeated(const am_value *map, size_t i)
{
    const char *name = map->as.values.list[i].name;
    for (size_t j = 0; name && j < i; j++)
        if (map->as.values.list[j].name && strcmp(map->as.values.list[j].name, name) == 0)
            return true;
    return false;
}

static bool next(void *user, intptr_t table, size_t *cursor, am_item *key, am_item *value)
{
    const am_value *values = (const am_value *)table;
    size_t i = *cursor;
    (void)user;
    while (values->kind == AM_VALUE_MAP && i < values->as.values.count && is_repeated(values, i))
        i++;
    if (i >= values->as.values.count)
        return false;
    *cursor = i + 1;
    const char *name = values->as.values.list[i].name;
    *value = am_value_item(&values->as.values.list[i]);
    if (values->kind == AM_VALUE_LIST || !name)
        *key = (am_item){.kind = AM_ITEM_INTEGER, .as.integer = (int64_t)i + 1};
    else
        *key = (am_item){.kind = AM_ITEM_STRING, .as.string = {name, strlen(name)}};
    return true;
}

const am_reader am_value_reader = {NULL, get, at, next};
