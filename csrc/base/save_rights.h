/* SPDX-License-Identifier: MIT */
/* Who owns a saved file, and who else may open it. */
#ifndef AM_SAVE_RIGHTS_H
#define AM_SAVE_RIGHTS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* Gives the file open as fd the owner, group, access list and mode of the file at `path`, seen as
 * `old`, as far as this process may. If it may not, nobody gets a right that `old` did not give:
 * too few rights rather than too many, which is not a failure. */
void am_rights_take_over(int fd, const char *path, const struct stat *old);

/* Gives the file open as fd, whose name is `part`, the mode of a new file in that folder. */
void am_rights_of_new(int fd, const char *part);

AM_END_HIDDEN
#endif
