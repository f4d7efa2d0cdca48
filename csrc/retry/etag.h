/* SPDX-License-Identifier: MIT */
/* Etags: whether a value of If-Match makes a repeat harmless. Pure. */
#ifndef AM_ETAG_H
#define AM_ETAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

enum { AM_ETAG_MAX = 512 };

/* True if it can be sent: 1 to 512 of visible ASCII and inner blanks. Quotes are not required: the
 * value belongs to the service. */
bool am_etag_is_valid(const char *etag, size_t size);
/* True if a valid one matches a single state. "*" and lists also match what the request itself
 * made, so that a repeat would do it again; any value with a comma counts as a list. */
bool am_etag_is_one(const char *etag, size_t size);

AM_END_HIDDEN
#endif
