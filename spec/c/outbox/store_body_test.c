/* SPDX-License-Identifier: MIT */
/* A store keeps bodies of any size, part by part. */
#include "store_rig.h"

enum { CHUNK = 256 * 1024 };

/* Reads part by part, in pieces of a size, and compares; returns how many bytes there were. */
static int64_t assert_body(am_store *store, int64_t id, size_t piece)
{
    static am_store_part parts[AM_STORE_PARTS];
    static char bytes[3 * CHUNK];
    size_t count;
    int64_t at = 0;
    assert_code(store->table->parts(store, id, parts, &count), AM_STORE_DONE);
    for (size_t i = 0; i < count; i++)
        for (int64_t offset = 0; offset < parts[i].size;) {
            int64_t left = parts[i].size - offset;
            size_t size = left < (int64_t)piece ? (size_t)left : piece;
            assert_code(store->table->bytes(store, id, &parts[i], offset, bytes, size),
                        AM_STORE_DONE);
            for (size_t j = 0; j < size; j++)
                if (bytes[j] != rig_byte(at++))
                    fail_msg("byte %lld differs", (long long)at - 1);
            offset += (int64_t)size;
        }
    return at;
}

static void keeps_bodies_of_any_size(void **state)
{
    (void)state;
    am_store *store = rig_open();
    const int64_t sizes[] = {1, 3, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 1000003};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        char key[16];
        snprintf(key, sizeof key, "k%zu", i);
        rig_source source = {0, sizes[i]};
        am_store_part part = {.size = sizes[i], .kind = 1};
        am_store_body body = {&part, 1, rig_read, &source};
        int64_t id = rig_put(store, "a", key, &body);
        assert_int_equal(assert_body(store, id, 65536), sizes[i]);
        assert_int_equal(assert_body(store, id, 3 * CHUNK), sizes[i]);
    }
    rig_close(store);
}

static void keeps_the_parts_of_a_body_apart(void **state)
{
    (void)state;
    am_store *store = rig_open();
    const am_store_part wanted[] = {{.size = 10, .kind = 0},
                                    {.size = CHUNK, .kind = 1},
                                    {.size = 2 * CHUNK + 7, .kind = 1},
                                    {.size = 1, .kind = 0}};
    rig_source source = {0, INT64_MAX};
    am_store_part parts[AM_STORE_PARTS];
    size_t count;
    char byte;
    int64_t id =
        rig_put(store, "a", "k", &(am_store_body){wanted, COUNT(wanted), rig_read, &source});
    assert_code(store->table->parts(store, id, parts, &count), AM_STORE_DONE);
    assert_int_equal(count, COUNT(wanted));
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(parts[i].size, wanted[i].size);
        assert_int_equal(parts[i].kind, wanted[i].kind);
    }
    assert_int_equal(assert_body(store, id, 10000), 3 * CHUNK + 18);
    assert_code(store->table->bytes(store, id, &parts[0], 10, &byte, 1), AM_STORE_NONE);
    assert_code(store->table->bytes(store, id, &parts[0], -1, &byte, 1), AM_STORE_NONE);
    assert_code(store->table->bytes(store, id, &parts[0], 10, &byte, 0), AM_STORE_DONE);
    rig_close(store);
}

static void bodies_end_and_begin_anew(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_store_part parts[AM_STORE_PARTS], part = {.size = 2 * CHUNK};
    rig_source source = {0, INT64_MAX};
    am_store_body body = {&part, 1, rig_read, &source};
    size_t count;
    char byte;
    am_outbox_row row = rig_row("a", "k");
    rig_put(store, "a", "neighbour", &body);
    source.at = 0;
    row.id = rig_put(store, "a", "k", &body);
    store->table->parts(store, row.id, parts, &count);
    am_store_part old = parts[0];
    row.version = 1;
    row.state = AM_OUTBOX_REFUSED;
    assert_code(
        store->table->swap(store, &row, &(am_store_swap){.keep = AM_STORE_DROP}, NOW_MS, &found),
        AM_STORE_DONE);
    assert_code(store->table->parts(store, row.id, parts, &count), AM_STORE_DONE);
    assert_int_equal(count, 0);
    assert_code(store->table->bytes(store, row.id, &old, 0, &byte, 1), AM_STORE_NONE);
    am_outbox_row anew = rig_full_row("k");
    anew.inbox_id = "a";
    anew.id = row.id;
    anew.version = 2;
    part.size = 5;
    source.at = 0;
    am_store_swap replace = {.keep = AM_STORE_REPLACE, .body = &body};
    assert_code(store->table->swap(store, &anew, &replace, NOW_MS, &found), AM_STORE_DONE);
    rig_assert_same(&anew, &found.rows[0]);
    assert_int_equal(assert_body(store, row.id, 10), 5);
    assert_int_equal(rig_ask("SELECT count(*) FROM body"), 3); /* the neighbour's two, and one */
    am_store_rows_free(&found);
    rig_close(store);
}

static void remove_deletes_bodies_too(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_part part = {.size = 2 * CHUNK};
    rig_source source = {0, INT64_MAX};
    rig_put(store, "a", "k", &(am_store_body){&part, 1, rig_read, &source});
    am_store_prune prune = {.old = rig_all, .limit = 5};
    assert_code(store->table->remove(store, &prune), AM_STORE_DONE);
    assert_int_equal(rig_ask("SELECT count(*) FROM body"), 0);
    rig_close(store);
}

static void keeps_nothing_if_the_body_cannot_be_read(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_store_part part = {.size = 3 * CHUNK};
    rig_source source = {0, 2 * CHUNK + 5};
    am_outbox_row row = rig_row("a", "k");
    am_store_body body = {&part, 1, rig_read, &source};
    assert_code(store->table->put(store, &row, &body, &rig_all, NOW_MS, &found), AM_STORE_SOURCE);
    assert_non_null(strstr(store->error, "body cannot be read"));
    assert_int_equal(found.count, 0);
    assert_code(store->table->read(store, "a", "k", &found), AM_STORE_NONE);
    assert_int_equal(rig_ask("SELECT count(*) FROM body"), 0);
    body.count = AM_STORE_PARTS + 1;
    assert_code(store->table->put(store, &row, &body, &rig_all, NOW_MS, &found), AM_STORE_SOURCE);
    am_store_rows_free(&found);
    rig_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG(keeps_bodies_of_any_size),
        RIG(keeps_the_parts_of_a_body_apart),
        RIG(bodies_end_and_begin_anew),
        RIG(remove_deletes_bodies_too),
        RIG(keeps_nothing_if_the_body_cannot_be_read),
    };
    return cmocka_run_group_tests_name("bodies of the store", tests, NULL, NULL);
}
