/* SPDX-License-Identifier: MIT */
/* Checks header lines, and finds them. */
#include "base/header.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- what may be sent ------------------------------------------------------------------------ */

bool am_header_value_is_valid(const char *value)
{
    for (const unsigned char *p = (const unsigned char *)value; *p; p++)
        if ((*p < ' ' && *p != '\t') || *p == 0x7f)
            return false;
    return true;
}

bool am_header_name_is_valid(const char *name)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    return name[0] && name[strspn(name, token)] == '\0';
}

/* Headers that the library sets, because its promises depend on them. Where no API key goes, the
 * caller may set the first of them. */
static bool is_reserved(const char *name, bool elsewhere)
{
    static const char *const reserved[] = {
        "Authorization", "Idempotency-Key", "Content-Type", "Content-Length", "Transfer-Encoding",
        "Host",          "Connection",      "Expect",       "User-Agent"};
    for (size_t i = elsewhere; i < sizeof reserved / sizeof reserved[0]; i++)
        if (strcasecmp(name, reserved[i]) == 0)
            return true;
    return false;
}

static const char *problem_of(const am_header *header, bool elsewhere)
{
    if (!am_header_name_is_valid(header->name))
        return "is not a token: use letters, digits and -";
    if (is_reserved(header->name, elsewhere))
        return "is set by agentmail itself: leave it out";
    if (header->value[strspn(header->value, " \t")] == '\0') /* libcurl drops it */
        return "has no value: leave it out";
    if (!am_header_value_is_valid(header->value))
        return "has a control character such as CR or LF in its value";
    return NULL;
}

bool am_headers_check(const am_header *headers, size_t count, bool elsewhere,
                      char error[AM_ERROR_SIZE])
{
    for (size_t i = 0; i < count; i++) {
        const char *problem = problem_of(&headers[i], elsewhere);
        if (!problem)
            continue;
        snprintf(error, AM_ERROR_SIZE, "header \"%.60s\" %s", headers[i].name, problem);
        return false;
    }
    return true;
}

bool am_api_key_is_valid(const char *key)
{
    return key[0] && am_header_value_is_valid(key) && !strpbrk(key, " \t");
}

/* ---- what arrived ---------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

bool am_header_next(const char *block, size_t size, size_t *cursor, am_header_text *header)
{
    while (*cursor < size) {
        const char *line = block + *cursor, *end = memchr(line, '\n', size - *cursor);
        *cursor = end ? (size_t)(end - block) + 1 : size;
        if (!end)
            end = block + size;
        const char *colon = memchr(line, ':', (size_t)(end - line));
        if (!colon)
            continue; /* the status line, or the empty line */
        const char *value = colon + 1;
        while (value < end && is_blank(*value))
            value++;
        while (end > value && is_blank(end[-1]))
            end--;
        *header = (am_header_text){line, (size_t)(colon - line), value, (size_t)(end - value)};
        return true;
    }
    return false;
}

static bool is_named(const char *line, const char *name, size_t size)
{
    return line[size] == ':' && strncasecmp(line, name, size) == 0; /* most fail at the colon */
}

const char *am_header_find_any(const char *block, size_t size, const char *const *names,
                               size_t count, size_t *length)
{
    size_t cursor = 0, best = count, sizes[AM_HEADER_NAMES];
    const char *value = NULL;
    am_header_text header;
    for (size_t i = 0; i < count; i++)
        sizes[i] = strlen(names[i]);
    while (cursor < size && best > 0) {
        const char *line = block + cursor;
        size_t left = size - cursor;
        for (size_t i = 0; i < best; i++) {
            size_t at = cursor;
            if (sizes[i] < left && is_named(line, names[i], sizes[i]) &&
                am_header_next(block, size, &at, &header)) {
                best = i;
                value = header.value;
                *length = header.value_size;
            }
        }
        const char *newline = memchr(line, '\n', left);
        cursor = newline ? (size_t)(newline - block) + 1 : size;
    }
    return value;
}

const char *am_header_find(const char *block, size_t size, const char *name, size_t *length)
{
    return am_header_find_any(block, size, &name, 1, length);
}
