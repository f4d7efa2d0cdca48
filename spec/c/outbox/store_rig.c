/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "store_rig.h"

#include <dirent.h>
#include <sqlite3.h>
#include <unistd.h>

char rig_folder[64], rig_path[96], rig_error[AM_ERROR_SIZE];

int rig_begin(void **state)
{
    (void)state;
    const char *memory = "/dev/shm"; /* a busy disk syncs slowly */
    snprintf(rig_folder, sizeof rig_folder, "%s/agentmail-outbox-XXXXXX",
             access(memory, W_OK) == 0 ? memory : "/tmp");
    if (!mkdtemp(rig_folder))
        return -1;
    snprintf(rig_path, sizeof rig_path, "%s/agent.db", rig_folder);
    return 0;
}

void rig_empty(void)
{
    DIR *folder = opendir(rig_folder);
    struct dirent *entry;
    while (folder && (entry = readdir(folder)))
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder)
        closedir(folder);
}

int rig_end(void **state)
{
    (void)state;
    rig_empty();
    return rmdir(rig_folder);
}

am_store *rig_try(am_store_code *code)
{
    am_store_options options = {
        .path = rig_path, .service = SERVICE, .label = true, .keyed = true, .wait_ms = 60000};
    return am_store_sqlite()->open(&options, code, rig_error);
}

am_store *rig_open(void)
{
    am_store_code code;
    am_store *store = rig_try(&code);
    if (!store)
        print_message("%s\n", rig_error);
    assert_non_null(store);
    return store;
}

void rig_close(am_store *store)
{
    am_store_sqlite()->close(store);
}

am_outbox_row rig_row(const char *inbox_id, const char *key)
{
    return (am_outbox_row){
        .inbox_id = inbox_id,
        .key = key,
        .state = AM_OUTBOX_WAITING,
        .operation = "inboxes.messages.send",
        .method = "POST",
        .target = "/v0/inboxes/a%40example.com/messages/send",
        .content_type = "application/json",
        .fingerprint = {1, 2, 3},
        .label = "am-00112233445566778899aabbccddeeff",
        .due_ms = NOW_MS,
        .caused = {-1, -1},
        .first_wire = {-1, -1},
        .last_wire = {-1, -1},
        .empty_look = {-1, -1},
        .created_ms = NOW_MS,
        .settled_ms = -1,
        .lease_ms = -1,
    };
}

static void assert_same_text(const char *a, const char *b)
{
    if (a && b)
        assert_string_equal(a, b);
    else
        assert_true(!a && !b);
}

void rig_assert_same(const am_outbox_row *a, const am_outbox_row *b)
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

am_outbox_row rig_full_row(const char *key)
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
    for (int i = 0; i < AM_FINGERPRINT_SIZE; i++)
        row.fingerprint[i] = (unsigned char)(255 - i);
    return row;
}

int64_t rig_put(am_store *store, const char *inbox_id, const char *key, const am_store_body *body)
{
    am_store_rows found = {0};
    am_outbox_row row = rig_row(inbox_id, key);
    assert_code(store->table->put(store, &row, body, &rig_all, NOW_MS, &found), AM_STORE_DONE);
    int64_t id = found.rows[0].id;
    am_store_rows_free(&found);
    return id;
}

char rig_byte(int64_t at)
{
    return (char)(at * 131 + (at >> 12));
}

bool rig_read(void *user, void *buffer, size_t size)
{
    rig_source *source = user;
    char *bytes = buffer;
    if ((int64_t)size > source->end - source->at)
        return false;
    for (size_t i = 0; i < size; i++)
        bytes[i] = rig_byte(source->at + (int64_t)i);
    source->at += (int64_t)size;
    return true;
}

static bool accept(void *user, const am_outbox_row *row)
{
    (void)row;
    return user != NULL;
}

const am_store_judge rig_all = {accept, rig_path}, rig_none = {accept, NULL};

int64_t rig_look(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

static sqlite3 *connect_to(void)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(rig_path, &db), SQLITE_OK);
    return db;
}

int64_t rig_ask(const char *sql)
{
    sqlite3 *db = connect_to();
    int64_t value = rig_look(db, sql);
    sqlite3_close(db);
    return value;
}

void rig_change(const char *sql)
{
    sqlite3 *db = connect_to();
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}
