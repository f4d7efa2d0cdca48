/* SPDX-License-Identifier: MIT */
/* Address lists: parsed before the names in them are decoded. */
#include "mime.h"

#include <string.h>

#include <lauxlib.h>

/* GMime parses nested groups by recursion, without a limit. */
enum { MOST_COLONS = 100 };

typedef struct position {
    bool quoted, angled, literal, grouped;
    int comments, colons;
} position;

/* Skips one character outside quotes and comments; returns its replacement.
 */
static char step(position *now, const char *at)
{
    switch (*at) {
    case '<':
        now->angled = true;
        break;
    case '>':
        now->angled = false;
        break;
    case '[':
        now->literal = true;
        break;
    case ']':
        now->literal = false;
        break;
    case ',': /* "<@a,@b:c@d>" is one address */
        now->angled = now->angled && at[1 + strspn(at + 1, " ")] == '@';
        now->literal = false;
        break;
    case ':':
        if (now->angled || now->literal)
            break;
        if (now->grouped)
            return ',';
        now->grouped = true;
        break;
    case ';':
        if (!now->grouped && !now->angled)
            return ',';
        now->grouped = false;
        break;
    }
    return *at;
}

/* True between two addresses, or between an address and the name of its group. */
static bool separates(const position *now, char c)
{
    return !now->quoted && !now->angled && !now->literal && now->comments == 0 &&
           (c == ',' || c == ':' || c == ';');
}

/* The list as passed to GMime, and the pieces between its separators. A semicolon outside a group
 * separates, as some programs write lists; groups contain no groups; open comments are closed.
 */
static char *prepared(am_mime *mime, char *list)
{
    position now = {0};
    char *piece = list;
    for (char *at = list; *at; at++) {
        if (*at == ':' && ++now.colons > MOST_COLONS)
            *at = ' ';
        else if (*at == '\\' && at[1] && (now.quoted || now.comments > 0))
            at++;
        else if (*at == '"' && now.comments == 0)
            now.quoted = !now.quoted;
        else if (!now.quoted && *at == '(')
            now.comments++;
        else if (!now.quoted && *at == ')' && now.comments > 0)
            now.comments--;
        else if (!now.quoted && now.comments == 0)
            *at = step(&now, at);
        if (separates(&now, *at)) {
            if (*at != ':')
                g_ptr_array_add(mime->pieces, g_strndup(piece, (gsize)(at - piece)));
            piece = at + 1;
        }
    }
    GString *closed = g_string_new(list);
    for (; now.comments > 0; now.comments--)
        g_string_append_c(closed, ')');
    g_ptr_array_add(mime->pieces, g_strdup(closed->str + (piece - list)));
    return am_mime_text(mime, g_string_free(closed, FALSE));
}

/* Quoted if necessary. */
static char *quoted(const char *name)
{
    GString *text = g_string_new(NULL);
    bool special = strpbrk(name, "()<>[]:;@\\,\"") != NULL;
    if (special)
        g_string_append_c(text, '"');
    for (; *name; name++) {
        if (*name == '"' || *name == '\\')
            g_string_append_c(text, '\\');
        g_string_append_c(text, *name);
    }
    if (special)
        g_string_append_c(text, '"');
    return g_string_free(text, FALSE);
}

/* ---- as Lua tables --------------------------------------------------------------------------- */

/* [-0, +0] appends an entry to the table on top. */
static void add(lua_State *L, am_mime *mime, const char *name, const char *address,
                const char *text)
{
    lua_createtable(L, 0, 3);
    am_mime_field(L, mime, "name", name);
    am_mime_field(L, mime, "address", address);
    am_mime_field(L, mime, "text", text);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
}

/* The same for a mailbox, in angle brackets if requested. */
static void add_mailbox(lua_State *L, am_mime *mime, const char *name, const char *address,
                        bool bracketed)
{
    const char *text = am_mime_text(mime, g_strdup_printf("<%s>", address));
    if (name && *name) {
        char *phrase = am_mime_text(mime, quoted(name));
        text = am_mime_text(mime, g_strconcat(phrase, " ", text, NULL));
    } else {
        name = NULL;
        text = bracketed ? text : address;
    }
    add(L, mime, name, address, text);
}

/* A list parsed from beginning to end. */
typedef struct reading {
    const char *list, *rest;
} reading;

/* The same, as the sender wrote it: with or without brackets; the domain is not decoded, as GMime
 * does for international ones. */
static void add_as_written(lua_State *L, am_mime *mime, reading *mine,
                           InternetAddressMailbox *mailbox)
{
    const char *name = internet_address_get_name((InternetAddress *)mailbox);
    const char *address = internet_address_mailbox_get_addr(mailbox);
    const char *at = strstr(mine->rest, address);
    if (!at) {
        address = internet_address_mailbox_get_idn_addr(mailbox);
        at = strstr(mine->rest, address);
    }
    if (at)
        mine->rest = at + strlen(address);
    add_mailbox(L, mime, name, address, at && at > mine->list && at[-1] == '<');
}

/* True: it contains groups. */
static bool add_list(lua_State *L, am_mime *mime, reading *mine, InternetAddressList *addresses)
{
    bool grouped = false;
    luaL_checkstack(L, LUA_MINSTACK, "too many groups");
    for (int i = 0; i < internet_address_list_length(addresses); i++) {
        InternetAddress *one = internet_address_list_get_address(addresses, i);
        if (INTERNET_ADDRESS_IS_GROUP(one)) {
            grouped = true;
            add_list(L, mime, mine,
                     internet_address_group_get_members((InternetAddressGroup *)one));
        } else {
            add_as_written(L, mime, mine, (InternetAddressMailbox *)one);
        }
    }
    return grouped;
}

/* "<>", or a name and "<>": no sender, as in a bounce. */
static bool add_nobody(lua_State *L, am_mime *mime, char *piece)
{
    char *open = strrchr(piece, '<');
    if (!open || strcmp(open + 1 + strspn(open + 1, " "), ">"))
        return false;
    *open = '\0';
    char *name = am_mime_decoded(mime, piece);
    g_mime_utils_unquote_string(name);
    add_mailbox(L, mime, name, "", true);
    return true;
}

/* The pieces that GMime cannot parse: kept unchanged. */
static void add_strays(lua_State *L, am_mime *mime)
{
    GPtrArray *pieces = mime->pieces;
    for (guint i = 0; i < pieces->len; i++) {
        char *piece = g_strstrip(pieces->pdata[i]);
        InternetAddressList *one = internet_address_list_parse(mime->options, piece);
        if (!one && *piece && !add_nobody(L, mime, piece))
            add(L, mime, NULL, NULL, am_mime_decoded(mime, piece));
        am_mime_object(mime, one);
    }
}

/* [-1, +2] addresses(raw) */
int am_mime_addresses(lua_State *L)
{
    size_t size;
    const char *raw = luaL_checklstring(L, 1, &size);
    am_mime *mime = am_mime_new(L);
    char *list = prepared(mime, am_mime_plain(mime, raw, size));
    InternetAddressList *addresses =
        am_mime_object(mime, internet_address_list_parse(mime->options, list));
    lua_newtable(L);
    reading whole = {list, list};
    bool grouped = addresses && add_list(L, mime, &whole, addresses);
    add_strays(L, mime);
    am_mime_clear(mime);
    lua_pushboolean(L, grouped);
    return 2;
}
