/* SPDX-License-Identifier: MIT */
/* Declarations between AM_BEGIN_HIDDEN and AM_END_HIDDEN are not exported from the module or
 * program that links them in. -fvisibility=hidden is not enough: LuaRocks compiles with plain
 * flags. */
#ifndef AM_VISIBILITY_H
#define AM_VISIBILITY_H

#if defined(__GNUC__)
#define AM_BEGIN_HIDDEN _Pragma("GCC visibility push(hidden)")
#define AM_END_HIDDEN _Pragma("GCC visibility pop")
#else
#define AM_BEGIN_HIDDEN
#define AM_END_HIDDEN
#endif

#endif
