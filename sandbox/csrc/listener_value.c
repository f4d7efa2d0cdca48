/* SPDX-License-Identifier: MIT */
#include "listener.h"

#include <stdlib.h>
#include <string.h>

bool am_value_get(lua_State *L, int index, struct am_value *value, bool copy)
{
    memset(value, 0, sizeof *value);
    value->type = lua_type(L, index);
    switch (value->type) {
    case LUA_TNIL:
        return true;
    case LUA_TBOOLEAN:
        value->truth = lua_toboolean(L, index);
        return true;
    case LUA_TNUMBER:
        value->integer = lua_isinteger(L, index);
        value->i = value->integer ? lua_tointeger(L, index) : 0;
        value->n = lua_tonumber(L, index);
        return true;
    case LUA_TSTRING:
        value->text = lua_tolstring(L, index, &value->length);
        if (copy) {
            char *own = malloc(value->length + 1);
            if (own != NULL)
                memcpy(own, value->text, value->length + 1);
            value->text = own;
        }
        return value->text != NULL;
    default:
        value->type = LUA_TNIL;
        return false;
    }
}

void am_value_push(lua_State *L, const struct am_value *value)
{
    if (value->type == LUA_TBOOLEAN)
        lua_pushboolean(L, value->truth);
    else if (value->type == LUA_TSTRING)
        lua_pushlstring(L, value->text, value->length);
    else if (value->type == LUA_TNUMBER && value->integer)
        lua_pushinteger(L, value->i);
    else if (value->type == LUA_TNUMBER)
        lua_pushnumber(L, value->n);
    else
        lua_pushnil(L);
}
