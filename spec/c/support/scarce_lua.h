/* SPDX-License-Identifier: MIT */
/* An allocator for Lua states, whose memory runs out on demand. */
#ifndef SCARCE_LUA_H
#define SCARCE_LUA_H

#include <stdbool.h>
#include <stdlib.h>

typedef struct scarce_lua {
    long asked, fail_at; /* allocations since scarce_lua_fail; from that one on they fail */
    bool once;           /* only that one, and the next: Lua collects, and tries it again */
    size_t live;         /* bytes */
} scarce_lua;

/* For lua_newstate, with a scarce_lua as its data. */
static inline void *scarce_lua_allocate(void *data, void *old, size_t old_size, size_t size)
{
    scarce_lua *mine = data;
    size_t had = old ? old_size : 0;
    if (size > had && ++mine->asked >= mine->fail_at && mine->fail_at &&
        !(mine->once && mine->asked > mine->fail_at + 1))
        return NULL;
    void *made = size ? realloc(old, size) : (free(old), NULL);
    if (made || size == 0)
        mine->live += size - had;
    return made;
}

/* The n-th allocation from now on fails; 0: none does. */
static inline void scarce_lua_fail(scarce_lua *mine, long n)
{
    mine->asked = 0;
    mine->fail_at = n;
}

#endif
