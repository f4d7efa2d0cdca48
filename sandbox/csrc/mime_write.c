/* SPDX-License-Identifier: MIT */
/*
 * Lua tables as a MIME entity: its Content- headers and its body.
 *
 *   gmime.write(part) -> bytes
 *
 * A part is one of
 *
 *   { content_type =, boundary =, parts = { part, ... } }
 *   { content_type =, text = }                 UTF-8, its lines ended by CRLF
 *   { content_type =, bytes =, filename =, disposition =, content_id = }
 *
 * Lua writes the headers in front of it: GMime makes encoded words longer than RFC 2047 allows, and
 * writes nothing for the address "<>".
 */
#include "mime.h"

#include <string.h>

#include <lauxlib.h>

enum { MOST_DEPTH = 16, LONGEST_LINE = 998 };

/* ---- parts ----------------------------------------------------------------------------------- */

/* [-0, +1] pushes a field of the table on top and returns it; NULL if there is none. */
static const char *field(lua_State *L, const char *name, size_t *size)
{
    lua_getfield(L, -1, name);
    return lua_tolstring(L, -1, size);
}

/* The name of an object of that type; an unreadable one has no type. */
static GMimeContentType *type_of(am_mime *mime, const char *text)
{
    return am_mime_object(mime, g_mime_content_type_parse(mime->options, text ? text : ""));
}

static void set_content(am_mime *mime, GMimePart *part, const char *bytes, size_t size)
{
    GMimeStream *stream = am_mime_object(mime, g_mime_stream_mem_new_with_buffer(bytes, size));
    GMimeDataWrapper *content = am_mime_object(
        mime, g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT));
    g_mime_part_set_content(part, content);
}

/* True if the text needs no encoding. If it does, it is sent as base64: GMime's quoted-printable
 * has lines longer than it allows. */
static bool is_plain(const char *text, size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\r' && i + 1 < size && text[i + 1] == '\n') {
            length = 0;
            i++;
        } else if ((!g_ascii_isprint(text[i]) && text[i] != '\t') || ++length > LONGEST_LINE) {
            return false;
        }
    }
    return true;
}

static GMimeObject *text_part(am_mime *mime, GMimeContentType *type, const char *text, size_t size)
{
    GMimePart *part = am_mime_object(mime, g_mime_part_new());
    g_mime_object_set_content_type((GMimeObject *)part, type);
    g_mime_object_set_content_type_parameter((GMimeObject *)part, "charset", "utf-8");
    set_content(mime, part, text, size);
    g_mime_part_set_content_encoding(part, is_plain(text, size) ? GMIME_CONTENT_ENCODING_7BIT
                                                                : GMIME_CONTENT_ENCODING_BASE64);
    return (GMimeObject *)part;
}

/* An embedded message is not encoded (RFC 2046, section 5.2.1). */
static GMimeContentEncoding encoding_of(GMimePart *part, GMimeContentType *type)
{
    if (g_mime_content_type_is_type(type, "message", "*"))
        return g_mime_part_get_best_content_encoding(part, GMIME_ENCODING_CONSTRAINT_BINARY);
    return GMIME_CONTENT_ENCODING_BASE64;
}

/* In UTF-8; GMime would look for the smallest charset that fits. */
static void set_filename(GMimeObject *object, const char *filename)
{
    g_mime_part_set_filename((GMimePart *)object, filename);
    GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(object);
    GMimeParamList *lists[] = {
        g_mime_content_disposition_get_parameters(disposition),
        g_mime_content_type_get_parameters(g_mime_object_get_content_type(object))};
    const char *const names[] = {"filename", "name"};
    for (int i = 0; i < 2; i++) {
        GMimeParam *one = g_mime_param_list_get_parameter(lists[i], names[i]);
        if (one)
            g_mime_param_set_charset(one, "utf-8");
    }
}

/* [-0, +0] the part of the table on top, which has bytes */
static GMimeObject *file_part(lua_State *L, am_mime *mime, GMimeContentType *type)
{
    size_t size = 0;
    GMimePart *part = am_mime_object(mime, g_mime_part_new());
    GMimeObject *object = (GMimeObject *)part;
    g_mime_object_set_content_type(object, type);
    const char *bytes = field(L, "bytes", &size);
    set_content(mime, part, bytes ? bytes : "", size);
    lua_pop(L, 1);
    g_mime_part_set_content_encoding(part, encoding_of(part, type));
    const char *disposition = field(L, "disposition", NULL);
    g_mime_object_set_disposition(object, disposition ? disposition : "attachment");
    lua_pop(L, 1);
    const char *filename = field(L, "filename", NULL);
    if (filename)
        set_filename(object, filename);
    lua_pop(L, 1);
    const char *id = field(L, "content_id", NULL);
    if (id)
        g_mime_object_set_content_id(object, id);
    lua_pop(L, 1);
    return object;
}

static GMimeObject *build(lua_State *L, am_mime *mime, int depth);

/* [-0, +0] the multipart of the table on top */
static GMimeObject *multipart(lua_State *L, am_mime *mime, GMimeContentType *type, int depth)
{
    GMimeMultipart *whole = am_mime_object(mime, g_mime_multipart_new());
    g_mime_object_set_content_type((GMimeObject *)whole, type);
    const char *boundary = field(L, "boundary", NULL);
    g_mime_multipart_set_boundary(whole, boundary);
    lua_pop(L, 1);
    lua_getfield(L, -1, "parts");
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TTABLE; i++) {
        g_mime_multipart_add(whole, build(L, mime, depth + 1));
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
    return (GMimeObject *)whole;
}

/* [-0, +0] the object that the table on top describes, owned by `mime` */
static GMimeObject *build(lua_State *L, am_mime *mime, int depth)
{
    size_t size;
    luaL_checkstack(L, 8, "nested parts");
    if (depth > MOST_DEPTH)
        luaL_error(L, "write: more than %d nested parts", MOST_DEPTH);
    GMimeContentType *type = type_of(mime, field(L, "content_type", NULL));
    lua_pop(L, 1);
    if (g_mime_content_type_is_type(type, "multipart", "*"))
        return multipart(L, mime, type, depth);
    const char *text = field(L, "text", &size);
    GMimeObject *object = text ? text_part(mime, type, text, size) : NULL;
    lua_pop(L, 1);
    return object ? object : file_part(L, mime, type);
}

/* [-1, +1] write(part) */
int am_mime_write(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    am_mime *mime = am_mime_new(L);
    lua_pushvalue(L, 1);
    GMimeObject *object = build(L, mime, 1);
    GMimeStream *stream = am_mime_object(mime, g_mime_stream_mem_new());
    g_byte_array_set_size(mime->scratch, 0);
    g_mime_stream_mem_set_byte_array((GMimeStreamMem *)stream, mime->scratch);
    GMimeFormatOptions *format = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
    g_mime_object_write_to_stream(object, format, stream);
    g_mime_format_options_free(format);
    lua_pushlstring(L, (const char *)mime->scratch->data, mime->scratch->len);
    am_mime_clear(mime);
    return 1;
}
