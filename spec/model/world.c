/* SPDX-License-Identifier: MIT */
/* The steps of everything else: network, service, people, clocks, and time. */
#include "model.h"

#include <string.h>

static bool is_awaited(const state *s, int slot)
{
    for (int w = 0; w < WORKERS; w++)
        if (s->workers[w].phase == IS_OUT && s->workers[w].slot == slot)
            return true;
    return false;
}

/* The end of a request: its answer, if anyone waits for it; LOST is a broken connection. */
static void answer(state *s, int slot, am_outbox_event event)
{
    request *r = &s->requests[slot];
    if (is_awaited(s, slot)) {
        r->place = ANSWERED;
        r->event = (uint8_t)event;
        r->sent_at = 0;
    } else {
        memset(r, 0, sizeof *r);
    }
}

static bool key_is_forgotten(const state *s)
{
    return s->key == KEY_FREE || (s->key == KEY_DONE && s->now - s->key_since >= KEY_LIFE);
}

/* ---- the service ----------------------------------------------------------------------------- */

/* Mail and label are stored with the hand-off at the latest; the list shows them later. */
static void hand_off(state *n, const config *c, int slot)
{
    request *r = &n->requests[slot];
    n->copies[r->file]++;
    n->listed = n->stored_unsent = 0;
    n->label = !c->bare;
    n->unseen = 1;
    n->handed_at = n->now;
    r->place = HANDED;
    if (c->drafts && !c->torn)
        n->drafts[r->draft - 1] = DRAFT_SENT;
}

static void arrive_send(state *n, int slot)
{
    if (key_is_forgotten(n)) {
        n->key = KEY_BUSY;
        n->key_since = 0;
        n->requests[slot].place = AT_WORK;
    } else {
        answer(n, slot, n->key == KEY_DONE ? AM_OUTBOX_OK : AM_OUTBOX_CONFLICT);
    }
}

/* A client_id names a draft only as long as that is there: the worse of two readings of the
 * documentation. False: no room in the model. */
static bool arrive_create(state *n, int slot)
{
    int draft = 0;
    while (draft < DRAFTS && n->drafts[draft] != DRAFT_THERE && n->drafts[draft] != DRAFT_LEAVING)
        draft++;
    if (draft == DRAFTS)
        for (draft = 0; draft < DRAFTS && n->drafts[draft] != NO_DRAFT; draft++)
            ;
    if (draft == DRAFTS)
        return false;
    if (n->drafts[draft] == NO_DRAFT)
        n->drafts[draft] = DRAFT_THERE;
    n->requests[slot].draft = (uint8_t)(draft + 1);
    answer(n, slot, AM_OUTBOX_OK);
    return true;
}

static void arrive_send_draft(state *n, const config *c, int slot)
{
    uint8_t *draft = &n->drafts[n->requests[slot].draft - 1];
    if (*draft == DRAFT_THERE) {
        n->requests[slot].place = AT_WORK;
        if (c->marks)
            *draft = DRAFT_LEAVING;
        if (!c->two_step && !c->marks)
            hand_off(n, c, slot);
    } else {
        answer(n, slot, *draft == DRAFT_LEAVING ? AM_OUTBOX_CONFLICT : AM_OUTBOX_NO_DRAFT);
    }
}

static void arrive(const state *s, const config *c, search *to, int slot)
{
    state n = *s;
    answer(&n, slot, AM_OUTBOX_LOST);
    emit(to, &n, "the network loses request", -1, slot);
    if (s->refusals < c->refusals) {
        n = *s;
        n.refusals++;
        answer(&n, slot, AM_OUTBOX_DECLINE);
        emit(to, &n, "the service refuses request", -1, slot);
    }
    n = *s;
    bool room = true;
    if (s->requests[slot].action == AM_OUTBOX_SEND)
        arrive_send(&n, slot);
    else if (s->requests[slot].action == AM_OUTBOX_CREATE)
        room = arrive_create(&n, slot);
    else
        arrive_send_draft(&n, c, slot);
    if (room)
        emit(to, &n, "the service gets request", -1, slot);
}

/* The service dies while it works on a request: its key stays busy for a short while, and a draft
 * that it marked stays so, or does not. */
static void die(const state *s, const config *c, search *to, int slot, const char *say)
{
    state n = *s;
    n.deaths++;
    if (!c->drafts) {
        n.key = KEY_DEAD;
        n.key_since = n.now;
    }
    answer(&n, slot, AM_OUTBOX_LOST);
    emit(to, &n, say, -1, slot);
    int draft = s->requests[slot].draft - 1;
    if (c->drafts && n.drafts[draft] == DRAFT_LEAVING) {
        n.drafts[draft] = DRAFT_THERE;
        emit(to, &n, say, -1, slot);
    }
}

static void work(const state *s, const config *c, search *to, int slot)
{
    state n = *s;
    hand_off(&n, c, slot);
    emit(to, &n, "the service hands off the mail of request", -1, slot);
    if (s->deaths >= c->deaths)
        return;
    die(s, c, to, slot, "the service dies before hand-off, with request");
    if (c->stored_only && !c->drafts) {
        n = *s;
        n.label = n.unseen = n.stored_unsent = 1;
        n.handed_at = s->now;
        die(&n, c, to, slot, "the service dies before hand-off, mail stored, request");
    }
    if (c->r1) {
        n = *s;
        n.copies[s->requests[slot].file]++;
        die(&n, c, to, slot, "the service dies after hand-off, nothing stored, request");
    }
}

static void complete(const state *s, const config *c, search *to, int slot)
{
    state n = *s;
    if (c->drafts)
        n.drafts[s->requests[slot].draft - 1] = DRAFT_SENT;
    n.key = c->drafts ? KEY_FREE : KEY_DONE;
    n.key_since = c->drafts ? 0 : s->now;
    answer(&n, slot, AM_OUTBOX_OK);
    emit(to, &n, "the service completes request", -1, slot);
    if (s->deaths < c->deaths)
        die(s, c, to, slot, "the service dies after hand-off, with request");
}

static bool any_on_its_way(const state *s)
{
    for (int i = 0; i < REQUESTS; i++)
        if (s->requests[i].place == NETWORK)
            return true;
    return false;
}

/* The key of a dead request is released after every request on its way has come (A5). */
static void release(const state *s, const config *c, search *to)
{
    if (s->key != KEY_DEAD || s->now - s->key_since < T0 || (any_on_its_way(s) && !c->r9))
        return;
    state n = *s;
    n.key = KEY_FREE;
    n.key_since = 0;
    emit(to, &n, "the service releases the key", -1, 0);
}

/* ---- people, clocks and disasters ------------------------------------------------------------ */

static void list_and_people(const state *s, const config *c, search *to)
{
    state n = *s;
    if (s->unseen) {
        n.unseen = 0;
        n.handed_at = 0;
        n.listed = 1;
        emit(to, &n, "the list shows the mail", -1, 0);
    }
    bool at_rest = s->key == KEY_DONE || (c->drafts && copies_of(s) > 0 && !any_request(s));
    if (c->people && s->label && s->listed && (at_rest || c->r11)) {
        n = *s;
        n.label = n.listed = n.stored_unsent = 0;
        emit(to, &n, "people remove the mail", -1, 0);
    }
}

static void kill_all(state *n, const config *c)
{
    for (int w = 0; w < c->workers; w++) {
        if (file_of(c, w) != 0)
            continue;
        worker_state *worker = &n->workers[w];
        if (worker->phase == IS_OUT && n->requests[worker->slot].place == ANSWERED)
            memset(&n->requests[worker->slot], 0, sizeof(request));
        memset(worker, 0, sizeof *worker);
    }
    n->rows[0].epoch = 0;
}

static void clocks(const state *s, const config *c, search *to)
{
    enum { DAYS = 48 * HOURS };
    static const int32_t offsets[] = {0, DAYS, -DAYS, -199000}; /* the last: 1970 */
    for (int i = 0; i < 4 && s->jumps < c->jumps; i++) {
        if (offsets[i] == s->wall_off)
            continue;
        state n = *s;
        n.wall_off = offsets[i];
        n.jumps++;
        emit(to, &n, "the wall clock jumps to offset", -1, i);
    }
    if (s->reboots >= c->reboots)
        return;
    state n = *s;
    kill_all(&n, c);
    n.reboots++;
    n.boot++;
    n.booted_at = s->now;
    emit(to, &n, "the machine boots", -1, 0);
    if (c->slow && s->newest[0] > 0) { /* 200000: the wall clock's BASE */
        n.wall_off = s->newest[0] - s->now - 200000;
        emit(to, &n, "the machine boots, its clock at the last time it knew", -1, 0);
    }
}

static void disasters(const state *s, const config *c, search *to)
{
    state n = *s;
    if (c->r3 && s->rows[0].state != AM_OUTBOX_NONE && !any_request(s) && s->sends < 2) {
        memset(&n.rows[0], 0, sizeof(row_state));
        n.key = KEY_FREE;
        n.key_since = n.label = n.listed = n.unseen = 0;
        for (int w = 0; w < WORKERS; w++)
            memset(&n.workers[w], 0, sizeof(worker_state));
        emit(to, &n, "file and key are lost, another key is made", -1, 0);
    }
    if (c->r6 && !any_request(s) && copies_of(s) > 0) {
        n = *s;
        n.key = KEY_FREE;
        n.key_since = n.label = n.listed = n.unseen = 0;
        emit(to, &n, "the service is restored from yesterday", -1, 0);
    }
    if (c->r8 && !s->has_backup) {
        n = *s;
        n.backup = s->rows[0];
        n.has_backup = 1;
        emit(to, &n, "a backup of the file is made", -1, 0);
    } else if (c->r8 && s->has_backup == 1) {
        n = *s;
        n.rows[0] = s->backup;
        n.rows[0].epoch = 0;
        n.has_backup = 2;
        memset(&n.backup, 0, sizeof n.backup);
        for (int w = 0; w < WORKERS; w++)
            memset(&n.workers[w], 0, sizeof(worker_state));
        emit(to, &n, "the file is restored", -1, 0);
    }
}

/* ---- time ------------------------------------------------------------------------------------ */

/* What must have happened before: requests end within H, the list shows mails within G. */
static bool may_pass(const state *s, const config *c, int32_t units)
{
    for (int i = 0; i < REQUESTS; i++) {
        const request *r = &s->requests[i];
        if (r->place != NOWHERE && r->place != ANSWERED && s->now + units - r->sent_at >= H &&
            !(c->r9 && r->place == NETWORK))
            return false;
    }
    return !s->unseen || s->now + units - s->handed_at < G;
}

static void pass(const state *s, const config *c, search *to)
{
    state n = *s;
    if (s->ticks < c->ticks && may_pass(s, c, TICK)) {
        n.now += TICK;
        n.ticks++;
        emit(to, &n, "time passes, units", -1, TICK);
    }
    if (s->halves < c->halves && may_pass(s, c, HALF)) {
        n = *s;
        n.now += HALF;
        n.halves++;
        emit(to, &n, "time passes, units", -1, HALF);
    }
    if (s->hours < c->hours && may_pass(s, c, HOURS)) {
        n = *s;
        n.now += HOURS;
        n.hours++;
        emit(to, &n, "time passes, units", -1, HOURS);
    }
}

/* Nothing can change any more but the time. */
static bool is_over(const state *s, const config *c)
{
    for (int w = 0; w < c->workers; w++)
        if (s->workers[w].phase != IDLE)
            return false;
    for (int f = 0; f < c->files; f++)
        if (s->rows[f].state < AM_OUTBOX_SENT)
            return false;
    return !any_request(s) && !c->r3 && !c->r8;
}

void world_steps(const state *s, const config *c, search *to)
{
    if (is_over(s, c))
        return;
    for (int slot = 0; slot < REQUESTS; slot++) {
        switch (s->requests[slot].place) {
        case NETWORK:
            arrive(s, c, to, slot);
            break;
        case AT_WORK:
            work(s, c, to, slot);
            break;
        case HANDED:
            complete(s, c, to, slot);
            break;
        default:
            break;
        }
    }
    release(s, c, to);
    list_and_people(s, c, to);
    clocks(s, c, to);
    disasters(s, c, to);
    pass(s, c, to);
}

/* ---- what must hold -------------------------------------------------------------------------- */

int judge(const state *s, const config *c)
{
    if (copies_of(s) > 1)
        return TWO_COPIES;
    if (s->wrong)
        return s->wrong;
    for (int f = 0; f < c->files; f++) {
        int in = s->rows[f].state;
        if (in == AM_OUTBOX_SENT && copies_of(s) == 0)
            return APPLIED_UNSENT;
        if (c->witness && in == AM_OUTBOX_UNKNOWN && copies_of(s) == 1)
            return WITNESS;
        if (s->copies[f] == 0 || c->r3 || c->r8) /* no row knows more than its file */
            continue;
        if (in == AM_OUTBOX_REFUSED || in == AM_OUTBOX_CANCELLED || in == AM_OUTBOX_KEY_TAKEN)
            return REFUSED_SENT;
        if (in == AM_OUTBOX_WAITING || in == AM_OUTBOX_DRAFTED)
            return WAITING_SENT;
    }
    return RIGHT;
}
