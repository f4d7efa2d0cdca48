/* SPDX-License-Identifier: MIT */
/* Rows as hosts see them, and what people do to them. */
#include <stdlib.h>

#include "outbox/hold.h"
#include "outbox/outbox_box.h"

struct am_outbox_rows {
    am_store_rows found;
};

const char *am_outbox_state_word(am_outbox_state state)
{
    static const char *const words[AM_OUTBOX_STATES] = {
        [AM_OUTBOX_NONE] = "none",           [AM_OUTBOX_WAITING] = "waiting",
        [AM_OUTBOX_SENDING] = "sending",     [AM_OUTBOX_DOUBTFUL] = "doubtful",
        [AM_OUTBOX_DRAFTED] = "drafted",     [AM_OUTBOX_SENT] = "sent",
        [AM_OUTBOX_REFUSED] = "refused",     [AM_OUTBOX_CANCELLED] = "cancelled",
        [AM_OUTBOX_KEY_TAKEN] = "key_taken", [AM_OUTBOX_UNKNOWN] = "unknown"};
    return state >= AM_OUTBOX_NONE && state < AM_OUTBOX_STATES ? words[state] : "none";
}

am_outbox_entry am_outbox_entry_of(const am_outbox_row *row)
{
    bool is_open = am_row_is_open(row);
    return (am_outbox_entry){.id = row->id,
                             .inbox_id = row->inbox_id,
                             .key = row->key,
                             .state = (am_outbox_state)row->state,
                             .outcome = am_row_outcome(row),
                             .pending = is_open,
                             .operation = row->operation,
                             .label = row->label,
                             .code = row->code,
                             .status = row->status,
                             .tries = row->tries,
                             .draft_id = row->draft_id,
                             .message_id = row->message_id,
                             .thread_id = row->thread_id,
                             .created_ms = row->created_ms,
                             .settled_ms = row->settled_ms,
                             .due_ms = is_open ? row->due_ms : -1,
                             .caused_ms = row->caused.wall};
}

/* ---- finding --------------------------------------------------------------------------------- */

static am_outbox_rows *new_rows(am_outbox *box)
{
    am_outbox_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        am_outbox_say(box, "out_of_memory", "out of memory");
    return rows;
}

static am_outbox_rows *hand_over(am_outbox *box, am_outbox_rows *rows, am_store_code code)
{
    if (!am_store_failed(code))
        return rows;
    am_outbox_fail(box, code);
    am_outbox_rows_free(rows);
    return NULL;
}

void am_outbox_rows_free(am_outbox_rows *rows)
{
    if (!rows)
        return;
    am_store_rows_free(&rows->found);
    free(rows);
}

size_t am_outbox_rows_count(const am_outbox_rows *rows)
{
    return rows->found.count;
}

am_outbox_entry am_outbox_rows_at(const am_outbox_rows *rows, size_t place)
{
    return am_outbox_entry_of(&rows->found.rows[place]);
}

am_outbox_rows *am_outbox_get(am_outbox *box, const char *inbox_id, const char *key)
{
    am_outbox_rows *rows = new_rows(box);
    if (!rows)
        return NULL;
    return hand_over(box, rows, box->store->table->read(box->store, inbox_id, key, &rows->found));
}

am_outbox_rows *am_outbox_list(am_outbox *box, uint32_t states, int64_t after, int64_t limit)
{
    am_store_filter filter = {.states = states, .after = after, .limit = limit};
    am_outbox_rows *rows = new_rows(box);
    if (!rows)
        return NULL;
    return hand_over(box, rows, box->store->table->list(box->store, &filter, &rows->found));
}

/* How long a live owner may still hold a row; 0: nobody does. */
static int64_t held_ms(const am_outbox *box, const am_outbox_row *row, const am_outbox_now *now)
{
    am_outbox_worker me = am_outbox_me(box, row);
    return am_row_is_held(row, &me, now) ? row->lease_ms - now->real_ms : 0;
}

/* Takes the rows that others hold, and those beyond the limit, out of the found ones. Returns how
 * many were held; *next_ms is lowered to when the first of these is free at the latest. */
static int64_t leave_held(const am_outbox *box, const am_outbox_now *now, int64_t limit,
                          am_store_rows *found, int64_t *next_ms)
{
    int64_t held = 0;
    size_t kept = 0;
    for (size_t i = 0; i < found->count; i++) {
        int64_t left_ms = held_ms(box, &found->rows[i], now);
        held += left_ms > 0;
        if (left_ms > 0 && (*next_ms < 0 || left_ms < *next_ms))
            *next_ms = left_ms;
        if (left_ms > 0 || (int64_t)kept >= limit) {
            free(found->texts[i]);
            found->texts[i] = NULL;
            continue;
        }
        if (kept < i) {
            found->rows[kept] = found->rows[i];
            found->texts[kept] = found->texts[i];
            found->texts[i] = NULL;
        }
        kept++;
    }
    found->count = kept;
    return held;
}

am_outbox_rows *am_outbox_due(am_outbox *box, int64_t limit, int64_t *next_ms)
{
    am_outbox_now now = am_outbox_clock(box);
    am_outbox_rows *rows = new_rows(box);
    *next_ms = -1;
    if (!rows)
        return NULL;
    am_store_code code;
    if (limit < 0)
        limit = INT64_MAX;
    for (int64_t asked = limit;;) {
        code = box->store->table->due(box->store, now.wall_ms, asked, &rows->found, next_ms);
        if (*next_ms >= 0)
            *next_ms = *next_ms > now.wall_ms ? *next_ms - now.wall_ms : 0;
        bool is_all = (int64_t)rows->found.count < asked;
        int64_t held =
            am_store_failed(code) ? 0 : leave_held(box, &now, limit, &rows->found, next_ms);
        if (is_all || held == 0 || (int64_t)rows->found.count >= limit)
            break;
        asked = limit + 2 * held;
    }
    return hand_over(box, rows, code);
}

/* ---- people ---------------------------------------------------------------------------------- */

typedef enum wish { CANCEL, SENT, NOT_SENT } wish;

static bool decide(am_outbox *box, am_outbox_row *row, wish what)
{
    am_outbox_now now = am_outbox_clock(box);
    am_outbox_worker me = am_outbox_me(box, row);
    return what == CANCEL ? am_row_cancel(row, &me, &now)
                          : am_row_resolve(row, what == SENT, &me, &now);
}

/* Changes the row, again if another wrote it meanwhile. */
static am_outbox_change change(am_outbox *box, const char *inbox_id, const char *key, wish what)
{
    static const am_store_swap swap = {.keep = AM_STORE_DROP};
    am_outbox_change result = AM_OUTBOX_NOT_STORED;
    am_store_rows found = {0};
    am_store_code code = box->store->table->read(box->store, inbox_id, key, &found);
    while (code == AM_STORE_DONE || code == AM_STORE_STALE) {
        am_outbox_row row = found.rows[0];
        if (!decide(box, &row, what)) {
            result = AM_OUTBOX_NO_CHANGE;
            break;
        }
        code =
            box->store->table->swap(box->store, &row, &swap, am_outbox_clock(box).wall_ms, &found);
        if (code == AM_STORE_DONE) {
            result = AM_OUTBOX_CHANGED;
            break;
        }
    }
    if (code == AM_STORE_NONE)
        result = AM_OUTBOX_NO_ROW;
    else if (am_store_failed(code))
        am_outbox_fail(box, code);
    am_store_rows_free(&found);
    return result;
}

am_outbox_change am_outbox_cancel(am_outbox *box, const char *inbox_id, const char *key)
{
    return change(box, inbox_id, key, CANCEL);
}

am_outbox_change am_outbox_resolve(am_outbox *box, const char *inbox_id, const char *key, bool sent)
{
    return change(box, inbox_id, key, sent ? SENT : NOT_SENT);
}

typedef struct pruning {
    const am_outbox *box;
    int64_t older_than_ms;
} pruning;

static bool is_prunable(void *user, const am_outbox_row *row)
{
    const pruning *it = user;
    am_outbox_now now = am_outbox_clock(it->box);
    return am_row_is_prunable(row, it->older_than_ms, &it->box->policy, &now);
}

int64_t am_outbox_prune(am_outbox *box, int64_t older_than_ms)
{
    enum { PIECE = 256 }; /* rows that one transaction looks at */
    pruning it = {box, older_than_ms};
    am_store_prune prune = {.old = {is_prunable, &it}, .limit = PIECE, .removed = box->pruned};
    box->pruned = 0;
    while (prune.after >= 0) {
        am_store_code code = box->store->table->remove(box->store, &prune);
        if (am_store_failed(code)) {
            am_outbox_fail(box, code);
            if (code == AM_STORE_BUSY && box->is_impatient)
                box->pruned = prune.removed;
            return -1;
        }
    }
    return prune.removed;
}
