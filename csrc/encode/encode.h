/* SPDX-License-Identifier: MIT */
/*
 * Text on its way to the wire: JSON and percent-encoding, the same bytes everywhere. Each writes
 * all of its bytes, or the buffer's sticky error tells that there was no room.
 */
#ifndef AM_ENCODE_H
#define AM_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* The position, from 1, of the first byte that is not UTF-8; 0: there is none. No surrogates, no
 * longer forms than needed, nothing beyond U+10FFFF. */
size_t am_utf8_error(const char *text, size_t size);
/* The characters of a text that is UTF-8. */
size_t am_utf8_length(const char *text, size_t size);

/* Writes a JSON string and tells like am_utf8_error whether it could. *breaks gets whether the text
 * holds a line break or NUL; it may be NULL. */
size_t am_json_string(am_buf *out, const char *text, size_t size, bool *breaks);
void am_json_integer(am_buf *out, int64_t value);
/* A whole number as such, any other by its shortest decimal that reads back, in every locale.
 * False: it is not finite. */
bool am_json_number(am_buf *out, double value);
/* Whether a double is a whole number that int64_t holds. */
bool am_is_whole(double value, int64_t *whole);

/* All percent-encoded but what JavaScript's encodeURIComponent leaves. */
void am_percent(am_buf *out, const char *text, size_t size);

AM_END_HIDDEN
#endif
