/* SPDX-License-Identifier: MIT */
/* Header lines: which may be sent, and how to find one among those that arrived. */
#ifndef AM_HEADER_H
#define AM_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* True if headers may be sent, to the service or elsewhere; if not, error says what is wrong. */
bool am_headers_check(const am_header *headers, size_t count, bool elsewhere,
                      char error[AM_ERROR_SIZE]);
/* True if this can be an API key: not empty, no blanks or control characters. */
bool am_api_key_is_valid(const char *key);
/* True if this may be part of a header line: no CR, LF or other control character. */
bool am_header_value_is_valid(const char *value);
/* True if this is a header name: a token of RFC 9110, section 5.6.2. */
bool am_header_name_is_valid(const char *name);

/* One header of a block, without the blanks around its value. */
typedef struct am_header_text {
    const char *name;
    size_t name_size;
    const char *value;
    size_t value_size;
} am_header_text;

/* The header at *cursor in a block of CRLF lines; false: no more. */
bool am_header_next(const char *block, size_t size, size_t *cursor, am_header_text *header);
/* The value of a header in a block of CRLF lines, found by name in any case, without the blanks
 * around it; NULL: absent. *length is set to its length. */
const char *am_header_find(const char *block, size_t size, const char *name, size_t *length);
enum { AM_HEADER_NAMES = 4 };
/* The same for the first of at most AM_HEADER_NAMES names that is there. */
const char *am_header_find_any(const char *block, size_t size, const char *const *names,
                               size_t count, size_t *length);

AM_END_HIDDEN
#endif
