/* SPDX-License-Identifier: MIT */
/* URL checks for the engine. They are strict rather than clever: libcurl parses URLs. */
#ifndef AM_URL_H
#define AM_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* The problem with a base URL, in words; NULL if there is none. */
const char *am_url_problem(const char *url);
/* The length of "scheme://host:port" at the start of a URL. */
size_t am_url_origin(const char *url);
/* Whether text can be part of a request line unchanged: ASCII without blanks, control characters or
 * a fragment. */
bool am_url_is_clean(const char *text);
/* Whether libcurl sends a target that is clean as it is: newer ones drop an empty query. */
bool am_url_is_kept(const char *target);
/* The target within url, which must have the origin of base; NULL if the origin differs, or if
 * libcurl would not send the target unchanged. */
const char *am_url_target(const char *url, const char *base);
/* The URL that a Location refers to from url, if it stays on the same origin; else NULL, also when
 * out of memory. A relative path without a leading slash is not followed. The caller frees it. */
char *am_url_follow(const char *url, const char *location, size_t size);

AM_END_HIDDEN
#endif
