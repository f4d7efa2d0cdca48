/* SPDX-License-Identifier: MIT */
/*
 * An outage, simulated: 1,000 calls a second, the service gone for 30 s, then back. How much load
 * do repeats add while it is down, and is there a spike when it returns? Time is injected and
 * randomness seeded, so the figures are the same everywhere; the test prints them.
 */
#include "unit.h"

#include <string.h>

#include "base/heap.h"
#include "base/list.h"
#include "retry/retry.h"

enum {
    DOWN_MS = 10000,
    UP_MS = 40000,
    OFFERED_MS = 120000, /* one call per millisecond until then */
    SECONDS = 300,
    MOST_ENGINES = 300,
    ANSWER_MS = 50
};

/* The kind of outage. */
typedef struct outage {
    const char *name;
    int64_t lasts_ms; /* until an attempt learns it */
    am_attempt attempt;
} outage;

static const outage outages[] = {
    {"refused", 1, {.curl = 7, .retry_after_ms = -1}},
    {"503", 20, {.wire = 1, .status = 503, .retry_after_ms = -1}},
    {"no connection", 10000, {.curl = 28, .retry_after_ms = -1}},
    {"no answer", 30000, {.curl = 28, .wire = 1, .retry_after_ms = -1}},
};

typedef struct call {
    am_timer timer;
    am_policy policy;
    am_history history;
    am_attempt attempt; /* under way, if sent */
    bool sent;
    am_budget *budget;
    am_decision last;
    bool during; /* offered while the service was down */
} call;

typedef struct world {
    uint64_t random;
    am_limits limits;
    const outage *outage;
    am_budget budgets[MOST_ENGINES];
    am_heap timers;
    int64_t now_ms;
    long attempts[SECONDS]; /* by the second */
    long offered, served;   /* calls of the outage */
} world;

/* The figures to keep low, and those to keep high. */
typedef struct figures {
    double amplification; /* attempts per call, during the outage */
    double peak;          /* the worst second after it, relative to the load offered in one */
    double served;        /* of the calls of the outage */
} figures;

static void send(world *w, call *c)
{
    bool down = w->now_ms >= DOWN_MS && w->now_ms < UP_MS;
    int64_t left = c->policy.deadline_ms - w->now_ms;
    int64_t lasts = down ? w->outage->lasts_ms : ANSWER_MS;
    w->attempts[w->now_ms / 1000]++;
    c->sent = true;
    if (down)
        c->attempt = w->outage->attempt;
    else
        c->attempt =
            (am_attempt){.wire = 1, .status = 200, .answer = AM_ANSWER_WHOLE, .retry_after_ms = -1};
    if (lasts > left) { /* the deadline of the call cuts the attempt */
        lasts = left;
        c->attempt = (am_attempt){.curl = 28, .wire = c->attempt.wire, .retry_after_ms = -1};
    }
    assert_true(am_heap_reserve(&w->timers, w->timers.count + 1));
    am_heap_set(&w->timers, &c->timer, w->now_ms + lasts);
}

/* Waits, or ends. */
static void act(world *w, call *c)
{
    if (c->last.action == AM_REPEAT) {
        am_heap_set(&w->timers, &c->timer, w->now_ms + c->last.delay_ms);
        return;
    }
    w->served += c->during && c->last.code == AM_OK;
    free(c);
}

static void answered(world *w, call *c)
{
    am_budget_refill(c->budget, &w->limits, w->now_ms);
    c->last = am_retry_decide(&c->policy, &c->history, c->budget, &c->attempt, w->now_ms,
                              unit_random(&w->random));
    c->sent = false;
    act(w, c);
}

static void due(world *w, call *c)
{
    am_budget_refill(c->budget, &w->limits, w->now_ms);
    if (am_retry_admit(&c->policy, c->budget, &c->last, w->now_ms, unit_random(&w->random)))
        send(w, c);
    else
        act(w, c);
}

static void offer(world *w, int engines)
{
    call *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->budget = &w->budgets[unit_between(&w->random, 0, engines - 1)];
    c->policy = (am_policy){.protection = AM_KEYED,
                            .deadline_ms = w->now_ms + w->limits.deadline_ms,
                            .limits = &w->limits};
    c->during = w->now_ms >= DOWN_MS && w->now_ms < UP_MS;
    w->offered += c->during;
    send(w, c);
}

static void run_due(world *w)
{
    for (am_timer *first;
         (first = am_heap_first(&w->timers)) != NULL && first->at_ms <= w->now_ms;) {
        call *c = AM_OWNER(first, call, timer);
        am_heap_unset(&w->timers, first);
        if (c->sent)
            answered(w, c);
        else
            due(w, c);
    }
}

static figures simulate(const outage *how, int engines, int64_t tokens)
{
    static world w;
    memset(&w, 0, sizeof w);
    w.random = 42;
    w.outage = how;
    am_limits_init(&w.limits);
    w.limits.budget_tokens = tokens;
    for (int i = 0; i < engines; i++)
        w.budgets[i].tokens = tokens;
    for (; w.now_ms < OFFERED_MS || w.timers.count > 0; w.now_ms++) {
        run_due(&w);
        if (w.now_ms < OFFERED_MS)
            offer(&w, engines);
    }
    am_heap_free(&w.timers);
    long during = 0, peak = 0;
    for (int s = DOWN_MS / 1000; s < UP_MS / 1000; s++)
        during += w.attempts[s];
    for (int s = UP_MS / 1000; s < OFFERED_MS / 1000; s++)
        peak = w.attempts[s] > peak ? w.attempts[s] : peak;
    return (figures){.amplification = (double)during / (double)w.offered,
                     .peak = (double)peak / 1000,
                     .served = (double)w.served / (double)w.offered};
}

/* Prints a row for each outage; true if all are within the bounds. */
static bool survey(int engines, int64_t tokens)
{
    bool good = true;
    print_message("# %3d engines, %lld tokens:\n", engines, (long long)tokens);
    for (size_t i = 0; i < COUNT(outages); i++) {
        figures f = simulate(&outages[i], engines, tokens);
        print_message("#   %-14s attempts/calls %.3f, peak %.2f x mean, served %.1f %%\n",
                      outages[i].name, f.amplification, f.peak, 100 * f.served);
        good = good && f.amplification <= 1.2 && f.peak <= 2.0;
    }
    return good;
}

static void one_busy_engine_adds_little_load_in_an_outage(void **state)
{
    (void)state;
    am_limits limits;
    am_limits_init(&limits);
    assert_true(survey(1, limits.budget_tokens));
}

/* Each has its own budget, so it must be small: the usual 500 would double the load. */
static void many_small_engines_add_little_load_in_an_outage(void **state)
{
    (void)state;
    am_limits limits;
    am_limits_init(&limits);
    survey(MOST_ENGINES, 500); /* for information */
    assert_true(survey(MOST_ENGINES, limits.budget_tokens));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_busy_engine_adds_little_load_in_an_outage),
        cmocka_unit_test(many_small_engines_add_little_load_in_an_outage),
    };
    return cmocka_run_group_tests_name("outage", tests, NULL, NULL);
}
