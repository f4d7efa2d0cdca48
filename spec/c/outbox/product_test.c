/* SPDX-License-Identifier: MIT */
/*
 * Claims over the product of states, holders, clocks, ages, flags and settings, against the policy
 * below: rules in words, the first that applies. A point is made so that its facts are known by
 * construction; nothing is computed from stamps.
 */
#include "rows.h"

#include <string.h>

/* ---- the policy ------------------------------------------------------------------------------ */

/* Facts about a point. */
enum {
    CLOSED = 1,
    HELD = 2,      /* by a living owner with time left, who is not me */
    LOOKED = 4,    /* by me, and my looks are done */
    DOUBT = 8,     /* on the wire, perhaps */
    NOT_DUE = 16,  /* wanted later */
    DRAFTS = 32,   /* the era without keys */
    RECORDED = 64, /* a draft is */
    GONE = 128,    /* and is no more there */
    BARE = 256,    /* no labels */
    OLD_CAUSE = 512,
    BLIND = 1024, /* first byte within T0, in this boot */
    CONFLICT = 2048,
    SPOILT = 4096, /* refused, gone or seen unsent */
    OLD_KEY = 8192,
    RESEND = 16384,
    QUIET = 32768,       /* H is over */
    EMPTY_ONCE = 65536,  /* a first empty look */
    EMPTY_LONG = 131072, /* and G is over */
    STAYED = 262144,     /* the draft is still there */
};

enum { NO_WEIGHT = -1 };

static const struct {
    const char *name;
    int yes, no;
    am_outbox_action action;
    int weight;
} policy[] = {
    {"closed", CLOSED, 0, AM_OUTBOX_DONE, NO_WEIGHT},
    {"1 held", HELD, LOOKED, AM_OUTBOX_BUSY, NO_WEIGHT},
    {"looked, in doubt", LOOKED | DOUBT, DRAFTS, AM_OUTBOX_SEND, NO_WEIGHT},
    {"the draft is there", LOOKED | DOUBT | DRAFTS, 0, AM_OUTBOX_SEND_DRAFT, NO_WEIGHT},
    {"not due", NOT_DUE, LOOKED, AM_OUTBOX_WAIT, NO_WEIGHT},
    {"2 a draft", DRAFTS | RECORDED, DOUBT, AM_OUTBOX_SEND_DRAFT, NO_WEIGHT},
    {"2 first look", OLD_CAUSE, DOUBT | BARE | LOOKED, AM_OUTBOX_LOOK, AM_OUTBOX_BEFORE},
    {"2 create", DRAFTS, DOUBT, AM_OUTBOX_CREATE, NO_WEIGHT},
    {"2 send", 0, DOUBT, AM_OUTBOX_SEND, NO_WEIGHT},
    {"4 a draft before H", DRAFTS, QUIET, AM_OUTBOX_WAIT, NO_WEIGHT},
    {"4 a draft after H", DRAFTS | RECORDED, GONE | STAYED, AM_OUTBOX_GET_DRAFT, NO_WEIGHT},
    {"3 blindly", BLIND, CONFLICT | SPOILT | DRAFTS, AM_OUTBOX_SEND, NO_WEIGHT},
    {"4 early", 0, BARE | QUIET | EMPTY_ONCE, AM_OUTBOX_LOOK, AM_OUTBOX_EARLY},
    {"4 first", 0, BARE | EMPTY_ONCE, AM_OUTBOX_LOOK, AM_OUTBOX_FIRST},
    {"4 between", 0, BARE | EMPTY_LONG, AM_OUTBOX_LOOK, AM_OUTBOX_EARLY},
    {"4 second", 0, BARE, AM_OUTBOX_LOOK, AM_OUTBOX_SECOND},
    {"bare, spoilt", SPOILT, 0, AM_OUTBOX_DONE, NO_WEIGHT},
    {"bare, the draft is there", STAYED, 0, AM_OUTBOX_SEND_DRAFT, NO_WEIGHT},
    {"bare, young", 0, OLD_KEY, AM_OUTBOX_SEND, NO_WEIGHT},
    {"bare, old, resend", RESEND, 0, AM_OUTBOX_SEND, NO_WEIGHT},
    {"bare, old", 0, 0, AM_OUTBOX_DONE, NO_WEIGHT},
};

/* ---- a point --------------------------------------------------------------------------------- */

enum { NOBODY, ME_LOOKED, ME_ANOTHER_CALL, LIVING, LIVING_TOO_LONG, DEAD, HOLDERS };
enum { GOOD_CLOCK, FAST_CLOCK, UNSET_CLOCK, SET_BACK_CLOCK, CLOCKS };
enum { FROM_BYTE, FROM_HOUR, FROM_22H, FROM_23H, AGES };
enum { PAST_H, BEFORE_H, PAST_FIRST, PAST_G, PROGRESS };

typedef struct point {
    int state, holder, clock, age, progress, flags, cause, due, era, other_boot;
} point;

static const int flag_sets[] = {
    0, AM_OUTBOX_CONFLICTED, AM_OUTBOX_DECLINED, AM_OUTBOX_SEEN, AM_OUTBOX_GONE, AM_OUTBOX_STAYED};
static const int64_t ages[AGES] = {T0 - 1, HOUR, 23 * HOUR - 1, 23 * HOUR};

static bool is_unsent(const point *p)
{
    return p->state == AM_OUTBOX_WAITING || p->state == AM_OUTBOX_DRAFTED;
}

static am_outbox_policy policy_of(const point *p)
{
    am_outbox_policy era = keyed;
    era.keyed = !(p->era & 1);
    era.labelled = !(p->era & 2);
    era.resend = p->era & 4;
    return era;
}

static am_outbox_now now_of(const point *p)
{
    am_outbox_now now = after(0);
    if (p->other_boot) {
        now.boot_id = 8;
        now.boot_ms = now.real_ms = 5000;
    }
    if (p->clock == FAST_CLOCK)
        now.wall_ms += 48 * HOUR;
    if (p->clock == UNSET_CLOCK)
        now.wall_ms = 1000;
    if (p->clock == SET_BACK_CLOCK)
        now.newest_ms = now.wall_ms + HOUR;
    return now;
}

static am_outbox_row row_of(const point *p, const am_outbox_now *now)
{
    am_outbox_row row = put_row();
    row.state = p->state;
    row.draft_id = p->era & 1 && p->state != AM_OUTBOX_WAITING ? "d" : NULL;
    row.due_ms = now->wall_ms + (p->due ? 5000 : 0);
    row.caused = p->cause == 2 ? NEVER : stamp(p->cause ? -23 * HOUR : -23 * HOUR + 1);
    if (!is_unsent(p)) {
        static const int64_t last[] = {H, H - 1, H + G, H + G}, empty[] = {-1, -1, G - 1, G};
        row.first_wire = stamp(-ages[p->age]);
        row.last_wire = stamp(-last[p->progress]);
        row.empty_look = empty[p->progress] < 0 ? NEVER : stamp(-empty[p->progress]);
        row.flags = AM_OUTBOX_DOUBT | flag_sets[p->flags];
    }
    if (p->holder != NOBODY) {
        row.owner = p->holder <= ME_ANOTHER_CALL ? ME : OTHER;
        row.epoch = 1;
        row.lease_ms = UP + (p->holder == LIVING_TOO_LONG ? 0 : 1);
        row.flags |= p->holder <= ME_ANOTHER_CALL ? AM_OUTBOX_LOOKED : 0;
    }
    return row;
}

/* A point that cannot be, because of its state. */
static bool is_void(const point *p)
{
    bool sending = p->state == AM_OUTBOX_SENDING;
    return (sending && (p->holder <= ME_ANOTHER_CALL || p->progress > BEFORE_H)) ||
           (is_unsent(p) && (p->age || p->progress || p->flags)) ||
           (flag_sets[p->flags] == AM_OUTBOX_STAYED && (sending || !(p->era & 1))) ||
           (p->state == AM_OUTBOX_DRAFTED && !(p->era & 1)) || (!is_unsent(p) && p->cause) ||
           (p->state >= AM_OUTBOX_SENT && (p->age || p->progress || p->flags || p->due));
}

static int facts_of(const point *p)
{
    bool unusable = p->clock >= UNSET_CLOCK, boot = p->other_boot;
    bool sending = p->state == AM_OUTBOX_SENDING;
    int spoilt = flag_sets[p->flags] & ~(AM_OUTBOX_CONFLICTED | AM_OUTBOX_STAYED);
    int facts = p->era & 1 ? DRAFTS : 0;
    facts |= (p->era & 2 ? BARE : 0) | (p->era & 4 ? RESEND : 0);
    facts |= p->state >= AM_OUTBOX_SENT ? CLOSED : 0;
    facts |= p->holder == ME_LOOKED && !boot ? LOOKED : 0;
    facts |= (p->holder == LIVING || p->holder == ME_ANOTHER_CALL) && !boot ? HELD : 0;
    facts |= !is_unsent(p) ? DOUBT : 0;
    facts |= p->due && !sending ? NOT_DUE : 0; /* a broken send is due at once */
    facts |= p->era & 1 && p->state != AM_OUTBOX_WAITING ? RECORDED : 0;
    facts |= p->cause || unusable || p->clock == FAST_CLOCK ? OLD_CAUSE : 0;
    if (is_unsent(p))
        return facts;
    bool old = p->age == FROM_23H || unusable || p->clock == FAST_CLOCK;
    int64_t trusted = p->era & 2 ? FROM_22H : FROM_BYTE; /* without labels, the key alone */
    facts |= old ? OLD_KEY : 0;
    facts |= p->age <= trusted && !old && !boot ? BLIND : 0;
    facts |= flag_sets[p->flags] == AM_OUTBOX_CONFLICTED ? CONFLICT : 0;
    facts |= spoilt ? SPOILT : 0;
    facts |= flag_sets[p->flags] == AM_OUTBOX_GONE ? GONE : 0;
    facts |= flag_sets[p->flags] == AM_OUTBOX_STAYED ? STAYED : 0;
    /* A broken send, and another boot, begin H anew. */
    facts |= !sending && !boot && p->progress != BEFORE_H ? QUIET : 0;
    facts |= !boot && p->progress >= PAST_FIRST ? EMPTY_ONCE : 0;
    facts |= !boot && p->progress == PAST_G ? EMPTY_LONG : 0;
    return facts;
}

/* ---- the comparison -------------------------------------------------------------------------- */

static uint64_t points, rules_used[COUNT(policy)];

static void check(const point *p)
{
    am_outbox_policy era = policy_of(p);
    am_outbox_now now = now_of(p);
    am_outbox_row row = row_of(p, &now);
    am_outbox_worker me = {.owner = ME, .epoch = 1, .owner_lives = p->holder != DEAD};
    me.holding = p->holder == ME_LOOKED ? row.version : 0;
    int facts = facts_of(p);
    size_t rule = 0;
    while ((facts & policy[rule].yes) != policy[rule].yes || facts & policy[rule].no)
        rule++;
    am_outbox_step job = am_row_claim(&row, &era, &me, &now);
    if (job.action != policy[rule].action ||
        (policy[rule].weight != NO_WEIGHT && (int)job.weight != policy[rule].weight))
        fail_msg("rule %s: action %d, weight %d; state %d holder %d clock %d age %d progress %d "
                 "flags %d cause %d due %d era %d boot %d",
                 policy[rule].name, job.action, (int)job.weight, p->state, p->holder, p->clock,
                 p->age, p->progress, flag_sets[p->flags], p->cause, p->due, p->era, p->other_boot);
    bool goes_out = job.action >= AM_OUTBOX_SEND;
    assert_true((job.not_after_ms > now.real_ms) == goes_out);
    assert_true(!goes_out || (job.write && row.owner == ME && row.boot_id == now.boot_id));
    assert_true((row.state == AM_OUTBOX_SENDING) ==
                (job.action == AM_OUTBOX_SEND || job.action == AM_OUTBOX_SEND_DRAFT ||
                 (job.action == AM_OUTBOX_BUSY && p->state == AM_OUTBOX_SENDING)));
    points++;
    rules_used[rule]++;
}

static void each_claim_is_as_the_policy_says(void **state)
{
    (void)state;
    static const int sizes[] = {AM_OUTBOX_STATES, HOLDERS, CLOCKS, AGES, PROGRESS,
                                COUNT(flag_sets), 3,       2,      8,    2};
    int at[COUNT(sizes)] = {AM_OUTBOX_WAITING};
    for (size_t digit = 0; digit < COUNT(sizes);) {
        point p;
        memcpy(&p, at, sizeof p);
        if (!is_void(&p))
            check(&p);
        for (digit = 0; digit < COUNT(sizes) && ++at[digit] == sizes[digit]; digit++)
            at[digit] = digit == 0 ? AM_OUTBOX_WAITING : 0;
    }
    print_message("# %llu points\n", (unsigned long long)points);
    for (size_t rule = 0; rule < COUNT(policy); rule++)
        if (rules_used[rule] == 0)
            fail_msg("no point for rule %s", policy[rule].name);
}

/* What an event means after each request, over all that may have been before: nothing ever says
 * `refused` once a send was in doubt, or sends what was refused, seen or gone. */
static void no_settle_forgets_doubt(void **state)
{
    (void)state;
    for (int bits = 0; bits < 256 * (int)COUNT(flag_sets); bits++) {
        for (int event = 0; event < AM_OUTBOX_EVENTS; event++) {
            for (int action = AM_OUTBOX_SEND; action < AM_OUTBOX_ACTIONS; action++) {
                am_outbox_policy era = bits & 1 ? drafts() : keyed;
                era.resend = bits & 2;
                int flags = flag_sets[bits >> 8] | AM_OUTBOX_DOUBT;
                am_outbox_row row = doubtful_row();
                row.flags = flags;
                row.draft_id = bits & 1 ? "d" : NULL;
                row.first_wire = stamp(bits & 16 ? -23 * HOUR : -HOUR);
                bool is_send = action == AM_OUTBOX_SEND || action == AM_OUTBOX_SEND_DRAFT;
                if (action == AM_OUTBOX_CREATE)
                    continue;
                row.state = is_send ? AM_OUTBOX_SENDING : AM_OUTBOX_DOUBTFUL;
                am_outbox_step job = {.action = (am_outbox_action)action,
                                      .version = row.version,
                                      .weight = (am_outbox_weight)(bits >> 5 & 3)};
                am_outbox_seen seen = saw((am_outbox_event)event);
                seen.told = bits & 128;
                settle_as(&row, &era, &job, seen, 20 * MIN);
                bool listed = is_send ? event == AM_OUTBOX_OK
                                      : action == AM_OUTBOX_LOOK && event == AM_OUTBOX_FOUND;
                assert_true((row.state == AM_OUTBOX_SENT) == listed);
                if (!listed && is_send && event > AM_OUTBOX_NO_DRAFT)
                    continue; /* no such event */
                assert_true(listed || row.state == AM_OUTBOX_DOUBTFUL ||
                            row.state == AM_OUTBOX_UNKNOWN);
                assert_true((row.flags & AM_OUTBOX_DOUBT) || listed);
                if (row.flags & AM_OUTBOX_LOOKED)
                    assert_false(flags & (AM_OUTBOX_DECLINED | AM_OUTBOX_SEEN | AM_OUTBOX_GONE) &&
                                 job.weight != AM_OUTBOX_BEFORE);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_claim_is_as_the_policy_says),
        cmocka_unit_test(no_settle_forgets_doubt),
    };
    return cmocka_run_group_tests_name("outbox: product", tests, NULL, NULL);
}
