/* SPDX-License-Identifier: MIT */
/* The table of what happened by protection, and the decision that follows from it. */
#include "retry/retry.h"

enum {
    FIRST_UNSENT_MS = 100, /* a request that never left may follow almost at once */
    CONFLICT_CAP_MS = 5000,
    SPREAD_CAP_MS = 5000, /* so that all who were told "in 60 s" do not come in the same instant */
    BROKEN_REPEATS = 2,
    RACE_REPEATS = 3
};

/* What kind of thing happened. */
enum kind {
    DONE,        /* a whole 2xx */
    UNSENT,      /* proven not sent; the next try may work */
    UNSENDABLE,  /* proven not sent; the next try cannot work either */
    SILENT,      /* on the wire, and no final status */
    CUT,         /* a 2xx whose body was lost on the way */
    BROKEN,      /* a complete 2xx that does not hold what it promises */
    OVERSIZE,    /* an answer above our limit */
    SPOILED,     /* a file of ours failed in the middle */
    MOVED,       /* a redirect, not done by contract */
    SEE_OTHER,   /* 303: done, perhaps */
    REJECTED,    /* refused for good */
    CONFLICTING, /* 409 */
    BUSY,        /* refused for now, not done by contract */
    UNAVAILABLE, /* 503: hardly done, but nobody proves it */
    AMBIGUOUS,   /* any other answer */
    KINDS
};

enum rule { STOP, FAIL, AGAIN, FEW, FOLLOW, RACE, IN_FLIGHT };

/* The table: kind by protection. STOP ends with what is known, FAIL likewise but not retryable;
 * AGAIN repeats; FEW repeats BROKEN_REPEATS times, RACE RACE_REPEATS times; FOLLOW follows a
 * redirect; IN_FLIGHT waits for the key's first request. */
static const struct {
    enum rule rule[AM_PROTECTIONS];
    bool maybe_applied; /* may the service have done it? */
    const char *reason;
} rows[KINDS] = {
    /*                safe    idemp. client_id keyed     natural unprotected */
    [DONE] = {{STOP, STOP, STOP, STOP, STOP, STOP}, true, "the service did it"},
    [UNSENT] = {{AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN}, false, "the request never left"},
    [UNSENDABLE] = {{FAIL, FAIL, FAIL, FAIL, FAIL, FAIL}, false, "the request cannot be sent"},
    [SILENT] = {{AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, STOP}, true, "sent, and no answer came"},
    [CUT] = {{AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, STOP}, true, "the answer was cut off"},
    [BROKEN] = {{FEW, FEW, FEW, FEW, FEW, STOP}, true, "the answer lacks what it promises"},
    [OVERSIZE] = {{FAIL, FAIL, FAIL, FAIL, FAIL, FAIL}, true, "the answer is above its limit"},
    [SPOILED] = {{FAIL, FAIL, FAIL, FAIL, FAIL, FAIL}, true, "a file failed while it was in use"},
    [MOVED] = {{FOLLOW, FAIL, FAIL, FAIL, FAIL, FAIL}, false, "redirected"},
    [SEE_OTHER] = {{FOLLOW, FAIL, FAIL, FAIL, FAIL, FAIL}, true, "redirected to a result"},
    [REJECTED] = {{FAIL, FAIL, FAIL, FAIL, FAIL, FAIL}, false, "the service refused it"},
    [CONFLICTING] = {{FAIL, RACE, FAIL, IN_FLIGHT, FAIL, FAIL},
                     false,
                     "another request is in its way"},
    [BUSY] = {{AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN}, false, "the service asks to come later"},
    [UNAVAILABLE] = {{AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, STOP}, true, "the service is unavailable"},
    [AMBIGUOUS] = {{AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, STOP},
                   true,
                   "the service failed on the way"},
};

static bool is_in(int number, const short *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == number)
            return true;
    return false;
}
#define IS_IN(number, list) is_in(number, list, sizeof(list) / sizeof(list)[0])

/* Refused by definition (RFC 9110, 6585, 7725): nothing was done. Not 406: frameworks look for an
 * acceptable form of the answer after they have done the work. */
static const short refusals[] = {400, 401, 402, 403, 404, 405, 407, 410, 411, 412, 413, 414,
                                 415, 416, 417, 421, 422, 426, 428, 431, 451, 501, 505, 511};

/* Certificates and settings, which the next try would find as they are. */
static const short tls_codes[] = {AM_CURL_TLS_CERT,    AM_CURL_TLS_CIPHER,     AM_CURL_TLS_PEER,
                                  AM_CURL_TLS_CA_FILE, AM_CURL_TLS_ISSUER,     AM_CURL_TLS_PINNED,
                                  AM_CURL_TLS_STATUS,  AM_CURL_TLS_CLIENT_CERT};
static const short url_codes[] = {AM_CURL_UNSUPPORTED_PROTOCOL, AM_CURL_URL_MALFORMAT,
                                  AM_CURL_NOT_BUILT_IN};

/* Of a final status: 200 and above. */
static enum kind kind_of_status(int status)
{
    if (status <= 299)
        return CUT; /* unless it was judged; see kind_of */
    if (status == 303)
        return SEE_OTHER;
    if (status <= 399)
        return MOVED;
    if (status == 409)
        return CONFLICTING;
    if (status == 425 || status == 429) /* RFC 8470, 6585: not processed */
        return BUSY;
    if (status == 503)
        return UNAVAILABLE;
    return IS_IN(status, refusals) ? REJECTED : AMBIGUOUS;
}

/* Failures that the next try cannot mend: certificates, URL, a proxy that wants a password. */
static bool is_hopeless(const am_attempt *attempt)
{
    return IS_IN(attempt->curl, tls_codes) || IS_IN(attempt->curl, url_codes) ||
           attempt->proxy_status == 407 || attempt->file_failed;
}

static enum kind kind_of(const am_policy *policy, const am_attempt *attempt)
{
    if (attempt->wire == 0)
        return is_hopeless(attempt) ? UNSENDABLE : UNSENT;
    if (attempt->file_failed)
        return SPOILED;
    if (attempt->status < 200)
        return SILENT;
    enum kind kind = kind_of_status(attempt->status);
    if (kind == CUT && attempt->too_large)
        return OVERSIZE;
    if (kind == CUT && attempt->curl == AM_CURL_BAD_ENCODING)
        return BROKEN;
    if (kind == CUT && attempt->curl == AM_CURL_OK)
        return attempt->answer == AM_ANSWER_WHOLE ? DONE : BROKEN;
    if (kind == UNAVAILABLE && policy->resend_unavailable && attempt->saying == AM_SAYS_UNAVAILABLE)
        return BUSY;
    return kind;
}

static am_code code_of_transfer(const am_attempt *attempt)
{
    int curl = attempt->curl;
    if (curl == AM_CURL_NO_HOST)
        return AM_DNS;
    if (curl == AM_CURL_TIMEOUT)
        return AM_TIMEOUT;
    if (curl == AM_CURL_NO_MEMORY)
        return AM_NO_MEMORY;
    if (curl == AM_CURL_TLS_CONNECT || IS_IN(curl, tls_codes))
        return AM_TLS;
    if (IS_IN(curl, url_codes))
        return attempt->wire ? AM_BAD_RESPONSE : AM_INVALID;
    if (curl == AM_CURL_NO_PROXY_HOST || curl == AM_CURL_PROXY ||
        (attempt->wire == 0 && attempt->proxy_status >= 300))
        return AM_PROXY;
    return AM_NETWORK;
}

static am_code code_of(enum kind kind, const am_attempt *attempt)
{
    static const am_code codes[KINDS] = {
        [DONE] = AM_OK,          [BROKEN] = AM_BAD_RESPONSE,  [OVERSIZE] = AM_TOO_LARGE,
        [MOVED] = AM_REDIRECTED, [SEE_OTHER] = AM_REDIRECTED, [CONFLICTING] = AM_CONFLICT};
    if (attempt->file_failed)
        return AM_FILE;
    if (kind == DONE || codes[kind] != AM_OK)
        return codes[kind];
    if (kind == UNSENT || kind == UNSENDABLE || kind == SILENT || kind == CUT)
        return code_of_transfer(attempt);
    if (attempt->status == 429)
        return AM_RATE_LIMITED;
    return kind != AMBIGUOUS && attempt->status < 500 ? AM_REJECTED : AM_SERVICE_ERROR;
}

/* A read changes nothing, so that even a lost one is never in doubt. */
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

/* base * 2^n, never above the cap. */
static int64_t doubled(int64_t base, int n, int64_t cap)
{
    int64_t bound = least(base, cap);
    while (n-- > 0 && bound < cap)
        bound = bound > cap / 2 ? cap : bound * 2;
    return bound;
}

static int64_t delay_of(enum kind kind, enum rule rule, const am_policy *policy,
                        am_history *history, const am_attempt *attempt, uint64_t random)
{
    const am_limits *limits = policy->limits;
    uint32_t one = (uint32_t)random, other = (uint32_t)(random >> 32);
    int64_t delay;
    if (kind == UNSENT && history->unsent == 1) {
        delay = draw(FIRST_UNSENT_MS, one);
    } else if (rule == IN_FLIGHT) {
        /* Someone is at work on it: neither hurry nor sleep long. */
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
    /* An unprotected request in doubt is never repeated; anything else harmlessly can be. */
    decision.retryable = policy->protection != AM_UNPROTECTED || decision.outcome == AM_NOT_APPLIED;
    return decision;
}

static am_decision defer(am_decision decision, int64_t not_before_ms, const char *reason)
{
    decision.action = AM_STOP;
    decision.cause = decision.code;
    decision.code = AM_DEFERRED;
    decision.reason = reason;
    decision.not_before_ms = not_before_ms;
    return decision;
}

/* Tries that count against the limit; waiting for a key in progress has a limit of its own. */
static int tries_left(const am_policy *policy, const am_history *history)
{
    return (int)policy->limits->attempts - (history->tries - history->conflicts);
}

/* Repeats, unless attempts, deadline or budget say no. */
static am_decision repeat(enum kind kind, enum rule rule, const am_policy *policy,
                          am_history *history, am_budget *budget, const am_attempt *attempt,
                          int64_t now_ms, uint64_t random)
{
    const am_limits *limits = policy->limits;
    am_decision decision = stop(policy, history, code_of(kind, attempt), "the deadline passed");
    if (now_ms >= policy->deadline_ms) {
        decision.code = AM_TIMEOUT;
        return decision;
    }
    int64_t delay = delay_of(kind, rule, policy, history, attempt, random);
    if (attempt->retry_after_ms >= 0 && delay >= policy->deadline_ms - now_ms)
        return defer(decision, attempt->retry_after_ms,
                     "the service asks to come later than the deadline");
    decision.reason = "no attempt is left";
    if (tries_left(policy, history) <= 0)
        return decision;
    decision.reason = "the deadline leaves no room for another attempt";
    if (delay >= policy->deadline_ms - now_ms)
        return decision;
    decision.action = AM_REPEAT;
    decision.delay_ms = delay;
    decision.reason = rows[kind].reason;
    bool late = attempt->curl == AM_CURL_TIMEOUT;
    int64_t cost = late ? limits->budget_timeout_cost : limits->budget_cost;
    if (rule != IN_FLIGHT && !am_budget_take(budget, cost))
        decision.owed = cost;
    return decision;
}

/* A key in progress is waited for; one that belongs to another request never becomes ours. */
static am_decision in_flight(const am_policy *policy, am_history *history, am_budget *budget,
                             const am_attempt *attempt, int64_t now_ms, uint64_t random)
{
    if (history->conflicts == 1)
        history->conflict_since_ms = now_ms;
    if (attempt->saying == AM_SAYS_KEY_MISMATCH && !history->maybe_applied) {
        am_decision mismatch = stop(policy, history, AM_CONFLICT,
                                    "the Idempotency-Key belongs to a different request");
        mismatch.retryable = false;
        return mismatch;
    }
    history->maybe_applied = true; /* whoever holds the key may be sending this very mail */
    am_decision decision =
        repeat(CONFLICTING, IN_FLIGHT, policy, history, budget, attempt, now_ms, random);
    int64_t until_ms = history->conflict_since_ms + policy->limits->conflict_wait_ms;
    if (decision.action == AM_REPEAT && now_ms + decision.delay_ms >= until_ms)
        return stop(policy, history, AM_CONFLICT,
                    "the Idempotency-Key stayed busy, or belongs to a different request");
    return decision;
}

/* What a definite refusal means after an attempt that may have worked. */
static am_decision refused(enum kind kind, const am_policy *policy, const am_history *history,
                           const am_attempt *attempt)
{
    am_decision decision = stop(policy, history, code_of(kind, attempt), rows[kind].reason);
    decision.retryable = false;
    if (kind != REJECTED || !history->maybe_applied)
        return decision;
    if (attempt->status == 404 && policy->is_delete) {
        decision.outcome = AM_APPLIED;
        decision.code = AM_OK;
        decision.reason = "gone: an earlier attempt deleted it";
    } else if (policy->protection != AM_SAFE) {
        decision.reason = "refused, but an earlier attempt may have been done";
    }
    return decision;
}

static void record(enum kind kind, am_history *history, const am_attempt *attempt)
{
    history->tries += attempt->wire > 1 ? attempt->wire : 1;
    history->wire += attempt->wire;
    history->unsent += kind == UNSENT;
    history->broken += kind == BROKEN;
    history->conflicts += kind == CONFLICTING;
    /* libcurl re-sends only what got no answer, whatever the last try then showed. */
    history->maybe_applied |= rows[kind].maybe_applied || attempt->wire > 1;
}

static am_decision decide(const am_policy *policy, am_history *history, am_budget *budget,
                          const am_attempt *attempt, int64_t now_ms, uint64_t random)
{
    enum kind kind = kind_of(policy, attempt);
    enum rule rule = rows[kind].rule[policy->protection];
    record(kind, history, attempt);
    am_decision decision = stop(policy, history, code_of(kind, attempt), rows[kind].reason);
    switch (rule) {
    case STOP:
        if (kind == DONE) {
            decision.outcome = AM_APPLIED;
            decision.retryable = false;
            am_budget_refund(budget, policy->limits);
        }
        return decision;
    case FOLLOW:
        if (history->redirects < policy->limits->redirects) {
            history->redirects++;
            decision.action = AM_FOLLOW;
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
        if (history->conflicts > RACE_REPEATS)
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
    am_decision decision = decide(policy, history, budget, attempt, now_ms, random);
    /* Whatever ended it: what the service asked for stays good advice. */
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
    if (decision->delay_ms >= policy->deadline_ms - now_ms)
        *decision = defer(*decision, policy->limits->backoff_cap_ms, decision->reason);
    return false;
}

am_decision am_retry_abandon(const am_policy *policy, am_history *history, int wire, am_code code)
{
    history->tries += wire > 1 ? wire : wire >= 0;
    history->wire += wire > 0 ? wire : 0;
    if (wire > 0)
        history->maybe_applied = true;
    return stop(policy, history, code, am_code_word(code));
}

int am_retry_wire_allowance(const am_policy *policy, const am_history *history)
{
    if (policy->protection == AM_UNPROTECTED)
        return 1;
    int left = tries_left(policy, history);
    return left > 1 ? left : 1;
}
