/* SPDX-License-Identifier: MIT */
/*
 * A million calls against a random service that knows the truth: what it did with each request and
 * what the client could see of it. After each decision the test checks the promises against that
 * truth, not against what the rules believe. SEED repeats a run, SEQUENCES lengthens it.
 */
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

static uint64_t seed, sequence;
static unsigned long decisions, outcomes[3], repeats, waits;

#define demand(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("SEED=%llu, sequence %llu: not %s", (unsigned long long)seed,                 \
                     (unsigned long long)sequence, #condition);                                    \
    } while (0)

static bool chance(world *w, int percent)
{
    return unit_between(&w->random, 1, 100) <= percent;
}

static int64_t min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- the service and the network ------------------------------------------------------------- */

/* The service may do it. A protected request that is done is done once. */
static void perform(world *w, int percent)
{
    if (!chance(w, percent))
        return;
    w->applied = true;
    w->copies++;
}

static am_attempt never_left(world *w)
{
    static const int curls[] = {5, 6, 7, 28, 35, 56, 27, 60, 3, 97};
    return (am_attempt){.curl = curls[unit_random(&w->random) % COUNT(curls)],
                        .proxy_status =
                            chance(w, 20) ? (int)unit_between(&w->random, 200, 599) : 0};
}

static am_attempt no_answer(world *w)
{
    perform(w, 50);
    return (am_attempt){.curl = (int)unit_between(&w->random, 0, 101),
                        .status = chance(w, 20) ? (int)unit_between(&w->random, 100, 199) : 0,
                        .too_large = chance(w, 2), /* endless 1xx */
                        .wire = 1};
}

/* Headers that never ended: the status may or may not be true of the work. */
static am_attempt cut_head(world *w)
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

static am_attempt success(world *w)
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
static am_attempt error(world *w)
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

static am_attempt conflict(world *w)
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

/* What happens to one request. */
static am_attempt happen(world *w)
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
    int allowed = am_retry_wire_allowance(&w->policy, &w->history);
    demand(allowed >= 1 && (w->policy.protection != AM_UNPROTECTED || allowed == 1));
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

/* ---- the promises ---------------------------------------------------------------------------- */

/* True if a reliable status arrived. */
static bool says(const am_attempt *seen, int status)
{
    return seen->wire && seen->status == status && !seen->head_cut;
}

/* True if a 409 says that another request is in the way, or does not say why. */
static bool is_in_the_way(const am_attempt *seen)
{
    return says(seen, 409) && (seen->saying < AM_SAYS_RACE || seen->saying > AM_SAYS_FINAL);
}

static bool waits_for_key(const world *w, const am_attempt *seen)
{
    return w->policy.protection == AM_KEYED && is_in_the_way(seen);
}

static bool is_race(const am_attempt *seen)
{
    return says(seen, 409) && seen->saying == AM_SAYS_RACE;
}

/* The service's own statement that the key did something else. */
static bool is_mismatch(const world *w, const am_attempt *seen)
{
    return w->policy.has_key && says(seen, 409) && seen->saying == AM_SAYS_KEY_MISMATCH;
}

/* The service's own statement that there is nothing: the goal of a DELETE, by any attempt. */
static bool is_gone(const world *w, const am_attempt *seen)
{
    return w->policy.is_delete && says(seen, 404) && seen->saying != AM_SAYS_NOTHING;
}

/* The codes that tell to look for what may be there, exactly where there may be something. */
static void check_code(const world *w, const am_attempt *seen, const am_decision *got)
{
    bool mismatch = is_mismatch(w, seen);
    bool no_draft = w->policy.is_draft_send && says(seen, 404) && seen->saying != AM_SAYS_NOTHING;
    bool is_end = got->action == AM_STOP && got->outcome != AM_APPLIED;
    if (mismatch)
        demand(got->code == AM_KEY_REUSED);
    else
        demand(got->code != AM_KEY_REUSED || (is_end && w->mismatch));
    demand(!(is_end && w->mismatch && got->retryable));
    demand((got->code == AM_DRAFT_GONE) == no_draft);
    demand((got->code == AM_PRECONDITION_FAILED) == says(seen, 412));
    if (got->action == AM_STOP && (got->code == AM_KEY_REUSED || got->code == AM_DRAFT_GONE ||
                                   got->code == AM_PRECONDITION_FAILED))
        demand(!got->retryable);
}

static int64_t bound_of(world *w, const am_attempt *seen)
{
    int64_t cap = w->limits.backoff_cap_ms, base = w->limits.backoff_base_ms;
    int n = w->backoffs;
    if (waits_for_key(w, seen)) {
        cap = 5000;
        n = w->holds - 1;
    } else if (seen->wire == 0 && w->unsent == 1) {
        return 100;
    } else {
        w->backoffs++;
    }
    return n > 30 ? cap : min64(cap, base << n);
}

static void check_repeat(world *w, const am_attempt *seen, const am_decision *got)
{
    int64_t bound = bound_of(w, seen), asked = seen->retry_after_ms;
    demand(got->delay_ms >= 0 && got->delay_ms >= asked);
    if (asked < 0)
        demand(got->delay_ms <= bound);
    else
        demand(got->delay_ms <= (asked > bound ? asked : bound) + min64(asked / 4, 5000));
    demand(w->now_ms + got->delay_ms < w->policy.deadline_ms);
    if (waits_for_key(w, seen))
        demand(w->now_ms + got->delay_ms < w->held_since_ms + w->limits.conflict_wait_ms);
    else if (is_race(seen))
        demand(w->races <= 3);
    else
        demand(w->tries < w->limits.attempts);
    if (w->policy.protection == AM_UNPROTECTED)
        demand(!w->went_out);
}

static void check_stop(const world *w, const am_attempt *seen, const am_decision *got)
{
    bool is_read = w->policy.protection == AM_SAFE;
    outcomes[got->outcome]++;
    demand(!(got->outcome == AM_UNKNOWN && is_read));
    bool gone = is_gone(w, seen);
    demand(!(got->outcome == AM_APPLIED && !is_read && !w->applied && !gone));
    demand(!(got->outcome == AM_NOT_APPLIED && !is_read && w->applied));
    demand((got->code == AM_OK) == (got->outcome == AM_APPLIED));
    if (got->outcome == AM_APPLIED)
        demand((seen->curl == 0 && seen->answer == AM_ANSWER_WHOLE && seen->status / 100 == 2 &&
                !seen->head_cut && !seen->defect) ||
               (gone && w->seen_unsafe));
    demand(!(got->retryable && w->policy.protection == AM_UNPROTECTED && w->copies));
    demand(got->not_before_ms >= (got->retryable ? seen->retry_after_ms : -1));
    demand((got->code == AM_DEFERRED) <= (got->not_before_ms >= 0 || !got->retryable));
    if (got->code != AM_KEY_REUSED)
        demand((got->code == AM_DEFERRED) == (got->cause != AM_OK));
    demand(got->cause != AM_KEY_REUSED);
    demand(!(w->mismatch && got->retryable));
    if (seen->wire && seen->status / 100 == 3 && seen->status != 304 && !seen->head_cut)
        demand(!got->retryable);
}

static void check_budget(const world *w, const am_attempt *seen, const am_decision *got,
                         int64_t before, int64_t after)
{
    int64_t cost = seen->curl == 28 ? w->limits.budget_timeout_cost : w->limits.budget_cost;
    bool success = got->action == AM_STOP && got->code == AM_OK && !is_gone(w, seen);
    if (says(seen, 429) && seen->retry_after_ms >= 0)
        cost = 0;
    demand(after >= 0);
    if (got->action == AM_REPEAT && !waits_for_key(w, seen))
        demand(before >= cost ? after == before - cost && got->owed == 0
                              : after == before && got->owed == cost);
    else if (success && before < w->limits.budget_tokens)
        demand(after == min64(before + w->limits.budget_refund, w->limits.budget_tokens));
    else
        demand(after == before);
}

static void observe(world *w, const am_attempt *seen)
{
    bool busy = seen->wire == 1 && !seen->head_cut &&
                (seen->status == 425 || seen->status == 429 || is_race(seen) ||
                 (seen->status == 409 && seen->saying == AM_SAYS_NOT_YET) ||
                 (seen->status == 503 && w->policy.resend_unavailable &&
                  seen->saying == AM_SAYS_UNAVAILABLE));
    w->went_out |= seen->wire > 0 && !busy;
    w->seen_unsafe |= w->went_out;
    w->unsent +=
        seen->wire == 0 && seen->curl != 60 && seen->curl != 3 && seen->proxy_status != 407;
    w->tries += seen->wire > 1 ? seen->wire : 1;
    w->mismatch |= is_mismatch(w, seen);
    w->tries -= is_race(seen) || is_in_the_way(seen);
    w->races += is_race(seen);
    if (is_in_the_way(seen) && w->holds++ == 0)
        w->held_since_ms = w->now_ms;
}

/* ---- one call -------------------------------------------------------------------------------- */

static world new_world(uint64_t of)
{
    world w = {.random = of};
    am_limits_init(&w.limits);
    if (chance(&w, 50)) {
        w.limits.attempts = unit_between(&w.random, 1, 12);
        w.limits.deadline_ms = unit_between(&w.random, 1, 200000);
        w.limits.backoff_base_ms = unit_between(&w.random, 1, 3000);
        w.limits.backoff_cap_ms = unit_between(&w.random, 1, 30000);
        w.limits.conflict_wait_ms = unit_between(&w.random, 0, 60000);
        w.limits.budget_tokens = unit_between(&w.random, 0, 600);
        w.limits.budget_refund = unit_between(&w.random, 0, 20);
    }
    w.now_ms = unit_between(&w.random, 0, INT64_C(1) << 40);
    w.policy = (am_policy){.protection = (am_protection)(unit_random(&w.random) % AM_PROTECTIONS),
                           .resend_unavailable = chance(&w, 30),
                           .deadline_ms = w.now_ms + w.limits.deadline_ms};
    w.policy.is_delete = w.policy.protection == AM_IDEMPOTENT && chance(&w, 50);
    w.policy.has_key = w.policy.protection == AM_KEYED || w.policy.protection == AM_CLIENT_ID ||
                       (w.policy.protection == AM_IDEMPOTENT && chance(&w, 20)); /* a delete's */
    w.policy.is_draft_send = w.policy.protection == AM_KEYED && chance(&w, 30);
    return w;
}

/* The call ends before its attempt does, by its owner or its deadline. */
static void abandon(world *w)
{
    int wire = (int)unit_between(&w->random, -1, 1);
    if (wire > 0)
        perform(w, 50);
    am_attempt nothing = {.retry_after_ms = -1};
    am_decision got = am_retry_abandon(&w->policy, &w->history, wire, AM_CANCELLED);
    demand(got.action == AM_STOP && got.code == AM_CANCELLED);
    check_stop(w, &nothing, &got);
}

static void run(uint64_t of, am_budget *budget)
{
    world w = new_world(of);
    w.policy.limits = &w.limits;
    if (chance(&w, 10)) { /* an earlier call of the same request */
        perform(&w, 50);
        w.history.maybe_applied = w.seen_unsafe = true;
    }
    for (;;) {
        w.now_ms += unit_between(&w.random, 0, 2000);
        if (chance(&w, 2)) {
            abandon(&w);
            return;
        }
        am_attempt seen = happen(&w);
        int64_t before = budget->tokens;
        am_history history = w.history;
        am_decision got =
            am_retry_decide(&w.policy, &w.history, budget, &seen, w.now_ms, unit_random(&w.random));
        decisions++;
        demand(w.history.wire == history.wire + seen.wire && got.reason[0]);
        observe(&w, &seen);
        check_budget(&w, &seen, &got, before, budget->tokens);
        check_code(&w, &seen, &got);
        if (got.action == AM_STOP) {
            check_stop(&w, &seen, &got);
            return;
        }
        if (got.action == AM_FOLLOW) {
            demand(w.policy.protection == AM_SAFE && ++w.follows <= w.limits.redirects);
            continue;
        }
        check_repeat(&w, &seen, &got);
        repeats++;
        waits += waits_for_key(&w, &seen);
        w.now_ms += got.delay_ms;
    }
}

static void a_million_random_calls_break_no_promise(void **state)
{
    (void)state;
    const char *given = getenv("SEQUENCES");
    uint64_t count = given ? strtoull(given, NULL, 0) : 1000000;
    seed = unit_seed();
    am_budget budget = {.tokens = 500};
    for (sequence = 0; sequence < count; sequence++) {
        if (sequence % 64 == 0) /* from full to empty, repeatedly */
            budget.tokens = (int64_t)(sequence / 64 % 600);
        run(seed * UINT64_C(1000003) + sequence * 2, &budget);
    }
    print_message("# %llu calls, %lu decisions, %lu repeats, %lu waits for a key; "
                  "applied %lu, not applied %lu, unknown %lu\n",
                  (unsigned long long)count, decisions, repeats, waits, outcomes[AM_APPLIED],
                  outcomes[AM_NOT_APPLIED], outcomes[AM_UNKNOWN]);
    /* A run that covers little proves little. */
    demand(repeats > count / 4 && waits > count / 100 && outcomes[AM_APPLIED] > count / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_million_random_calls_break_no_promise),
    };
    return cmocka_run_group_tests_name("retry: promises", tests, NULL, NULL);
}
