/* SPDX-License-Identifier: MIT */
/* Failures of TLS in words: libcurl's, and what to do where they leave that open. */
#ifndef AM_EXPLAIN_H
#define AM_EXPLAIN_H

#include <stddef.h>

#include "base/visibility.h"
#include "engine/trust.h"

AM_BEGIN_HIDDEN

/* Adds to libcurl's words. `doubting` are the stores that did not vouch for the server, NULL where
 * that was not it. */
void am_explain_tls(char *words, size_t size, int curl, const am_stores *doubting);

AM_END_HIDDEN
#endif
