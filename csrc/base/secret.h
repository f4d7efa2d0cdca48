/* SPDX-License-Identifier: MIT */
/* Credentials do not stay in memory that is no longer ours. */
#ifndef AM_SECRET_H
#define AM_SECRET_H

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* Overwrites a string that is about to be freed, or is not needed any more, in a way that no
 * compiler leaves out. NULL is fine. */
void am_wipe(char *secret);

AM_END_HIDDEN
#endif
