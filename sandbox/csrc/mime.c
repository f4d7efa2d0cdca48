/* SPDX-License-Identifier: MIT */
/*
 * agentmail.sandbox.gmime: MIME for Lua 5.4, by GMime 3.
 *
 *   headers, parts = gmime.read(bytes)
 *       headers: { { name =, value =, raw = }, ... } in order; value is decoded
 *       parts:   { { content_type =, charset =, filename =, disposition =, content_id =, bytes = },
 *                ... } in order, without the multiparts around them; only content_type and bytes
 *                are always present
 *   list, grouped = gmime.addresses(raw)
 *       list:    { { name =, address =, text = }, ... }; an entry without an address has only text
 *       grouped: the list contains groups; it has their members, not their names
 *   text = gmime.utf8(bytes, charset)
 * *   bytes = gmime.write(part), see mime_write.c
 *   count = gmime.leaves(bytes)       parts except multiparts, as counted by GMime's own walk
 *
 * Reading succeeds for any bytes.
 */
#define _GNU_SOURCE
#include "mime.h"

#include <pthread.h>

#include <lauxlib.h>

#include "pin.h"

/* ---- the state of a call --------------------------------------------------------------------- */

am_mime *am_mime_new(lua_State *L)
{
    am_mime *mime = lua_newuserdatauv(L, sizeof *mime, 0);
    *mime = (am_mime){0};
    luaL_setmetatable(L, AM_MIME);
    mime->options = g_mime_parser_options_new();
    mime->scratch = g_byte_array_new();
    mime->objects = g_ptr_array_new_with_free_func(g_object_unref);
    mime->texts = g_ptr_array_new_with_free_func(g_free);
    mime->pieces = g_ptr_array_new_with_free_func(g_free);
    mime->strays = g_string_new(NULL);
    return mime;
}

void am_mime_clear(am_mime *mime)
{
    if (!mime->options)
        return;
    g_ptr_array_unref(mime->objects);
    g_ptr_array_unref(mime->texts);
    g_ptr_array_unref(mime->pieces);
    g_byte_array_unref(mime->scratch);
    g_string_free(mime->strays, TRUE);
    g_mime_parser_options_free(mime->options);
    *mime = (am_mime){0};
}

int am_mime_gc(lua_State *L)
{
    am_mime_clear(luaL_checkudata(L, 1, AM_MIME));
    return 0;
}

void *am_mime_object(am_mime *mime, void *object)
{
    if (object)
        g_ptr_array_add(mime->objects, object);
    return object;
}

char *am_mime_text(am_mime *mime, char *text)
{
    if (text)
        g_ptr_array_add(mime->texts, text);
    return text;
}

void am_mime_push(lua_State *L, am_mime *mime, const char *text)
{
    if (!g_utf8_validate(text, -1, NULL))
        text = am_mime_text(mime, g_utf8_make_valid(text, -1));
    lua_pushstring(L, text);
}

void am_mime_field(lua_State *L, am_mime *mime, const char *name, const char *text)
{
    if (!text)
        return;
    am_mime_push(L, mime, text);
    lua_setfield(L, -2, name);
}

/* ---- module ---------------------------------------------------------------------------------- */

static int mime_utf8(lua_State *L)
{
    size_t size;
    const char *bytes = luaL_checklstring(L, 1, &size);
    const char *charset = luaL_optstring(L, 2, NULL);
    am_mime *mime = am_mime_new(L);
    GString *text = am_mime_to_utf8(bytes, size, charset);
    size = text->len;
    lua_pushlstring(L, am_mime_text(mime, g_string_free(text, FALSE)), size);
    am_mime_clear(mime);
    return 1;
}

/* GLib's types are registered once per process and for ever: this code, and with it GMime, must
 * stay mapped, or the next state to load it crashes. */
static void pinned(void)
{
    am_pin_module(pinned);
}

/* GMime counts its initializations without a lock, so two threads must not initialize it at once.
 * It is never shut down: another state may be using it. This is the only mutable data that all
 * states share; .ci/layers.lua knows it by name. */
static pthread_once_t gmime_once = PTHREAD_ONCE_INIT;

static const luaL_Reg gmime_module[] = {
    {"read", am_mime_read},   {"leaves", am_mime_leaves}, {"addresses", am_mime_addresses},
    {"write", am_mime_write}, {"utf8", mime_utf8},        {NULL, NULL}};

AM_EXPORTED int luaopen_agentmail_sandbox_gmime(lua_State *L);

int luaopen_agentmail_sandbox_gmime(lua_State *L)
{
    luaL_checkversion(L);
    pinned();
    pthread_once(&gmime_once, g_mime_init);
    luaL_newmetatable(L, AM_MIME);
    lua_pushcfunction(L, am_mime_gc);
    lua_setfield(L, -2, "__gc");
    luaL_newlib(L, gmime_module);
    lua_pushfstring(L, "%d.%d.%d", (int)gmime_major_version, (int)gmime_minor_version,
                    (int)gmime_micro_version);
    lua_setfield(L, -2, "version");
    return 1;
}
