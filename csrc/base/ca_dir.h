/* SPDX-License-Identifier: MIT */
/* A directory of certificates, as OpenSSL looks them up. */
#ifndef AM_CA_DIR_H
#define AM_CA_DIR_H

#include <stdbool.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* Whether a directory (NULL: none) holds certificates under their hashed names. Loading the one
 * that is needed takes a millisecond; the whole bundle takes thirty. */
bool am_is_ca_dir(const char *path);

AM_END_HIDDEN
#endif
