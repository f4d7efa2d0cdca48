/* SPDX-License-Identifier: MIT */
/* Declarations between AM_BEGIN_HIDDEN and AM_END_HIDDEN are not exported from the module; those
 * marked AM_EXPORTED are. -fvisibility=hidden is not enough: LuaRocks compiles with plain flags. */
#ifndef AM_SANDBOX_VISIBILITY_H
#define AM_SANDBOX_VISIBILITY_H

#if defined(__GNUC__)
#define AM_BEGIN_HIDDEN _Pragma("GCC visibility push(hidden)")
#define AM_END_HIDDEN _Pragma("GCC visibility pop")
#define AM_EXPORTED __attribute__((visibility("default")))
#else
#define AM_BEGIN_HIDDEN
#define AM_END_HIDDEN
#define AM_EXPORTED
#endif

#endif
