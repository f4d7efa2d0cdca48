/* SPDX-License-Identifier: MIT */
/*
 * agentmail.sandbox.ical: rules of recurrence (RFC 5545) for Lua 5.4, by libical 3.
 *
 *   dates = ical.expand(rule, start, from, before, most) | nil, message
 *       rule    the value of an RRULE, up to 1024 bytes; an UNTIL in it is a wall time
 *       start   the first date: "20301231" or "20301231T090000", a wall time; so are:
 *       from    leaves out earlier dates
 *       before  leaves out this and later dates, or nil
 *       most    at most so many dates
 *       dates   integers, in order: milliseconds since 1970 as if the wall time were UTC
 *
 * Times are wall times throughout, because the zones of libical are shared by all threads and
 * loaded without a lock that suffices. A time that ends in Z would load them, so it is refused, as
 * are calendars other than the Gregorian (RSCALE). libical cannot be interrupted while it searches
 * for the next date, so rules below a day are searched by recur_short.c.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <string.h>

#include <lauxlib.h>
#include <libical/ical.h>

#include "pin.h"
#include "recur_short.h"
#include "visibility.h"

static const char ITERATOR[] = "agentmail.sandbox.ical";

enum { LONGEST_RULE = 1024 };

/* ---- arguments ------------------------------------------------------------------------------- */

/* "20301231" or "20301231T090000", without a zone. */
static bool is_wall_time(const char *text, size_t size)
{
    if (size != 8 && size != 15)
        return false;
    for (size_t i = 0; i < size; i++)
        if (i == 8 ? text[i] != 'T' : text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

static struct icaltimetype check_time(lua_State *L, int index)
{
    size_t size;
    const char *text = luaL_checklstring(L, index, &size);
    luaL_argcheck(L, is_wall_time(text, size), index, "expected a wall time like 20301231T090000");
    return icaltime_from_string(text);
}

/* Why a rule is not taken; NULL: it is. */
static const char *refused(const char *rule, size_t size)
{
    if (size > LONGEST_RULE || strlen(rule) != size)
        return "the rule is too long, or contains a NUL";
    const char *until = strcasestr(rule, "UNTIL=");
    size_t length = until ? strcspn(until + 6, ";") : 0;
    if (until && !is_wall_time(until + 6, length))
        return "UNTIL is no wall time";
    if (strcasestr(rule, "RSCALE="))
        return "only the Gregorian calendar is known";
    return NULL;
}

/* ---- the iterator ---------------------------------------------------------------------------- */

/* Owned by a userdata: Lua may leave by an error while dates are collected. */
static int iterator_gc(lua_State *L)
{
    icalrecur_iterator **owned = luaL_checkudata(L, -1, ITERATOR);
    if (*owned)
        icalrecur_iterator_free(*owned);
    *owned = NULL;
    return 0;
}

/* [-0, +1] pushes the userdata; NULL: the rule has no dates, or memory ran out. The iterator copies
 * the rule. */
static icalrecur_iterator *start_iterator(lua_State *L, struct icalrecurrencetype rule,
                                          struct icaltimetype start, struct icaltimetype from)
{
    icalrecur_iterator **owned = lua_newuserdatauv(L, sizeof *owned, 0);
    *owned = NULL;
    luaL_setmetatable(L, ITERATOR);
    *owned = icalrecur_iterator_new(rule, start);
    if (*owned && rule.count == 0 && icaltime_compare(from, start) > 0)
        icalrecur_iterator_set_start(*owned, from);
    return *owned;
}

/* ---- dates ----------------------------------------------------------------------------------- */

/* The arguments of expand(), and the list that it returns, which is at `list` on the stack. */
typedef struct {
    struct icalrecurrencetype rule;
    struct icaltimetype start, from, before; /* `before` is null without an end */
    lua_Integer most;
    int list;
} request;

static void add(lua_State *L, const request *asked, lua_Integer number, int64_t date)
{
    lua_pushinteger(L, (lua_Integer)date * 1000);
    lua_rawseti(L, asked->list, number);
}

/* NULL: the dates are in the list; or why there are none. */
static const char *collect(lua_State *L, const request *asked)
{
    icalrecur_iterator *iterator = start_iterator(L, asked->rule, asked->start, asked->from);
    if (!iterator)
        return "a rule without dates";
    bool open = icaltime_is_null_time(asked->before);
    for (lua_Integer found = 0; found < asked->most;) {
        struct icaltimetype date = icalrecur_iterator_next(iterator);
        if (icaltime_is_null_time(date) || (!open && icaltime_compare(date, asked->before) >= 0))
            break;
        if (icaltime_compare(date, asked->from) >= 0)
            add(L, asked, ++found, recur_seconds(date));
    }
    iterator_gc(L);
    return NULL;
}

/* The same for rules below a day. */
static const char *collect_short(lua_State *L, const request *asked)
{
    const char *problem = recur_short_refused(&asked->rule);
    if (problem)
        return problem;
    recur_short search;
    int64_t from = recur_seconds(asked->from), date;
    int64_t before =
        icaltime_is_null_time(asked->before) ? INT64_MAX : recur_seconds(asked->before);
    recur_short_start(&search, &asked->rule, recur_seconds(asked->start), from);
    for (lua_Integer found = 0; found < asked->most && recur_short_next(&search, before, &date);)
        if (date >= from)
            add(L, asked, ++found, date);
    return NULL;
}

/* [-0, +1] */
static int expand(lua_State *L)
{
    size_t size;
    const char *text = luaL_checklstring(L, 1, &size), *problem = refused(text, size);
    request asked = {.start = check_time(L, 2), .from = check_time(L, 3)};
    asked.before = lua_isnoneornil(L, 4) ? icaltime_null_time() : check_time(L, 4);
    asked.most = luaL_checkinteger(L, 5);
    lua_newtable(L);
    asked.list = lua_gettop(L);
    if (!problem) { /* without RSCALE a rule owns no memory */
        asked.rule = icalrecurrencetype_from_string(text);
        problem = asked.rule.freq == ICAL_NO_RECURRENCE ? "not a rule of RFC 5545"
                  : recur_short_is(&asked.rule)         ? collect_short(L, &asked)
                                                        : collect(L, &asked);
    }
    lua_settop(L, asked.list);
    if (!problem)
        return 1;
    lua_pushnil(L);
    lua_pushstring(L, problem);
    return 2;
}

/* ---- module ---------------------------------------------------------------------------------- */

/* libical keeps the error number of each thread until the thread ends, and frees it then: its code
 * must stay mapped. */
static void pinned(void)
{
    am_pin_module(pinned);
}

static const luaL_Reg module[] = {{"expand", expand}, {NULL, NULL}};

AM_EXPORTED int luaopen_agentmail_sandbox_ical(lua_State *L);

int luaopen_agentmail_sandbox_ical(lua_State *L)
{
    luaL_checkversion(L);
    pinned();
    /* Otherwise some builds of libical end the process when a rule is malformed. */
    if (icalerror_get_errors_are_fatal())
        icalerror_set_errors_are_fatal(0);
    luaL_newmetatable(L, ITERATOR);
    lua_pushcfunction(L, iterator_gc);
    lua_setfield(L, -2, "__gc");
    luaL_newlib(L, module);
    lua_pushstring(L, ICAL_VERSION);
    lua_setfield(L, -2, "version");
    return 1;
}
