/* SPDX-License-Identifier: MIT */
/*
 * The turns that Lua and its host get while a call blocks. A host limits a script with a count
 * hook, and a blocked call executes no instructions to count. So a wait calls the hook itself.
 */
#ifndef AM_LUA_TURN_H
#define AM_LUA_TURN_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

typedef struct am_turn {
    int64_t began_ms, hooked_ms; /* the wait; the last call of the hook in it */
} am_turn;

am_turn am_turn_begin(void);
/* Milliseconds until am_turn_take is due. */
int64_t am_turn_left_ms(lua_State *L, const am_turn *turn);
/* [-0, +0] calls a count hook when it is due: every 50 ms, regardless of its count. The hook may
 * raise, yield (the waiting C function then returns nothing to Lua), or close the object waited
 * for. False: the caller must return and start the wait again, as a signal may have come between
 * two system calls. */
bool am_turn_take(lua_State *L, am_turn *turn);

AM_END_HIDDEN
#endif
