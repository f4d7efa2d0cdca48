/* SPDX-License-Identifier: MIT */
/* A store keeps rows and bodies as they are, and compares versions. */
#include "store_rig.h"

/* ---- rows ------------------------------------------------------------------------------------ */

static void assert_same_text(const char *a, const char *b)
{
    if (a && b)
        assert_string_equal(a, b);
    else
        assert_true(!a && !b);
}

static void assert_same_row(const am_outbox_row *a, const am_outbox_row *b)
{
    assert_same_text(a->inbox_id, b->inbox_id);
    assert_same_text(a->key, b->key);
    assert_int_equal(a->state, b->state);
    assert_same_text(a->operation, b->operation);
    assert_same_text(a->method, b->method);
    assert_same_text(a->target, b->target);
    assert_same_text(a->content_type, b->content_type);
    assert_memory_equal(a->fingerprint, b->fingerprint, sizeof a->fingerprint);
    assert_same_text(a->label, b->label);
    assert_int_equal(a->body_size, b->body_size);
    assert_int_equal(a->due_ms, b->due_ms);
    assert_memory_equal(&a->caused, &b->caused, sizeof a->caused);
    assert_memory_equal(&a->first_wire, &b->first_wire, sizeof a->first_wire);
    assert_memory_equal(&a->last_wire, &b->last_wire, sizeof a->last_wire);
    assert_memory_equal(&a->empty_look, &b->empty_look, sizeof a->empty_look);
    assert_int_equal(a->boot_id, b->boot_id);
    assert_int_equal(a->created_ms, b->created_ms);
    assert_int_equal(a->settled_ms, b->settled_ms);
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->owner, b->owner);
    assert_int_equal(a->epoch, b->epoch);
    assert_int_equal(a->lease_ms, b->lease_ms);
    assert_int_equal(a->tries, b->tries);
    assert_int_equal(a->status, b->status);
    assert_same_text(a->code, b->code);
    assert_same_text(a->draft_id, b->draft_id);
    assert_same_text(a->message_id, b->message_id);
    assert_same_text(a->thread_id, b->thread_id);
    assert_same_text(a->evidence, b->evidence);
}

/* A row in which each field has a value of its own. */
static am_outbox_row full_row(const char *key)
{
    am_outbox_row row = {
        .inbox_id = "a@example.com",
        .key = key,
        .state = AM_OUTBOX_DOUBTFUL,
        .operation = "operation",
        .method = "method",
        .target = "target",
        .content_type = "type",
        .label = "label",
        .body_size = 1,
        .due_ms = 2,
        .caused = {3, 4},
        .first_wire = {5, 6},
        .last_wire = {7, 8},
        .empty_look = {9, 10},
        .boot_id = INT64_MAX,
        .created_ms = 11,
        .settled_ms = 12,
        .flags = 13,
        .owner = 14,
        .epoch = INT64_MIN,
        .lease_ms = 15,
        .tries = 16,
        .status = 17,
        .code = "code",
        .draft_id = "draft",
        .message_id = "<message@example.com>",
        .thread_id = "thread",
        .evidence = "{\"seen\":\"\xc3\xa9\"}",
    };
    for (int i = 0; i < 32; i++)
        row.fingerprint[i] = (unsigned char)(255 - i);
    return row;
}

static void keeps_each_field(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_outbox_row row = full_row("k");
    assert_code(store->table->put(store, &row, NULL, &rig_all, NOW_MS, &found), AM_STORE_DONE);
    assert_same_row(&row, &found.rows[0]);
    assert_int_equal(found.rows[0].version, 1);
    rig_close(store);
    store = rig_open();
    assert_code(store->table->read(store, row.inbox_id, row.key, &found), AM_STORE_DONE);
    assert_int_equal(found.count, 1);
    assert_same_row(&row, &found.rows[0]);
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
    assert_same_row(&row, &found.rows[0]);
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
    am_outbox_row row = full_row("k"), other = full_row("k");
    rig_put(store, "b@example.com", "unrelated", NULL);
    store->table->put(store, &row, NULL, &rig_all, NOW_MS, &found);
    other.target = "other";
    assert_code(store->table->put(store, &other, NULL, &rig_all, NOW_MS, &found), AM_STORE_EXISTS);
    assert_same_row(&row, &found.rows[0]);
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

static void swap_changes_what_changes_and_leaves_the_request(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_outbox_row row = full_row("k"), expected = rig_row("a@example.com", "k");
    row.id = rig_put(store, row.inbox_id, "k", NULL);
    row.version = 1;
    assert_code(store->table->swap(store, &row, &keep, NOW_MS, &found), AM_STORE_DONE);
    am_outbox_row request = expected;
    expected = full_row("k");
    expected.operation = request.operation;
    expected.method = request.method;
    expected.target = request.target;
    expected.content_type = request.content_type;
    expected.label = request.label;
    expected.body_size = request.body_size;
    expected.created_ms = request.created_ms;
    memcpy(expected.fingerprint, request.fingerprint, sizeof expected.fingerprint);
    assert_same_row(&expected, &found.rows[0]);
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

/* ---- due, list, remove ----------------------------------------------------------------------- */

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
    store->table->swap(store, &row, &always, NOW_MS - 5000000, &found); /* the clock was set back */
    assert_int_equal(store->newest_ms, NOW_MS);
    store->table->swap(store, &row, &always, NOW_MS + 60000, &found);
    rig_close(store);
    store = rig_open();
    assert_int_equal(store->newest_ms, NOW_MS + 60000);
    am_store_rows_free(&found);
    rig_close(store);
}

/* ---- bodies ---------------------------------------------------------------------------------- */

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
        char key[8];
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
    am_outbox_row anew = full_row("k");
    anew.inbox_id = "a";
    anew.id = row.id;
    anew.version = 2;
    part.size = 5;
    source.at = 0;
    am_store_swap replace = {.keep = AM_STORE_REPLACE, .body = &body};
    assert_code(store->table->swap(store, &anew, &replace, NOW_MS, &found), AM_STORE_DONE);
    assert_same_row(&anew, &found.rows[0]);
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
        RIG(keeps_each_field),
        RIG(keeps_null_and_empty_apart),
        RIG(reads_no_row_that_was_not_put),
        RIG(put_finds_the_row_that_has_the_key),
        RIG(put_asks_about_rows_of_other_inboxes),
        RIG(swap_compares_the_version),
        RIG(swap_writes_a_whole_success_over_any_version),
        RIG(swap_changes_what_changes_and_leaves_the_request),
        RIG(swap_knows_rows_that_are_gone),
        RIG(due_finds_open_rows_in_time),
        RIG(list_finds_rows_by_state_in_pieces),
        RIG(remove_deletes_what_is_old_in_pieces),
        RIG(remembers_the_newest_time),
        RIG(keeps_bodies_of_any_size),
        RIG(keeps_the_parts_of_a_body_apart),
        RIG(bodies_end_and_begin_anew),
        RIG(remove_deletes_bodies_too),
        RIG(keeps_nothing_if_the_body_cannot_be_read),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
