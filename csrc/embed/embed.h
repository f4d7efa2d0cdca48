/* SPDX-License-Identifier: MIT */
/* The Lua files of the module, as data. tools/embed.lua writes the definitions. */
#ifndef AM_EMBED_H
#define AM_EMBED_H

#include <stddef.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

typedef struct am_embedded {
    const char *name; /* "agentmail.call.call" */
    const char *text; /* the source, as it is in the file */
    size_t size;
} am_embedded;

/* In the order of strcmp. */
extern const am_embedded am_embedded_files[];
extern const size_t am_embedded_count;

AM_END_HIDDEN
#endif
