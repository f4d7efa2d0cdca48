/* SPDX-License-Identifier: MIT */
/* Credentials do not stay in memory that we have given back. */
#ifndef AM_SECRET_H
#define AM_SECRET_H

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* Overwrites a string that is about to be freed or is no longer needed, in a way that no compiler
 * optimizes out. NULL is allowed. */
void am_wipe(char *secret);

AM_END_HIDDEN
#endif
