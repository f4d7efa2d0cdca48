/* SPDX-License-Identifier: MIT */
/*
 * Explores all states of a configuration, in one of two ways:
 *   wide   breadth first, states kept whole, so that a violation has a shortest trace
 *   deep   depth first, of each state a 64-bit fingerprint is kept: after n states, the chance that
 *          one was taken for another is n*n / 2^65
 *     model wide|deep [CONFIGURATION | GROUP ...]      none: all
 */
#include "model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configs.h"

enum { MOST_WIDE = 4000000 };

struct search {
    const config *c;
    bool wide;
    const state *target; /* of a trace: the step to it is printed */
    uint64_t *seen;      /* fingerprints; wide: with the number of the state in `at` */
    uint32_t *at;
    size_t count, slots;
    state *states; /* wide: all; deep: the stack */
    uint32_t *parents, parent;
    size_t kept, room;
    uint64_t steps, unknown[WHYS];
    int found; /* what is wrong, if anything; the state is the last of `states` */
    bool full, bounded;
};

static void *must(void *memory)
{
    if (!memory) {
        fprintf(stderr, "model: out of memory\n");
        exit(2);
    }
    return memory;
}

static uint64_t fingerprint(const state *s)
{
    uint64_t hash = 0x9e3779b97f4a7c15, word;
    const unsigned char *bytes = (const unsigned char *)s;
    for (size_t i = 0; i < sizeof *s; i += 8) {
        size_t size = sizeof *s - i < 8 ? sizeof *s - i : 8;
        word = 0;
        memcpy(&word, bytes + i, size);
        hash = (hash ^ word) * 0xff51afd7ed558ccd;
        hash ^= hash >> 32;
    }
    hash *= 0xc4ceb9fe1a85ec53;
    hash ^= hash >> 29;
    return hash ? hash : 1;
}

static void grow(search *to)
{
    size_t slots = to->slots ? to->slots * 2 : (size_t)1 << 20;
    uint64_t *seen = must(calloc(slots, sizeof *seen));
    uint32_t *at = to->wide ? must(malloc(slots * sizeof *at)) : NULL;
    for (size_t i = 0; i < to->slots; i++) {
        if (to->seen[i] == 0)
            continue;
        size_t slot = to->seen[i] & (slots - 1);
        while (seen[slot])
            slot = (slot + 1) & (slots - 1);
        seen[slot] = to->seen[i];
        if (at)
            at[slot] = to->at[i];
    }
    free(to->seen);
    free(to->at);
    to->seen = seen;
    to->at = at;
    to->slots = slots;
}

/* True if the state is new. */
static bool enter(search *to, const state *s)
{
    if (to->count * 4 >= to->slots * 3)
        grow(to);
    uint64_t print = fingerprint(s);
    size_t slot = print & (to->slots - 1);
    for (; to->seen[slot]; slot = (slot + 1) & (to->slots - 1))
        if (to->seen[slot] == print &&
            (!to->wide || memcmp(&to->states[to->at[slot]], s, sizeof *s) == 0))
            return false;
    to->seen[slot] = print;
    if (to->wide)
        to->at[slot] = (uint32_t)to->kept;
    to->count++;
    return true;
}

static void keep(search *to, const state *s)
{
    if (to->kept == to->room) {
        to->room = to->room ? to->room * 2 : 1024;
        to->states = must(realloc(to->states, to->room * sizeof *s));
        if (to->wide)
            to->parents = must(realloc(to->parents, to->room * sizeof *to->parents));
    }
    if (to->wide)
        to->parents[to->kept] = to->parent;
    memcpy(&to->states[to->kept++], s, sizeof *s);
}

void count_unknown(search *to, int why)
{
    to->unknown[why]++;
}

static const char *const state_words[] = {"none", "waiting", "sending",   "doubtful",  "drafted",
                                          "sent", "refused", "cancelled", "key_taken", "unknown"};
static const char *const actions[] = {"done", "busy",   "wait",       "send",
                                      "look", "create", "read draft", "send draft"};
static const char *const events[] = {
    "ok",       "unsent", "refused",      "barred", "mismatch",    "409",           "lost",
    "no draft", "found",  "found unsent", "empty",  "draft there", "draft leaving", "failed"};

static void print_step(const config *c, const state *next, const char *say, int who, int what)
{
    if (who < 0) {
        printf("#   %s %d\n", say, what);
        return;
    }
    printf("#   worker %d %s ", who + 1, say);
    if (strstr(say, "claims"))
        printf("%s", actions[what]);
    else if (strstr(say, "event"))
        printf("%s", events[what]);
    else
        printf("%d", what);
    printf("; row %s\n", state_words[next->rows[file_of(c, who)].state]);
}

void emit(search *to, const state *next, const char *say, int who, int what)
{
    if (to->target) {
        if (to->full || memcmp(to->target, next, sizeof *next) != 0)
            return;
        print_step(to->c, next, say, who, what);
        to->full = true; /* once */
        return;
    }
    to->steps++;
    if (to->found || !enter(to, next))
        return;
    keep(to, next);
    to->found = judge(next, to->c);
}

static void begin(state *s, const config *c)
{
    memset(s, 0, sizeof *s);
    s->newest[0] = s->newest[1] = 1;
    s->now = c->start;
}

static void expand(search *to, const state *s)
{
    worker_steps(s, to->c, to);
    world_steps(s, to->c, to);
}

static void trace(search *to)
{
    size_t depth = 0, path[1000];
    for (size_t at = to->kept - 1; at != 0 && depth < 1000; at = to->parents[at])
        path[depth++] = at;
    while (depth-- > 0) {
        state from, next;
        memcpy(&from, &to->states[to->parents[path[depth]]], sizeof from);
        memcpy(&next, &to->states[path[depth]], sizeof next);
        to->target = &next;
        to->full = false;
        expand(to, &from);
    }
    to->target = NULL;
}

static void explore(search *to)
{
    state s;
    begin(&s, to->c);
    enter(to, &s);
    keep(to, &s);
    for (size_t next = 0; !to->found && (to->wide ? next < to->kept : to->kept > 0);) {
        to->parent = (uint32_t)next;
        memcpy(&s, to->wide ? &to->states[next++] : &to->states[--to->kept], sizeof s);
        expand(to, &s);
        to->full = to->wide && to->kept > MOST_WIDE;
        to->bounded = !to->wide && to->c->most && to->count >= to->c->most;
        if (to->full || to->bounded)
            break;
    }
}

static const char *const wrongs[] = {
    [RIGHT] = "none",
    [TWO_COPIES] = "two copies",
    [APPLIED_UNSENT] = "`sent` without a copy",
    [REFUSED_SENT] = "told as not applied, and there is a copy",
    [WAITING_SENT] = "proven unsent, and there is a copy",
    [UNEXPLAINED] = "`unknown` without a reason",
    [WITNESS] = "`unknown` of a mail that was sent",
    [UNKNOWN_SENT] = "`unknown` although the mail can be found",
};

/* Prints one line, and a trace if there is one; true: as expected. */
static bool check(int number, const config *c, int expected, bool wide, uint64_t *states)
{
    search to = {.c = c, .wide = wide};
    grow(&to);
    explore(&to);
    bool good = to.found == expected && !(to.full && !to.found);
    *states += to.count;
    printf("%s %d - %s: %zu states, %" PRIu64 " steps%s; violation: %s; unknown: age %" PRIu64
           ", refused %" PRIu64 ", stored %" PRIu64 ", gone %" PRIu64 "\n",
           good ? "ok" : "not ok", number, c->name, to.count, to.steps,
           to.full      ? " (stopped: too many for breadth first)"
           : to.bounded ? " (its bound)"
                        : " (all)",
           wrongs[to.found], to.unknown[WHY_AGE], to.unknown[WHY_REFUSED], to.unknown[WHY_UNSENT],
           to.unknown[WHY_GONE]);
    if (to.found && wide)
        trace(&to);
    fflush(stdout);
    free(to.seen);
    free(to.at);
    free(to.states);
    free(to.parents);
    return good;
}

static bool is_named(size_t i, int argc, char **argv)
{
    for (int arg = 2; arg < argc; arg++)
        if (strcmp(argv[arg], configs[i].config.name) == 0 ||
            strcmp(argv[arg], configs[i].group) == 0)
            return true;
    return argc <= 2;
}

int main(int argc, char **argv)
{
    bool deep = argc > 1 && strcmp(argv[1], "deep") == 0;
    int failed = 0, ran = 0;
    uint64_t states = 0;
    for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++)
        if (is_named(i, argc, argv))
            failed += !check(++ran, &configs[i].config, configs[i].expected, !deep, &states);
    printf("# %" PRIu64 " states\n", states);
    if (deep && argc > 2 && strcmp(argv[2], "ci") == 0) {
        printf("%s %d - a million states at least\n", states >= 1000000 ? "ok" : "not ok", ++ran);
        failed += states < 1000000;
    }
    printf("1..%d\n", ran);
    return failed > 0 || ran == 0;
}
