/* SPDX-License-Identifier: MIT */
/* The types whose values are not tables: what each accepts and how it is sent. */
#include <string.h>

#include "encode/writer.h"

static bool write_text(am_writer *w, const am_item *value, bool *breaks)
{
    if (value->kind != AM_ITEM_STRING)
        return am_fail(w, AM_PROBLEM_NO_STRING, value);
    size_t wrong = am_json_string(w->out, value->as.string.data, value->as.string.size, breaks);
    if (wrong == 0)
        return true;
    am_fail(w, AM_PROBLEM_NO_UTF8, value);
    w->problem->count = wrong;
    return false;
}

bool am_write_string(am_writer *w, const am_item *value)
{
    return write_text(w, value, NULL);
}

static bool write_line(am_writer *w, const am_item *value)
{
    bool breaks;
    return write_text(w, value, &breaks) && (!breaks || am_fail(w, AM_PROBLEM_LINE_BREAK, value));
}

static bool write_integer(am_writer *w, const am_item *value)
{
    int64_t whole = 0;
    if (value->kind == AM_ITEM_INTEGER)
        whole = value->as.integer;
    else if (value->kind != AM_ITEM_FLOAT || !am_is_whole(value->as.number, &whole))
        return am_fail(w, AM_PROBLEM_NO_INTEGER, value);
    am_json_integer(w->out, whole);
    return true;
}

static bool write_number(am_writer *w, const am_item *value)
{
    if (value->kind == AM_ITEM_INTEGER)
        return write_integer(w, value);
    if (value->kind != AM_ITEM_FLOAT)
        return am_fail(w, AM_PROBLEM_NO_NUMBER, value);
    return am_json_number(w->out, value->as.number) || am_fail(w, AM_PROBLEM_NOT_FINITE, value);
}

static bool write_boolean(am_writer *w, const am_item *value)
{
    if (value->kind != AM_ITEM_BOOLEAN)
        return am_fail(w, AM_PROBLEM_NO_BOOLEAN, value);
    am_put(w, value->as.boolean ? "true" : "false");
    return true;
}

static bool write_word(am_writer *w, const am_words *words, const am_item *value)
{
    for (size_t i = 0; value->kind == AM_ITEM_STRING && i < words->count; i++) {
        const char *word = words->list[i];
        if (strlen(word) == value->as.string.size &&
            memcmp(word, value->as.string.data, value->as.string.size) == 0)
            return am_write_string(w, value);
    }
    if (w->lenient && value->kind == AM_ITEM_STRING)
        return am_write_string(w, value);
    am_fail(w, AM_PROBLEM_NO_WORD, value);
    w->problem->words = words;
    return false;
}

/* Letters, digits, both alphabets' other characters, and blanks. */
static bool may_be_base64(const am_bytes *text)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                              "+/=_- \t\n\v\f\r";
    return strspn(text->data, set) == text->size;
}

static bool write_base64(am_writer *w, const am_item *value)
{
    if (value->kind == AM_ITEM_STRING && !w->lenient && !may_be_base64(&value->as.string))
        return am_fail(w, AM_PROBLEM_NO_BASE64, value);
    return am_write_string(w, value);
}

bool am_write_scalar(am_writer *w, unsigned type, const am_item *value)
{
    switch (type) {
    case AM_TYPE_STRING:
        return am_write_string(w, value);
    case AM_TYPE_INTEGER:
        return write_integer(w, value);
    case AM_TYPE_NUMBER:
        return write_number(w, value);
    case AM_TYPE_BOOLEAN:
        return write_boolean(w, value);
    case AM_TYPE_LINE:
        return write_line(w, value);
    case AM_TYPE_DATE:
        return am_write_date(w, value);
    case AM_TYPE_BASE64:
        return write_base64(w, value);
    default:
        return write_word(w, &am_closed_sets[type - AM_TYPE_WORD], value);
    }
}
