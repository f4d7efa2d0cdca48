/* SPDX-License-Identifier: MIT */
/* Where a file is to be saved: found by looking, without opening anything, and the file beside it
 * that holds what comes until all is there. */
#ifndef AM_SAVE_PLACE_H
#define AM_SAVE_PLACE_H

#include <limits.h>
#include <stdbool.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

typedef struct am_place {
    char path[PATH_MAX]; /* absolute and without symbolic links */
    const char *refusal; /* what is there that nothing can be saved to, in words; or NULL */
} am_place;

/* Finds the file that a path names: a regular one, or none yet in a folder that exists. Symbolic
 * links are followed as the kernel would, the last one included. Refused is what a new file must
 * not take the place of: folders, devices, FIFOs, sockets, and what is reached through an open
 * descriptor, as /dev/stdout is, or through another user's link in a folder like /tmp. False:
 * place->refusal, or errno where that is NULL, says why. */
bool am_place_find_file(am_place *place, const char *path);
/* Likewise the folder that a path names, which must exist. */
bool am_place_find_folder(am_place *place, const char *path);

/* The longest name that a folder, an absolute path, can hold. */
long am_place_longest_name(const char *folder);

/* Makes an empty file beside `path`, which is absolute, that only this user can open. Its name, put
 * into `part`, is that of `path` and ".part-" and the tag, cut where it would not fit. Its
 * descriptor; -1: errno says why. */
int am_place_open_part(const char *path, const char *tag, char part[PATH_MAX]);

AM_END_HIDDEN
#endif
