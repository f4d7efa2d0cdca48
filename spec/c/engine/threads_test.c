/* SPDX-License-Identifier: MIT */
/* Threads with an engine each, and threads with a Lua state each. `make check` also runs this under
 * ThreadSanitizer. */
#define _GNU_SOURCE
#include "unit.h"

#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>

#include "fault_client.h"
#include "module_path.h"

enum { THREADS = 3, LIVES = 3, CALLS = 100, AT_ONCE = 10 };

typedef struct job {
    pthread_t thread;
    pthread_barrier_t *together;
    fault_server *server;
    int good;
    char trouble[256];
} job;

/* One request in seven is refused for now, one in eleven loses its answer. */
static fault_step now_and_then(void *context, unsigned op, int nth)
{
    (void)context, (void)op;
    if (nth % 7 == 3)
        return (fault_step){.status = 503};
    if (nth % 11 == 5)
        return (fault_step){.done = true, .end = FAULT_RESET};
    return (fault_step){.done = true, .status = 200};
}

/* All threads create and free engines at the same time. */
static void *drive_engines(void *data)
{
    job *mine = data;
    pthread_barrier_wait(mine->together);
    for (int life = 0; life < LIVES; life++) {
        fault_rig rig = fault_rig_new(mine->server);
        for (int done = 0; done < CALLS; done += AT_ONCE) {
            am_call *calls[AT_ONCE];
            for (int i = 0; i < AT_ONCE; i++)
                calls[i] = fault_submit(rig.client, 0, AM_KEYED, 0);
            for (int i = 0; i < AT_ONCE; i++) {
                mine->good += fault_finish(rig.engine, calls[i]).outcome == AM_APPLIED;
                am_call_free(calls[i]);
            }
        }
        fault_rig_free(&rig);
    }
    return NULL;
}

static const char script[] =
    "local path, url, calls = ...\n"
    "package.cpath = path\n"
    "local core = require 'agentmail.core'\n"
    "local client = core.client { base_url = url, proxy = '',\n"
    "  api_key = 'am_test_threads', limits = { budget_tokens = 100000,\n"
    "  backoff_base = 0.001, backoff_cap = 0.004 } }\n"
    "local good = 0\n"
    "for i = 1, calls do\n"
    "  local call <close> = assert(client:submit('POST', '/v0/x', 'idempotency_key',\n"
    "    '{}', core.uuid(), { events = true }))\n"
    "  local state\n"
    "  repeat\n"
    "    state = call:wait()\n"
    "    if state == 'judging' then call:judge('whole') end\n"
    "    call:events()\n"
    "  until state == 'done'\n"
    "  if call:result() == 'applied' then good = good + 1 end\n"
    "end\n"
    "left_to_the_end = client:submit('GET', '/v0/x', 'safe')\n"
    "return good\n";

static void *drive_lua(void *data)
{
    job *mine = data;
    pthread_barrier_wait(mine->together);
    for (int life = 0; life < LIVES; life++) {
        lua_State *L = luaL_newstate();
        luaL_openlibs(L);
        int status = luaL_loadstring(L, script);
        module_path_push(L);
        lua_pushstring(L, fault_server_url(mine->server));
        lua_pushinteger(L, CALLS);
        if (status == LUA_OK && (status = lua_pcall(L, 3, 1, 0)) == LUA_OK)
            mine->good += (int)lua_tointeger(L, -1);
        else
            snprintf(mine->trouble, sizeof mine->trouble, "%s", lua_tostring(L, -1));
        lua_close(L);
    }
    return NULL;
}

static void run_all(void *(*work)(void *))
{
    job jobs[THREADS];
    pthread_barrier_t together;
    /* Two threads share a server; one uses TLS, and with it OpenSSL's own state. */
    fault_server *plain = fault_server_new(FAULT_HTTP), *tls = fault_server_new(FAULT_HTTPS);
    assert_true(plain && tls);
    fault_server_choose(plain, now_and_then, NULL);
    fault_server_choose(tls, now_and_then, NULL);
    pthread_barrier_init(&together, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        jobs[i] =
            (job){.together = &together, .server = i == 0 && work == drive_engines ? tls : plain};
        assert_int_equal(pthread_create(&jobs[i].thread, NULL, work, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(jobs[i].thread, NULL);
    for (int i = 0; i < THREADS; i++) {
        assert_string_equal(jobs[i].trouble, "");
        assert_int_equal(jobs[i].good, LIVES * CALLS);
    }
    pthread_barrier_destroy(&together);
    fault_server_free(plain);
    fault_server_free(tls);
}

static void engines_come_and_go_in_several_threads_at_once(void **state)
{
    (void)state;
    run_all(drive_engines);
}

static void lua_states_come_and_go_in_several_threads_at_once(void **state)
{
    (void)state;
    run_all(drive_lua);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engines_come_and_go_in_several_threads_at_once),
        cmocka_unit_test(lua_states_come_and_go_in_several_threads_at_once),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
