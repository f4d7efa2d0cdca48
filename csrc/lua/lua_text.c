/* SPDX-License-Identifier: MIT */
/* agentmail.core: checks and encodes text before it is sent. */
#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lua/lua_parts.h"

/* The size of the UTF-8 sequence at s; 0: not valid. No surrogates, no overlong forms, nothing
 * beyond U+10FFFF. */
static size_t utf8_sequence(const unsigned char *s, const unsigned char *end)
{
    unsigned char lead = s[0];
    size_t size = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size == 0 || lead > 0xF4 || (size_t)(end - s) < size)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    bool wrong = (lead == 0xE0 && s[1] < 0xA0) || (lead == 0xED && s[1] > 0x9F) ||
                 (lead == 0xF0 && s[1] < 0x90) || (lead == 0xF4 && s[1] > 0x8F);
    return wrong ? 0 : size;
}

/* core.utf8_error(s) -> nil | the position of the first byte that is not UTF-8 */
static int core_utf8_error(lua_State *L)
{
    static const uint64_t high_bits = UINT64_C(0x8080808080808080);
    size_t size;
    const unsigned char *start = (const unsigned char *)luaL_checklstring(L, 1, &size);
    const unsigned char *s = start, *end = start + size;
    while (s < end) {
        uint64_t eight = high_bits;
        if (end - s >= 8)
            memcpy(&eight, s, sizeof eight);
        size_t step = (eight & high_bits) == 0 ? sizeof eight : utf8_sequence(s, end);
        if (step == 0) {
            lua_pushinteger(L, s - start + 1);
            return 1;
        }
        s += step;
    }
    lua_pushnil(L);
    return 1;
}

static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-_.!~*'()", c));
}

/* core.percent(s) -> s, percent-encoded except for what JavaScript's encodeURIComponent leaves */
static int core_percent(lua_State *L)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t size, plain = 0;
    const unsigned char *s = (const unsigned char *)luaL_checklstring(L, 1, &size);
    while (plain < size && is_unreserved(s[plain]))
        plain++;
    if (plain == size) {
        lua_settop(L, 1);
        return 1;
    }
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    luaL_addlstring(&buffer, (const char *)s, plain);
    for (size_t i = plain; i < size; i++) {
        if (is_unreserved(s[i])) {
            luaL_addchar(&buffer, (char)s[i]);
        } else {
            char *out = luaL_prepbuffsize(&buffer, 3);
            out[0] = '%';
            out[1] = hex[s[i] >> 4];
            out[2] = hex[s[i] & 15];
            luaL_addsize(&buffer, 3);
        }
    }
    luaL_pushresult(&buffer);
    return 1;
}

void am_lua_add_text(lua_State *L)
{
    static const luaL_Reg text[] = {
        {"utf8_error", core_utf8_error}, {"percent", core_percent}, {NULL, NULL}};
    luaL_setfuncs(L, text, 0);
}
