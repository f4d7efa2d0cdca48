/* SPDX-License-Identifier: MIT */
/* The module from memory, in states that withhold libraries: calls, mistakes and failures are as in
 * any other state, and no file of the module is read. */
#define _GNU_SOURCE
#include "unit.h"

#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

#include "agentmail_lua.h"
#include "bare_state.h"
#include "fault_client.h"

static const char *const kinds[] = {"absent", "empty", "full"};

/* Runs a script with the module, the server's URL and the kind; it must not raise. */
static void run(bare_kind kind, const char *url, const char *script)
{
    lua_State *L = luaL_newstate();
    bare_open(L, kind);
    if (luaL_loadbuffer(L, script, strlen(script), "=script") != LUA_OK)
        fail_msg("%s", lua_tostring(L, -1));
    bare_push_module(L);
    lua_pushstring(L, url);
    lua_pushstring(L, kinds[kind]);
    if (lua_pcall(L, 3, 0, 0) != LUA_OK)
        fail_msg("%s: %s", kinds[kind], lua_tostring(L, -1));
    lua_close(L);
}

static const fault_step answers[] = {
    {.status = 200, .body = "{\"inbox_id\":\"a@b.c\",\"pod_id\":\"p\"}"},
    {.done = true, .status = 200, .body = "{\"message_id\":\"<m@x>\",\"thread_id\":\"t\"}"},
    {.status = 404,
     .body = "{\"code\":\"not_found\",\"message\":\"No.\",\"name\":\"NotFoundError\"}"},
};

static void a_call_a_send_and_a_failure_need_no_library(void **state)
{
    char head[FAULT_HEAD_SIZE];
    for (int kind = BARE_ABSENT; kind <= BARE_FULL; kind++) {
        fault_server_script(*state, answers, 2);
        run((bare_kind)kind, fault_server_url(*state),
            "local agentmail, url = ...\n"
            "local client = agentmail.new { base_url = url, api_key = 'k' }\n"
            "assert(client.inboxes:get 'a@b.c'.inbox_id == 'a@b.c')\n"
            "local sent, receipt = assert(client:inbox 'a@b.c'.messages:send {\n"
            "  to = 'x@y.z', text = 't', idempotency_key = agentmail.key('order', 12) })\n"
            "assert(receipt.outcome == 'applied' and receipt.attempts == 1)\n"
            "assert(tostring(sent):find('<m@x>', 1, true), tostring(sent))\n");
        fault_server_last_head(*state, head, sizeof head);
        assert_non_null(strcasestr(head, "idempotency-key: order-12\r\n"));
        fault_server_script(*state, answers + 2, 1);
        run((bare_kind)kind, fault_server_url(*state),
            "local agentmail, url = ...\n"
            "local client = agentmail.new { base_url = url, api_key = 'k' }\n"
            "local none, message, failure = client.inboxes:get 'a@b.c'\n"
            "assert(none == nil and message:find 'not_found', message)\n"
            "assert(failure.code == 'not_found' and failure.outcome == 'not_applied')\n"
            "assert(agentmail.explain(failure):find 'HTTP 404')\n");
    }
}

static void a_mistake_names_the_line_of_the_script_where_debug_is_there(void **state)
{
    (void)state;
    for (int kind = BARE_ABSENT; kind <= BARE_FULL; kind++)
        run((bare_kind)kind, "http://127.0.0.1:9",
            "local agentmail, url, kind = ...\n"
            "local ok, message = pcall(function()\n"
            "  agentmail.new { api_kye = 'k' }\n"
            "end)\n"
            "assert(not ok and message:find \"'api_kye'\" and message:find \"'api_key'\", "
            "message)\n"
            "if kind == 'full' then assert(message:find '^script:3: ', message) end\n");
}

static void times_and_webhooks_need_no_os(void **state)
{
    (void)state;
    for (int kind = BARE_ABSENT; kind <= BARE_FULL; kind++)
        run((bare_kind)kind, "http://127.0.0.1:9",
            "local agentmail, url = ...\n"
            "local event, why, failure = agentmail.verify_webhook { secret = "
            "'whsec_MfKQ9r8GKYqr',\n"
            "  headers = { ['svix-id'] = 'm', ['svix-timestamp'] = '1614265330',\n"
            "              ['svix-signature'] = 'v1,forged' }, body = '{}' }\n"
            "assert(not event and failure.code == 'bad_signature' and why:find 'too old', why)\n"
            "local told\n"
            "local dry = agentmail.new { base_url = url, api_key = 'k', dry = function(r) told = r "
            "end }\n"
            "local draft = assert(dry:inbox 'a@b.c'.drafts:create { to = 'x@y.z' })\n"
            "assert(draft.created_at:find '^20%d%d%-%d%d%-%d%dT' and told.operation)\n"
            "dry = agentmail.new { base_url = url, api_key = 'k', dry = true }\n"
            "assert(dry.inboxes:delete 'a@b.c')\n");
}

static void a_file_needs_io_and_says_so_before_anything_is_sent(void **state)
{
    run(BARE_ABSENT, fault_server_url(*state),
        "local agentmail, url = ...\n"
        "local client = agentmail.new { base_url = url, api_key = 'k' }\n"
        "local file = client:inbox 'a@b.c':message '<m@x>':attachment 'f'\n"
        "for _, call in ipairs { function() return file:save '/nowhere' end,\n"
        "                        function() return file:save_in '/tmp' end,\n"
        "                        function() return file:save(print) end } do\n"
        "  local ok, message = pcall(call)\n"
        "  assert(not ok and message:find \"Lua's io library\", tostring(message))\n"
        "end\n");
    assert_int_equal(fault_server_totals(*state).requests, 0);
}

static void modules_can_be_required_by_name(void **state)
{
    (void)state;
    run(BARE_FULL, "http://127.0.0.1:9",
        "local agentmail = ...\n"
        "package.path, package.cpath = '', ''\n"
        "assert(require 'agentmail' == agentmail)\n"
        "local core, options = require 'agentmail.core', require 'agentmail.call.options'\n"
        "assert(core.version and core == require 'agentmail.core' and options.check_client)\n"
        "local ok, message = pcall(require, 'agentmail.nothing')\n"
        "assert(not ok and message:find 'agentmail.nothing', message)\n");
}

static void without_cjson_the_error_says_what_is_missing(void **state)
{
    (void)state;
    lua_State *L = luaL_newstate();
    bare_open(L, BARE_ABSENT);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_pushnil(L);
    lua_setfield(L, -2, "cjson");
    lua_pushcfunction(L, luaopen_agentmail);
    assert_int_equal(lua_pcall(L, 0, 1, 0), LUA_ERRRUN);
    assert_non_null(strstr(lua_tostring(L, -1), "needs the module 'cjson'"));
    lua_close(L);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_CASE(a_call_a_send_and_a_failure_need_no_library),
        FAULT_CASE(a_file_needs_io_and_says_so_before_anything_is_sent),
        cmocka_unit_test(a_mistake_names_the_line_of_the_script_where_debug_is_there),
        cmocka_unit_test(times_and_webhooks_need_no_os),
        cmocka_unit_test(modules_can_be_required_by_name),
        cmocka_unit_test(without_cjson_the_error_says_what_is_missing),
    };
    return cmocka_run_group_tests_name("embed", tests, NULL, NULL);
}
