/* SPDX-License-Identifier: MIT */
/* The GMime binding in Lua states that come and go, one after another and several at once: a
 * process registers GLib's types once, however many states load them. */
#define _GNU_SOURCE
#include "unit.h"

#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>

#include "module_path.h"

enum { THREADS = 4, LIVES = 5, MAILS = 50 };

typedef struct job {
    pthread_t thread;
    pthread_barrier_t *together;
    int good;
    char trouble[256];
} job;

static const char script[] =
    "local path, mails = ...\n"
    "package.cpath = path\n"
    "local gmime = require 'agentmail.sandbox.gmime'\n"
    "local body = gmime.write { content_type = 'multipart/mixed', boundary = 'b', parts = {\n"
    "  { content_type = 'text/plain', text = 'h\\u{E9}' },\n"
    "  { content_type = 'application/pdf', bytes = 'x', filename = 'h\\u{E9}.pdf' } } }\n"
    "local mail = 'To: \"D, H\" <d@x>, =?koi8-r?Q?=EB?= (c) <e@x>\\r\\nSubject:\\r\\n'\n"
    "  .. ' =?iso-2022-jp?B?GyRCJDMbKEI=?=\\r\\n' .. body\n"
    "local endless = { content_type = 'multipart/mixed', boundary = 'b', parts = {} }\n"
    "endless.parts[1] = endless\n"
    "local good = 0\n"
    "for i = 1, mails do\n"
    "  local headers, parts = gmime.read(mail)\n"
    "  local list = gmime.addresses(headers[1].raw)\n"
    "  assert(list[1].name == 'D, H' and list[2].name == '\\u{41A}')\n"
    "  assert(headers[2].value == '\\u{3053}' and parts[2].filename == 'h\\u{E9}.pdf')\n"
    "  assert(gmime.utf8(parts[1].bytes, parts[1].charset) == 'h\\u{E9}')\n"
    "  assert(gmime.leaves(mail) == 2 and not pcall(gmime.write, endless))\n"
    "  good = good + 1\n"
    "end\n"
    "return good\n";

/* One state from start to end. */
static void live(job *mine)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    int status = luaL_loadstring(L, script);
    module_path_push(L);
    lua_pushinteger(L, MAILS);
    if (status == LUA_OK && lua_pcall(L, 2, 1, 0) == LUA_OK)
        mine->good += (int)lua_tointeger(L, -1);
    else
        snprintf(mine->trouble, sizeof mine->trouble, "%s", lua_tostring(L, -1));
    lua_close(L);
}

static void *drive(void *data)
{
    job *mine = data;
    pthread_barrier_wait(mine->together);
    for (int i = 0; i < LIVES; i++)
        live(mine);
    return NULL;
}

/* First, so that the threads initialize GMime at the same time. */
static void states_come_and_go_in_several_threads_at_once(void **state)
{
    (void)state;
    job jobs[THREADS];
    pthread_barrier_t together;
    pthread_barrier_init(&together, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (job){.together = &together};
        assert_int_equal(pthread_create(&jobs[i].thread, NULL, drive, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(jobs[i].thread, NULL);
    for (int i = 0; i < THREADS; i++) {
        assert_string_equal(jobs[i].trouble, "");
        assert_int_equal(jobs[i].good, LIVES * MAILS);
    }
    pthread_barrier_destroy(&together);
}

static void states_come_and_go_one_after_another(void **state)
{
    (void)state;
    job mine = {0};
    for (int i = 0; i < LIVES; i++)
        live(&mine);
    assert_string_equal(mine.trouble, "");
    assert_int_equal(mine.good, LIVES * MAILS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_come_and_go_in_several_threads_at_once),
        cmocka_unit_test(states_come_and_go_one_after_another),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
