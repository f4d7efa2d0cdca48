/* SPDX-License-Identifier: MIT */
/* What the engine must know of URLs and headers. Strict rather than clever: libcurl parses them. */
#ifndef AM_URL_H
#define AM_URL_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* What is wrong with a base URL, in words; NULL: nothing. */
const char *am_url_problem(const char *url);
/* The length of "scheme://host:port" at the start of a URL. */
size_t am_url_origin(const char *url);
/* Where a Location leads from url, if it stays on the same origin; else NULL, also when out of
 * memory. A relative path that does not begin with a slash is not followed. The caller frees it. */
char *am_url_follow(const char *url, const char *location, size_t size);

/* Whether this may stand in a header line: no CR, LF or other control character. */
bool am_header_value_is_valid(const char *value);
/* Whether this is a header's name: a token of RFC 9110, section 5.6.2. */
bool am_header_name_is_valid(const char *name);
/* One header of a block, without the blanks around its value. */
typedef struct am_header_text {
    const char *name;
    size_t name_size;
    const char *value;
    size_t value_size;
} am_header_text;

/* The header behind *cursor in a block of CRLF lines; false: there is none. */
bool am_header_next(const char *block, size_t size, size_t *cursor, am_header_text *header);
/* The value of a header in a block of CRLF lines, by name in any case, without the blanks around
 * it; NULL: absent. *length gets its length. */
const char *am_header_find(const char *block, size_t size, const char *name, size_t *length);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
