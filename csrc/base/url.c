/* SPDX-License-Identifier: MIT */
/* Checks URLs, and follows a Location within one origin. */
#define _GNU_SOURCE
#include "base/url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static size_t scheme_length(const char *url)
{
    if (strncasecmp(url, "http://", 7) == 0)
        return 7;
    return strncasecmp(url, "https://", 8) == 0 ? 8 : 0;
}

/* Checks "host", "host:port" or "[address]:port", up to a slash or the end. */
static bool port_is_valid(const char *authority)
{
    const char *p = authority[0] == '[' ? strchr(authority, ']') : authority;
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
    if (url[scheme] == '[' && !strchr(url + scheme, ']'))
        return "must close the bracket of its address";
    if (!port_is_valid(url + scheme))
        return "must have a port from 1 to 65535 after the colon, or no colon";
    return NULL;
}

size_t am_url_origin(const char *url)
{
    size_t scheme = scheme_length(url);
    return scheme + strcspn(url + scheme, "/?#");
}

bool am_url_is_clean(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p <= ' ' || *p >= 0x7f || *p == '#')
            return false;
    return true;
}

bool am_url_is_kept(const char *target)
{
    const char *query = strchr(target, '?');
    return !query || query[1] != '\0';
}

const char *am_url_target(const char *url, const char *base)
{
    size_t origin = am_url_origin(base);
    const char *target = strncasecmp(url, base, origin) == 0 ? url + origin : "";
    return target[0] == '/' && am_url_is_clean(target) && am_url_is_kept(target) ? target : NULL;
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
