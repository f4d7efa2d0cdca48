/* SPDX-License-Identifier: MIT */
/* Does a directory hold certificates under their hashed names? */
#define _GNU_SOURCE
#include "base/ca_dir.h"

#include <dirent.h>
#include <string.h>

bool am_is_ca_dir(const char *path)
{
    DIR *directory = path ? opendir(path) : NULL;
    const struct dirent *entry;
    bool found = false;
    while (directory && !found && (entry = readdir(directory)) != NULL)
        found = strlen(entry->d_name) == 10 && strcmp(entry->d_name + 8, ".0") == 0;
    if (directory)
        closedir(directory);
    return found;
}
