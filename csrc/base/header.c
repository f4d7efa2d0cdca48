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

bool am_text_is_visible(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] <= ' ' || text[i] > '~')
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

const char *am_header_find(const char *block, size_t size, const char *name, size_t *length)
{
    size_t name_size = strlen(name), cursor = 0;
    am_header_text header;
    while (cursor + name_size < size) {
        const char *line = block + cursor;
        /* Most lines are skipped after one character. */
        if (line[name_size] == ':' && strncasecmp(line, name, name_size) == 0 &&
            am_header_next(block, size, &cursor, &header)) {
            *length = header.value_size;
            return header.value;
        }
        const char *newline = memchr(line, '\n', size - cursor);
        cursor = newline ? (size_t)(newline - block) + 1 : size;
    }
    return NULL;
}
