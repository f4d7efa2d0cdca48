/* SPDX-License-Identifier: MIT */
/* What the files of agentmail.outbox_core share. The module calls nothing in agentmail.core. */
#ifndef AM_LUA_OUTBOX_H
#define AM_LUA_OUTBOX_H

#include <lua.h>

#include "agentmail_outbox.h"
#include "base/visibility.h"

/* The only name that the module exports. */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int luaopen_agentmail_outbox_core(lua_State *L);

AM_BEGIN_HIDDEN

#define AM_LUA_OUTBOX "agentmail.outbox"
#define AM_LUA_JOB "agentmail.outbox.job"

/* An outbox. Its user values: the clock, a function or nil; a closed job for the next put, or nil:
 * a userdata with a finalizer is expensive. */
typedef struct am_outbox_ud {
    am_outbox *box; /* NULL: closed */
    int64_t clock_ms;
    int jobs;     /* open ones */
    bool leaving; /* closed with the last of them */
} am_outbox_ud;

enum { AM_OUTBOX_CLOCK = 1, AM_OUTBOX_SPARE, AM_OUTBOX_VALUES = AM_OUTBOX_SPARE };

/* A job. Its user values: its outbox, which lives as long; the answer to a send. */
typedef struct am_job_ud {
    am_outbox_job *job; /* NULL: closed */
    am_outbox_ud *owner;
    bool lent;  /* a body points into it */
    bool asked; /* its request writes, and was performed, or may have been */
    /* While outbox:send has it: */
    bool sending;
    lua_Number began_s; /* on CLOCK_MONOTONIC */
} am_job_ud;

enum { AM_JOB_OUTBOX = 1, AM_JOB_ANSWER, AM_JOB_VALUES = AM_JOB_ANSWER };

/* [-0, +0] Makes the module at an index, which is absolute, remember which outboxes it opens. */
void am_lua_add_opened(lua_State *L, int index);
/* [-0, +0] True if any outbox of this Lua state has the row of a job in hand. */
bool am_lua_outbox_has(lua_State *L, const am_outbox_job *job);
/* [-0, +0] Closes the outbox of a userdata. */
void am_lua_outbox_shut(am_outbox_ud *owner);
/* The open outbox at an index, told the time of its clock; raises if it is closed. */
am_outbox_ud *am_lua_check_outbox(lua_State *L, int index);
/* Seconds in milliseconds; what is beyond 30 000 years becomes that. */
int64_t am_lua_outbox_ms(lua_Number seconds);
/* A string argument that C can take whole; raises, naming it, if it holds a zero byte. */
const char *am_lua_outbox_text(lua_State *L, int index, const char *name);
/* [-0, +3] nil, message, code */
int am_lua_outbox_failed(lua_State *L, const am_outbox *box);
/* [-0, +1] a row as a table: states and outcomes are words, times are seconds since 1970. */
void am_lua_push_entry(lua_State *L, const am_outbox_entry *entry);
/* [-0, +1] the module, without jobs. */
void am_lua_push_outbox_core(lua_State *L);
/* [-0, +1] a closed job of the outbox at index 1. */
am_job_ud *am_lua_push_job(lua_State *L, am_outbox_ud *owner);
/* Counts a job among the open ones of its outbox, if it could be opened just now. */
bool am_lua_job_is_open(am_job_ud *it);
/* [-0, +0] closes the job at an index and gives it back to its outbox, see job:release. */
void am_lua_release_job(lua_State *L, int index);
/* Closes a job, and leaves its row as it is. */
void am_lua_close_job(am_job_ud *it);
/* [-0, +2] settles the job with a whole success, whose value is at an index. */
bool am_lua_settle_sent(lua_State *L, am_job_ud *it, int value, int status);
/* Whether its outbox has failed because others write. */
bool am_lua_job_is_busy(const am_job_ud *it);
/* [-0, +2] settles what an error has cut short, if it is not settled; 0, or where the value of a
 * success is. */
void am_lua_cut_job(lua_State *L, am_job_ud *it, int value);
/* [-0, +1] a text of the table at an index, which stays on the stack; NULL: not given. */
const char *am_lua_given_text(lua_State *L, int index, const char *name);
/* The same for one that must be given. */
const char *am_lua_needed_text(lua_State *L, int index, const char *name);
/* [-0, +n] draft_id, first and caused_at of the table at an index. */
void am_lua_read_terms(lua_State *L, int index, am_outbox_intent *intent);
/* The word for what a put came to; static. */
const char *am_lua_put_word(am_put put);
/* [-0, +0] add functions to the methods of an outbox, which are at the top, and those of jobs. */
void am_lua_add_put(lua_State *L);
void am_lua_add_jobs(lua_State *L);
void am_lua_add_cut(lua_State *L);
void am_lua_add_send(lua_State *L);
/* [-0, +0] tells the outbox the time of its clock; the userdata is at an index. */
void am_lua_outbox_time(lua_State *L, int index);

AM_END_HIDDEN
#endif
