/* SPDX-License-Identifier: MIT */
/* agentmail.core: the records of the tasks. */
#define _GNU_SOURCE
#include "lua/lua_tasks.h"

#include "base/clock.h"
#include "lua/lua_parts.h"

const char am_lua_waiting = 0;

static const char words_key = 0; /* the address of the list of them in the registry */

static const char *const words[] = {[AM_WORD_CO] = "co",
                                    [AM_WORD_SCOPE] = "scope",
                                    [AM_WORD_WORK] = "work",
                                    [AM_WORD_OVER] = "over",
                                    [AM_WORD_GIVEN] = "given",
                                    [AM_WORD_DEADLINE] = "deadline",
                                    [AM_WORD_CANCELLED] = "cancelled",
                                    [AM_WORD_PROBLEM] = "problem",
                                    [AM_WORD_TRACE] = "trace",
                                    [AM_WORD_JOINERS] = "joiners",
                                    [AM_WORD_AT] = "at",
                                    [AM_WORD_WAITING] = "waiting",
                                    [AM_WORD_WHAT] = "what",
                                    [AM_WORD_CALL] = "call",
                                    [AM_WORD_GO_ON] = "go_on",
                                    [AM_WORD_TASKS] = "tasks",
                                    [AM_WORD_LIVE] = "live",
                                    [AM_WORD_WAITER] = "waiter",
                                    [AM_WORD_N] = "n"};

lua_Number am_lua_now(void)
{
    return (lua_Number)am_monotonic_ms() / 1000;
}

int am_lua_push_upvalue(lua_State *L, am_handed what)
{
    return lua_rawgeti(L, lua_upvalueindex(1), (lua_Integer)what + 1);
}

void am_lua_push_word(lua_State *L, am_word word)
{
    lua_rawgeti(L, lua_upvalueindex(2), (lua_Integer)word + 1);
}

int am_lua_field(lua_State *L, int index, am_word word)
{
    am_lua_push_word(L, word);
    return lua_rawget(L, index);
}

bool am_lua_has(lua_State *L, int index, am_word word)
{
    am_lua_field(L, index, word);
    bool is_set = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return is_set;
}

/* ---- whose code runs ------------------------------------------------------------------------- */

void am_lua_adopt(lua_State *L, am_engine_box *box)
{
    if (box->engine && am_engine_is_foreign(box->engine)) {
        am_lua_engine(L);
        lua_pop(L, 1);
    }
    if (box->forks == box->orphaned)
        return;
    am_lua_push_handed(L, AM_HANDED_ORPHAN);
    lua_call(L, 0, 0);
    box->orphaned = box->forks;
}

int am_lua_push_own(lua_State *L)
{
    am_lua_push_upvalue(L, AM_HANDED_TASKS);
    lua_pushthread(L);
    int type = lua_rawget(L, -2);
    lua_replace(L, -2);
    return type;
}

/* Whether the task at the top runs, perhaps beneath what it has resumed or called. */
static bool is_running(lua_State *L)
{
    lua_Debug frame;
    am_lua_field(L, lua_gettop(L), AM_WORD_CO);
    lua_State *co = lua_tothread(L, -1);
    bool is = co && lua_status(co) == LUA_OK && lua_getstack(co, 0, &frame);
    lua_pop(L, 1);
    return is;
}

/* An error that has cut a turn short leaves its task the current one, until the next pass. */
void am_lua_push_here(lua_State *L, am_engine_box *box)
{
    am_lua_adopt(L, box);
    if (am_lua_push_own(L) != LUA_TNIL)
        return;
    lua_pop(L, 1);
    if (am_lua_push_upvalue(L, AM_HANDED_CURRENT) == LUA_TTABLE && !is_running(L)) {
        lua_pop(L, 1);
        lua_pushboolean(L, false);
    }
}

bool am_lua_is_bound(lua_State *L, am_engine_box *box)
{
    am_lua_push_here(L, box);
    int here = lua_gettop(L);
    bool is_bound =
        box->bounded || (lua_istable(L, here) && (am_lua_has(L, here, AM_WORD_DEADLINE) ||
                                                  am_lua_has(L, here, AM_WORD_CANCELLED)));
    lua_pop(L, 1);
    return is_bound;
}

/* core.here() -> the task whose code runs, even if in a coroutine within it | false: none */
static int core_here(lua_State *L)
{
    am_lua_push_here(L, am_lua_engine_box(L));
    return 1;
}

/* ---- who there is ---------------------------------------------------------------------------- */

void am_lua_hold_waiter(lua_State *L, am_engine_box *box, int waiter)
{
    int top = lua_gettop(L);
    am_lua_forget(L, box, waiter);
    am_lua_push_upvalue(L, AM_HANDED_TASKS);
    lua_pushvalue(L, waiter);
    lua_pushvalue(L, waiter);
    lua_rawset(L, -3);
    box->unfinished++;
    am_lua_arm(L, box);
    if (!am_lua_tell_began(L, box)) {
        am_lua_forget(L, box, waiter);
        lua_error(L);
    }
    lua_settop(L, top);
}

bool am_lua_forget(lua_State *L, am_engine_box *box, int key)
{
    am_lua_push_upvalue(L, AM_HANDED_TASKS);
    lua_pushvalue(L, key);
    bool was_there = lua_rawget(L, -2) != LUA_TNIL;
    if (was_there) {
        lua_pushvalue(L, key);
        lua_pushnil(L);
        lua_rawset(L, -4);
        box->unfinished--;
    }
    lua_pop(L, 2);
    return was_there;
}

bool am_lua_tell_began(lua_State *L, const am_engine_box *box)
{
    if (box->unfinished > 1 || am_lua_push_upvalue(L, AM_HANDED_BEGAN) != LUA_TFUNCTION)
        return true;
    return lua_pcall(L, 0, 0, 0) == LUA_OK;
}

/* core.hold(waiter): a coroutine of the host's waits. */
static int core_hold(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    am_lua_hold_waiter(L, am_lua_engine_box(L), 1);
    return 0;
}

/* core.unfinished() -> how many tasks, and waits of hosts, there are */
static int core_unfinished(lua_State *L)
{
    lua_pushinteger(L, am_lua_engine_box(L)->unfinished);
    return 1;
}

/* [-0, +0] wakes who waits for the last task of the scope at an index. */
static void wake_scope(lua_State *L, int scope)
{
    am_lua_field(L, scope, AM_WORD_LIVE);
    if (lua_tointeger(L, -1) == 1 && am_lua_has(L, scope, AM_WORD_WAITER)) {
        am_lua_field(L, scope, AM_WORD_WAITER);
        am_lua_tell(L, AM_HANDED_WAKE, lua_gettop(L));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* [-0, +0] */
static void leave_scope(lua_State *L, int scope, int task, bool is_counted)
{
    am_lua_field(L, scope, AM_WORD_TASKS);
    lua_pushvalue(L, task);
    lua_pushnil(L);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    if (!is_counted)
        return;
    am_lua_push_word(L, AM_WORD_LIVE);
    am_lua_field(L, scope, AM_WORD_LIVE);
    lua_pushinteger(L, lua_tointeger(L, -1) - 1);
    lua_replace(L, -2);
    lua_rawset(L, scope);
}

/* What may fail comes first. */
void am_lua_leave(lua_State *L, am_engine_box *box, int task, const char *over)
{
    am_lua_field(L, task, AM_WORD_SCOPE);
    am_lua_field(L, task, AM_WORD_CO); /* ..., scope, co */
    int co = lua_gettop(L), scope = co - 1;
    if (lua_istable(L, scope))
        wake_scope(L, scope);
    am_lua_push_word(L, AM_WORD_OVER);
    lua_pushstring(L, over);
    lua_rawset(L, task);
    bool is_counted = am_lua_forget(L, box, co);
    if (lua_istable(L, scope))
        leave_scope(L, scope, task, is_counted);
    lua_pop(L, 2);
}

/* core.leave(task, state): it has ended */
static int core_leave(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    const char *over = luaL_checkstring(L, 2);
    am_lua_leave(L, am_lua_engine_box(L), 1, over);
    return 0;
}

/* ---- who can go on --------------------------------------------------------------------------- */

void am_lua_arm(lua_State *L, am_engine_box *box)
{
    if (box->armed && box->engine && !am_engine_is_foreign(box->engine))
        return;
    am_engine_alarm(am_lua_engine(L)->engine, 0);
    lua_pop(L, 1);
    box->armed = true;
}

/* core.arm(): the host that watches the descriptor shall step. */
static int core_arm(lua_State *L)
{
    am_lua_arm(L, am_lua_engine_box(L));
    return 0;
}

void am_lua_enqueue(lua_State *L, am_engine_box *box)
{
    am_lua_push_upvalue(L, AM_HANDED_READY);
    lua_insert(L, -2);
    lua_rawseti(L, -2, box->last_ready + 1);
    box->last_ready++;
    lua_pop(L, 1);
}

/* core.enqueue(waiter): it can go on. */
static int core_enqueue(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    am_engine_box *box = am_lua_engine_box(L);
    lua_settop(L, 1);
    am_lua_enqueue(L, box);
    return 0;
}

bool am_lua_tell(lua_State *L, am_handed what, int waiter)
{
    am_lua_push_upvalue(L, what);
    lua_pushvalue(L, waiter);
    lua_call(L, 1, 1);
    bool is = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return is;
}

/* core.forget_all(): there are no tasks and no waits of hosts, and nobody can go on. */
static int core_forget_all(lua_State *L)
{
    am_engine_box *box = am_lua_engine_box(L);
    am_lua_push_upvalue(L, AM_HANDED_READY);
    for (lua_Integer place = box->first_ready; place <= box->last_ready; place++) {
        lua_pushnil(L);
        lua_rawseti(L, -2, place);
    }
    box->first_ready = 1;
    box->last_ready = box->unfinished = 0;
    return 0;
}

void am_lua_add_task_functions(lua_State *L, const luaL_Reg *functions)
{
    am_lua_push_all_handed(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &words_key);
    luaL_setfuncs(L, functions, 2);
}

void am_lua_add_tasks(lua_State *L)
{
    static const luaL_Reg functions[] = {{"here", core_here},
                                         {"hold", core_hold},
                                         {"unfinished", core_unfinished},
                                         {"leave", core_leave},
                                         {"arm", core_arm},
                                         {"enqueue", core_enqueue},
                                         {"forget_all", core_forget_all},
                                         {NULL, NULL}};
    lua_createtable(L, AM_WORDS, 0);
    for (int i = 0; i < AM_WORDS; i++) {
        lua_pushstring(L, words[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &words_key);
    am_lua_add_task_functions(L, functions);
    lua_pushlightuserdata(L, (void *)&am_lua_waiting);
    lua_setfield(L, -2, "WAIT");
}
