/* SPDX-License-Identifier: MIT */
/* Applies shapes, which turn decoded values into the user's. */
#ifndef AM_LUA_APPLY_SHAPE_H
#define AM_LUA_APPLY_SHAPE_H

#include <lua.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* shape:apply(value, scope, json) -> problem | nil, { object, class, "inbox" | "pod" | false, ... }
 * | nil. The value is what was decoded of the JSON. The objects listed have no metatable yet: the
 * scope of their inbox or pod, or of the answer, has none for their class, or does not exist. */
int am_lua_apply_shape(lua_State *L);

AM_END_HIDDEN
#endif
