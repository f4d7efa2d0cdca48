/* SPDX-License-Identifier: MIT */
/*
 * Text for the wire: JSON and percent-encoding, the same bytes in every locale. Each function
 * writes all of its bytes, or sets the buffer's sticky error if there is no room.
 */
#ifndef AM_ENCODE_H
#define AM_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* The position, from 1, of the first byte that is not UTF-8; 0: none. Surrogates, overlong forms
 * and code points beyond U+10FFFF are not UTF-8. */
size_t am_utf8_error(const char *text, size_t size);
/* The number of characters in valid UTF-8. */
size_t am_utf8_length(const char *text, size_t size);

/* Writes a JSON string; returns what am_utf8_error would. *breaks is set to whether the text holds
 * a line break or NUL; breaks may be NULL. */
size_t am_json_string(am_buf *out, const char *text, size_t size, bool *breaks);
void am_json_integer(am_buf *out, int64_t value);
/* Writes a whole number as an integer, any other as the shortest decimal that reads back, in every
 * locale. False: not finite. */
bool am_json_number(am_buf *out, double value);
/* Whether a double is a whole number within int64_t. */
bool am_is_whole(double value, int64_t *whole);

/* Percent-encodes all bytes except those that JavaScript's encodeURIComponent leaves. */
void am_percent(am_buf *out, const char *text, size_t size);

AM_END_HIDDEN
#endif
