/* SPDX-License-Identifier: MIT */
/* Several processes with one outbox, and children that inherit it. */
#define _GNU_SOURCE
#include "store_rig.h"

#include <unistd.h>

#include "process_rig.h"

enum { KEYS = 25 };

/* Says why a child failed, and what its exit status is. */
static int fail_for(am_store *store, am_store_code code)
{
    fprintf(stderr, "# store code %d: %s\n", (int)code, store ? store->error : rig_error);
    rig_close(store);
    return PROCESS_FAILED;
}

/* The file is new to all of them. Returns how many rows it put. */
static int put_keys(int number, int begin)
{
    am_store_code code;
    am_store_rows found = {0};
    int count = 0;
    if (!process_begins(begin))
        return PROCESS_FAILED;
    am_store *store = rig_try(&code);
    if (!store)
        return fail_for(store, code);
    for (int i = 0; i < KEYS; i++) {
        char key[16], label[16];
        snprintf(key, sizeof key, "k%d", (i + number) % KEYS);
        snprintf(label, sizeof label, "%d", number);
        am_outbox_row row = rig_row("a", key);
        row.label = label;
        code = store->table->put(store, &row, NULL, &rig_all, NOW_MS, &found);
        if (code != AM_STORE_DONE && code != AM_STORE_EXISTS)
            return fail_for(store, code);
        count += code == AM_STORE_DONE;
    }
    am_store_rows_free(&found);
    rig_close(store);
    return count;
}

static void a_key_is_put_once(void **state)
{
    (void)state;
    assert_int_equal(process_race(put_keys), KEYS);
    assert_int_equal(rig_ask("SELECT count(*) FROM op"), KEYS);
}

static int raise_tries(int number, int begin)
{
    am_store_code code;
    am_store_rows found = {0};
    (void)number;
    if (!process_begins(begin))
        return PROCESS_FAILED;
    am_store *store = rig_try(&code);
    for (int i = 0; store && i < KEYS;) {
        code = store->table->read(store, "a", "k", &found);
        if (code != AM_STORE_DONE)
            return fail_for(store, code);
        am_outbox_row row = found.rows[0];
        row.tries++;
        code = store->table->swap(store, &row, &(am_store_swap){0}, NOW_MS, &found);
        if (am_store_failed(code))
            return fail_for(store, code);
        i += code == AM_STORE_DONE;
    }
    am_store_rows_free(&found);
    if (!store)
        return fail_for(store, code);
    rig_close(store);
    return 0;
}

static void no_swap_is_lost(void **state)
{
    (void)state;
    am_store *store = rig_open();
    rig_put(store, "a", "k", NULL);
    rig_close(store);
    assert_int_equal(process_race(raise_tries), 0);
    assert_int_equal(rig_ask("SELECT tries FROM op"), PROCESSES * KEYS);
    assert_int_equal(rig_ask("SELECT version FROM op"), PROCESSES * KEYS + 1);
}

/* ---- children -------------------------------------------------------------------------------- */

static bool is_forked(am_store *store)
{
    am_store_rows found = {0};
    am_outbox_row row = rig_row("a", "child");
    am_store_part part = {.size = 1};
    size_t count;
    int64_t next;
    char byte;
    am_store_prune prune = {.old = rig_all, .limit = 1};
    const am_store_table *t = store->table;
    const am_store_code codes[] = {
        t->put(store, &row, NULL, &rig_all, NOW_MS, &found),
        t->read(store, "a", "k", &found),
        t->swap(store, &row, &(am_store_swap){0}, NOW_MS, &found),
        t->due(store, NOW_MS, 1, &found, &next),
        t->list(store, &(am_store_filter){1, 0, 1}, &found),
        t->remove(store, &prune),
        t->parts(store, 1, &part, &count),
        t->bytes(store, 1, &part, 0, &byte, 1),
    };
    for (size_t i = 0; i < COUNT(codes); i++)
        if (codes[i] != AM_STORE_FORKED)
            return false;
    return strstr(store->error, "belongs to the process that forked this one") != NULL;
}

static void a_child_does_nothing_with_its_parents_store(void **state)
{
    (void)state;
    am_store *store = rig_open();
    rig_put(store, "a", "k", NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(!is_forked(store));
    assert_int_equal(process_status(child), 0);
    rig_put(store, "a", "after", NULL);
    rig_close(store);
    assert_int_equal(rig_ask("SELECT count(*) FROM op"), 2);
}

/* SQLite counts locks by process, and a child inherits the count without the locks. With its own
 * handle beside the inherited one it would lose its rows when the parent closes. */
static void a_child_closes_before_it_opens_its_own(void **state)
{
    (void)state;
    am_store *store = rig_open();
    rig_put(store, "a", "k", NULL);
    pid_t child = fork();
    if (child == 0) {
        am_store_code code;
        am_store *own = rig_try(&code);
        _exit(own || code != AM_STORE_FORKED || !strstr(rig_error, "inherited the outbox by fork"));
    }
    assert_int_equal(process_status(child), 0);
    rig_put(store, "a", "after", NULL);
    rig_close(store);
}

static bool put_one(am_store *store, const char *key)
{
    am_store_rows found = {0};
    am_outbox_row row = rig_row("a", key);
    bool is_put = store->table->put(store, &row, NULL, &rig_all, NOW_MS, &found) == AM_STORE_DONE;
    am_store_rows_free(&found);
    return is_put;
}

static bool tell(int fd)
{
    return write(fd, "", 1) == 1;
}

static bool hear(int fd)
{
    char byte;
    return read(fd, &byte, 1) == 1;
}

static void parent_and_child_keep_each_their_own(void **state)
{
    (void)state;
    int up[2], down[2];
    assert_int_equal(pipe(up), 0);
    assert_int_equal(pipe(down), 0);
    am_store *store = rig_open();
    rig_put(store, "a", "k", NULL);
    pid_t child = fork();
    if (child == 0) {
        am_store_code code;
        close(up[0]);
        close(down[1]);
        rig_close(store);
        am_store *own = rig_try(&code);
        bool is_fine = own && put_one(own, "child 1") && tell(up[1]) && hear(down[0]) &&
                       put_one(own, "child 2"); /* after the parent has closed its handle */
        rig_close(own);
        _exit(!is_fine);
    }
    close(up[1]);
    close(down[0]);
    assert_true(hear(up[0]));
    rig_put(store, "a", "parent", NULL); /* its locks are still its own */
    rig_close(store);
    assert_true(tell(down[1]));
    assert_int_equal(process_status(child), 0);
    assert_int_equal(rig_ask("SELECT count(*) FROM op"), 4);
    assert_int_equal(rig_ask(RIG_DEFECTS), 0);
    close(up[0]);
    close(down[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG(a_key_is_put_once),
        RIG(no_swap_is_lost),
        RIG(a_child_does_nothing_with_its_parents_store),
        RIG(a_child_closes_before_it_opens_its_own),
        RIG(parent_and_child_keep_each_their_own),
    };
    return cmocka_run_group_tests_name("processes", tests, NULL, NULL);
}
