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
    int64_t began_ms, seen_ms; /* start of the wait; end of its counted part */
    int64_t *waited_ms;        /* since the last call of the hook; kept from wait to wait */
} am_turn;

am_turn am_turn_begin(int64_t *waited_ms);
/* Milliseconds until am_turn_take is due. */
int64_t am_turn_left_ms(lua_State *L, const am_turn *turn);
/* [-0, +0] Calls the count hook after each 50 ms of waiting, regardless of its count, unless it is
 * already running. The hook may raise an error, yield (the waiting C function is then continued by
 * `resumed`) or close what is waited for. Returns false after 500 ms: leave the wait and begin a
 * new one, because a signal may have come between two system calls. */
bool am_turn_take(lua_State *L, am_turn *turn, lua_KContext context, lua_KFunction resumed);
/* Continues a function that waits: it returns nothing. */
int am_turn_leave(lua_State *L, int status, lua_KContext context);

AM_END_HIDDEN
#endif
