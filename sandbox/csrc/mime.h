/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing MIME by GMime, in parts:
 *
 *   mime.c         the module
 *   mime_tidy.c    what is done to a message before GMime sees it
 *   mime_words.c   header values: unfolding, charsets, encoded words
 *   mime_charset.c text of any charset to UTF-8
 *   mime_list.c    address lists
 *   mime_read.c    a message as Lua tables
 *   mime_write.c   Lua tables as a message
 *
 * A Lua error may leave any function that touches a Lua state. What GLib allocated by then belongs
 * to an am_mime, a userdata, and goes with it. GLib itself ends the process when memory runs out.
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

/* What one call to GMime works with. */
typedef struct am_mime {
    GMimeParserOptions *options;
    GByteArray *scratch;
    GPtrArray *objects; /* GObjects */
    GPtrArray *texts;   /* strings */
    GPtrArray *pieces;  /* strings: an address list between its commas */
    GString *strays;    /* what the parser could not place, one piece a line */
} am_mime;

/* [-0, +1] pushes a new one. */
am_mime *am_mime_new(lua_State *L);
/* Frees what it holds. Twice is harmless. */
void am_mime_clear(am_mime *mime);
/* [-0, +0, gc] */
int am_mime_gc(lua_State *L);

/* Take ownership and answer their argument; NULL passes through. */
void *am_mime_object(am_mime *mime, void *object);
char *am_mime_text(am_mime *mime, char *text);

/* [-0, +1] pushes text as valid UTF-8: what is not becomes U+FFFD. */
void am_mime_push(lua_State *L, am_mime *mime, const char *text);
/* [-1, +0] the table on top gets a field, unless the text is NULL. The table stays. */
void am_mime_field(lua_State *L, am_mime *mime, const char *name, const char *text);

/* ---- mime_charset.c -------------------------------------------------------------------------- */

/* Bytes of a charset as UTF-8, to be freed by the caller. What cannot be converted becomes U+FFFD.
 * Bytes without a charset, or of one that is not known, are UTF-8 when they are valid as such, else
 * Windows-1252. A byte order mark is left out. */
GString *am_mime_to_utf8(const char *bytes, size_t size, const char *charset);

/* ---- mime_words.c ---------------------------------------------------------------------------- */

/* A header value as written, made easy for GMime: on one line, in UTF-8, and each run of encoded
 * words (RFC 2047) as one word in UTF-8, so that characters cut between two words are whole. */
char *am_mime_plain(am_mime *mime, const char *raw, size_t size);
/* The same with its encoded words as they are. */
char *am_mime_unfolded(am_mime *mime, const char *raw);
/* The text of an unstructured value, as written or from am_mime_plain. */
char *am_mime_decoded(am_mime *mime, const char *raw);

/* ---- mime_tidy.c ----------------------------------------------------------------------------- */

/* A copy of a message that GMime's parser reads to its end: without a byte order mark and an mbox
 * line, its headers free of NULs and of lines that are none, with an end. Not whole: without its
 * body, which must not get there. To be freed by the caller. */
GByteArray *am_mime_tidy(const char *bytes, size_t size, bool *whole);

/* ---- functions of the module ----------------------------------------------------------------- */

int am_mime_read(lua_State *L);
int am_mime_leaves(lua_State *L);
int am_mime_addresses(lua_State *L);
int am_mime_write(lua_State *L);

AM_END_HIDDEN
#endif
