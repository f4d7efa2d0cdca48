/* SPDX-License-Identifier: MIT */
/* Writes an answer to a file, anew on every attempt, and gives the complete file its name. */
#ifndef AM_SAVE_H
#define AM_SAVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* Empties the file. False: errno says why. */
bool am_save_restart(int fd);
/* Writes all of the bytes. False: errno says why. */
bool am_save_bytes(int fd, const char *bytes, size_t size);
/* Renames the file, open as fd, from `part` to `path`. Its content is on the disk before the
 * rename: after any crash, a power cut included, `path` is the old file or the whole new one. The
 * new file has the rights of the old one, see save_rights.h. False: errno says why, and `path` is
 * unchanged. */
bool am_save_publish(int fd, const char *part, const char *path);
/* The same, but `path` must not exist yet. False with EEXIST: it does. */
bool am_save_publish_new(int fd, const char *part, const char *path);

AM_END_HIDDEN
#endif
