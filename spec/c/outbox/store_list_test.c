/* SPDX-License-Identifier: MIT */
/* A store finds rows by time and state, and deletes them in pieces. */
#include "store_rig.h"

/* Rows k0, k1 ... whose ids follow each other; open ones are due at 10 * n. */
static void put_states(am_store *store, const int *states, int count)
{
    am_store_rows found = {0};
    for (int i = 0; i < count; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        am_outbox_row row = rig_row("a", key);
        row.state = states[i];
        row.due_ms = 10 * (count - i);
        assert_code(store->table->put(store, &row, NULL, &rig_all, NOW_MS, &found), AM_STORE_DONE);
    }
    am_store_rows_free(&found);
}

/* The keys of rows, as "k1 k2". */
static const char *keys_of(const am_store_rows *rows)
{
    static char text[256];
    text[0] = '\0';
    for (size_t i = 0; i < rows->count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
                 rows->rows[i].key);
    return text;
}

static const int each_state[] = {AM_OUTBOX_WAITING,   AM_OUTBOX_SENDING, AM_OUTBOX_DOUBTFUL,
                                 AM_OUTBOX_DRAFTED,   AM_OUTBOX_SENT,    AM_OUTBOX_REFUSED,
                                 AM_OUTBOX_CANCELLED, AM_OUTBOX_UNKNOWN, AM_OUTBOX_KEY_TAKEN};

static void due_finds_open_rows_in_time(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    int64_t next = 0;
    assert_code(store->table->due(store, 1000, 9, &found, &next), AM_STORE_DONE);
    assert_int_equal(next, -1);
    put_states(store, each_state, COUNT(each_state)); /* k0 due at 90, k1 at 80 ... */
    assert_code(store->table->due(store, 1000, 9, &found, &next), AM_STORE_DONE);
    assert_string_equal(keys_of(&found), "k3 k2 k1 k0");
    assert_int_equal(next, -1);
    assert_code(store->table->due(store, 70, 9, &found, &next), AM_STORE_DONE);
    assert_string_equal(keys_of(&found), "k3 k2");
    assert_int_equal(next, 80);
    assert_code(store->table->due(store, 1000, 1, &found, &next), AM_STORE_DONE);
    assert_string_equal(keys_of(&found), "k3");
    am_store_rows_free(&found);
    rig_close(store);
}

static void list_finds_rows_by_state_in_pieces(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    put_states(store, each_state, COUNT(each_state));
    const struct {
        uint32_t states;
        int64_t after, limit;
        const char *keys;
    } cases[] = {
        {1u << AM_OUTBOX_UNKNOWN, 0, 9, "k7"},
        {1u << AM_OUTBOX_UNKNOWN | 1u << AM_OUTBOX_KEY_TAKEN, 0, 9, "k7 k8"},
        {1u << AM_OUTBOX_UNKNOWN | 1u << AM_OUTBOX_KEY_TAKEN, 8, 9, "k8"},
        {1u << AM_OUTBOX_SENT, 0, 9, "k4"},
        {1u << AM_OUTBOX_SENT | 1u << AM_OUTBOX_WAITING, 0, 9, "k0 k4"},
        {1u << AM_OUTBOX_SENT | 1u << AM_OUTBOX_UNKNOWN, 0, 9, "k4 k7"},
        {1u << AM_OUTBOX_WAITING | 1u << AM_OUTBOX_DRAFTED, 0, 9, "k0 k3"},
        {1u << AM_OUTBOX_DOUBTFUL, 3, 9, ""},
        {UINT32_MAX, 0, 3, "k0 k1 k2"},
        {UINT32_MAX, 3, 3, "k3 k4 k5"},
        {0, 0, 9, ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        am_store_filter filter = {cases[i].states, cases[i].after, cases[i].limit};
        assert_code(store->table->list(store, &filter, &found), AM_STORE_DONE);
        assert_string_equal(keys_of(&found), cases[i].keys);
    }
    am_store_rows_free(&found);
    rig_close(store);
}

static bool is_finished(void *user, const am_outbox_row *row)
{
    (void)user;
    return row->state >= AM_OUTBOX_SENT && row->state <= AM_OUTBOX_CANCELLED;
}

static void remove_deletes_what_is_old_in_pieces(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_store_prune prune = {.old = {is_finished, NULL}, .limit = 5};
    put_states(store, each_state, COUNT(each_state));
    assert_code(store->table->remove(store, &prune), AM_STORE_DONE);
    assert_int_equal(prune.after, 5);
    assert_int_equal(prune.removed, 1);
    assert_code(store->table->remove(store, &prune), AM_STORE_DONE);
    assert_code(store->table->remove(store, &prune), AM_STORE_DONE);
    assert_int_equal(prune.after, -1);
    assert_int_equal(prune.removed, 3);
    store->table->list(store, &(am_store_filter){UINT32_MAX, 0, 9}, &found);
    assert_string_equal(keys_of(&found), "k0 k1 k2 k3 k7 k8");
    assert_code(store->table->remove(store, &prune), AM_STORE_DONE); /* at the end: nothing */
    assert_int_equal(prune.removed, 3);
    am_store_rows_free(&found);
    rig_close(store);
}

static void remembers_the_newest_time(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_outbox_row row = rig_row("a", "k");
    assert_int_equal(store->newest_ms, -1);
    row.id = rig_put(store, "a", "k", NULL);
    assert_int_equal(store->newest_ms, NOW_MS);
    store->table->swap(store, &row, &(am_store_swap){.always = true}, NOW_MS - 5000000,
                       &found); /* the clock was set back */
    assert_int_equal(store->newest_ms, NOW_MS);
    store->table->swap(store, &row, &(am_store_swap){.always = true}, NOW_MS + 60000, &found);
    am_store *other = rig_open(); /* which hears of what the first writes later */
    assert_int_equal(other->newest_ms, NOW_MS + 60000);
    store->table->swap(store, &row, &(am_store_swap){.always = true}, NOW_MS + 120000, &found);
    other->table->swap(other, &row, &(am_store_swap){.always = true}, NOW_MS, &found);
    assert_int_equal(other->newest_ms, NOW_MS + 120000);
    store->table->swap(store, &row, &(am_store_swap){.always = true}, NOW_MS + 180000, &found);
    other->table->swap(other, &row, &(am_store_swap){.always = true}, NOW_MS, &found);
    assert_int_equal(other->newest_ms, NOW_MS + 180000);
    rig_close(other);
    rig_close(store);
    store = rig_open();
    assert_int_equal(store->newest_ms, NOW_MS + 180000);
    am_store_rows_free(&found);
    rig_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG(due_finds_open_rows_in_time),
        RIG(list_finds_rows_by_state_in_pieces),
        RIG(remove_deletes_what_is_old_in_pieces),
        RIG(remembers_the_newest_time),
    };
    return cmocka_run_group_tests_name("lists of the store", tests, NULL, NULL);
}
