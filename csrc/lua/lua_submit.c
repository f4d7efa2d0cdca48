/* SPDX-License-Identifier: MIT */
/* agentmail.core: client:submit, from Lua values to a call. */
#define _GNU_SOURCE
#include "lua/lua_submit.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "lua/lua_args.h"
#include "lua/lua_held.h"
#include "lua/lua_limits.h"
#include "lua/lua_options.h"
#include "lua/lua_parts.h"

am_protection am_lua_check_protection(lua_State *L, int index)
{
    const char *word = luaL_checkstring(L, index);
    for (int i = 0; i < AM_PROTECTIONS; i++)
        if (strcmp(word, am_protection_word((am_protection)i)) == 0)
            return (am_protection)i;
    luaL_argerror(L, index, "no such protection");
    return AM_UNPROTECTED;
}

void am_lua_read_target(lua_State *L, int index, am_request *request)
{
    request->target = am_lua_check_text(L, index);
    if (request->target[0] != '/')
        request->url = request->target;
}

/* The answer goes to the Lua file at the top of the stack. */
static void read_save(lua_State *L, am_request *request)
{
    const luaL_Stream *stream = luaL_testudata(L, -1, LUA_FILEHANDLE);
    if (!stream || !stream->closef || fileno(stream->f) < 0)
        luaL_error(L, "option save must be an open file");
    request->save = true;
    request->save_fd = fileno(stream->f);
}

/* [-0, +0] the bytes at the top. */
static void read_data(lua_State *L, am_piece *piece)
{
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "a piece of a body must be a string, not %s", luaL_typename(L, -1));
    piece->data = lua_tolstring(L, -1, &piece->size);
}

/* [-0, +1] pushes a field of the table at the top. */
static bool push_field(lua_State *L, const char *name)
{
    lua_pushstring(L, name);
    return lua_rawget(L, -2) != LUA_TNIL;
}

/* [-1, +0] appends the string at the top to the list of strings that the call keeps. */
static void keep_string(lua_State *L, int kept)
{
    lua_rawseti(L, kept, (lua_Integer)lua_rawlen(L, kept) + 1);
}

/* [-0, +0] the same, of a piece of the outbox' that agentmail.outbox_core made: { piece = }. The
 * table at the top keeps it. */
static bool read_stored(lua_State *L, am_piece *piece, int kept)
{
    bool is_stored = push_field(L, "piece") && lua_islightuserdata(L, -1);
    if (is_stored)
        *piece = *(const am_piece *)lua_touserdata(L, -1);
    lua_pop(L, 1);
    if (!is_stored)
        return false;
    lua_pushvalue(L, -1);
    keep_string(L, kept);
    return true;
}

/* [-0, +0] a piece of a body, the table at the top: { data = | path =, base64 =, seen = }. */
static void read_piece(lua_State *L, am_piece *piece, int kept)
{
    if (read_stored(L, piece, kept))
        return;
    if (push_field(L, "path"))
        piece->path = am_lua_text(L, "path");
    keep_string(L, kept);
    if (push_field(L, "seen"))
        piece->seen = am_lua_text(L, "seen");
    keep_string(L, kept);
    push_field(L, "base64");
    piece->base64 = lua_toboolean(L, -1);
    lua_pop(L, 1);
    push_field(L, "data");
    if (!piece->path)
        read_data(L, piece);
    keep_string(L, kept);
}

/* [-0, +2] a body given as a list of pieces, strings or tables. A second list, left at the top,
 * keeps what they point to: the caller may then change its own. */
static void read_pieces(lua_State *L, int index, am_request *request)
{
    size_t count = lua_rawlen(L, index);
    am_piece *pieces = lua_newuserdatauv(L, (count + 1) * sizeof *pieces, 0);
    lua_createtable(L, (int)count, 0); /* ..., pieces, kept */
    int kept = lua_gettop(L);
    for (size_t i = 0; i < count; i++) {
        pieces[i] = (am_piece){0};
        if (lua_rawgeti(L, index, (lua_Integer)i + 1) == LUA_TTABLE) {
            read_piece(L, &pieces[i], kept);
            lua_pop(L, 1);
        } else {
            read_data(L, &pieces[i]);
            keep_string(L, kept);
        }
    }
    request->pieces = pieces;
    request->piece_count = count;
}

void am_lua_note_files(lua_State *L, int index, const am_call *call)
{
    char seen[AM_SEEN_SIZE];
    size_t count = lua_rawlen(L, index);
    for (size_t i = 0; i < count; i++) {
        if (!am_call_seen(call, i, seen))
            continue;
        if (lua_rawgeti(L, index, (lua_Integer)i + 1) == LUA_TTABLE) {
            lua_pushliteral(L, "seen");
            lua_pushstring(L, seen);
            lua_rawset(L, -3);
        }
        lua_pop(L, 1);
    }
}

/* [-0, +0] an option, whose name and value are at the top. */
static void read_option(lua_State *L, am_option option, am_lua_given *given)
{
    am_request *request = &given->request;
    const am_limit *limit = am_option_limit(option);
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
    switch (option) {
    case AM_OPTION_ANONYMOUS:
        request->anonymous = lua_toboolean(L, -1);
        return;
    case AM_OPTION_EVENTS:
        request->events = lua_toboolean(L, -1);
        return;
    case AM_OPTION_RESEND_UNAVAILABLE:
        request->resend_unavailable = lua_toboolean(L, -1);
        return;
    case AM_OPTION_DOUBT:
        request->doubtful = lua_toboolean(L, -1);
        return;
    case AM_OPTION_IDENTITY:
        request->identity = lua_toboolean(L, -1);
        return;
    case AM_OPTION_SAVE:
        read_save(L, request);
        return;
    case AM_OPTION_PROGRESS:
        request->progress = lua_toboolean(L, -1);
        return;
    case AM_OPTION_NOT_AFTER_MS:
        request->not_after_ms = luaL_checkinteger(L, -1);
        return;
    case AM_OPTION_BLIND_MS:
        request->blind_ms = luaL_checkinteger(L, -1);
        return;
    case AM_OPTION_IF_MATCH:
        request->if_match = am_lua_text(L, name);
        return;
    case AM_OPTION_API_KEY:
        request->api_key = am_lua_text(L, name);
        return;
    case AM_OPTION_CONTENT_TYPE:
        request->content_type = am_lua_text(L, name);
        return;
    case AM_OPTION_HEADERS: /* read last */
        return;
    default:
        if (!limit)
            luaL_error(L, "unknown option %s", name);
        am_lua_read_limit(L, limit, &given->limits);
        request->limits = &given->limits;
    }
}

void am_lua_read_settings(lua_State *L, int index, const am_client *client, am_lua_given *given)
{
    luaL_checktype(L, index, LUA_TTABLE);
    given->limits = *am_client_limits(client);
    am_lua_push_option_names(L);
    int names = lua_gettop(L);
    bool has_headers = false;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        am_option option = am_lua_option(L, names);
        has_headers = has_headers || option == AM_OPTION_HEADERS;
        read_option(L, option, given);
    }
    if (!has_headers)
        return;
    am_request *request = &given->request;
    lua_getfield(L, index, "headers");
    request->headers = am_lua_headers(L, lua_gettop(L), "option headers", &request->header_count);
}

void am_lua_read_body(lua_State *L, int index, am_lua_given *given)
{
    am_request *request = &given->request;
    if (lua_istable(L, index)) {
        read_pieces(L, index, request);
        given->kept = lua_gettop(L);
    } else {
        request->body = luaL_optlstring(L, index, NULL, &request->body_size);
    }
}

/* [-0, +n] reads the arguments of submit and check, of a client that may be NULL. */
static void read_given(lua_State *L, const am_client *client, am_lua_given *given)
{
    am_request *request = &given->request;
    lua_settop(L, 7);
    request->method = am_lua_check_text(L, 2);
    am_lua_read_target(L, 3, request);
    request->protection = am_lua_check_protection(L, 4);
    am_lua_read_body(L, 5, given);
    request->idempotency_key = lua_isnil(L, 6) ? NULL : am_lua_check_text(L, 6);
    if (client && !lua_isnil(L, 7))
        am_lua_read_settings(L, 7, client, given);
}

/* [-0, +3] nil, message, code; raises what is the caller's mistake. */
static int push_refusal(lua_State *L, const char *error, am_code code)
{
    if (code == AM_INVALID)
        return luaL_error(L, "%s", error);
    lua_pushnil(L);
    lua_pushstring(L, error);
    lua_pushstring(L, am_code_word(code));
    return 3;
}

bool am_lua_submit(lua_State *L, int index, const am_client_box *owner, am_lua_given *given,
                   am_code *code, char error[AM_ERROR_SIZE])
{
    am_call_box *box = lua_touserdata(L, index);
    am_client *client = owner->client; /* a finalizer may have run */
    box->engine = owner->engine;
    box->progress = given->request.progress;
    given->request.user = box;
    box->bytes_seen = 0;
    if (client)
        box->call = am_call_submit(client, &given->request, code, error);
    return box->call != NULL;
}

/* client:submit(method, target | url, protection, body, key, options)
 * -> call | nil, message, code */
static int client_submit(lua_State *L)
{
    char error[AM_ERROR_SIZE] = "the client is closed";
    am_code code = AM_CLOSED;
    am_lua_given given = {0};
    const am_client_box *owner = am_lua_client(L, 1);
    read_given(L, owner->client, &given);
    am_call_box *box = am_lua_push_empty(L, 1); /* ..., call */
    int at = lua_gettop(L);
    if (!am_lua_submit(L, at, owner, &given, &code, error))
        return push_refusal(L, error, code);
    if (given.request.pieces) {
        lua_pushvalue(L, given.kept);
        am_lua_hold(L, at, AM_HELD_STRINGS);
        am_lua_note_files(L, 5, box->call);
    }
    if (given.request.save) {
        lua_pushvalue(L, 7);
        am_lua_hold(L, at, AM_HELD_FILE);
    }
    return 1;
}

/* client:check(the same) -> size of the body in bytes | nil, message, code: sends nothing. An
 * observer cannot call it either. */
static int client_check(lua_State *L)
{
    char error[AM_ERROR_SIZE] = "the client is closed";
    am_code code = AM_CLOSED;
    am_lua_given given = {0};
    const am_client_box *owner = am_lua_client(L, 1);
    lua_settop(L, 7);
    am_lua_check_step(L, am_lua_engine(L));
    read_given(L, owner->client, &given);
    am_client *client = owner->client; /* a finalizer may have run */
    int64_t size = client ? am_request_size(client, &given.request, &code, error) : -1;
    if (size < 0)
        return push_refusal(L, error, code);
    lua_pushinteger(L, size);
    return 1;
}

void am_lua_add_submit(lua_State *L)
{
    luaL_getmetatable(L, AM_LUA_CLIENT);
    lua_getfield(L, -1, "__index"); /* metatable, methods */
    lua_pushcfunction(L, client_submit);
    lua_setfield(L, -2, "submit");
    lua_pushcfunction(L, client_check);
    lua_setfield(L, -2, "check");
    lua_pop(L, 2);
}
