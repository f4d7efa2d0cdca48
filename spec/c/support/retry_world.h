/* SPDX-License-Identifier: MIT */
/* A random service that knows the truth: what it did with each request of a call, and what the
 * client could see of it. */
#ifndef AM_RETRY_WORLD_H
#define AM_RETRY_WORLD_H

#include "unit.h"

#include "retry/retry.h"

/* One call, with the truth that only the service knows. */
typedef struct world {
    uint64_t random;
    am_limits limits;
    am_policy policy;
    am_history history;
    int64_t now_ms;
    bool applied;      /* the service did it */
    bool went_out;     /* attempted, and not refused for now */
    bool seen_unsafe;  /* the same, or by an earlier call */
    int copies;        /* how many times it would have been done without protection */
    int tries;         /* that count against `attempts` */
    int follows;       /* redirects */
    int backoffs;      /* ordinary tries so far */
    int unsent, holds; /* attempts that were never sent; 409 for a key */
    int races;         /* 409 because another change came in between */
    bool mismatch;     /* the service said that the key is another's */
    int64_t held_since_ms;
} world;

static inline bool chance(world *w, int percent)
{
    return unit_between(&w->random, 1, 100) <= percent;
}

static inline int64_t min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- the service and the network ------------------------------------------------------------- */

/* The service may do it. A protected request that is done is done once. */
static inline void perform(world *w, int percent)
{
    if (!chance(w, percent))
        return;
    w->applied = true;
    w->copies++;
}

static inline am_attempt never_left(world *w)
{
    static const int curls[] = {5, 6, 7, 28, 35, 56, 27, 60, 3, 97};
    return (am_attempt){.curl = curls[unit_random(&w->random) % COUNT(curls)],
                        .proxy_status =
                            chance(w, 20) ? (int)unit_between(&w->random, 200, 599) : 0};
}

static inline am_attempt no_answer(world *w)
{
    perform(w, 50);
    return (am_attempt){.curl = (int)unit_between(&w->random, 0, 101),
                        .status = chance(w, 20) ? (int)unit_between(&w->random, 100, 199) : 0,
                        .too_large = chance(w, 2), /* endless 1xx */
                        .wire = 1};
}

/* Headers that never ended: the status may or may not be true of the work. */
static inline am_attempt cut_head(world *w)
{
    static const int curls[] = {0, 8, 18, 23, 28, 56, 61, 92};
    perform(w, 50);
    return (am_attempt){.curl = curls[unit_random(&w->random) % COUNT(curls)],
                        .status = (int)unit_between(&w->random, 200, 511),
                        .head_cut = true,
                        .defect = chance(w, 10),
                        .too_large = chance(w, 5),
                        .wire = 1};
}

static inline am_attempt success(world *w)
{
    perform(w, 100);
    am_attempt seen = {.status = (int)unit_between(&w->random, 200, 206), .wire = 1};
    if (chance(w, 60))
        seen.answer = AM_ANSWER_WHOLE;
    else if (chance(w, 50))
        seen.answer = AM_ANSWER_BROKEN;
    else
        seen.curl = (int)unit_between(&w->random, 1, 101);
    seen.too_large = seen.curl && chance(w, 10);
    seen.defect = seen.curl && chance(w, 10);
    return seen;
}

/* An error answer; the status decides whether it tells the truth about the work. */
static inline am_attempt error(world *w)
{
    static const short not_done[] = {302, 307, 400, 401, 403, 404, 405, 407, 412, 413,
                                     415, 422, 425, 429, 501, 505, 511, 425, 429, 429};
    static const short unclear[] = {303, 304, 406, 408, 418, 499, 500,
                                    502, 503, 504, 520, 522, 524, 599};
    am_attempt seen = {.wire = 1, .answer = AM_ANSWER_WHOLE};
    if (chance(w, 40)) { /* from a gateway, whose text is not JSON of the service */
        seen.status = not_done[unit_random(&w->random) % COUNT(not_done)];
        return seen;
    }
    seen.status = unclear[unit_random(&w->random) % COUNT(unclear)];
    if (seen.status == 503 && chance(w, 50))
        seen.saying = AM_SAYS_UNAVAILABLE; /* trusted only if the caller says so */
    if (!(seen.saying && w->policy.resend_unavailable))
        perform(w, 50);
    return seen;
}

static inline am_attempt conflict(world *w)
{
    am_attempt seen = {.status = 409, .wire = 1, .answer = AM_ANSWER_WHOLE};
    if (chance(w, 10))
        seen.saying = AM_SAYS_KEY_MISMATCH; /* the key did something else, never this */
    else if (chance(w, 40))                 /* its own word for it: not done */
        seen.saying = (am_saying)unit_between(&w->random, AM_SAYS_RACE, AM_SAYS_FINAL);
    else if (w->policy.protection == AM_KEYED) {
        w->applied |= chance(w, 50);
    }
    return seen;
}

/* What happens to one request, which may go onto the wire so often. */
static inline am_attempt happen(world *w, int allowed)
{
    int64_t kind = unit_between(&w->random, 0, 104);
    bool gone = (w->policy.is_delete || w->policy.is_draft_send) && w->applied;
    bool changed = w->policy.protection == AM_IF_MATCH && w->applied; /* by this very call */
    am_attempt seen = kind < 20   ? never_left(w)
                      : kind < 45 ? no_answer(w)
                      : kind < 55 ? success(w)
                      : kind < 90 ? error(w)
                      : kind < 95 ? cut_head(w)
                                  : conflict(w);
    while (seen.wire && seen.wire < allowed && chance(w, 5)) { /* libcurl repeats by itself */
        perform(w, 50);
        seen.wire++;
    }
    if (gone && seen.status >= 400 && !seen.head_cut && chance(w, 30)) {
        seen.status = 404;
        seen.saying = AM_SAYS_ERROR;
    }
    if (changed && seen.status >= 400 && !seen.head_cut && chance(w, 60)) {
        seen.status = 412;
        seen.saying = AM_SAYS_ERROR;
    }
    seen.retry_after_ms = chance(w, 20) ? unit_between(&w->random, 0, 90000) : -1;
    return seen;
}

#endif
