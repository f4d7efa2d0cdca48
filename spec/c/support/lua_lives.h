/* SPDX-License-Identifier: MIT */
/* Lua states that come and go, for modules whose libraries leave something in the process. */
#ifndef LUA_LIVES_H
#define LUA_LIVES_H

/* A script gets a pattern for package.cpath and the number of rounds, and returns how many of them
 * were good; fails the test unless all were. Each life is a state of its own. */

void lua_lives_in_turn(const char *script, int lives, int rounds);
/* The same in several threads, which begin at the same time. */
void lua_lives_in_threads(const char *script, int lives, int rounds);

#endif
