/* SPDX-License-Identifier: MIT */
/* agentmail.core: verifies webhooks. */
#include <lauxlib.h>
#include <string.h>

#include "agentmail.h"
#include "lua/lua_parts.h"

static const lua_Integer MOST_SECONDS = INT64_C(1) << 53;

/* core.verify_webhook(secret, id, timestamp, signatures, body, now, tolerance)
 * -> true | nil, message */
static int core_verify_webhook(lua_State *L)
{
    static const char *const messages[] = {
        [AM_WEBHOOK_BAD_SECRET] =
            "secret is not a webhook's secret: it looks like whsec_ and base64",
        [AM_WEBHOOK_BAD_TIMESTAMP] = "header svix-timestamp is not a number of seconds",
        [AM_WEBHOOK_TOO_OLD] = "the webhook is too old: it may be a replay, or this clock is wrong",
        [AM_WEBHOOK_TOO_NEW] = "the webhook is from the future: this clock may be wrong",
        [AM_WEBHOOK_NO_MATCH] = "no signature matches: another secret, or not the raw body",
        [AM_WEBHOOK_NO_MEMORY] = "out of memory"};
    am_webhook webhook = {.secret = luaL_checkstring(L, 1),
                          .id = luaL_checkstring(L, 2),
                          .timestamp = luaL_checkstring(L, 3),
                          .signatures = luaL_checkstring(L, 4)};
    webhook.body = luaL_checklstring(L, 5, &webhook.body_size);
    lua_Integer now = luaL_checkinteger(L, 6), tolerance = luaL_checkinteger(L, 7);
    luaL_argcheck(L, now >= -MOST_SECONDS && now <= MOST_SECONDS, 6, "now is out of range");
    luaL_argcheck(L, tolerance >= 0 && tolerance <= MOST_SECONDS, 7, "tolerance is out of range");
    am_webhook_verdict verdict = am_webhook_verify(&webhook, now, tolerance);
    if (strlen(webhook.id) != lua_rawlen(L, 2)) /* the caller's bytes are not what was signed */
        verdict = AM_WEBHOOK_NO_MATCH;
    if (verdict == AM_WEBHOOK_GENUINE) {
        lua_pushboolean(L, true);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, messages[verdict]);
    return 2;
}

void am_lua_add_webhook(lua_State *L)
{
    lua_pushcfunction(L, core_verify_webhook);
    lua_setfield(L, -2, "verify_webhook");
}
