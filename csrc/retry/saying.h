/* SPDX-License-Identifier: MIT */
/* What the words of the service's error body say to the rules. Pure. */
#ifndef AM_SAYING_H
#define AM_SAYING_H

#include "base/visibility.h"
#include "retry/attempt.h"

AM_BEGIN_HIDDEN

/* The meaning of the `code` and the `name` of an error; NULL: there is none. */
am_saying am_saying_of(const char *code, const char *name);

AM_END_HIDDEN
#endif
