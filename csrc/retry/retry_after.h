/* SPDX-License-Identifier: MIT */
/* The Retry-After header. Pure: the time is an argument. */
#ifndef AM_RETRY_AFTER_H
#define AM_RETRY_AFTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* Milliseconds to wait for a Retry-After value (RFC 9110, section 10.2.3: seconds or an HTTP date)
 * at the wall clock now_s, never negative; -1 if the value is unreadable. */
int64_t am_retry_after_ms(const char *value, size_t size, int64_t now_s);

AM_END_HIDDEN
#endif
