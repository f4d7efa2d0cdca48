/* SPDX-License-Identifier: MIT */
/* The steps of workers: put, claim, guard, wire, settle, crash. Rows go to csrc/outbox/ and back.
 */
#include "model.h"

#include <stddef.h>
#include <string.h>

#include "outbox/age.h"

enum { BASE = 200000, BUILT = 100000, UPTIME = 60000, NONE = INT32_MIN };

static const char *const draft_ids[] = {NULL, "1", "2", "3"};

/* ---- between the model and the product ------------------------------------------------------- */

static am_outbox_policy policy_of(const config *c)
{
    return (am_outbox_policy){.keyed = !c->drafts,
                              .labelled = !c->bare,
                              .resend = c->resend,
                              .blind_ms = T0 * UNIT_MS,
                              .horizon_ms = H * UNIT_MS,
                              .grace_ms = G * UNIT_MS,
                              .built_ms = (int64_t)BUILT * UNIT_MS};
}

/* The first file's host has the clocks that jump; a second host's are right. */
static am_outbox_now now_of(const state *s, int file)
{
    int64_t wall = BASE + s->now + (file == 0 ? s->wall_off : 0);
    int64_t boot = s->now + (s->boot == 0 || file ? UPTIME : 1 - s->booted_at);
    return (am_outbox_now){.wall_ms = wall * UNIT_MS,
                           .boot_ms = boot * UNIT_MS,
                           .real_ms = boot * UNIT_MS,
                           .boot_id = 1 + (file == 0 ? s->boot : 0),
                           .newest_ms = (int64_t)s->newest[file] * UNIT_MS};
}

static int64_t to_ms(int32_t units)
{
    return units == NONE ? -1 : (int64_t)units * UNIT_MS;
}

static int32_t to_units(int64_t ms)
{
    return ms == -1 ? NONE : (int32_t)(ms / UNIT_MS);
}

static am_outbox_stamp to_stamp(const int32_t *at)
{
    return (am_outbox_stamp){to_ms(at[0]), to_ms(at[1])};
}

static void from_stamp(int32_t *at, am_outbox_stamp stamp)
{
    at[0] = to_units(stamp.wall);
    at[1] = to_units(stamp.boot);
}

/* The row is always due: when it is looked at is no question of safety. */
static am_outbox_row unpack(const row_state *row, const am_outbox_now *now)
{
    return (am_outbox_row){.version = 1,
                           .state = row->state,
                           .flags = row->flags,
                           .due_ms = now->wall_ms,
                           .created_ms = now->wall_ms,
                           .caused = to_stamp(row->caused),
                           .first_wire = to_stamp(row->first),
                           .last_wire = to_stamp(row->last),
                           .empty_look = to_stamp(row->empty),
                           .lease_ms = to_ms(row->lease),
                           .owner = row->owner,
                           .epoch = row->epoch,
                           .boot_id = row->boot,
                           .draft_id = draft_ids[row->draft]};
}

static void pack(row_state *to, const am_outbox_row *row)
{
    static const am_outbox_stamp never = {-1, -1};
    bool open = am_row_is_open(row);
    memset(to, 0, sizeof *to);
    to->state = (uint8_t)row->state;
    from_stamp(to->caused, open && row->first_wire.wall < 0 ? row->caused : never);
    from_stamp(to->first, open ? row->first_wire : never);
    from_stamp(to->last, open ? row->last_wire : never);
    from_stamp(to->empty, open ? row->empty_look : never);
    to->lease = open ? to_units(row->lease_ms) : NONE;
    if (!open)
        return;
    to->flags = (int16_t)(row->flags & ~AM_OUTBOX_ASKED);
    to->owner = (uint8_t)row->owner;
    to->epoch = (uint8_t)row->epoch;
    to->boot = (uint8_t)row->boot_id;
    to->draft = row->draft_id ? (uint8_t)(row->draft_id[0] - '0') : 0;
}

/* Commits a row: the versions that others hold are old from now on. */
static void commit(state *s, const config *c, int who, const am_outbox_row *row)
{
    int file = file_of(c, who);
    am_outbox_now now = now_of(s, file);
    pack(&s->rows[file], row);
    for (int w = 0; w < c->workers; w++)
        if (file_of(c, w) == file)
            s->workers[w].fresh = w == who;
    int32_t wall = (int32_t)(now.wall_ms / UNIT_MS);
    s->newest[file] = wall > s->newest[file] ? wall : s->newest[file];
}

static void idle(worker_state *worker)
{
    uint8_t fresh = worker->fresh;
    memset(worker, 0, sizeof *worker);
    worker->fresh = fresh;
}

/* The mail has left, and can be found, or, if this file sent it, will be soon. */
static bool is_intact(const state *s, int file)
{
    bool soon = s->unseen && s->copies[file] > 0;
    return copies_of(s) > 0 && s->label && (s->listed || soon) && !s->stored_unsent;
}

/* `unknown` must be true and have a reason: the mail was not to be found, and either the key is
 * old, or the service refused it since, or left it unsent, or its draft went with it. What happens
 * between the last look and its record is no fault of the look: another host may send. */
static void explain(state *s, const config *c, search *to, int file, const am_outbox_row *row,
                    bool overlooked)
{
    am_outbox_policy policy = policy_of(c);
    am_outbox_now now = now_of(s, file);
    int why = row->flags & AM_OUTBOX_DECLINED                                       ? WHY_REFUSED
              : row->flags & AM_OUTBOX_SEEN                                         ? WHY_UNSENT
              : row->draft_id && s->drafts[row->draft_id[0] - '1'] == DRAFT_LEAVING ? WHY_UNSENT
              : row->flags & AM_OUTBOX_GONE                                         ? WHY_GONE
              : am_age_most(row->first_wire, &policy, &now) >= AM_OUTBOX_AGE && !c->drafts ? WHY_AGE
                                                                                           : WHYS;
    if (overlooked)
        s->wrong = UNKNOWN_SENT;
    else if (why == WHYS || (why == WHY_UNSENT && !s->stored_unsent && !row->draft_id) ||
             (why == WHY_GONE && copies_of(s) == 0))
        s->wrong = UNEXPLAINED;
    else
        count_unknown(to, why);
}

/* ---- claim and settle ------------------------------------------------------------------------ */

static void put(const state *s, const config *c, search *to, int who)
{
    state n = *s;
    am_outbox_now now = now_of(s, file_of(c, who));
    am_outbox_policy policy = policy_of(c);
    am_outbox_row row = {0}, fresh = {.label = "l", .caused = {(int64_t)BASE * UNIT_MS, -1}};
    am_row_put(&row, &fresh, false, &policy, &now);
    commit(&n, c, who, &row);
    emit(to, &n, "puts the row", who, 0);
}

static void claim(const state *s, const config *c, search *to, int who)
{
    state n = *s;
    int file = file_of(c, who);
    am_outbox_now now = now_of(s, file);
    am_outbox_policy policy = policy_of(c);
    am_outbox_row row = unpack(&s->rows[file], &now);
    am_outbox_worker me = {.owner = who + 1,
                           .epoch = 1,
                           .holding = s->workers[who].fresh ? row.version : 0,
                           .time_ms = WORK_TIME * UNIT_MS,
                           .owner_lives = s->rows[file].epoch == 1};
    am_outbox_step job = am_row_claim(&row, &policy, &me, &now);
    bool works = job.action > AM_OUTBOX_WAIT;
    bool marks = !(c->late_mark && row.state == AM_OUTBOX_SENDING);
    if (job.write && marks) {
        if (row.state == AM_OUTBOX_UNKNOWN)
            explain(&n, c, to, file, &row, is_intact(s, file));
        commit(&n, c, who, &row);
    }
    if (works) {
        worker_state *worker = &n.workers[who];
        worker->phase = HAS_JOB;
        worker->action = (uint8_t)job.action;
        worker->weight = (uint8_t)job.weight;
        worker->not_after =
            (int32_t)(job.not_after_ms > INT64_C(1000000000000) ? INT32_MAX
                                                                : job.not_after_ms / UNIT_MS);
        worker->blind =
            (int32_t)(job.blind_ms > INT64_C(1000000000000) ? INT32_MAX : job.blind_ms / UNIT_MS);
        worker->first_byte = -1;
        worker->draft = n.rows[file].draft;
        worker->marked = marks;
    }
    if (works || job.write)
        emit(to, &n, "claims, to", who, (int)job.action);
}

static bool looks(const worker_state *worker)
{
    return worker->action == AM_OUTBOX_LOOK || worker->action == AM_OUTBOX_GET_DRAFT;
}

static void settle(const state *s, const config *c, search *to, int who)
{
    state n = *s;
    int file = file_of(c, who);
    const worker_state *worker = &s->workers[who];
    am_outbox_now now = now_of(s, file);
    am_outbox_policy policy = policy_of(c);
    am_outbox_row row = unpack(&s->rows[file], &now);
    if (!worker->marked && worker->fresh) /* the late mark comes with it */
        row.state = AM_OUTBOX_SENDING;
    am_outbox_step job = {.action = (am_outbox_action)worker->action,
                          .weight = (am_outbox_weight)worker->weight,
                          .version = worker->fresh ? row.version : row.version + 1};
    am_outbox_seen seen = {.event = (am_outbox_event)worker->event,
                           .doubt = worker->doubt,
                           .told = true,
                           .not_before_ms = -1,
                           .draft_id = draft_ids[worker->draft]};
    am_outbox_write write = am_row_settle(&row, &policy, &job, &seen, &now);
    if (write != AM_OUTBOX_LATE) {
        if (row.state == AM_OUTBOX_UNKNOWN)
            explain(&n, c, to, file, &row, looks(worker) ? worker->overlooked : is_intact(s, file));
        commit(&n, c, who, &row);
    }
    idle(&n.workers[who]);
    emit(to, &n, "settles event:", who, worker->event);
}

/* ---- the wire -------------------------------------------------------------------------------- */

static bool guard_passes(const state *s, const config *c, const worker_state *worker, int who)
{
    am_outbox_now now = now_of(s, file_of(c, who));
    return now.real_ms < (int64_t)worker->not_after * UNIT_MS &&
           (worker->first_byte < 0 || s->now - worker->first_byte < worker->blind);
}

static void wire(const state *s, const config *c, search *to, int who)
{
    int slot = 0;
    while (slot < REQUESTS && s->requests[slot].place != NOWHERE)
        slot++;
    if (slot == REQUESTS || s->sends >= c->sends)
        return;
    state n = *s;
    worker_state *worker = &n.workers[who];
    worker->phase = IS_OUT;
    worker->slot = (uint8_t)slot;
    if (worker->first_byte < 0)
        worker->first_byte = s->now;
    n.requests[slot] = (request){.sent_at = s->now,
                                 .place = NETWORK,
                                 .action = worker->action,
                                 .draft = worker->draft,
                                 .file = (uint8_t)file_of(c, who)};
    n.sends++;
    emit(to, &n, "sends request", who, slot);
}

static void see(const state *s, const config *c, search *to, int who, am_outbox_event event)
{
    state n = *s;
    n.workers[who].phase = HAS_SEEN;
    n.workers[who].event = (uint8_t)event;
    n.workers[who].overlooked = looks(&s->workers[who]) && is_intact(s, file_of(c, who));
    emit(to, &n, "sees event:", who, (int)event);
}

static void do_job(const state *s, const config *c, search *to, int who)
{
    const worker_state *worker = &s->workers[who];
    if (worker->action == AM_OUTBOX_LOOK) {
        bool found = s->listed && s->label;
        see(s, c, to, who,
            !found             ? AM_OUTBOX_EMPTY
            : s->stored_unsent ? AM_OUTBOX_FOUND_UNSENT
                               : AM_OUTBOX_FOUND);
        return;
    }
    if (worker->action == AM_OUTBOX_GET_DRAFT) {
        int draft = s->drafts[worker->draft - 1];
        see(s, c, to, who,
            draft == DRAFT_THERE     ? AM_OUTBOX_THERE
            : draft == DRAFT_LEAVING ? AM_OUTBOX_LEAVING
                                     : AM_OUTBOX_NO_DRAFT);
        return;
    }
    see(s, c, to, who, worker->first_byte < 0 ? AM_OUTBOX_UNSENT : AM_OUTBOX_LOST);
    if (!guard_passes(s, c, worker, who))
        return;
    wire(s, c, to, who);
    if (c->r5) {
        state n = *s;
        n.workers[who].phase = FROZEN_AT_WIRE;
        emit(to, &n, "passes the guard and freezes", who, 0);
    }
}

static void await(const state *s, const config *c, search *to, int who)
{
    const worker_state *worker = &s->workers[who];
    const request *out = &s->requests[worker->slot];
    state n = *s;
    worker_state *me = &n.workers[who];
    if (out->place == ANSWERED) {
        me->phase = HAS_SEEN;
        me->event = out->event;
        me->draft = out->draft;
        memset(&n.requests[worker->slot], 0, sizeof(request));
        if (c->forget_draft && out->action == AM_OUTBOX_CREATE && out->event == AM_OUTBOX_OK) {
            me->phase = HAS_JOB; /* goes on to send it, and records the draft later */
            me->action = AM_OUTBOX_SEND_DRAFT;
            me->first_byte = -1;
        }
        emit(to, &n, "gets an answer, event:", who, out->event);
        n = *s;
        memset(&n.requests[worker->slot], 0, sizeof(request));
    }
    me->phase = HAS_JOB;
    me->slot = 0;
    me->doubt = true;
    emit(to, &n, "waits no longer for an answer", who, 0);
}

static void crash(const state *s, const config *c, search *to, int who)
{
    state n = *s;
    row_state *row = &n.rows[file_of(c, who)];
    const worker_state *worker = &s->workers[who];
    if (worker->phase == IS_OUT && s->requests[worker->slot].place == ANSWERED)
        memset(&n.requests[worker->slot], 0, sizeof(request));
    if (row->owner == who + 1)
        row->epoch = 0;
    else if (worker->phase == IDLE)
        return;
    memset(&n.workers[who], 0, sizeof(worker_state));
    n.crashes++;
    emit(to, &n, "is killed", who, 0);
}

static void cancel(const state *s, const config *c, search *to, int who)
{
    state n = *s;
    int file = file_of(c, who);
    am_outbox_now now = now_of(s, file);
    am_outbox_row row = unpack(&s->rows[file], &now);
    am_outbox_worker me = {.owner = who + 1, .epoch = 1, .owner_lives = s->rows[file].epoch == 1};
    if (!am_row_cancel(&row, &me, &now))
        return;
    commit(&n, c, who, &row);
    emit(to, &n, "cancels the row", who, 0);
}

void worker_steps(const state *s, const config *c, search *to)
{
    for (int who = 0; who < c->workers; who++) {
        const row_state *row = &s->rows[file_of(c, who)];
        switch (s->workers[who].phase) {
        case IDLE:
            if (row->state == AM_OUTBOX_NONE)
                put(s, c, to, who);
            else if (row->state < AM_OUTBOX_SENT)
                claim(s, c, to, who);
            if (c->cancels)
                cancel(s, c, to, who);
            break;
        case HAS_JOB:
            do_job(s, c, to, who);
            break;
        case FROZEN_AT_WIRE:
            wire(s, c, to, who);
            break;
        case IS_OUT:
            await(s, c, to, who);
            break;
        default:
            settle(s, c, to, who);
        }
        if (s->crashes < c->crashes)
            crash(s, c, to, who);
    }
}
