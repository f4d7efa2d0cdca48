/* SPDX-License-Identifier: MIT */
/* Puts problems into words. */
#include "encode/problem.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static void put(am_buf *out, const char *text)
{
    am_buf_append(out, text, strlen(text));
}

static void put_count(am_buf *out, size_t count)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", count);
    put(out, text);
}

static bool is_control(unsigned char c)
{
    return c < 0x20 || c == 0x7f;
}

/* Like Lua's %q. */
static void put_quoted(am_buf *out, const char *text, size_t size)
{
    char code[8];
    am_buf_append(out, "\"", 1);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        bool digit = i + 1 < size && text[i + 1] >= '0' && text[i + 1] <= '9';
        if (c == '"' || c == '\\' || c == '\n')
            am_buf_append(out, "\\", 1);
        if (is_control(c) && c != '\n') {
            snprintf(code, sizeof code, digit ? "\\%03d" : "\\%d", c);
            put(out, code);
        } else {
            am_buf_append(out, &text[i], 1);
        }
    }
    am_buf_append(out, "\"", 1);
}

/* As Lua writes it, in the current locale. */
static void put_number(am_buf *out, double value)
{
    char text[40];
    int size = snprintf(text, sizeof text, "%.14g", value);
    am_buf_append(out, text, (size_t)size);
    if (text[strspn(text, "-0123456789")] == '\0') {
        am_buf_append(out, localeconv()->decimal_point, 1);
        am_buf_append(out, "0", 1);
    }
}

static const char *type_of(const am_item *value)
{
    switch (value->kind) {
    case AM_ITEM_NULL:
        return "userdata"; /* the type of agentmail.null */
    case AM_ITEM_BOOLEAN:
        return "boolean";
    case AM_ITEM_INTEGER:
    case AM_ITEM_FLOAT:
        return "number";
    case AM_ITEM_STRING:
        return "string";
    case AM_ITEM_TABLE:
        return "table";
    case AM_ITEM_OTHER:
        return value->as.type;
    default:
        return "nil";
    }
}

static void put_alone(am_buf *out, const am_item *value)
{
    char text[24];
    if (value->kind == AM_ITEM_STRING) {
        am_buf_append(out, value->as.string.data, value->as.string.size);
    } else if (value->kind == AM_ITEM_INTEGER) {
        snprintf(text, sizeof text, "%lld", (long long)value->as.integer);
        put(out, text);
    } else if (value->kind == AM_ITEM_FLOAT) {
        put_number(out, value->as.number);
    } else if (value->kind == AM_ITEM_BOOLEAN) {
        put(out, value->as.boolean ? "true" : "false");
    } else {
        put(out, type_of(value));
    }
}

static void put_cut(am_buf *out, const am_item *value, size_t most)
{
    size_t size = value->as.string.size;
    put_quoted(out, value->as.string.data, size < most ? size : most);
}

/* Describes a value of the wrong kind: the string "x", a number (3), null, a table. */
static void put_shown(am_buf *out, const am_item *value)
{
    enum { SHOWN = 40 };
    if (value->kind == AM_ITEM_STRING) {
        put(out, "the string ");
        put_cut(out, value, SHOWN);
        if (value->as.string.size > SHOWN && out->error == AM_BUF_FINE) {
            out->size--; /* the quote */
            put(out, "…\"");
        }
    } else if (value->kind == AM_ITEM_INTEGER || value->kind == AM_ITEM_FLOAT) {
        put(out, "a number (");
        put_alone(out, value);
        put(out, ")");
    } else if (value->kind == AM_ITEM_NULL || value->kind == AM_ITEM_BOOLEAN) {
        value->kind == AM_ITEM_NULL ? put(out, "null") : put_alone(out, value);
    } else {
        put(out, "a ");
        put(out, type_of(value));
    }
}

static void put_name(am_buf *out, unsigned name)
{
    am_buf_append(out, "'", 1);
    am_buf_append(out, am_names[name].text, am_names[name].size);
    am_buf_append(out, "'", 1);
}

/* 'to', 'cc' and 'bcc' */
static void put_names(am_buf *out, const am_rule *rule, const char *last)
{
    for (size_t i = 0; i < rule->count; i++) {
        put(out, i == 0 ? "" : i + 1 < rule->count ? ", " : last);
        put_name(out, rule->fields[i]);
    }
}

static void put_words(am_buf *out, const am_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        put(out, i ? ", " : "");
        put(out, words->list[i]);
    }
}

static void put_part(am_buf *out, char letter, const am_problem *problem, const char *hint)
{
    const am_item *value = &problem->value;
    const am_rule *rule = problem->rule;
    switch (letter) {
    case 'v':
        return put_shown(out, value);
    case 'k':
        return put_alone(out, value);
    case 'q':
        return put_cut(out, value, (size_t)-1);
    case 'x':
        return put_cut(out, value, 20);
    case 't':
        return put(out, type_of(value));
    case 'n':
        return put_count(out, problem->count);
    case 'm':
        return put_count(out, problem->most);
    case 'a':
        if (problem->first)
            return put(out, problem->first);
        am_buf_append(out, &problem->character, 1);
        return;
    case 'b':
        return put(out, problem->second);
    case 'w':
        return put_words(out, problem->words);
    case 'h':
        return put(out, hint ? hint : "");
    case 'N':
        return put_name(out, rule->field);
    case 'A':
        return put_names(out, rule, " and ");
    case 'O':
        return put_names(out, rule, " or ");
    case 'W':
        return put(out, rule->what);
    default:
        return put(out, rule->fix);
    }
}

void am_problem_words(const am_problem *problem, const char *hint, am_buf *out)
{
    static const char *const templates[] = {
#define AM_PROBLEM_WORDS(kind, words) words,
        AM_PROBLEMS(AM_PROBLEM_WORDS)
#undef AM_PROBLEM_WORDS
    };
    const char *at = templates[problem->kind];
    am_buf_append(out, am_buf_string(&problem->place), problem->place.size);
    if (problem->place.size)
        am_buf_append(out, " ", 1);
    while (*at) {
        size_t plain = strcspn(at, "%");
        am_buf_append(out, at, plain);
        at += plain;
        if (*at) {
            put_part(out, at[1], problem, hint);
            at += 2;
        }
    }
}

bool am_refuse(am_problem *problem, am_problem_kind kind, const char *field, const am_item *value)
{
    am_buf place = problem->place;
    am_buf_reset(&place, (size_t)-1, (size_t)-1);
    if (field) {
        am_buf_append(&place, "'", 1);
        am_buf_append(&place, field, strlen(field));
        am_buf_append(&place, "'", 1);
    }
    *problem = (am_problem){.kind = place.error ? AM_PROBLEM_OUT_OF_MEMORY : kind, .place = place};
    if (value)
        problem->value = *value;
    return false;
}

void am_problem_quote(const am_item *value, am_buf *out)
{
    put_cut(out, value, (size_t)-1);
}

void am_problem_free(am_problem *problem)
{
    am_buf_free(&problem->place);
    *problem = (am_problem){0};
}
