/* SPDX-License-Identifier: MIT */
/*
 * The steps that perform a call, from its arguments to the caller's results, within one C function.
 * They call Lua functions so that a hook in these may yield: a step leaves the function and its
 * arguments on the stack and names the next step, and one loop (lua_perform.c) makes the call.
 *
 * The C function has the upvalues of lua_tasks.h. Its frame: up to AM_AT_RECEIVER the arguments of
 * plan:perform, then the call's userdata and the client. The values above belong to the current
 * step and the next.
 */
#ifndef AM_LUA_STEP_H
#define AM_LUA_STEP_H

#include <lua.h>

#include "base/visibility.h"
#include "lua/lua_held.h"

AM_BEGIN_HIDDEN

enum {
    AM_AT_PLAN = 1,
    AM_AT_SCOPE,
    AM_AT_ARGUMENTS,
    AM_AT_OPTIONS,
    AM_AT_OWNER,
    AM_AT_RECEIVER,
    AM_AT_CALL,
    AM_AT_CLIENT, /* the table that its scope belongs to */
    AM_AT_TOP = AM_AT_CLIENT,
    AM_AT_FIRST /* of a step's own values */
};

typedef enum am_phase {
    AM_CHECK_OPTIONS,
    AM_OPTIONS_CHECKED,
    AM_WRITE,
    AM_AMENDED,
    AM_SCOPED,
    AM_ASKED,
    AM_CHECKED,
    AM_ENTER,
    AM_ENTERED,
    AM_OPENED,
    AM_FIND_KEY,
    AM_REHEARSE,
    AM_REHEARSED,
    AM_SUBMIT,
    AM_PLACED,
    AM_WAIT,
    AM_AWAIT,
    AM_BLOCK,
    AM_TELL_EVENTS,
    AM_TELL_PROGRESS,
    AM_SEE_STATE,
    AM_JUDGE,
    AM_DECODED,
    AM_COMPLETE,
    AM_JUDGED,
    AM_CONCLUDE,
    AM_RECEIVED,
    AM_LEAVE,
    AM_PHASES
} am_phase;

/* What follows a step. */
typedef struct am_step {
    enum { AM_GO, AM_CALL, AM_TRY, AM_YIELD, AM_RETURN } kind;
    am_phase next;
    int arguments, results; /* of the function to call, or the yield; of the return */
} am_step;

typedef am_step am_take(lua_State *L, am_call_box *box);

/* lua_asking.c: from arguments to a request */
am_take am_check_options, am_options_checked, am_write_request, am_amended, am_scoped, am_asked,
    am_checked, am_opened;
/* lua_sending.c */
am_take am_enter, am_entered, am_find_key, am_rehearse, am_rehearsed, am_submit, am_placed;
/* lua_judging.c */
am_take am_judge, am_decoded, am_complete, am_judged;
/* lua_concluding.c */
am_take am_conclude, am_received, am_leave;

static inline am_step am_go(am_phase next)
{
    return (am_step){AM_GO, next, 0, 0};
}

/* The function and its arguments are at the top. */
static inline am_step am_call_lua(int arguments, int results, am_phase next)
{
    return (am_step){AM_CALL, next, arguments, results};
}

/* The same for a function that may raise: then its only result is nil. */
static inline am_step am_try_lua(int arguments, am_phase next)
{
    return (am_step){AM_TRY, next, arguments, 1};
}

static inline am_step am_return(int results)
{
    return (am_step){AM_RETURN, AM_LEAVE, 0, results};
}

/* [-0, +0] the open call of the frame; it may be gone after anything that allocates. */
static inline am_call *am_open(lua_State *L, const am_call_box *box)
{
    bool is_open =
        box->call && !box->engine->closed && !am_engine_is_foreign(am_call_engine(box->call));
    return is_open ? box->call : am_lua_check_call_at(L, AM_AT_CALL);
}

/* True if there are tasks, or deadlines of tasks: then Lua decides how to wait. */
static inline bool am_is_tasking(const am_call_box *box)
{
    return box->engine && box->engine->tasking;
}

/* [-1, +0] */
static inline void am_hold(lua_State *L, am_held what)
{
    am_lua_hold(L, AM_AT_CALL, what);
}

/* [-0, +1] */
static inline int am_held_value(lua_State *L, am_held what)
{
    return am_lua_held(L, AM_AT_CALL, what);
}

/* [-0, +1] a field of the table that the call holds. */
static inline int am_held_field(lua_State *L, am_held what, const char *name)
{
    am_held_value(L, what);
    int type = lua_getfield(L, -1, name);
    lua_replace(L, -2);
    return type;
}

/* [-0, +1] a field of the client. */
static inline int am_client_field(lua_State *L, const char *name)
{
    return lua_getfield(L, AM_AT_CLIENT, name);
}

AM_END_HIDDEN
#endif
