/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes MIME with GMime, in these files:
 *
 *   mime.c         the module
 *   mime_tidy.c    prepares a message before GMime sees it
 *   mime_words.c   header values: unfolding, charsets, encoded words
 *   mime_charset.c text of any charset to UTF-8
 *   mime_list.c    address lists
 *   mime_read.c    a message as Lua tables
 *   mime_write.c   Lua tables as a message
 *
 * Any function that uses a Lua state may exit by a Lua error. GLib's allocations up to then belong
 * to an am_mime, a userdata, which frees them. GLib itself ends the process if memory runs out.
 */
#ifndef AM_SANDBOX_MIME_H
#define AM_SANDBOX_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include <gmime/gmime.h>
#include <lua.h>

#include "visibility.h"

AM_BEGIN_HIDDEN

/* The metatable of am_mime. */
#define AM_MIME "agentmail.sandbox.gmime"

/* The state of one call to GMime. */
typedef struct am_mime {
    GMimeParserOptions *options;
    GByteArray *scratch;
    GPtrArray *objects; /* GObjects */
    GPtrArray *texts;   /* strings */
    GPtrArray *pieces;  /* strings: an address list between its commas */
    GString *strays;    /* pieces that the parser could not place, one per line */
} am_mime;

/* [-0, +1] pushes a new one. */
am_mime *am_mime_new(lua_State *L);
/* Frees its contents. May be called twice. */
void am_mime_clear(am_mime *mime);
/* [-0, +0, gc] */
int am_mime_gc(lua_State *L);

/* Take ownership and return their argument; NULL passes through. */
void *am_mime_object(am_mime *mime, void *object);
char *am_mime_text(am_mime *mime, char *text);

/* [-0, +1] pushes text as valid UTF-8: invalid bytes become U+FFFD. */
void am_mime_push(lua_State *L, am_mime *mime, const char *text);
/* [-1, +0] sets a field of the table on top to the text, unless it is NULL. The table stays. */
void am_mime_field(lua_State *L, am_mime *mime, const char *name, const char *text);

/* ---- mime_charset.c -------------------------------------------------------------------------- */

/* Converts bytes of a charset to UTF-8; the caller frees the result. Invalid bytes become U+FFFD.
 * Bytes without a charset, or of an unknown one, are UTF-8 if they are valid UTF-8, else
 * Windows-1252. A byte order mark is dropped. */
GString *am_mime_to_utf8(const char *bytes, size_t size, const char *charset);

/* ---- mime_words.c ---------------------------------------------------------------------------- */

/* A header value as written, simplified for GMime: on one line, in UTF-8, each run of encoded words
 * (RFC 2047) as one UTF-8 word, so that characters split between two words are whole. */
char *am_mime_plain(am_mime *mime, const char *raw, size_t size);
/* The same, but encoded words are unchanged. */
char *am_mime_unfolded(am_mime *mime, const char *raw);
/* The text of an unstructured value, as written or from am_mime_plain. */
char *am_mime_decoded(am_mime *mime, const char *raw);

/* ---- mime_tidy.c ----------------------------------------------------------------------------- */

/* A copy of a message that GMime's parser reads to its end: without a byte order mark and an mbox
 * line, headers without NULs and invalid lines, with an end. If not whole, without its body, which
 * must not be parsed. The caller frees it. */
GByteArray *am_mime_tidy(const char *bytes, size_t size, bool *whole);

/* ---- functions of the module ----------------------------------------------------------------- */

int am_mime_read(lua_State *L);
int am_mime_leaves(lua_State *L);
int am_mime_addresses(lua_State *L);
int am_mime_write(lua_State *L);

AM_END_HIDDEN
#endif
