/* SPDX-License-Identifier: MIT */
/* Memory that runs out: for every n, the n-th allocation fails, once or from then on, in our code
 * and in SQLite. The reopened file holds the old row or the new one, and nothing leaks. */
#include "memory_rig.h"
#include "scarce.h"
#include "store_flow.h"

/* ---- SQLite's memory, from the functions that the linker wraps ------------------------------- */

enum { HEAD = 16 }; /* holds the size, and keeps the alignment */

static void *memory_new(int size)
{
    char *block = malloc((size_t)size + HEAD);
    if (!block)
        return NULL;
    memcpy(block, &size, sizeof size);
    return block + HEAD;
}

static void memory_free(void *block)
{
    free((char *)block - HEAD);
}

static void *memory_resize(void *old, int size)
{
    char *block = realloc((char *)old - HEAD, (size_t)size + HEAD);
    if (!block)
        return NULL;
    memcpy(block, &size, sizeof size);
    return block + HEAD;
}

static int memory_size(void *block)
{
    int size = 0;
    if (block)
        memcpy(&size, (char *)block - HEAD, sizeof size);
    return size;
}

static int memory_round(int size)
{
    return (size + 7) & ~7;
}

static int memory_begin(void *user)
{
    (void)user;
    return SQLITE_OK;
}

static void memory_end(void *user)
{
    (void)user;
}

static int set_up(void **state)
{
    static sqlite3_mem_methods methods = {memory_new,   memory_free,  memory_resize, memory_size,
                                          memory_round, memory_begin, memory_end,    NULL};
    (void)state;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK ||
           sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static int run(void)
{
    return flow_run(FLOW_SMALL, -1);
}

static void check(int done)
{
    flow_check(FLOW_SMALL, done);
}

static const memory_plan plan = {.run = run, .whole = FLOW_STEPS, .check = check, .least = 500};

static void an_allocation_fails(void **state)
{
    (void)state;
    memory_run(&plan, false);
}

static void all_later_allocations_fail(void **state)
{
    (void)state;
    memory_run(&plan, true);
}

/* Lists grow, and their strings with them. */
static void lists_fail_whole(void **state)
{
    (void)state;
    am_store *store = rig_open();
    am_store_rows found = {0};
    am_store_code code = AM_STORE_NO_MEMORY;
    for (int i = 0; i < 5; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        rig_put(store, "a", key, NULL);
    }
    for (long n = 1; code != AM_STORE_DONE; n++) {
        scarce_fail(n, true);
        code = store->table->list(store, &(am_store_filter){UINT32_MAX, 0, 9}, &found);
        scarce_fail(0, false);
        assert_int_equal(code == AM_STORE_DONE, found.count == 5);
        if (code != AM_STORE_DONE) {
            assert_int_equal(code, AM_STORE_NO_MEMORY);
            assert_int_equal(found.count, 0);
            assert_non_null(strstr(store->error, "out of memory"));
        }
    }
    am_store_rows_free(&found);
    rig_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RIG(an_allocation_fails),
        RIG(all_later_allocations_fail),
        RIG(lists_fail_whole),
    };
    return cmocka_run_group_tests_name("memory of the store", tests, set_up, NULL);
}
