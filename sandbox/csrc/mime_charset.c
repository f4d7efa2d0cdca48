/* SPDX-License-Identifier: MIT */
/* Converts text of any charset to UTF-8, by iconv. */
#include "mime.h"

#include <errno.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"     /* U+FFFD */
#define BYTE_ORDER_MARK "\xEF\xBB\xBF" /* U+FEFF */

enum { LONGEST_NAME = 40 };

/* Names that are used for more than they mean: each maps to the intended charset, a superset. */
static const char *const supersets[][2] = {{"iso-8859-1", "windows-1252"},
                                           {"iso8859-1", "windows-1252"},
                                           {"latin1", "windows-1252"},
                                           {"iso-8859-9", "windows-1254"},
                                           {"iso-8859-11", "windows-874"},
                                           {"tis-620", "windows-874"},
                                           {"gb2312", "gb18030"},
                                           {"gbk", "gb18030"},
                                           {"shift_jis", "cp932"},
                                           {"shift-jis", "cp932"},
                                           {"sjis", "cp932"},
                                           {"x-sjis", "cp932"},
                                           {"euc-kr", "cp949"},
                                           {"ks_c_5601-1987", "cp949"},
                                           {"ksc5601", "cp949"},
                                           {"unicode-1-1-utf-7", "utf-7"},
                                           {"iso-8859-8-i", "iso-8859-8"},
                                           {"x-mac-roman", "macintosh"},
                                           {"x-gbk", "gb18030"},
                                           {"x-euc-jp", "euc-jp"},
                                           {"unicode", "utf-16"}};

/* For these names, the bytes decide. */
static bool says_nothing(const char *charset)
{
    return !charset || !*charset || !g_ascii_strcasecmp(charset, "us-ascii") ||
           !g_ascii_strcasecmp(charset, "ascii") || !g_ascii_strcasecmp(charset, "ansi_x3.4-1968");
}

/* iconv accepts more than names: only plain names are passed to it. */
static bool is_name(const char *charset)
{
    size_t length = strspn(charset, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789._:+()-");
    return length > 0 && length <= LONGEST_NAME && charset[length] == '\0';
}

/* UTF-16 and UTF-32 without a byte order mark: the positions of zeros tell the byte order. */
static const char *ordered(const char *charset, const char *bytes, size_t size)
{
    bool wide = !g_ascii_strcasecmp(charset, "utf-32");
    if (!wide && g_ascii_strcasecmp(charset, "utf-16"))
        return charset;
    size_t unit = wide ? 4 : 2, leading = 0, trailing = 0;
    if (size < unit || !memcmp(bytes, "\xFF\xFE", 2) || !memcmp(bytes + unit - 2, "\xFE\xFF", 2))
        return charset;
    for (size_t i = 0; i + unit <= size; i += unit) {
        leading += bytes[i] == '\0';
        trailing += bytes[i + unit - 1] == '\0';
    }
    if (wide)
        return trailing > leading ? "utf-32le" : "utf-32be";
    return trailing > leading ? "utf-16le" : "utf-16be";
}

/* How many bytes to skip where there is no character, so that the rest stays in step. */
static size_t unit_of(const char *charset)
{
    if (!g_ascii_strncasecmp(charset, "utf-16", 6) || !g_ascii_strncasecmp(charset, "ucs-2", 5))
        return 2;
    return !g_ascii_strncasecmp(charset, "utf-32", 6) || !g_ascii_strncasecmp(charset, "ucs-4", 5)
               ? 4
               : 1;
}

static iconv_t converter(const char **charset, const char *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof supersets / sizeof supersets[0]; i++)
        if (!g_ascii_strcasecmp(*charset, supersets[i][0])) {
            *charset = supersets[i][1];
            break;
        }
    *charset = ordered(*charset, bytes, size);
    return is_name(*charset) ? g_mime_iconv_open("UTF-8", *charset) : (iconv_t)-1;
}

static void convert(iconv_t cd, size_t unit, const char *bytes, size_t size, GString *text)
{
    char *in = (char *)(uintptr_t)bytes, buffer[1024];
    bool flushed = false;
    while (!flushed) {
        char *out = buffer;
        size_t room = sizeof buffer;
        flushed = size == 0;
        size_t result = iconv(cd, flushed ? NULL : &in, &size, &out, &room);
        int problem = result == (size_t)-1 ? errno : 0;
        g_string_append_len(text, buffer, out - buffer);
        if (problem == E2BIG) {
            flushed = false;
        } else if (problem) { /* invalid, or half a character */
            g_string_append(text, REPLACEMENT);
            size_t skipped = MIN(unit, size);
            in += skipped;
            size -= skipped;
        }
    }
}

/* Up to the first NUL, if there is one. */
static size_t valid_length(const char *bytes, size_t size)
{
    const char *end;
    g_utf8_validate_len(bytes, size, &end);
    return (size_t)(end - bytes);
}

/* NULs are characters of UTF-8 as well. */
static bool is_valid(const char *bytes, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        at += valid_length(bytes + at, size - at);
        if (at < size && bytes[at] != '\0')
            return false;
    }
    return true;
}

/* Valid UTF-8 without NULs, which C strings and many consumers cannot handle. */
static GString *cleaned(GString *text)
{
    if (valid_length(text->str, text->len) == text->len)
        return text;
    char *valid = g_utf8_make_valid(text->str, (gssize)text->len);
    g_string_free(text, TRUE);
    text = g_string_new(valid);
    g_free(valid);
    return text;
}

GString *am_mime_to_utf8(const char *bytes, size_t size, const char *charset)
{
    GString *text = g_string_sized_new(size + size / 8);
    bool is_utf8 =
        charset && (!g_ascii_strcasecmp(charset, "utf-8") || !g_ascii_strcasecmp(charset, "utf8"));
    iconv_t cd = (iconv_t)-1;
    if (!is_utf8 && !says_nothing(charset))
        cd = converter(&charset, bytes, size);
    if (!is_utf8 && cd == (iconv_t)-1) {
        is_utf8 = is_valid(bytes, size);
        charset = "windows-1252";
        cd = is_utf8 ? cd : g_mime_iconv_open("UTF-8", charset);
    }
    if (cd != (iconv_t)-1) {
        convert(cd, unit_of(charset), bytes, size, text);
        g_mime_iconv_close(cd);
    } else {
        g_string_append_len(text, bytes, (gssize)size);
    }
    text = cleaned(text);
    if (g_str_has_prefix(text->str, BYTE_ORDER_MARK))
        g_string_erase(text, 0, (gssize)strlen(BYTE_ORDER_MARK));
    return text;
}
