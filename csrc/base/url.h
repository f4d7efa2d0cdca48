/* SPDX-License-Identifier: MIT */
/* What the engine must know about URLs. Strict rather than clever: libcurl parses them. */
#ifndef AM_URL_H
#define AM_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* What is wrong with a base URL, in words; NULL: nothing. */
const char *am_url_problem(const char *url);
/* The length of "scheme://host:port" at the start of a URL. */
size_t am_url_origin(const char *url);
/* Whether text can be part of a request line as it is: ASCII without blanks, control characters or
 * a fragment. */
bool am_url_is_clean(const char *text);
/* The target of a url that has the origin of base, a part of url; NULL: the origin is another, or
 * libcurl would not send what follows it as it is. */
const char *am_url_target(const char *url, const char *base);
/* Where a Location leads from url, if it stays on the same origin; else NULL, also when out of
 * memory. A relative path that does not begin with a slash is not followed. The caller frees it. */
char *am_url_follow(const char *url, const char *location, size_t size);

AM_END_HIDDEN
#endif
