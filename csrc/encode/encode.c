/* SPDX-License-Identifier: MIT */
/* Writes JSON strings in one pass: copies plain bytes in blocks, checks UTF-8, escapes. */
#include "encode/encode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

enum { BLOCK = 16 };

/* Whether a block of bytes is all ASCII that needs no escape in a JSON string. Compilers make a few
 * vector instructions of it. */
static bool is_plain(const unsigned char *s)
{
    unsigned char odd[BLOCK];
    uint64_t halves[2];
    for (int i = 0; i < BLOCK; i++) {
        signed char c = (signed char)s[i]; /* below zero: not ASCII */
        odd[i] = (c < 0x20) | (c == '"') | (c == '\\');
    }
    memcpy(halves, odd, sizeof halves);
    return (halves[0] | halves[1]) == 0;
}

static bool is_ascii(const unsigned char *s)
{
    uint64_t eight;
    memcpy(&eight, s, sizeof eight);
    return (eight & EACH(0x80)) == 0;
}

/* The size of the UTF-8 sequence at s; 0: invalid. */
static size_t utf8_sequence(const unsigned char *s, const unsigned char *end)
{
    unsigned char lead = s[0];
    size_t size = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size == 0 || lead > 0xF4 || (size_t)(end - s) < size)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    bool wrong = (lead == 0xE0 && s[1] < 0xA0) || (lead == 0xED && s[1] > 0x9F) ||
                 (lead == 0xF0 && s[1] < 0x90) || (lead == 0xF4 && s[1] > 0x8F);
    return wrong ? 0 : size;
}

size_t am_utf8_error(const char *text, size_t size)
{
    const unsigned char *start = (const unsigned char *)text, *s = start, *end = start + size;
    while (s < end) {
        size_t step = end - s >= 8 && is_ascii(s) ? 8 : utf8_sequence(s, end);
        if (step == 0)
            return (size_t)(s - start) + 1;
        s += step;
    }
    return 0;
}

size_t am_utf8_length(const char *text, size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < size; i++)
        length += ((unsigned char)text[i] & 0xC0) != 0x80;
    return length;
}

/* Writes the escape of a byte; returns its size. */
static size_t escape(unsigned char c, char out[6])
{
    static const char hex[] = "0123456789abcdef";
    static const char letters[] = "btn\0fr"; /* escapes of the controls from 8 on */
    char letter = c == '"' || c == '\\' ? (char)c : '\0';
    if (c >= 8 && c <= 13)
        letter = letters[c - 8];
    out[0] = '\\';
    out[1] = letter;
    if (letter)
        return 2;
    memcpy(out + 1, "u00", 3);
    out[4] = hex[c >> 4];
    out[5] = hex[c & 15];
    return 6;
}

size_t am_json_string(am_buf *out, const char *text, size_t size, bool *breaks)
{
    const unsigned char *start = (const unsigned char *)text, *s = start, *end = start + size;
    const unsigned char *done = start; /* end of the part already written */
    bool broken = false;
    char escaped[6];
    am_buf_append(out, "\"", 1);
    while (s < end) {
        while (end - s >= BLOCK && is_plain(s))
            s += BLOCK;
        if (end - s < BLOCK && size >= BLOCK && is_plain(end - BLOCK))
            break;
        for (size_t step; s < end && *s >= 0x80; s += step)
            if ((step = utf8_sequence(s, end)) == 0)
                return (size_t)(s - start) + 1;
        if (s == end)
            break;
        if (*s >= 0x20 && *s != '"' && *s != '\\') {
            s++;
        } else {
            broken = broken || *s == '\n' || *s == '\r' || *s == '\0';
            am_buf_append(out, done, (size_t)(s - done));
            am_buf_append(out, escaped, escape(*s, escaped));
            done = ++s;
        }
    }
    size_t rest = (size_t)(end - done);
    char *room = am_buf_room(out, rest + 1);
    if (room) {
        if (rest)
            memcpy(room, done, rest);
        room[rest] = '"';
        am_buf_wrote(out, rest + 1);
    }
    if (breaks)
        *breaks = broken;
    return 0;
}

void am_json_integer(am_buf *out, int64_t value)
{
    char digits[20], *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        *--at = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (value < 0)
        am_buf_append(out, "-", 1);
    am_buf_append(out, at, (size_t)(digits + sizeof digits - at));
}

bool am_is_whole(double value, int64_t *whole)
{
    if (!(value >= -0x1p63 && value < 0x1p63))
        return false;
    *whole = (int64_t)value;
    return (double)*whole == value;
}

bool am_json_number(am_buf *out, double value)
{
    int64_t whole;
    char text[40];
    if (am_is_whole(value, &whole)) {
        am_json_integer(out, whole);
        return true;
    }
    if (value - value != 0)
        return false;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    /* Both use the locale's decimal point, which may be a comma or several bytes. */
    size_t size = 0;
    for (const char *at = text; *at; at++) {
        if (strchr("0123456789eE+-", *at))
            text[size++] = *at;
        else if (size == 0 || text[size - 1] != '.')
            text[size++] = '.';
    }
    am_buf_append(out, text, size);
    return true;
}

static bool is_unreserved(unsigned char c)
{
    static const unsigned char set[16] = {
        [4] = 0x82,  [5] = 0x67,  [6] = 0xff,  [7] = 0x03,  [8] = 0xfe,  [9] = 0xff,
        [10] = 0xff, [11] = 0x87, [12] = 0xfe, [13] = 0xff, [14] = 0xff, [15] = 0x47};
    return c < 0x80 && (set[c >> 3] >> (c & 7) & 1); /* A-Z a-z 0-9 - _ . ! ~ * ' ( ) */
}

void am_percent(am_buf *out, const char *text, size_t size)
{
    static const char hex[] = "0123456789ABCDEF";
    const unsigned char *s = (const unsigned char *)text, *end = s + size;
    while (s < end) {
        const unsigned char *plain = s;
        while (s < end && is_unreserved(*s))
            s++;
        am_buf_append(out, plain, (size_t)(s - plain));
        char *room = NULL;
        for (; s < end && !is_unreserved(*s); s++) {
            if (!(room = am_buf_room(out, 3)))
                return;
            room[0] = '%';
            room[1] = hex[*s >> 4];
            room[2] = hex[*s & 15];
            am_buf_wrote(out, 3);
        }
    }
}
