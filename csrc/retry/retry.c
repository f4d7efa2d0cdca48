/* SPDX-License-Identifier: MIT */
/* The table of kind by protection, and the decision that follows from it. */
#include "retry/retry.h"

#include "retry/kind.h"

enum {
    FIRST_UNSENT_MS = 100, /* a request that was never sent may follow almost at once */
    CONFLICT_CAP_MS = 5000,
    SPREAD_CAP_MS = 5000, /* spreads callers that were all told "in 60 s" */
    BROKEN_REPEATS = 2,
    RACE_REPEATS = 3
};

enum rule { STOP, FAIL, AGAIN, FEW, FOLLOW, RACE, IN_FLIGHT };

/* The table: kind by protection. STOP ends with the known result, FAIL does so too but is not
 * retryable; AGAIN repeats; FEW repeats BROKEN_REPEATS times, RACE RACE_REPEATS times; FOLLOW
 * follows a redirect; IN_FLIGHT waits for the key's first request. */
static const struct {
    enum rule rule[AM_PROTECTIONS];
    bool maybe_applied; /* may the service have done it? */
    const char *reason;
} rows[AM_KINDS] = {
#define ROW(kind, s, i, c, k, n, m, u, maybe, why)                                                 \
    [AM_KIND_##kind] = {{s, i, c, k, n, m, u}, maybe, why}
    /* kind, then safe, idempotent, client_id, keyed, natural key, if_match, unprotected */
    ROW(DONE, STOP, STOP, STOP, STOP, STOP, STOP, STOP, true, "the service did it"),
    ROW(UNSENT, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, false, "the request never left"),
    ROW(UNSENDABLE, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, false, "the request cannot be sent"),
    ROW(STALE, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, false, "too late to send it"),
    ROW(HALTED, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, true, "too late to send it again"),
    ROW(SILENT, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, STOP, true, "sent, but no answer came"),
    ROW(CUT, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, STOP, true, "the answer was cut off"),
    ROW(BROKEN, FEW, FEW, FEW, FEW, FEW, FEW, STOP, true, "the answer lacks what it promises"),
    ROW(OVERSIZE, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, true, "the answer is above its limit"),
    ROW(SPOILED, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, true,
        "a file failed while it was in use"),
    ROW(MOVED, FOLLOW, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, false, "redirected"),
    ROW(SEE_OTHER, FOLLOW, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, true, "redirected to a result"),
    ROW(BARRED, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, false, "the proxy wants a password"),
    ROW(REJECTED, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL, false, "the service refused it"),
    ROW(CONFLICTING, FAIL, FAIL, FAIL, IN_FLIGHT, FAIL, FAIL, FAIL, false,
        "another request is in its way"),
    ROW(RACING, RACE, RACE, RACE, RACE, RACE, RACE, RACE, false, "another change came in between"),
    ROW(BUSY, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, false,
        "the service asks to retry later"),
    ROW(UNAVAILABLE, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, STOP, true,
        "the service is unavailable"),
    ROW(AMBIGUOUS, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, STOP, true,
        "the service failed on the way"),
#undef ROW
};

/* Why a call is deferred or held back, with the code of its last attempt. */
#define SPENT(constant, word, about)                                                               \
    [constant] = "the retry budget of the host is spent; the last attempt ended with " word,
#define TOO_LATE(constant, word, about)                                                            \
    [constant] =                                                                                   \
        "the service asks to retry later than the deadline; the last attempt ended with " word,
#define GUARDED(constant, word, about)                                                             \
    [constant] = "too late to send it again; the last attempt ended with " word,
static const char *const spent[] = {AM_CODES(SPENT)}, *const too_late[] = {AM_CODES(TOO_LATE)},
                         *const guard_words[] = {AM_CODES(GUARDED)};

/* A read changes nothing, so even a lost one is never in doubt. */
static am_outcome outcome_of(const am_policy *policy, const am_history *history)
{
    return policy->protection != AM_SAFE && history->maybe_applied ? AM_UNKNOWN : AM_NOT_APPLIED;
}

/* Uniform in [0, bound]. */
static int64_t draw(int64_t bound, uint32_t random)
{
    return (int64_t)(((uint64_t)bound + 1) * (uint64_t)random >> 32);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* base * 2^n, capped. */
static int64_t doubled(int64_t base, int n, int64_t cap)
{
    int64_t bound = least(base, cap);
    while (n-- > 0 && bound < cap)
        bound = bound > cap / 2 ? cap : bound * 2;
    return bound;
}

/* What a call is told that ends with this attempt, where the words of the service count too. */
static am_code code_of(am_kind kind, const am_policy *policy, const am_attempt *attempt)
{
    if (kind == AM_KIND_CONFLICTING && policy->has_key && attempt->saying == AM_SAYS_KEY_MISMATCH)
        return AM_KEY_REUSED;
    if (kind == AM_KIND_REJECTED && policy->is_draft_send && attempt->status == 404 &&
        attempt->saying != AM_SAYS_NOTHING)
        return AM_DRAFT_GONE;
    return am_kind_code(kind, attempt);
}

static int64_t delay_of(am_kind kind, enum rule rule, const am_policy *policy, am_history *history,
                        const am_attempt *attempt, uint64_t random)
{
    const am_limits *limits = policy->limits;
    uint32_t one = (uint32_t)random, other = (uint32_t)(random >> 32);
    int64_t delay;
    if (kind == AM_KIND_UNSENT && history->unsent == 1) {
        delay = draw(FIRST_UNSENT_MS, one);
    } else if (rule == IN_FLIGHT) {
        /* The service is still working on it: wait neither too briefly nor too long. */
        int64_t bound = doubled(limits->backoff_base_ms, history->conflicts - 1, CONFLICT_CAP_MS);
        delay = bound / 2 + draw(bound - bound / 2, one);
    } else {
        delay = draw(doubled(limits->backoff_base_ms, history->backoffs++, limits->backoff_cap_ms),
                     one);
    }
    int64_t asked = attempt->retry_after_ms;
    if (asked < 0)
        return delay;
    return (asked > delay ? asked : delay) + draw(least(asked / 4, SPREAD_CAP_MS), other);
}

static am_decision stop(const am_policy *policy, const am_history *history, am_code code,
                        const char *reason)
{
    am_decision decision = {.action = AM_STOP, .code = code, .reason = reason, .not_before_ms = -1};
    decision.outcome = outcome_of(policy, history);
    /* An unprotected request in doubt is never repeated; any other can be, without harm. */
    decision.retryable = policy->protection != AM_UNPROTECTED || decision.outcome == AM_NOT_APPLIED;
    return decision;
}

/* Defers a call; the words are `spent` or `too_late`. */
static am_decision defer(am_decision decision, int64_t not_before_ms, const char *const *words)
{
    decision.action = AM_STOP;
    decision.cause = decision.code;
    decision.code = AM_DEFERRED;
    decision.reason = words[decision.cause];
    decision.not_before_ms = not_before_ms;
    return decision;
}

/* The end of a call whose key, the service said, belongs to another request. No repeat under this
 * key can be right: the service refuses it for as long as it knows the key, and then does it a
 * second time. So an end that would be retryable is this one; `last` is the code of the last
 * attempt, which is kept as the cause. */
static am_decision key_reused(am_decision decision, am_code last)
{
    if (decision.action != AM_STOP || !decision.retryable)
        return decision;
    decision.code = AM_KEY_REUSED;
    decision.cause = last == AM_KEY_REUSED ? AM_OK : last;
    decision.reason = decision.outcome == AM_NOT_APPLIED
                          ? "the Idempotency-Key belongs to a different request"
                          : "the Idempotency-Key belongs to a different request, or to an earlier "
                            "attempt of this one";
    decision.not_before_ms = -1;
    decision.retryable = false;
    return decision;
}

/* The end of a call that the guard will not let go out again after that delay. */
static am_decision too_late_again(am_decision decision, const am_attempt *attempt)
{
    decision.cause = decision.code;
    decision.code = AM_STALE;
    decision.reason = guard_words[decision.cause];
    decision.not_before_ms = attempt->retry_after_ms;
    decision.retryable = false;
    return decision;
}

/* From now on the service may have done it. */
static void doubt(am_history *history, const am_attempt *attempt)
{
    if (!history->doubt_ms)
        history->doubt_ms = attempt->first_ms;
    history->maybe_applied = true;
}

/* Tries that count against the limit; waiting for a key in progress and races have their own. */
static int tries_left(const am_policy *policy, const am_history *history)
{
    return (int)policy->limits->attempts - (history->tries - history->conflicts - history->races);
}

/* The cost of a repeat. Waiting for a key adds no load. Coming back when a 429 says adds none
 * either, because its sender controls the rate. */
static int64_t cost_of(am_kind kind, enum rule rule, const am_limits *limits,
                       const am_attempt *attempt)
{
    if (rule == IN_FLIGHT ||
        (kind == AM_KIND_BUSY && attempt->status == 429 && attempt->retry_after_ms >= 0))
        return 0;
    return attempt->curl == AM_CURL_TIMEOUT ? limits->budget_timeout_cost : limits->budget_cost;
}

/* Repeats, unless attempts, deadline or budget forbid it. */
static am_decision repeat(am_kind kind, enum rule rule, const am_policy *policy,
                          am_history *history, am_budget *budget, const am_attempt *attempt,
                          int64_t now_ms, uint64_t random)
{
    am_decision decision =
        stop(policy, history, code_of(kind, policy, attempt), "the deadline passed");
    if (now_ms >= policy->deadline_ms) {
        decision.code = AM_TIMEOUT;
        return decision;
    }
    int64_t delay = delay_of(kind, rule, policy, history, attempt, random);
    if (attempt->retry_after_ms >= 0 && delay >= policy->deadline_ms - now_ms)
        return defer(decision, attempt->retry_after_ms, too_late);
    decision.reason = "no attempt is left";
    if (tries_left(policy, history) <= 0)
        return decision;
    decision.reason = "the deadline leaves no room for another attempt";
    if (delay >= policy->deadline_ms - now_ms)
        return decision;
    if (!am_retry_in_time(policy, history->doubt_ms, attempt->ended_ms + delay))
        return too_late_again(decision, attempt);
    decision.action = AM_REPEAT;
    decision.delay_ms = delay;
    decision.reason = rows[kind].reason;
    int64_t cost = cost_of(kind, rule, policy->limits, attempt);
    if (!am_budget_take(budget, cost))
        decision.owed = cost;
    return decision;
}

/* A key in progress is waited for; one that belongs to another request never becomes ours. It would
 * once the service has forgotten it, and then send a second mail: so nobody is told to repeat. */
static am_decision in_flight(const am_policy *policy, am_history *history, am_budget *budget,
                             const am_attempt *attempt, int64_t now_ms, uint64_t random)
{
    if (history->conflicts == 1)
        history->conflict_since_ms = now_ms;
    if (attempt->saying == AM_SAYS_KEY_MISMATCH && !history->maybe_applied)
        return stop(policy, history, AM_KEY_REUSED, rows[AM_KIND_CONFLICTING].reason);
    doubt(history, attempt); /* the holder of the key may be sending this very mail */
    am_decision decision =
        repeat(AM_KIND_CONFLICTING, IN_FLIGHT, policy, history, budget, attempt, now_ms, random);
    int64_t until_ms = history->conflict_since_ms + policy->limits->conflict_wait_ms;
    if (decision.action == AM_REPEAT && now_ms + decision.delay_ms >= until_ms)
        decision = stop(policy, history, AM_CONFLICT,
                        "the request with this Idempotency-Key is still in progress");
    return decision;
}

/* What a definite refusal means after an attempt that may have worked. A 404 shows that an earlier
 * delete was done only if the service itself sent it: a gateway may have lost its route. */
static am_decision refused(am_kind kind, const am_policy *policy, const am_history *history,
                           const am_attempt *attempt)
{
    am_decision decision = stop(policy, history, code_of(kind, policy, attempt), rows[kind].reason);
    decision.retryable = false;
    if (decision.code == AM_DRAFT_GONE) {
        decision.reason = decision.outcome == AM_UNKNOWN
                              ? "no such draft: an earlier attempt may have sent it"
                              : "no such draft: it was sent, deleted, or never existed";
        return decision;
    }
    if (decision.code == AM_PRECONDITION_FAILED) {
        decision.reason = decision.outcome == AM_UNKNOWN
                              ? "changed since it was read, by others or by an earlier attempt"
                              : "changed since it was read";
        return decision;
    }
    if (decision.code == AM_KEY_REUSED)
        decision.reason = "its key belongs to a different request";
    if (kind != AM_KIND_REJECTED || decision.outcome != AM_UNKNOWN)
        return decision;
    decision.reason = "refused, but an earlier attempt may have been done";
    if (attempt->status != 404 || !policy->is_delete)
        return decision;
    if (attempt->saying == AM_SAYS_NOTHING) {
        decision.reason = "a 404, but not written by the service";
        decision.retryable = policy->protection != AM_UNPROTECTED;
        return decision;
    }
    decision.outcome = AM_APPLIED;
    decision.code = AM_OK;
    decision.reason = "gone: an earlier attempt deleted it";
    return decision;
}

static void record(am_kind kind, am_code code, am_history *history, const am_attempt *attempt)
{
    history->tries += attempt->wire > 1 ? attempt->wire : 1;
    history->wire += attempt->wire;
    history->unsent += kind == AM_KIND_UNSENT;
    history->broken += kind == AM_KIND_BROKEN;
    history->conflicts += kind == AM_KIND_CONFLICTING;
    history->races += kind == AM_KIND_RACING;
    history->key_mismatch |= code == AM_KEY_REUSED;
    /* libcurl repeats only requests that got no answer, whichever result the last try showed. */
    if (rows[kind].maybe_applied || attempt->wire > 1)
        doubt(history, attempt);
}

static am_decision decide(am_kind kind, const am_policy *policy, am_history *history,
                          am_budget *budget, const am_attempt *attempt, int64_t now_ms,
                          uint64_t random)
{
    enum rule rule = rows[kind].rule[policy->protection];
    am_code code = code_of(kind, policy, attempt);
    record(kind, code, history, attempt);
    am_decision decision = stop(policy, history, code, rows[kind].reason);
    switch (rule) {
    case STOP:
        if (kind == AM_KIND_DONE) {
            decision.outcome = AM_APPLIED;
            decision.retryable = false;
            am_budget_refund(budget, policy->limits);
        }
        return decision;
    case FOLLOW:
        if (history->redirects < policy->limits->redirects) {
            history->redirects++;
            decision.action = AM_FOLLOW;
            decision.retryable = false; /* if it turns out to lead nowhere */
            return decision;
        }
        return refused(kind, policy, history, attempt);
    case IN_FLIGHT:
        return in_flight(policy, history, budget, attempt, now_ms, random);
    case FEW:
        if (history->broken > BROKEN_REPEATS)
            return decision;
        break;
    case RACE:
        if (history->races > RACE_REPEATS)
            return decision;
        break;
    case AGAIN:
    default:
        break;
    case FAIL:
        return refused(kind, policy, history, attempt);
    }
    return repeat(kind, rule, policy, history, budget, attempt, now_ms, random);
}

am_decision am_retry_decide(const am_policy *policy, am_history *history, am_budget *budget,
                            const am_attempt *attempt, int64_t now_ms, uint64_t random)
{
    am_kind kind = am_kind_of(attempt, policy->resend_unavailable);
    am_decision decision = decide(kind, policy, history, budget, attempt, now_ms, random);
    decision.key_mismatch = history->key_mismatch;
    if (history->key_mismatch)
        decision = key_reused(decision, code_of(kind, policy, attempt));
    /* However the call ended, the service's advice on when to come back stays valid. */
    if (decision.action == AM_STOP && decision.retryable &&
        decision.not_before_ms < attempt->retry_after_ms)
        decision.not_before_ms = attempt->retry_after_ms;
    return decision;
}

bool am_retry_admit(const am_policy *policy, am_budget *budget, am_decision *decision,
                    int64_t now_ms, uint64_t random)
{
    if (am_budget_take(budget, decision->owed))
        return true;
    decision->delay_ms = draw(policy->limits->backoff_cap_ms, (uint32_t)random);
    decision->reason = "the retry budget of the host is spent";
    if (decision->delay_ms < policy->deadline_ms - now_ms)
        return false;
    *decision = defer(*decision, policy->limits->backoff_cap_ms, spent);
    if (decision->key_mismatch)
        *decision = key_reused(*decision, decision->cause);
    return false;
}

am_decision am_retry_abandon(const am_policy *policy, am_history *history, int wire, am_code code)
{
    history->tries += wire > 1 ? wire : wire >= 0;
    history->wire += wire > 0 ? wire : 0;
    if (wire > 0)
        history->maybe_applied = true;
    am_decision decision = stop(policy, history, code, am_code_word(code));
    if (!history->key_mismatch)
        return decision;
    if (code == AM_TIMEOUT)
        return key_reused(decision, code);
    decision.retryable = false; /* what its owner did to it keeps its name */
    return decision;
}

int am_retry_wire_allowance(const am_policy *policy, const am_history *history)
{
    if (policy->protection == AM_UNPROTECTED)
        return 1;
    int left = tries_left(policy, history);
    return left > 1 ? left : 1;
}

bool am_retry_in_time(const am_policy *policy, int64_t doubt_ms, int64_t now_ms)
{
    if (policy->not_after_ms && now_ms > policy->not_after_ms)
        return false;
    return !policy->blind_ms || !doubt_ms || policy->protection == AM_SAFE ||
           now_ms - doubt_ms < policy->blind_ms;
}
