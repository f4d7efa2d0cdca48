/* SPDX-License-Identifier: MIT */
/* What the files of agentmail.core share. */
#ifndef AM_LUA_CORE_H
#define AM_LUA_CORE_H

#include <lauxlib.h>
#include <lua.h>

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* The engine of a Lua state: a userdata in its registry, made on first use. */
typedef struct engine_box {
    am_engine *engine; /* NULL: not yet, or closed */
    bool observing;    /* a user's observer runs: stepping is forbidden */
    bool closed;       /* the Lua state is closing */
} engine_box;

/* [-0, +1] pushes the engine's userdata; raises if out of memory, or if the state is closing. */
engine_box *am_lua_engine(lua_State *L);
/* Raises if a user's observer is running. */
void am_lua_check_step(lua_State *L, const engine_box *box);

/* A client or call: a userdata that is empty before it opens and after it closed. Its first user
 * value keeps what it belongs to alive; a client's second one is an empty call to use again. */
typedef struct client_box {
    am_client *client;
    const engine_box *engine; /* its first user value: where that is closed, so is this */
} client_box;

/* The metatable of calls. Their user values: the client, the strings of a body of pieces, the file
 * to save. */
#define AM_LUA_CALL "agentmail.call"

typedef struct call_box {
    am_call *call;
    const engine_box *engine;
    bool progress;      /* wait returns when bytes have moved */
    int64_t bytes_seen; /* by the last call of progress */
} call_box;

/* [-0, +0] the client at an index, which may be closed; raises if it is none. */
client_box *am_lua_client(lua_State *L, int index);
/* [-0, +0] the call at an index, which may be closed; raises if it is none. */
call_box *am_lua_call(lua_State *L, int index);

/* [-0, +0] the string at the top; raises, naming the field, if it is none or holds a NUL. A number
 * is not converted: the string would be gone with the stack, and only the table's own stay. */
const char *am_lua_text(lua_State *L, const char *field);
/* [-0, +0] likewise a table's own field, which lives as long as the table holds it, or NULL. */
const char *am_lua_text_field(lua_State *L, int table, const char *field);

/* [-0, +0] the argument at an index, which is kept by the stack; raises if it is no string or holds
 * a NUL. */
const char *am_lua_check_text(lua_State *L, int index);

/* [-0, +0] reads the field at the top of the stack into *limits if its name is a limit's.
 * False: it is not. Raises if the value is no number. */
bool am_lua_limit(lua_State *L, const char *name, am_limits *limits);

/* [-0, +n] headers of a map at `index` (nil: none); leaves userdata on the stack that owns them. */
const am_header *am_lua_headers(lua_State *L, int index, const char *field, size_t *count);

/* [-0, +0] make the metatables. */
void am_lua_open_client(lua_State *L);
void am_lua_open_call(lua_State *L);

/* [-0, +0] add functions to the module at the top. */
void am_lua_add_keys(lua_State *L);
void am_lua_add_save(lua_State *L);
void am_lua_add_text(lua_State *L);

/* core.client(options), core.check_headers(map) and client:submit(...). */
int am_lua_client_new(lua_State *L);
int am_lua_check_headers(lua_State *L);
int am_lua_submit(lua_State *L);
/* core.wait_any(calls) */
int am_lua_wait_any(lua_State *L);
/* core.verify_webhook(...) */
int am_lua_verify_webhook(lua_State *L);

AM_END_HIDDEN
#endif
