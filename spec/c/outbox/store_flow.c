/* SPDX-License-Identifier: MIT */
#include "store_flow.h"

#include <unistd.h>

#include "outbox/store_handle.h"

static bool done(int *steps, int report, am_store_code code)
{
    if (code != AM_STORE_DONE)
        return false;
    ++*steps;
    return report < 0 || write(report, "", 1) == 1;
}

static int run(am_store *store, int size, int report)
{
    int steps = 0;
    rig_source source = {0, size};
    am_store_part part = {.size = size, .kind = 1};
    am_store_body body = {&part, 1, rig_read, &source};
    am_store_swap keep = {.keep = AM_STORE_KEEP}, drop = {.keep = AM_STORE_DROP};
    am_store_rows found = {0};
    am_outbox_row row = rig_row("a", "k");
    row.body_size = size;
    if (done(&steps, report, store->table->put(store, &row, &body, &rig_all, NOW_MS, &found))) {
        row.id = found.rows[0].id;
        row.version = 1;
        row.state = AM_OUTBOX_SENDING;
        row.due_ms = NOW_MS + 30000;
        row.tries = 1;
        if (done(&steps, report, store->table->swap(store, &row, &keep, NOW_MS, &found))) {
            row.version = 2;
            row.state = AM_OUTBOX_SENT;
            row.settled_ms = NOW_MS;
            row.message_id = "<m@example.com>";
            done(&steps, report, store->table->swap(store, &row, &drop, NOW_MS, &found));
        }
    }
    am_store_rows_free(&found);
    return steps;
}

int flow_run(int size, int report)
{
    am_store_code code;
    am_store *store = rig_try(&code);
    if (!store) {
        assert_true(am_store_failed(code));
        assert_true(rig_error[0] != '\0');
        return 0;
    }
    int steps = run(store, size, report);
    rig_close(store);
    return steps;
}

static void assert_body(am_store *store, int64_t id, int size)
{
    static char bytes[FLOW_LARGE];
    am_store_part parts[1];
    size_t count;
    assert_code(store->table->parts(store, id, parts, &count), AM_STORE_DONE);
    assert_int_equal(count, 1);
    assert_int_equal(parts[0].size, size);
    assert_int_equal(parts[0].kind, 1);
    assert_code(store->table->bytes(store, id, &parts[0], 0, bytes, (size_t)size), AM_STORE_DONE);
    for (int i = 0; i < size; i++)
        if (bytes[i] != rig_byte(i))
            fail_msg("byte %d differs", i);
}

static void assert_step(am_store *store, const am_outbox_row *row, int size)
{
    const int states[] = {AM_OUTBOX_WAITING, AM_OUTBOX_SENDING, AM_OUTBOX_SENT};
    assert_in_range(row->version, 1, FLOW_STEPS);
    assert_int_equal(row->state, states[row->version - 1]);
    assert_int_equal(row->tries, row->version > 1);
    assert_int_equal(row->due_ms, row->version > 1 ? NOW_MS + 30000 : NOW_MS);
    assert_int_equal(row->message_id != NULL, row->version == 3);
    assert_int_equal(row->body_size, size);
    if (row->version < 3)
        assert_body(store, row->id, size);
    else
        assert_int_equal(rig_look(((am_sqlite *)store)->db, "SELECT count(*) FROM body"), 0);
}

void flow_check(int size, int done)
{
    am_store_rows found = {0};
    am_store *store = rig_open();
    sqlite3 *db = ((am_sqlite *)store)->db;
    assert_int_equal(rig_look(db, RIG_DEFECTS), 0);
    am_store_code code = store->table->read(store, "a", "k", &found);
    if (code == AM_STORE_NONE) {
        assert_int_equal(done, 0);
        assert_int_equal(rig_look(db, "SELECT count(*) FROM body"), 0);
    } else {
        assert_int_equal(code, AM_STORE_DONE);
        assert_in_range(found.rows[0].version, done > 0 ? done : 1, done + 1);
        assert_step(store, &found.rows[0], size);
    }
    am_store_rows_free(&found);
    rig_close(store);
}
