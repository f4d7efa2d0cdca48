/* SPDX-License-Identifier: MIT */
/*
 * The turns that Lua and its host get while a call blocks. A host bounds a script by a count hook,
 * and a blocked call executes nothing that would be counted. So a wait calls that hook itself.
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
/* How long to wait before am_turn_take is due, in milliseconds. */
int64_t am_turn_left_ms(lua_State *L, const am_turn *turn);
/* [-0, +0] calls a count hook that is due: every 50 ms, whatever its count is. It may raise, yield
 * (the C function that waits then returns nothing to Lua), or close what is waited for. False: the
 * wait has taken so long that it is to be left and begun anew, because a signal may have come
 * between two system calls. */
bool am_turn_take(lua_State *L, am_turn *turn);

AM_END_HIDDEN
#endif
