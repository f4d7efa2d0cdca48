/* SPDX-License-Identifier: MIT */
/* Finds where a file is to be saved, without opening anything, and makes the file beside it that
 * holds the content until it is complete. */
#ifndef AM_SAVE_PLACE_H
#define AM_SAVE_PLACE_H

#include <limits.h>
#include <stdbool.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

typedef struct am_place {
    char path[PATH_MAX]; /* absolute and without symbolic links */
    const char *refusal; /* what is there that cannot be saved to, in words; or NULL */
} am_place;

/* Finds the file that a path names: a regular one, or none yet in a folder that exists. Follows
 * symbolic links as the kernel would, the last one included. Refuses what a new file must not
 * replace: folders, devices, FIFOs, sockets, and files reached through an open descriptor, such as
 * /dev/stdout, or through another user's link in a folder like /tmp. False: place->refusal, or
 * errno if that is NULL, says why. */
bool am_place_find_file(am_place *place, const char *path);
/* The same for the folder that a path names, which must exist. */
bool am_place_find_folder(am_place *place, const char *path);

/* The length of the longest file name that a folder, an absolute path, can hold. */
long am_place_longest_name(const char *folder);

/* Makes an empty file beside `path`, which is absolute; only this user can open it. `part` is set
 * to its name: the name of `path`, ".part-" and the tag, shortened to fit. Returns its descriptor;
 * -1: errno says why. */
int am_place_open_part(const char *path, const char *tag, char part[PATH_MAX]);

AM_END_HIDDEN
#endif
