/* SPDX-License-Identifier: MIT */
/* TLS failures in words: libcurl's, and our advice if they give none. */
#ifndef AM_TLS_WORDS_H
#define AM_TLS_WORDS_H

#include <stddef.h>

#include "base/visibility.h"
#include "engine/trust.h"

AM_BEGIN_HIDDEN

/* Adds to libcurl's words. `doubting` are the stores that did not vouch for the server; NULL: that
 * was not the reason. */
void am_tls_words(char *words, size_t size, int curl, const am_stores *doubting);

AM_END_HIDDEN
#endif
