/* SPDX-License-Identifier: MIT */
/* Writing an answer to a file, anew on every attempt. */
#ifndef AM_SAVE_H
#define AM_SAVE_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Empties the file. False: errno says why. */
bool am_save_restart(int fd);
/* Writes all of the bytes. False: errno says why. */
bool am_save_bytes(int fd, const char *bytes, size_t size);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
