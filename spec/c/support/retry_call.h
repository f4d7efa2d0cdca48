/* SPDX-License-Identifier: MIT */
/* One call as the engine holds it, and assertions on the decisions about it. */
#ifndef AM_RETRY_CALL_H
#define AM_RETRY_CALL_H

#include "unit.h"

#include "retry/retry.h"

enum { NOW = 1000000, FAR = 1000000 };
static const uint64_t SHORTEST = 0, LONGEST = UINT64_MAX; /* the random values to use */

/* One call, as the engine holds it. */
typedef struct call {
    am_limits limits;
    am_policy policy;
    am_history history;
    am_budget budget;
    int64_t now_ms;
    uint64_t random;
    am_decision last;
} call;

static inline call new_call(am_protection protection)
{
    call c = {.now_ms = NOW, .random = LONGEST, .budget = {.tokens = 500}};
    am_limits_init(&c.limits);
    c.limits.budget_tokens = 500;
    c.limits.attempts = 100;
    c.policy = (am_policy){
        .protection = protection, .has_key = protection == AM_KEYED, .deadline_ms = NOW + FAR};
    return c;
}

/* A call that repeats an earlier one, which may have been done. */
static inline call doubtful_call(am_protection protection)
{
    call c = new_call(protection);
    c.history.maybe_applied = true;
    return c;
}

static inline am_decision decide(call *c, am_attempt attempt)
{
    c->policy.limits = &c->limits;
    c->last = am_retry_decide(&c->policy, &c->history, &c->budget, &attempt, c->now_ms, c->random);
    return c->last;
}

#define UNSENT ((am_attempt){.curl = 7, .retry_after_ms = -1})
#define SILENT ((am_attempt){.curl = 52, .wire = 1, .retry_after_ms = -1})
#define TIMED_OUT ((am_attempt){.curl = 28, .wire = 1, .retry_after_ms = -1})
#define BROKEN                                                                                     \
    ((am_attempt){.wire = 1, .status = 200, .answer = AM_ANSWER_BROKEN, .retry_after_ms = -1})
#define WHOLE                                                                                      \
    ((am_attempt){.wire = 1, .status = 200, .answer = AM_ANSWER_WHOLE, .retry_after_ms = -1})

static inline am_attempt answer(int status, int64_t retry_after_ms)
{
    return (am_attempt){
        .wire = 1, .status = status, .answer = AM_ANSWER_WHOLE, .retry_after_ms = retry_after_ms};
}

/* The service says that the key belongs to another request. */
static inline am_attempt key_mismatch(void)
{
    am_attempt mismatch = answer(409, -1);
    mismatch.saying = AM_SAYS_KEY_MISMATCH;
    return mismatch;
}

/* A call in doubt that was told that its key is another's. */
static inline call mismatched_call(void)
{
    call c = doubtful_call(AM_KEYED);
    assert_int_equal(decide(&c, key_mismatch()).action, AM_REPEAT);
    return c;
}

#define assert_repeats(decision, delay)                                                            \
    do {                                                                                           \
        am_decision d_ = (decision);                                                               \
        assert_int_equal(d_.action, AM_REPEAT);                                                    \
        assert_int_equal(d_.delay_ms, delay);                                                      \
    } while (0)

#define assert_stops(decision, wanted_outcome, wanted_code, wanted_not_before)                     \
    do {                                                                                           \
        am_decision d_ = (decision);                                                               \
        assert_int_equal(d_.action, AM_STOP);                                                      \
        assert_string_equal(am_code_word(d_.code), am_code_word(wanted_code));                     \
        assert_string_equal(am_outcome_word(d_.outcome), am_outcome_word(wanted_outcome));         \
        assert_int_equal(d_.not_before_ms, wanted_not_before);                                     \
    } while (0)

#endif
