/* SPDX-License-Identifier: MIT */
/* A store keeps rows as they are, and compares versions. */
#include "store_rig.h"

static void keeps_each_field(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_outbox_row row = rig_full_row("k");
    assert_code(store->table->put(store, &row, NULL, &rig_all, NOW_MS, &found), AM_STORE_DONE);
    rig_assert_same(&row, &found.rows[0]);
    assert_int_equal(found.rows[0].version, 1);
    rig_close(store);
    store = rig_open();
    assert_code(store->table->read(store, row.inbox_id, row.key, &found), AM_STORE_DONE);
    assert_int_equal(found.count, 1);
    rig_assert_same(&row, &found.rows[0]);
    am_store_rows_free(&found);
    rig_close(store);
}

static void keeps_null_and_empty_apart(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_outbox_row row = {.inbox_id = "a", .key = "k", .state = AM_OUTBOX_WAITING, .code = ""};
    assert_code(store->table->put(store, &row, NULL, &rig_all, NOW_MS, &found), AM_STORE_DONE);
    rig_assert_same(&row, &found.rows[0]);
    assert_null(found.rows[0].evidence);
    assert_string_equal(found.rows[0].code, "");
    am_store_rows_free(&found);
    rig_close(store);
}

static void reads_no_row_that_was_not_put(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    rig_put(store, "a", "k", NULL);
    assert_code(store->table->read(store, "a", "other", &found), AM_STORE_NONE);
    assert_code(store->table->read(store, "b", "k", &found), AM_STORE_NONE);
    assert_int_equal(found.count, 0);
    am_store_rows_free(&found);
    rig_close(store);
}

static void put_finds_the_row_that_has_the_key(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_outbox_row row = rig_full_row("k"), other = rig_full_row("k");
    rig_put(store, "b@example.com", "unrelated", NULL);
    store->table->put(store, &row, NULL, &rig_all, NOW_MS, &found);
    other.target = "other";
    assert_code(store->table->put(store, &other, NULL, &rig_all, NOW_MS, &found), AM_STORE_EXISTS);
    rig_assert_same(&row, &found.rows[0]);
    assert_int_equal(rig_ask("SELECT count(*) FROM op"), 2);
    am_store_rows_free(&found);
    rig_close(store);
}

static bool is_open(void *user, const am_outbox_row *row)
{
    ++*(int *)user;
    return row->state < AM_OUTBOX_SENT;
}

static void put_asks_about_rows_of_other_inboxes(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    int asked = 0;
    am_store_judge open = {is_open, &asked};
    am_outbox_row row = rig_row("a", "k"), second = rig_row("b", "k"), third = rig_row("c", "k");
    second.state = AM_OUTBOX_SENT;
    assert_code(store->table->put(store, &second, NULL, &open, NOW_MS, &found), AM_STORE_DONE);
    assert_code(store->table->put(store, &row, NULL, &open, NOW_MS, &found), AM_STORE_DONE);
    assert_int_equal(asked, 1);
    assert_code(store->table->put(store, &third, NULL, &open, NOW_MS, &found), AM_STORE_OTHER);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.rows[0].inbox_id, "a");
    assert_code(store->table->put(store, &third, NULL, &rig_none, NOW_MS, &found), AM_STORE_DONE);
    assert_int_equal(rig_ask("SELECT count(*) FROM op"), 3);
    am_store_rows_free(&found);
    rig_close(store);
}

static const am_store_swap keep = {.keep = AM_STORE_KEEP}, always = {.always = true};

static void swap_compares_the_version(void **state)
{
    (void)state;
    am_store *store = rig_open(), *other = rig_open();
    am_store_rows mine = {0}, theirs = {0};
    rig_put(store, "a", "k", NULL);
    store->table->read(store, "a", "k", &mine);
    other->table->read(other, "a", "k", &theirs);
    am_outbox_row row = mine.rows[0], late = theirs.rows[0];
    row.state = AM_OUTBOX_SENT;
    row.message_id = "<m>";
    row.key = mine.rows[0].key; /* strings of the very rows that are filled */
    assert_code(store->table->swap(store, &row, &keep, NOW_MS, &mine), AM_STORE_DONE);
    assert_int_equal(mine.rows[0].version, 2);
    assert_string_equal(mine.rows[0].message_id, "<m>");
    late.state = AM_OUTBOX_DOUBTFUL;
    assert_code(other->table->swap(other, &late, &keep, NOW_MS, &theirs), AM_STORE_STALE);
    assert_int_equal(theirs.rows[0].version, 2);
    assert_int_equal(theirs.rows[0].state, AM_OUTBOX_SENT);
    am_store_rows_free(&mine);
    am_store_rows_free(&theirs);
    rig_close(store);
    rig_close(other);
}

static void swap_writes_a_whole_success_over_any_version(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_outbox_row row = rig_row("a", "k");
    row.id = rig_put(store, "a", "k", NULL);
    row.version = 77;
    assert_code(store->table->swap(store, &row, &keep, NOW_MS, &found), AM_STORE_STALE);
    assert_code(store->table->swap(store, &row, &always, NOW_MS, &found), AM_STORE_DONE);
    assert_int_equal(found.rows[0].version, 2);
    am_store_rows_free(&found);
    rig_close(store);
}

static void swap_tells_the_request_of_the_file(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_outbox_row row = rig_row("a", "k"), anew = rig_row("a", "k");
    row.id = anew.id = rig_put(store, "a", "k", NULL);
    row.version = anew.version = 1;
    anew.target = "/another";
    am_store_swap replace = {.keep = AM_STORE_REPLACE};
    assert_code(store->table->swap(store, &anew, &replace, NOW_MS, &found), AM_STORE_DONE);
    row.message_id = "<m>";
    assert_code(store->table->swap(store, &row, &always, NOW_MS, &found), AM_STORE_DONE);
    assert_string_equal(found.rows[0].target, "/another");
    assert_string_equal(found.rows[0].message_id, "<m>");
    assert_int_equal(found.rows[0].version, 3);
    am_store_rows_free(&found);
    rig_close(store);
}

static void swap_changes_what_changes_and_leaves_the_request(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_outbox_row row = rig_full_row("k"), expected = rig_row("a@example.com", "k");
    row.id = rig_put(store, row.inbox_id, "k", NULL);
    row.version = 1;
    assert_code(store->table->swap(store, &row, &keep, NOW_MS, &found), AM_STORE_DONE);
    am_outbox_row request = expected;
    expected = rig_full_row("k");
    expected.operation = request.operation;
    expected.method = request.method;
    expected.target = request.target;
    expected.content_type = request.content_type;
    expected.label = request.label;
    expected.body_size = request.body_size;
    expected.created_ms = request.created_ms;
    memcpy(expected.fingerprint, request.fingerprint, sizeof expected.fingerprint);
    assert_code(store->table->read(store, row.inbox_id, "k", &found), AM_STORE_DONE);
    rig_assert_same(&expected, &found.rows[0]);
    assert_int_equal(found.rows[0].version, 2);
    am_store_rows_free(&found);
    rig_close(store);
}

static void swap_knows_rows_that_are_gone(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_outbox_row row = rig_row("a", "k");
    row.id = rig_put(store, "a", "k", NULL);
    row.version = 1;
    rig_change("DELETE FROM op");
    assert_code(store->table->swap(store, &row, &keep, NOW_MS, &found), AM_STORE_NONE);
    assert_int_equal(rig_put(store, "a", "another", NULL), row.id); /* the id is used again */
    assert_code(store->table->swap(store, &row, &always, NOW_MS, &found), AM_STORE_NONE);
    assert_int_equal(found.count, 0);
    am_store_rows_free(&found);
    rig_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG(keeps_each_field),
        RIG(keeps_null_and_empty_apart),
        RIG(reads_no_row_that_was_not_put),
        RIG(put_finds_the_row_that_has_the_key),
        RIG(put_asks_about_rows_of_other_inboxes),
        RIG(swap_compares_the_version),
        RIG(swap_writes_a_whole_success_over_any_version),
        RIG(swap_tells_the_request_of_the_file),
        RIG(swap_changes_what_changes_and_leaves_the_request),
        RIG(swap_knows_rows_that_are_gone),
    };
    return cmocka_run_group_tests_name("rows of the store", tests, NULL, NULL);
}
