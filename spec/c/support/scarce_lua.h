/* SPDX-License-Identifier: MIT */
/* An allocator for Lua states, whose memory runs out on demand. */
#ifndef SCARCE_LUA_H
#define SCARCE_LUA_H

#include <stdlib.h>

typedef struct scarce_lua {
    /* Allocations since it was set to 0; from that one on all fail, as Lua tries one that fails
     * again after a collection; 0: none does. */
    long asked, fail_at;
    size_t live; /* bytes */
} scarce_lua;

/* For lua_newstate, with a scarce_lua as its data. */
static inline void *scarce_lua_allocate(void *data, void *old, size_t old_size, size_t size)
{
    scarce_lua *mine = data;
    size_t had = old ? old_size : 0;
    if (size > had && ++mine->asked >= mine->fail_at && mine->fail_at)
        return NULL;
    void *made = size ? realloc(old, size) : (free(old), NULL);
    if (made || size == 0)
        mine->live += size - had;
    return made;
}

#endif
