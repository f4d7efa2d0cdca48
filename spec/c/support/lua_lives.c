/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "lua_lives.h"

#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>

#include "module_path.h"
#include "unit.h"

enum { THREADS = 4 };

typedef struct job {
    pthread_t thread;
    pthread_barrier_t *together;
    const char *script;
    int lives, rounds, good;
    char trouble[256];
} job;

/* One state from start to end. */
static void live(job *mine)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    int status = luaL_loadstring(L, mine->script);
    module_path_push(L);
    lua_pushinteger(L, mine->rounds);
    if (status == LUA_OK && lua_pcall(L, 2, 1, 0) == LUA_OK)
        mine->good += (int)lua_tointeger(L, -1);
    else
        snprintf(mine->trouble, sizeof mine->trouble, "%s", lua_tostring(L, -1));
    lua_close(L);
}

static void live_all(job *mine)
{
    for (int i = 0; i < mine->lives; i++)
        live(mine);
}

static void assert_good(const job *mine)
{
    assert_string_equal(mine->trouble, "");
    assert_int_equal(mine->good, mine->lives * mine->rounds);
}

static void *drive(void *data)
{
    job *mine = data;
    pthread_barrier_wait(mine->together);
    live_all(mine);
    return NULL;
}

void lua_lives_in_turn(const char *script, int lives, int rounds)
{
    job mine = {.script = script, .lives = lives, .rounds = rounds};
    live_all(&mine);
    assert_good(&mine);
}

void lua_lives_in_threads(const char *script, int lives, int rounds)
{
    job jobs[THREADS];
    pthread_barrier_t together;
    pthread_barrier_init(&together, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (job){.together = &together, .script = script, .lives = lives, .rounds = rounds};
        assert_int_equal(pthread_create(&jobs[i].thread, NULL, drive, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(jobs[i].thread, NULL);
    for (int i = 0; i < THREADS; i++)
        assert_good(&jobs[i]);
    pthread_barrier_destroy(&together);
}
