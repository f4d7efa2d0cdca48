/* SPDX-License-Identifier: MIT */
/*
 * A million calls against a random service that knows the truth: what it did with each request and
 * what the client could see of it. After each decision the test checks the promises against that
 * truth, not against what the rules believe. SEED repeats a run, SEQUENCES lengthens it.
 */
#include "retry_world.h"

static uint64_t seed, sequence;
static unsigned long decisions, outcomes[3], repeats, waits;

#define demand(condition)                                                                          \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("SEED=%llu, sequence %llu: not %s", (unsigned long long)seed,                 \
                     (unsigned long long)sequence, #condition);                                    \
    } while (0)

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
        int allowed = am_retry_wire_allowance(&w.policy, &w.history);
        demand(allowed >= 1 && (w.policy.protection != AM_UNPROTECTED || allowed == 1));
        am_attempt seen = happen(&w, allowed);
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
