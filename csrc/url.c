/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static size_t scheme_length(const char *url)
{
    if (strncasecmp(url, "http://", 7) == 0)
        return 7;
    return strncasecmp(url, "https://", 8) == 0 ? 8 : 0;
}

/* Of "host", "host:port" and "[address]:port", up to a slash or the end. */
static bool port_is_valid(const char *authority)
{
    const char *bracket = authority[0] == '[' ? strchr(authority, ']') : NULL;
    const char *p = bracket ? bracket : authority;
    p += strcspn(p, ":/");
    if (*p != ':')
        return true;
    size_t digits = strspn(p + 1, "0123456789");
    long port = digits && digits <= 5 ? strtol(p + 1, NULL, 10) : 0;
    return port > 0 && port <= 65535 && (p[1 + digits] == '/' || p[1 + digits] == '\0');
}

const char *am_url_problem(const char *url)
{
    size_t scheme = scheme_length(url);
    if (!scheme)
        return "must begin with https:// or http://";
    for (const char *p = url; *p; p++)
        if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f)
            return "must not hold blanks, control or non-ASCII characters";
    if (url[scheme] == '\0' || strchr("/?#:", url[scheme]))
        return "must name a host";
    if (strchr(url, '@'))
        return "must not hold a user or password";
    if (strpbrk(url, "?#"))
        return "must not hold a query or a fragment";
    if (!port_is_valid(url + scheme))
        return "must have a port from 1 to 65535 after the colon, or no colon";
    return NULL;
}

size_t am_url_origin(const char *url)
{
    size_t scheme = scheme_length(url);
    return scheme + strcspn(url + scheme, "/?#");
}

char *am_url_follow(const char *url, const char *location, size_t size)
{
    size_t origin = am_url_origin(url);
    const char *path = location;
    size_t path_size = size;
    if (size >= origin && strncasecmp(location, url, origin) == 0) {
        path += origin;
        path_size -= origin;
    }
    if (path_size == 0 || path[0] != '/' || (path == location && size > 1 && path[1] == '/') ||
        memchr(path, '\0', path_size))
        return NULL;
    char *target = malloc(origin + path_size + 1);
    if (!target)
        return NULL;
    memcpy(target, url, origin);
    memcpy(target + origin, path, path_size);
    target[origin + path_size] = '\0';
    return target;
}

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
            continue; /* the status line, or the empty one */
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
        /* Most lines are passed over for one character. */
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
