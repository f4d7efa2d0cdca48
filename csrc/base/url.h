/* SPDX-License-Identifier: MIT */
/* What the engine must know about URLs. Strict rather than clever: libcurl parses them. */
#ifndef AM_URL_H
#define AM_URL_H

#include <stddef.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* What is wrong with a base URL, in words; NULL: nothing. */
const char *am_url_problem(const char *url);
/* The length of "scheme://host:port" at the start of a URL. */
size_t am_url_origin(const char *url);
/* Returns the URL that a Location leads to from url, if it stays on the same origin; else NULL,
 * also when out of memory. Does not follow a relative path without a leading slash. The caller
 * frees it. */
char *am_url_follow(const char *url, const char *location, size_t size);

AM_END_HIDDEN
#endif
