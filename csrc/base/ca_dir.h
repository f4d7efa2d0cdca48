/* SPDX-License-Identifier: MIT */
#ifndef AM_CA_DIR_H
#define AM_CA_DIR_H

#include <stdbool.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Whether a directory (NULL: none) holds certificates under their hashed names, as OpenSSL looks
 * them up. Loading the one that is needed takes a millisecond; the whole bundle takes thirty. */
bool am_is_ca_dir(const char *path);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
