/* SPDX-License-Identifier: MIT */
/* A message as Lua tables: its headers, and its parts without the multiparts around them. */
#include "mime.h"

#include <string.h>

#include <lauxlib.h>

/* ---- parsing --------------------------------------------------------------------------------- */

/* Invalid lines among a part's headers: GMime continues without them. */
static void on_warning(gint64 offset, GMimeParserWarning what, const gchar *item, gpointer user)
{
    am_mime *mime = user;
    (void)offset;
    if (what == GMIME_CRIT_INVALID_HEADER_NAME && item)
        g_string_append_printf(mime->strays, "%s\n", item);
}

/* The message as a part that has all of its headers, owned by `mime`. A GMimeMessage would parse
 * the address lists, which mime_list.c does more carefully. */
static GMimeObject *parse(am_mime *mime, const char *bytes, size_t size, bool *whole)
{
    GByteArray *tidy = am_mime_tidy(bytes, size, whole);
    GMimeStream *stream = am_mime_object(mime, g_mime_stream_mem_new_with_byte_array(tidy));
    GMimeParser *parser = am_mime_object(mime, g_mime_parser_new_with_stream(stream));
    g_mime_parser_options_set_warning_callback(mime->options, on_warning, mime);
    GMimeObject *message = g_mime_parser_construct_part(parser, mime->options);
    g_mime_parser_options_set_warning_callback(mime->options, NULL, NULL);
    return am_mime_object(mime, message);
}

/* ---- headers --------------------------------------------------------------------------------- */

/* [-0, +0] appends the headers of an object to the table on top. */
static void add_headers(lua_State *L, am_mime *mime, GMimeObject *object)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(object);
    for (int i = 0; i < g_mime_header_list_get_count(list); i++) {
        GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
        const char *raw = g_mime_header_get_raw_value(header);
        raw = raw ? raw : "";
        lua_createtable(L, 0, 3);
        am_mime_field(L, mime, "name", g_mime_header_get_name(header));
        am_mime_field(L, mime, "value", am_mime_decoded(mime, raw));
        lua_pushstring(L, raw);
        lua_setfield(L, -2, "raw");
        lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    }
}

/* ---- parameters ------------------------------------------------------------------------------ */

/* Replaces encoded words while GMime parses parameters: it would decode each separately, but a word
 * may be split across several parameters (RFC 2231). */
enum { HIDDEN = '\x1A' };

/* A header with parameters as passed to GMime: on one line, encoded words hidden, without comments,
 * which GMime would read as part of the values. Comments behind an unquoted word stay: filename=a
 * (1).pdf means all of it. */
static char *prepared(am_mime *mime, const char *raw)
{
    GString *value = g_string_new(NULL);
    char before = ';';
    bool quoted = false;
    for (const char *line = am_mime_unfolded(mime, raw), *in = line; *in; in++) {
        bool comment = *in == '(' && !quoted && before != '=' && strchr(in, ')');
        if (comment) {
            in = strchr(in, ')');
            continue;
        }
        if (*in == '"' && !(quoted && in > line && in[-1] == '\\'))
            quoted = !quoted;
        if (*in == ';' || *in == '"' || *in == '=')
            before = *in;
        g_string_append_c(value, *in);
        if (in[0] == '=' && in[1] == '?')
            g_string_append_c(value, HIDDEN);
    }
    return am_mime_text(mime, g_string_free(value, FALSE));
}

/* A header of the part for GMime; NULL if it has none. */
static const char *header_of(am_mime *mime, GMimeObject *object, const char *name)
{
    GMimeHeaderList *list = g_mime_object_get_header_list(object);
    GMimeHeader *header = g_mime_header_list_get_header(list, name);
    const char *raw = header ? g_mime_header_get_raw_value(header) : NULL;
    return raw ? prepared(mime, raw) : NULL;
}

/* The value of a parameter in UTF-8, for any declared charset. */
static const char *text_of(am_mime *mime, const char *value)
{
    GString *text = g_string_new(NULL);
    for (const char *in = value; *in; in++)
        if (*in != HIDDEN)
            g_string_append_c(text, *in);
    bool has_words = strchr(value, HIDDEN) != NULL;
    char *shown = am_mime_text(mime, g_string_free(text, FALSE));
    return has_words ? am_mime_decoded(mime, shown) : am_mime_unfolded(mime, shown);
}

/* An RFC 2231 parameter has priority over the plain one, which is for readers without RFC 2231. */
static const char *parameter(am_mime *mime, GMimeParamList *list, const char *name)
{
    const char *value = NULL;
    for (int i = 0; i < g_mime_param_list_length(list); i++) {
        GMimeParam *one = g_mime_param_list_get_parameter_at(list, i);
        bool best = g_mime_param_get_encoding_method(one) == GMIME_PARAM_ENCODING_METHOD_RFC2231;
        if (!g_ascii_strcasecmp(g_mime_param_get_name(one), name) && (best || !value))
            value = g_mime_param_get_value(one);
    }
    return value ? text_of(mime, value) : NULL;
}

/* Only the name: it may be in the wrong quotes, and a comment may follow. */
static const char *charset_of(am_mime *mime, GMimeParamList *list)
{
    const char *value = parameter(mime, list, "charset");
    if (!value)
        return NULL;
    value += strspn(value, "' ");
    return am_mime_text(mime, g_strndup(value, strcspn(value, "' \t(")));
}

/* GMime reports application/octet-stream for an unreadable type; such a part is text (RFC 2045,
 * section 5.2). */
static const char *type_of(am_mime *mime, GMimeObject *object, const char *header)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);
    bool unread = header && g_mime_content_type_is_type(type, "application", "octet-stream") &&
                  g_ascii_strncasecmp(header, "application", strlen("application"));
    return unread ? "text/plain" : am_mime_text(mime, g_mime_content_type_get_mime_type(type));
}

/* ---- parts ----------------------------------------------------------------------------------- */

/* [-0, +0] stores the information from a part's headers in the table on top. */
static void describe(lua_State *L, am_mime *mime, GMimeObject *object)
{
    const char *filename = NULL, *header = header_of(mime, object, "Content-Disposition");
    if (header) {
        GMimeContentDisposition *disposition =
            am_mime_object(mime, g_mime_content_disposition_parse(mime->options, header));
        am_mime_field(L, mime, "disposition",
                      g_mime_content_disposition_get_disposition(disposition));
        filename =
            parameter(mime, g_mime_content_disposition_get_parameters(disposition), "filename");
    }
    if ((header = header_of(mime, object, "Content-Type"))) {
        GMimeParamList *list = g_mime_content_type_get_parameters(
            am_mime_object(mime, g_mime_content_type_parse(mime->options, header)));
        filename = filename ? filename : parameter(mime, list, "name");
        am_mime_field(L, mime, "charset", charset_of(mime, list));
    }
    am_mime_field(L, mime, "filename", filename);
    am_mime_field(L, mime, "content_id", g_mime_object_get_content_id(object));
    am_mime_field(L, mime, "content_type", type_of(mime, object, header));
}

/* [-1, +0] completes the part on top with these bytes and appends it to the list below it. */
static void finish(lua_State *L, const char *bytes, size_t size)
{
    lua_pushlstring(L, bytes, size);
    lua_setfield(L, -2, "bytes");
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}

/* [-0, +0] appends a leaf: a part with its transfer encoding decoded, or an embedded message.
 */
static void add_leaf(lua_State *L, am_mime *mime, GMimeObject *object)
{
    lua_createtable(L, 0, 6);
    describe(L, mime, object);
    g_byte_array_set_size(mime->scratch, 0);
    GMimeStream *stream = am_mime_object(mime, g_mime_stream_mem_new());
    g_mime_stream_mem_set_byte_array((GMimeStreamMem *)stream, mime->scratch);
    if (GMIME_IS_MESSAGE_PART(object)) {
        GMimeMessage *message = g_mime_message_part_get_message((GMimeMessagePart *)object);
        if (message)
            g_mime_object_write_to_stream((GMimeObject *)message, NULL, stream);
    } else if (GMIME_IS_PART(object)) {
        GMimeDataWrapper *content = g_mime_part_get_content((GMimePart *)object);
        if (content)
            g_mime_data_wrapper_write_to_stream(content, stream);
    }
    finish(L, (const char *)mime->scratch->data, mime->scratch->len);
}

/* [-0, +0] appends text outside the parts, unless it is blank. */
static void add_text(lua_State *L, am_mime *mime, const char *text)
{
    if (!text || !text[strspn(text, " \t\r\n")])
        return;
    lua_createtable(L, 0, 2);
    am_mime_field(L, mime, "content_type", "text/plain");
    finish(L, text, strlen(text));
}

/* [-0, +0] appends the leaves to the list on top, as deep as GMime's parser goes. Text before the
 * parts is for readers without MIME, but if there is no part, it is the content. */
static void add_leaves(lua_State *L, am_mime *mime, GMimeObject *object)
{
    if (!GMIME_IS_MULTIPART(object)) {
        add_leaf(L, mime, object);
        return;
    }
    GMimeMultipart *multipart = (GMimeMultipart *)object;
    int count = g_mime_multipart_get_count(multipart);
    const char *boundary = g_mime_object_get_content_type_parameter(object, "boundary");
    if (boundary)
        g_ptr_array_add(mime->pieces, g_strdup(boundary));
    if (count == 0)
        add_text(L, mime, g_mime_multipart_get_prologue(multipart));
    for (int i = 0; i < count; i++)
        add_leaves(L, mime, g_mime_multipart_get_part(multipart, i));
    add_text(L, mime, g_mime_multipart_get_epilogue(multipart));
}

/* True for a line "--boundary" or "--boundary--" of one of the multiparts. */
static bool is_boundary(am_mime *mime, const char *line)
{
    for (guint i = 0; i < mime->pieces->len; i++) {
        const char *boundary = mime->pieces->pdata[i];
        size_t size = strlen(boundary);
        if (!strncmp(line, "--", 2) && !strncmp(line + 2, boundary, size) &&
            (!line[2 + size] || !strcmp(line + 2 + size, "--")))
            return true;
    }
    return false;
}

/* [-0, +0] appends the lines that the parser could not place. */
static void add_strays(lua_State *L, am_mime *mime)
{
    GString *text = g_string_new(NULL);
    char **lines = g_strsplit(mime->strays->str, "\n", -1);
    for (char **line = lines; *line; line++)
        if (**line && !is_boundary(mime, *line))
            g_string_append_printf(text, "%s\n", *line);
    g_strfreev(lines);
    add_text(L, mime, am_mime_text(mime, g_string_free(text, FALSE)));
}

/* ---- functions of the module ----------------------------------------------------------------- */

/* [-0, +0] appends everything. */
static void add_whole(lua_State *L, am_mime *mime, const char *bytes, size_t size)
{
    lua_createtable(L, 0, 2);
    am_mime_field(L, mime, "content_type", "message/rfc822");
    finish(L, bytes, size);
}

/* [-1, +2] read(bytes) */
int am_mime_read(lua_State *L)
{
    size_t size;
    bool whole;
    const char *bytes = luaL_checklstring(L, 1, &size);
    am_mime *mime = am_mime_new(L);
    GMimeObject *message = parse(mime, bytes, size, &whole);
    lua_newtable(L);
    if (message)
        add_headers(L, mime, message);
    lua_newtable(L);
    if (message)
        add_leaves(L, mime, message);
    add_strays(L, mime);
    if (!whole || !message)
        add_whole(L, mime, bytes, size);
    am_mime_clear(mime);
    return 2;
}

static void count_leaf(GMimeObject *parent, GMimeObject *part, gpointer user)
{
    (void)parent;
    *(lua_Integer *)user += !GMIME_IS_MULTIPART(part);
}

/* [-1, +1] leaves(bytes) */
int am_mime_leaves(lua_State *L)
{
    size_t size;
    bool whole;
    const char *bytes = luaL_checklstring(L, 1, &size);
    am_mime *mime = am_mime_new(L);
    GMimeObject *message = parse(mime, bytes, size, &whole);
    lua_Integer count = 0;
    if (GMIME_IS_MULTIPART(message))
        g_mime_multipart_foreach((GMimeMultipart *)message, count_leaf, &count);
    else if (message)
        count = 1;
    am_mime_clear(mime);
    lua_pushinteger(L, count);
    return 1;
}
