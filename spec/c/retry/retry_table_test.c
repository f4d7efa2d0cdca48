/* SPDX-License-Identifier: MIT */
/*
 * The decision over its whole domain: every CURLcode, times on the wire, protection, status,
 * judgement and saying, against the policy below. The policy is the table of failures row by row
 * (with its numbers), stated in terms of what was observed; the first matching row applies.
 */
#include "unit.h"

#include <string.h>

#include "retry/retry.h"

/* ---- the policy ------------------------------------------------------------------------------ */

enum wire { ANYWHERE, ON_WIRE, NOT_ON_WIRE };

/*
 * What to do, a letter for each class, in the order safe, idempotent, client_id, keyed, natural
 * key, if_match, unprotected:
 *     =  done                  R  repeat                 2, 3  repeat so often, then stop
 *     F  refused for good      ?  stop, never repeat     >  follow     K  wait for the key
 */
typedef struct row {
    const char *name;
    enum wire wire;
    short from, to;     /* statuses; to 0: any */
    short statuses[24]; /* the same, as a list; empty: any */
    short curls[10];    /* empty: any */
    const char *when;   /* a further condition, see holds(); NULL: none */
    const char *what;
    bool doubt; /* the service may have done it */
} row;

static const row policy[] = {
    {.name = "29 too late", .wire = NOT_ON_WIRE, .when = "stale", .what = "FFFFFFF"},
    {.name = "29b too late again", .when = "stale", .what = "FFFFFFF", .doubt = true},

    {.name = "4c certificate",
     .wire = NOT_ON_WIRE,
     .curls = {58, 59, 60, 77, 83, 90, 91, 98},
     .what = "FFFFFFF"},
    {.name = "unusable URL", .wire = NOT_ON_WIRE, .curls = {1, 3, 4}, .what = "FFFFFFF"},
    {.name = "5b proxy 407", .wire = NOT_ON_WIRE, .when = "407", .what = "FFFFFFF"},
    {.name = "a file of ours", .wire = NOT_ON_WIRE, .when = "file", .what = "FFFFFFF"},
    {.name = "1 2 3 4 5 never left", .wire = NOT_ON_WIRE, .what = "RRRRRRR"},

    {.name = "a file of ours", .when = "file", .what = "FFFFFFF", .doubt = true},
    {.name = "10c too large", .to = 299, .when = "large", .what = "FFFFFFF", .doubt = true},
    {.name = "10c too large head", .when = "large head", .what = "FFFFFFF", .doubt = true},
    {.name = "2b 6-10 13b 14 26 27 no answer", .to = 199, .what = "RRRRRR?", .doubt = true},

    {.name = "13c 13d", .from = 200, .to = 299, .curls = {8, 61}, .what = "222222?", .doubt = true},
    {.name = "13d", .from = 200, .to = 299, .when = "defect", .what = "222222?", .doubt = true},
    {.name = "13d defect in the head", .when = "bad head", .what = "222222?", .doubt = true},
    {.name = "11 11b head cut", .when = "head cut", .what = "RRRRRR?", .doubt = true},
    {.name = "a 2xx", .from = 200, .to = 299, .when = "whole", .what = "=======", .doubt = true},
    {.name = "12b 13",
     .from = 200,
     .to = 299,
     .when = "complete",
     .what = "222222?",
     .doubt = true},
    {.name = "12 14e cut 2xx", .from = 200, .to = 299, .what = "RRRRRR?", .doubt = true},

    {.name = "15 see other", .statuses = {303}, .what = ">FFFFFF", .doubt = true},
    {.name = "15b unasked", .statuses = {304}, .what = "222222?", .doubt = true},
    {.name = "15 moved", .from = 300, .to = 399, .what = ">FFFFFF"},

    {.name = "5c proxy", .statuses = {407}, .what = "FFFFFFF"},
    {.name = "16b draft gone", .statuses = {404}, .when = "draft gone", .what = "FFFFFFF"},
    {.name = "16", .statuses = {400, 401, 403, 404, 405, 413, 415, 422}, .what = "FFFFFFF"},
    {.name = "16c changed", .statuses = {412}, .what = "FFFFFFF"},
    {.name = "16 by definition", /* RFC 9110, 6585, 7725: refused before it is done */
     .statuses = {402, 410, 411, 414, 416, 417, 421, 426, 428, 431, 451},
     .what = "FFFFFFF"},
    {.name = "18b other's key", .statuses = {409}, .when = "mismatch", .what = "FFFFFFF"},
    {.name = "18c race", .statuses = {409}, .when = "race", .what = "3333333"},
    {.name = "18d not yet", .statuses = {409}, .when = "not yet", .what = "RRRRRRR"},
    {.name = "18e for good", .statuses = {409}, .when = "final", .what = "FFFFFFF"},
    {.name = "18 keyed", .statuses = {409}, .when = "keyed", .what = "   K   ", .doubt = true},
    {.name = "18 conflict", .statuses = {409}, .what = "FFF FFF"},
    {.name = "19 20 busy", .statuses = {425, 429}, .what = "RRRRRRR"},
    {.name = "22 can not", .statuses = {501, 505, 511}, .what = "FFFFFFF"},
    {.name = "24 own word", .statuses = {503}, .when = "opted in", .what = "RRRRRRR"},
    {.name = "17 21 23 24 25 and unlisted", .what = "RRRRRR?", .doubt = true},
};

/* One point of the domain. */
typedef struct point {
    am_attempt attempt;
    am_protection protection;
    bool is_delete, is_draft_send, opted_in;
    bool has_key;       /* carries a client_id or an Idempotency-Key */
    bool earlier_doubt; /* an attempt before this one may have been done */
    bool not_our_key;   /* keyed, and one before this one was told that the key is another's */
    bool last;          /* no further try is allowed */
} point;

static bool lists(const short *list, int number)
{
    for (; *list; list++)
        if (*list == number)
            return true;
    return false;
}

static bool holds(const char *when, const point *at)
{
    const am_attempt *seen = &at->attempt;
    if (strcmp(when, "407") == 0)
        return seen->proxy_status == 407;
    if (strcmp(when, "stale") == 0)
        return seen->stale;
    if (strcmp(when, "file") == 0)
        return seen->file_failed;
    if (strcmp(when, "large") == 0)
        return seen->too_large;
    if (strcmp(when, "large head") == 0)
        return seen->too_large && seen->head_cut;
    if (strcmp(when, "defect") == 0)
        return seen->defect;
    if (strcmp(when, "head cut") == 0)
        return seen->head_cut;
    if (strcmp(when, "bad head") == 0)
        return seen->head_cut && (seen->defect || seen->curl == 8 || seen->curl == 61);
    if (strcmp(when, "complete") == 0)
        return seen->curl == 0;
    if (strcmp(when, "whole") == 0)
        return seen->curl == 0 && seen->answer == AM_ANSWER_WHOLE;
    if (strcmp(when, "mismatch") == 0) /* our own earlier attempt may hold the key */
        return seen->saying == AM_SAYS_KEY_MISMATCH && !at->earlier_doubt && seen->wire == 1;
    if (strcmp(when, "race") == 0)
        return seen->saying == AM_SAYS_RACE;
    if (strcmp(when, "not yet") == 0)
        return seen->saying == AM_SAYS_NOT_YET;
    if (strcmp(when, "final") == 0)
        return seen->saying == AM_SAYS_FINAL;
    if (strcmp(when, "keyed") == 0)
        return at->protection == AM_KEYED;
    if (strcmp(when, "draft gone") == 0)
        return at->is_draft_send && seen->saying != AM_SAYS_NOTHING;
    assert_string_equal(when, "opted in");
    return at->opted_in && seen->saying == AM_SAYS_UNAVAILABLE;
}

static bool matches(const row *r, const point *at)
{
    const am_attempt *seen = &at->attempt;
    return (!r->wire || (r->wire == ON_WIRE) == (seen->wire > 0)) &&
           (!r->to || (seen->status >= r->from && seen->status <= r->to)) &&
           (!r->statuses[0] || lists(r->statuses, seen->status)) &&
           (!r->curls[0] || lists(r->curls, seen->curl)) && (!r->when || holds(r->when, at));
}

static const row *row_of(const point *at)
{
    const row *r = policy;
    while (!matches(r, at))
        r++; /* the last row matches everything */
    return r;
}

/* The policy's decision for a point, in terms of the interface; a code only if it tells to look for
 * what may have been done. */
static am_decision wanted(const point *at, const row *r)
{
    char what = r->what[at->protection];
    bool is_read = at->protection == AM_SAFE;
    bool resent = at->attempt.wire > 1; /* by libcurl, after an attempt that got no answer */
    bool doubt = !is_read && (r->doubt || resent || at->earlier_doubt);
    am_decision want = {.outcome = doubt ? AM_UNKNOWN : AM_NOT_APPLIED};
    if (what == '>')
        want.action = AM_FOLLOW;
    else if (what == 'K' || (strchr("R23", what) && !at->last))
        want.action = AM_REPEAT;
    else if (what == '3' && at->last)
        want.action = AM_REPEAT; /* conflicts do not count as tries: they have their own limit */
    bool no_trace = at->is_delete && at->attempt.status == 404 && strcmp(r->name, "16") == 0;
    bool says_so = at->attempt.saying != AM_SAYS_NOTHING;
    if (what == '=' || (no_trace && says_so && doubt))
        want.outcome = AM_APPLIED;
    bool may_help = !strchr("=F", what) || (no_trace && doubt && !says_so);
    want.retryable =
        may_help && (at->protection != AM_UNPROTECTED || want.outcome == AM_NOT_APPLIED);
    bool told = at->attempt.saying == AM_SAYS_KEY_MISMATCH && strncmp(r->name, "18", 2) == 0;
    if (told ? at->has_key : at->not_our_key && may_help && want.action == AM_STOP)
        want.code = AM_KEY_REUSED;
    if (strncmp(r->name, "16b", 3) == 0)
        want.code = AM_DRAFT_GONE;
    if (at->attempt.stale)
        want.code = AM_STALE;
    if (strncmp(r->name, "16c", 3) == 0)
        want.code = AM_PRECONDITION_FAILED;
    want.retryable &= want.code == AM_OK;
    return want;
}

/* ---- the domain ------------------------------------------------------------------------------ */

static const short statuses[] = {
    0,   100, 103, 199, 200, 201, 202, 204, 206, 299, 300, 301, 302, 303, 304, 307, 308, 399,
    400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417,
    418, 420, 421, 422, 423, 424, 425, 426, 428, 429, 430, 431, 444, 451, 499, 500, 501, 502,
    503, 504, 505, 506, 507, 508, 510, 511, 520, 522, 524, 529, 598, 599, 600, 999};

enum { CURL_CODES = 102, NOW = 1000000 };

/* Of the points, one in AGENTMAIL_TABLE is checked, which the slow sanitizers set. */
static unsigned long points, share = 1;

/* The codes that wanted() tells. */
static bool is_told(am_code code)
{
    return code == AM_KEY_REUSED || code == AM_DRAFT_GONE || code == AM_PRECONDITION_FAILED ||
           code == AM_STALE;
}

static void check(const point *at)
{
    if (points++ % share)
        return;
    am_limits limits;
    am_limits_init(&limits);
    limits.attempts = at->last ? at->attempt.wire > 1 ? at->attempt.wire : 1 : 8;
    am_policy call = {.protection = at->protection,
                      .is_delete = at->is_delete,
                      .is_draft_send = at->is_draft_send,
                      .has_key = at->has_key,
                      .resend_unavailable = at->opted_in,
                      .deadline_ms = NOW + limits.deadline_ms,
                      .limits = &limits};
    am_history history = {.maybe_applied = at->earlier_doubt, .key_mismatch = at->not_our_key};
    am_budget budget = {.tokens = 500};
    am_decision got = am_retry_decide(&call, &history, &budget, &at->attempt, NOW, points * 77);
    const row *r = row_of(at);
    am_decision want = wanted(at, r);
    if (got.action == want.action && got.reason && got.reason[0] && got.not_before_ms == -1 &&
        (is_told(got.code) ? got.code : AM_OK) == want.code &&
        (got.action != AM_STOP || (got.outcome == want.outcome && got.retryable == want.retryable &&
                                   (got.code == AM_OK) == (want.outcome == AM_APPLIED))))
        return;
    fail_msg("row %s: %s%s%s, curl %d, status %d, wire %d, proxy %d, answer %d, saying %d%s%s%s: "
             "action %d (%s, retryable %d, code %s, %s), not %d (%s, retryable %d)",
             r->name, am_protection_word(at->protection),
             at->is_delete       ? ", DELETE"
             : at->is_draft_send ? ", draft"
                                 : "",
             at->opted_in ? ", opted in" : "", at->attempt.curl, at->attempt.status,
             at->attempt.wire, at->attempt.proxy_status, (int)at->attempt.answer,
             (int)at->attempt.saying,
             at->attempt.too_large     ? ", too large"
             : at->attempt.file_failed ? ", file failed"
             : at->attempt.head_cut    ? ", head cut"
             : at->attempt.defect      ? ", defect"
                                       : "",
             at->earlier_doubt ? ", after a doubtful attempt" : "", at->last ? ", last try" : "",
             (int)got.action, am_outcome_word(got.outcome), got.retryable, am_code_word(got.code),
             got.reason, (int)want.action, am_outcome_word(want.outcome), want.retryable);
}

/* All that is known about a call when its attempt ends. */
static void check_calls(am_attempt attempt)
{
    for (int protection = 0; protection < AM_PROTECTIONS; protection++)
        for (int bits = 0; bits < 24; bits++) {
            point at = {.attempt = attempt, .protection = (am_protection)protection};
            at.opted_in = bits & 1;
            at.earlier_doubt = bits & 2;
            at.last = bits & 4;
            at.is_delete = bits / 8 == 1;
            at.is_draft_send = bits / 8 == 2;
            at.has_key = at.protection == AM_KEYED || at.protection == AM_CLIENT_ID;
            if (!((at.is_delete || at.is_draft_send) && at.protection == AM_SAFE))
                check(&at);
            if (at.protection == AM_IDEMPOTENT) { /* a delete may carry a key */
                at.has_key = true;
                check(&at);
            }
            if ((at.not_our_key = at.earlier_doubt && at.protection == AM_KEYED))
                check(&at);
        }
}

static void every_observation_gets_the_decision_of_the_table(void **state)
{
    (void)state;
    for (int curl = 0; curl < CURL_CODES; curl++)
        for (int wire = 0; wire <= 2; wire++)
            for (size_t s = 0; s < COUNT(statuses); s++)
                for (int judged = AM_ANSWER_NONE; judged <= AM_ANSWER_BROKEN; judged++)
                    check_calls((am_attempt){.curl = curl,
                                             .status = statuses[s],
                                             .wire = wire,
                                             .answer = (am_answer)judged,
                                             .stale = curl == 42 && judged == AM_ANSWER_BROKEN,
                                             .retry_after_ms = -1});
    print_message("# %lu decisions\n", (points + share - 1) / share);
}

static void every_error_code_of_the_service_gets_the_decision_of_the_table(void **state)
{
    (void)state;
    static const int says[] = {AM_SAYS_ERROR,   AM_SAYS_KEY_MISMATCH, AM_SAYS_RACE,
                               AM_SAYS_NOT_YET, AM_SAYS_FINAL,        AM_SAYS_UNAVAILABLE};
    for (size_t s = 0; s < COUNT(statuses); s++)
        for (int wire = 0; wire <= 2; wire++)
            for (size_t i = 0; i < COUNT(says); i++)
                check_calls((am_attempt){.status = statuses[s],
                                         .wire = wire,
                                         .answer = AM_ANSWER_WHOLE,
                                         .saying = (am_saying)says[i],
                                         .retry_after_ms = -1});
}

static void every_proxy_answer_and_failure_of_ours_gets_the_decision_of_the_table(void **state)
{
    (void)state;
    static const int proxy[] = {0, 200, 302, 407, 502};
    for (int curl = 0; curl < CURL_CODES; curl++)
        for (size_t s = 0; s < COUNT(statuses); s++)
            for (int i = 0; i < 40; i++)
                check_calls((am_attempt){.curl = curl,
                                         .status = statuses[s],
                                         .wire = i / 10 % 2,
                                         .too_large = i % 2,
                                         .file_failed = i >= 20 && i % 3 == 0,
                                         .stale = i % 7 == 1,
                                         .proxy_status = proxy[i / 2 % 5],
                                         .retry_after_ms = -1});
}

static void every_defect_and_cut_head_gets_the_decision_of_the_table(void **state)
{
    static const short curls[] = {0, 1, 8, 18, 23, 27, 28, 56, 60, 61, 92, 100};
    (void)state;
    for (size_t c = 0; c < COUNT(curls); c++)
        for (size_t s = 0; s < COUNT(statuses); s++)
            for (int bits = 1; bits < 16; bits++)
                check_calls((am_attempt){.curl = curls[c],
                                         .status = statuses[s],
                                         .wire = 1,
                                         .head_cut = bits & 1 && statuses[s] >= 200,
                                         .defect = bits & 2,
                                         .too_large = bits & 4,
                                         .answer = bits & 8 ? AM_ANSWER_WHOLE : AM_ANSWER_NONE,
                                         .retry_after_ms = -1});
}

int main(void)
{
    const char *given = getenv("AGENTMAIL_TABLE");
    if (given)
        share = strtoul(given, NULL, 10);
    if (share == 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_observation_gets_the_decision_of_the_table),
        cmocka_unit_test(every_error_code_of_the_service_gets_the_decision_of_the_table),
        cmocka_unit_test(every_proxy_answer_and_failure_of_ours_gets_the_decision_of_the_table),
        cmocka_unit_test(every_defect_and_cut_head_gets_the_decision_of_the_table),
    };
    return cmocka_run_group_tests_name("retry: the table", tests, NULL, NULL);
}
