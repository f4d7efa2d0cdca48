/* SPDX-License-Identifier: MIT */
/*
 * Prepares a message for GMime's parser, which gives up if the first line is not a header, skips
 * later lines that are not, and needs consistent line ends. Nothing may be lost: if headers end
 * without an empty line, the body begins there; an invalid line among headers continues the one
 * before.
 */
#include "mime.h"

#include <string.h>

/* ---- lines ----------------------------------------------------------------------------------- */

static size_t line_size(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline ? (size_t)(newline + 1 - at) : (size_t)(end - at);
}

static bool is_empty(const char *line, size_t size)
{
    return size == 0 || line[0] == '\n' || (size > 1 && line[0] == '\r' && line[1] == '\n');
}

/* "Name:", or the obsolete "Name :" */
static bool is_header(const char *line, size_t size)
{
    size_t at = 0;
    while (at < size && line[at] > ' ' && line[at] < '\x7F' && line[at] != ':')
        at++;
    if (at == 0)
        return false;
    while (at < size && (line[at] == ' ' || line[at] == '\t'))
        at++;
    return at < size && line[at] == ':';
}

/* "From somebody", which separates mails in a file, or its escaped form */
static bool is_mbox_line(const char *line, size_t size)
{
    if (is_header(line, size)) /* "From :" */
        return false;
    return (size >= 5 && !memcmp(line, "From ", 5)) || (size >= 6 && !memcmp(line, ">From ", 6));
}

/* True if another header comes before the empty line. */
static bool more_headers(const char *at, const char *end)
{
    for (size_t size; at < end; at += size) {
        size = line_size(at, end);
        if (is_empty(at, size))
            return false;
        if (is_header(at, size))
            return true;
    }
    return false;
}

/* ---- the header block ------------------------------------------------------------------------ */

static void append(GByteArray *copy, const char *bytes, size_t size)
{
    g_byte_array_append(copy, (const guint8 *)bytes, (guint)size);
}

/* GMime reads headers as C strings. */
static void append_line(GByteArray *copy, const char *line, size_t size)
{
    guint before = copy->len;
    append(copy, line, size);
    for (guint i = before; i < copy->len; i++)
        if (copy->data[i] == '\0')
            copy->data[i] = ' ';
}

/* Copies the headers, with the empty line; returns where the body begins. */
static const char *append_headers(GByteArray *copy, const char *at, const char *end)
{
    bool any = false;
    while (at < end) {
        size_t size = line_size(at, end);
        if (is_empty(at, size)) {
            at += size;
            break;
        }
        bool folded = any && (*at == ' ' || *at == '\t');
        if (!folded && !is_header(at, size)) {
            if (!any || !more_headers(at, end))
                break; /* the body: the empty line is missing */
            append(copy, " ", 1);
        }
        append_line(copy, at, size);
        if (at[size - 1] != '\n')
            append(copy, "\n", 1);
        any = true;
        at += size;
    }
    append(copy, "\n", 1);
    return at;
}

/* ---- the body -------------------------------------------------------------------------------- */

/* More nested groups than a stack can hold. */
enum { MOST_COLONS = 1000 };

static bool lists_addresses(const char *line, size_t size)
{
    static const char names[] = " from to cc bcc sender reply-to resent-from resent-to resent-cc "
                                "resent-bcc resent-sender resent-reply-to "
                                "disposition-notification-to ";
    char name[sizeof " disposition-notification-to "] = " ";
    if (!is_header(line, size))
        return false;
    size_t length = strcspn(line, " \t:");
    if (length > sizeof name - 3)
        return false;
    for (size_t i = 0; i < length; i++)
        name[1 + i] = g_ascii_tolower(line[i]);
    name[1 + length] = ' ';
    return strstr(names, name) != NULL;
}

/* GMime parses the lists in the headers of embedded messages as soon as it meets them, nested
 * groups by recursion. */
static bool is_too_deep(const char *at, const char *end)
{
    bool list = false;
    size_t colons = 0;
    for (size_t size; at < end; at += size) {
        size = line_size(at, end);
        if (*at != ' ' && *at != '\t') {
            list = lists_addresses(at, size);
            colons = 0;
        }
        for (size_t i = 0; list && i < size; i++)
            colons += at[i] == ':';
        if (colons > MOST_COLONS)
            return true;
    }
    return false;
}

static bool ends_in_crlf(const char *line, size_t size)
{
    return size >= 2 && line[size - 2] == '\r';
}

/* Copies the body. GMime removes from the end of a part what ends the boundary behind it, so this
 * gives both the same line end. */
static void append_body(GByteArray *copy, const char *at, const char *end)
{
    bool crlf = true;
    for (size_t size; at < end; at += size) {
        size = line_size(at, end);
        if (size >= 2 && at[0] == '-' && at[1] == '-') {
            size_t text = size - (at[size - 1] == '\n');
            text -= text > 0 && at[text - 1] == '\r';
            append(copy, at, text);
            append(copy, crlf ? "\r\n" : "\n", crlf ? 2 : 1);
        } else {
            crlf = ends_in_crlf(at, size);
            append(copy, at, size);
        }
    }
}

GByteArray *am_mime_tidy(const char *bytes, size_t size, bool *whole)
{
    GString *text = NULL;
    if (size >= 2 && (!memcmp(bytes, "\xFF\xFE", 2) || !memcmp(bytes, "\xFE\xFF", 2))) {
        text = am_mime_to_utf8(bytes, size, "utf-16"); /* saved by an editor */
        bytes = text->str;
        size = text->len;
    }
    const char *at = bytes, *end = bytes + size;
    if (size >= 3 && !memcmp(at, "\xEF\xBB\xBF", 3))
        at += 3;
    if (is_mbox_line(at, (size_t)(end - at)))
        at += line_size(at, end);
    GByteArray *copy = g_byte_array_sized_new((guint)size + 3);
    at = append_headers(copy, at, end);
    *whole = !is_too_deep(at, end);
    if (*whole)
        append_body(copy, at, end);
    if (text)
        g_string_free(text, TRUE);
    return copy;
}
