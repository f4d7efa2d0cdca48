/* SPDX-License-Identifier: MIT */
/* Plain values on their way from one Lua state to another. */
#include "listener.h"

#include <stdlib.h>
#include <string.h>

bool am_value_get(lua_State *L, int index, am_value *value, bool copy)
{
    *value = (am_value){.type = lua_type(L, index)};
    switch (value->type) {
    case LUA_TNIL:
        return true;
    case LUA_TBOOLEAN:
        value->boolean = lua_toboolean(L, index);
        return true;
    case LUA_TNUMBER:
        value->is_integer = lua_isinteger(L, index);
        value->integer = value->is_integer ? lua_tointeger(L, index) : 0;
        value->number = lua_tonumber(L, index);
        return true;
    case LUA_TSTRING:
        value->text = lua_tolstring(L, index, &value->size);
        if (copy) {
            char *own = malloc(value->size + 1);
            if (own)
                memcpy(own, value->text, value->size + 1);
            value->text = own;
        }
        return value->text != NULL;
    default:
        value->type = LUA_TNIL;
        return false;
    }
}

void am_value_push(lua_State *L, const am_value *value)
{
    if (value->type == LUA_TBOOLEAN)
        lua_pushboolean(L, value->boolean);
    else if (value->type == LUA_TSTRING)
        lua_pushlstring(L, value->text, value->size);
    else if (value->type == LUA_TNUMBER && value->is_integer)
        lua_pushinteger(L, value->integer);
    else if (value->type == LUA_TNUMBER)
        lua_pushnumber(L, value->number);
    else
        lua_pushnil(L);
}

void am_value_free(am_value *value)
{
    free((void *)(uintptr_t)value->text);
    *value = (am_value){.type = LUA_TNIL};
}
