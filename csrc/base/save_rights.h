/* SPDX-License-Identifier: MIT */
/* Whose a saved file is, and who else may open it. */
#ifndef AM_SAVE_RIGHTS_H
#define AM_SAVE_RIGHTS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* Gives the file open as fd what the file at `path`, seen as `old`, has: owner, group, access list
 * and mode, as far as this process may. Where it may not, nobody gets a right that `old` did not
 * give: rather too few than too many, which is no failure. */
void am_rights_take_over(int fd, const char *path, const struct stat *old);

/* Gives the file open as fd, whose name is `part`, the mode that a new file gets where it is. */
void am_rights_of_new(int fd, const char *part);

AM_END_HIDDEN
#endif
