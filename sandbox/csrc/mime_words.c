/* SPDX-License-Identifier: MIT */
/* Header values: on one line, in UTF-8, encoded words joined. */
#include "mime.h"

#include <string.h>

/* An encoded word, =?charset*language?how?text?= */
typedef struct word {
    const char *charset, *text, *end; /* `end` is behind the word */
    size_t charset_size, text_size;
    char how; /* 'b' or 'q' */
} word;

/* The decoded words of one charset. Base64 continues from word to word: some programs split it
 * inside a group. */
typedef struct decoder {
    GByteArray *bytes;
    int state;
    guint32 saved;
} decoder;

/* True if there is a word at `at`. Its text may contain blanks, as some programs write it. */
static bool read_word(const char *at, word *found)
{
    if (at[0] != '=' || at[1] != '?')
        return false;
    found->charset = at + 2;
    size_t size = strcspn(found->charset, "? \t");
    const char *how = found->charset + size;
    if (size == 0 || how[0] != '?' || !how[1] || how[2] != '?')
        return false;
    found->charset_size = strcspn(found->charset, "?*");
    found->how = g_ascii_tolower(how[1]);
    found->text = how + 3;
    const char *end = strstr(found->text, "?=");
    if (!end || (found->how != 'b' && found->how != 'q'))
        return false;
    found->text_size = (size_t)(end - found->text);
    found->end = end + 2;
    return !g_strstr_len(found->text, end - found->text, "=?"); /* or it has no end */
}

/* The word at `at`, or behind blanks. */
static bool read_next(const char *at, word *found)
{
    return read_word(at + strspn(at, " "), found);
}

static bool same_charset(const word *one, const word *other)
{
    return one->charset_size == other->charset_size &&
           !g_ascii_strncasecmp(one->charset, other->charset, one->charset_size);
}

static void decode_b(decoder *into, const char *text, size_t size)
{
    guint before = into->bytes->len;
    if (into->state < 0) /* the last group was whole */
        into->state = 0;
    g_byte_array_set_size(into->bytes, before + (guint)size + 3);
    size_t added = g_mime_encoding_base64_decode_step(
        (const unsigned char *)text, size, into->bytes->data + before, &into->state, &into->saved);
    g_byte_array_set_size(into->bytes, before + (guint)added);
}

static void decode_q(decoder *into, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        guint8 c = text[i] == '_' ? ' ' : (guint8)text[i];
        if (c == '=' && i + 2 < size && g_ascii_isxdigit(text[i + 1]) &&
            g_ascii_isxdigit(text[i + 2])) {
            c = (guint8)(g_ascii_xdigit_value(text[i + 1]) * 16 +
                         g_ascii_xdigit_value(text[i + 2]));
            i += 2;
        }
        g_byte_array_append(into->bytes, &c, 1);
    }
}

/* Appends the decoded words of one charset; returns the end of the last of them. */
static const char *append_words(GByteArray *bytes, word one, GString *text)
{
    decoder all = {.bytes = bytes};
    word first = one;
    const char *end;
    g_byte_array_set_size(bytes, 0);
    do {
        if (one.how == 'b') {
            decode_b(&all, one.text, one.text_size);
        } else {
            if (all.state > 0)
                decode_b(&all, "=", 1);
            decode_q(&all, one.text, one.text_size);
        }
        end = one.end;
    } while (read_next(end, &one) && same_charset(&first, &one));
    if (all.state > 0)
        decode_b(&all, "=", 1);
    char *charset = g_strndup(first.charset, first.charset_size);
    GString *decoded = am_mime_to_utf8((const char *)bytes->data, bytes->len, charset);
    g_string_append_len(text, decoded->str, (gssize)decoded->len);
    g_string_free(decoded, TRUE);
    g_free(charset);
    return end;
}

/* Appends a run of words, decoded or as one word; returns its end. */
static const char *append_run(GByteArray *bytes, word one, bool as_word, GString *value)
{
    GString *text = g_string_new(NULL);
    const char *end;
    do
        end = append_words(bytes, one, text);
    while (read_next(end, &one));
    g_strdelimit(text->str, "\r\n\t", ' '); /* a header is a line */
    if (!as_word) {
        g_string_append_len(value, text->str, (gssize)text->len);
    } else if (text->len > 0) {
        char *encoded = g_base64_encode((const guchar *)text->str, text->len);
        g_string_append_printf(value, "=?utf-8?B?%s?=", encoded);
        g_free(encoded);
    }
    g_string_free(text, TRUE);
    return end;
}

/* The value in UTF-8, on one line: folds become one blank each. */
static GString *unfolded(const char *raw, size_t size)
{
    GString *value = am_mime_to_utf8(raw, size, NULL);
    char *out = value->str;
    for (const char *in = value->str; *in;) {
        size_t line_end = strspn(in, "\r\n");
        if (line_end > 0) {
            in += line_end + strspn(in + line_end, " \t");
            *out++ = ' ';
        } else {
            *out++ = *in++;
        }
    }
    *out = '\0';
    g_strstrip(value->str);
    return g_string_set_size(value, strlen(value->str));
}

char *am_mime_unfolded(am_mime *mime, const char *raw)
{
    return am_mime_text(mime, g_string_free(unfolded(raw, strlen(raw)), FALSE));
}

static char *line_of(am_mime *mime, const char *raw, size_t size, bool as_words)
{
    GString *line = unfolded(raw, size), *value = g_string_sized_new(size);
    for (const char *at = line->str; *at;) {
        word one;
        if (read_word(at, &one))
            at = append_run(mime->scratch, one, as_words, value);
        else
            g_string_append_c(value, *at++);
    }
    g_string_free(line, TRUE);
    return am_mime_text(mime, g_string_free(value, FALSE));
}

char *am_mime_plain(am_mime *mime, const char *raw, size_t size)
{
    return line_of(mime, raw, size, true);
}

char *am_mime_decoded(am_mime *mime, const char *raw)
{
    return line_of(mime, raw, strlen(raw), false);
}
