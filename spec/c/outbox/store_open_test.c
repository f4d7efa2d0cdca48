/* SPDX-License-Identifier: MIT */
/* Opening an outbox: what is made, what is refused, and in which words. */
#define _GNU_SOURCE
#include "store_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk.h"
#include "outbox/store_handle.h"

/* ---- the world, as the linker's --wrap lets it be seen --------------------------------------- */

static int folder_syncs, fsync_error;
static long file_system; /* 0: the real one */

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_statfs(const char *path, struct statfs *info);
int __wrap_statfs(const char *path, struct statfs *info);

int __wrap_fsync(int fd)
{
    struct stat info;
    assert_int_equal(fstat(fd, &info), 0);
    assert_true(S_ISDIR(info.st_mode));
    folder_syncs++;
    errno = fsync_error;
    return fsync_error ? -1 : __real_fsync(fd);
}

int __wrap_statfs(const char *path, struct statfs *info)
{
    int result = __real_statfs(path, info);
    if (file_system)
        info->f_type = (__typeof__(info->f_type))file_system;
    return result;
}

static int begin(void **state)
{
    folder_syncs = fsync_error = 0;
    file_system = 0;
    return rig_begin(state);
}

#define OPEN(test) cmocka_unit_test_setup_teardown(test, begin, rig_end)

/* The outbox is not opened, for a reason in these words. */
static void assert_refused(am_store_code expected, const char *words)
{
    am_store_code code;
    am_store *store = rig_try(&code);
    if (store)
        rig_close(store);
    assert_null(store);
    assert_int_equal(code, expected);
    if (!strstr(rig_error, words))
        fail_msg("'%s' does not say '%s'", rig_error, words);
}

static am_store *open_with(am_store_options options, am_store_code *code)
{
    if (!options.path)
        options.path = rig_path;
    return am_store_sqlite()->open(&options, code, rig_error);
}

/* ---- a new file ------------------------------------------------------------------------------ */

static int mode_of(const char *ending)
{
    char path[128];
    struct stat info;
    snprintf(path, sizeof path, "%s%s", rig_path, ending);
    return stat(path, &info) == 0 ? (int)(info.st_mode & 0777) : -1;
}

static void a_new_file_is_its_owners_alone(void **state)
{
    (void)state;
    mode_t old = umask(0);
    am_store *store = rig_open();
    umask(old);
    rig_put(store, "a", "k", NULL);
    assert_int_equal(mode_of(""), 0600);
    assert_int_equal(mode_of("-wal"), 0600);
    assert_int_equal(mode_of("-shm"), 0600);
    assert_string_equal(store->path, rig_path);
    assert_int_equal(store->table->version, AM_STORE_VERSION);
    rig_close(store);
}

static void the_folder_of_a_new_file_is_synced(void **state)
{
    (void)state;
    rig_close(rig_open());
    assert_int_equal(folder_syncs, 1);
    rig_close(rig_open());
    assert_int_equal(folder_syncs, 1);
    /* A process that died between creation and sync left an empty file. */
    unlink(rig_path);
    close(open(rig_path, O_CREAT | O_WRONLY, 0600));
    rig_close(rig_open());
    assert_int_equal(folder_syncs, 2);
}

static void a_folder_that_cannot_be_synced_is_refused(void **state)
{
    (void)state;
    fsync_error = EIO;
    assert_refused(AM_STORE_REFUSED, "cannot be created: Input/output error");
    fsync_error = EINVAL; /* a file system without this sync */
    rig_close(rig_open());
}

static void the_file_is_set_up_as_the_design_says(void **state)
{
    (void)state;
    am_store *store = rig_open();
    assert_int_equal(rig_ask("PRAGMA application_id"), 0x616d6f78);
    assert_int_equal(rig_ask("PRAGMA user_version"), 1);
    assert_int_equal(rig_ask("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"),
                     1);
    sqlite3 *db = ((am_sqlite *)store)->db;
    const struct {
        const char *pragma;
        int value;
    } cases[] = {{"PRAGMA synchronous", 2},
                 {"PRAGMA secure_delete", 2},
                 {"PRAGMA cache_size", -256},
                 {"PRAGMA busy_timeout", 60000}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        sqlite3_stmt *statement;
        sqlite3_prepare_v2(db, cases[i].pragma, -1, &statement, NULL);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        assert_int_equal(sqlite3_column_int(statement, 0), cases[i].value);
        sqlite3_finalize(statement);
    }
    rig_close(store);
}

/* ---- places ---------------------------------------------------------------------------------- */

static void network_file_systems_are_refused(void **state)
{
    (void)state;
    const struct {
        long magic;
        const char *name;
    } cases[] = {{NFS_SUPER_MAGIC, "(NFS)"},
                 {(long)0xff534d42, "(SMB)"},
                 {(int)0xfe534d42, "(SMB)"},
                 {V9FS_MAGIC, "(9P)"},
                 {0x00c36400, "(Ceph)"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        file_system = cases[i].magic;
        assert_refused(AM_STORE_REFUSED, cases[i].name);
        assert_int_equal(access(rig_path, F_OK), -1); /* and nothing is made there */
    }
    file_system = OVERLAYFS_SUPER_MAGIC;
    rig_close(rig_open());
}

static void places_without_a_file_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *path, *words;
    } cases[] = {{"/tmp", "it is a directory"},
                 {"/nowhere/agent.db", "No such file or directory"},
                 {"/dev/null", "cannot be an outbox"},
                 {"", "No such file or directory"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        am_store_code code;
        am_store_options options = {.path = cases[i].path, .service = SERVICE};
        assert_null(open_with(options, &code));
        assert_int_equal(code, AM_STORE_REFUSED);
        if (!strstr(rig_error, cases[i].words))
            fail_msg("'%s' does not say '%s'", rig_error, cases[i].words);
    }
}

static void a_link_leads_to_one_outbox(void **state)
{
    (void)state;
    char link[128];
    am_store_code code;
    snprintf(link, sizeof link, "%s/link.db", rig_folder);
    am_store *store = rig_open();
    assert_int_equal(symlink(rig_path, link), 0);
    am_store *other = open_with(
        (am_store_options){.path = link, .service = SERVICE, .label = true, .keyed = true}, &code);
    assert_non_null(other);
    assert_string_equal(other->path, rig_path);
    rig_put(store, "a", "k", NULL);
    am_store_rows found = {0};
    assert_code(other->table->read(other, "a", "k", &found), AM_STORE_DONE);
    am_store_rows_free(&found);
    rig_close(other);
    rig_close(store);
}

/* ---- other files ----------------------------------------------------------------------------- */

static void a_newer_format_is_refused(void **state)
{
    (void)state;
    am_store_rows found = {0};
    am_outbox_row row = rig_row("a", "k");
    am_store *store = rig_open();
    rig_put(store, "a", "before", NULL);
    rig_change("PRAGMA user_version = 2");
    assert_refused(AM_STORE_REFUSED, "update the library, or use another file");
    assert_non_null(strstr(rig_error, rig_path));
    /* A handle from before the update writes nothing more. */
    assert_code(store->table->put(store, &row, NULL, &rig_all, NOW_MS, &found), AM_STORE_REFUSED);
    assert_non_null(strstr(store->error, "restart with that version"));
    rig_close(store);
    assert_int_equal(rig_ask("SELECT count(*) FROM op"), 1);
}

static void the_file_of_another_program_is_refused(void **state)
{
    (void)state;
    rig_change("CREATE TABLE theirs(x)");
    assert_refused(AM_STORE_REFUSED, "the database of another program");
    rig_change("DROP TABLE theirs; PRAGMA application_id = 7");
    assert_refused(AM_STORE_REFUSED, "the database of another program");
    assert_int_equal(rig_ask("SELECT count(*) FROM sqlite_master"), 0);
    assert_int_equal(rig_ask("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"),
                     0);
    FILE *file = fopen(rig_path, "we");
    for (int i = 0; i < 1000; i++)
        fputs("not a database", file);
    fclose(file);
    assert_refused(AM_STORE_REFUSED, "something else, not an outbox");
}

static void an_outbox_belongs_to_one_service(void **state)
{
    (void)state;
    am_store_code code;
    am_store_options options = {.service = SERVICE, .label = true, .keyed = true};
    rig_close(rig_open());
    options.service = "http://127.0.0.1:8080";
    assert_null(open_with(options, &code));
    assert_int_equal(code, AM_STORE_REFUSED);
    assert_non_null(
        strstr(rig_error, "belongs to the service " SERVICE ", not to http://127.0.0.1:8080"));
    options.service = SERVICE;
    options.label = false;
    assert_null(open_with(options, &code));
    assert_non_null(strstr(rig_error, "was made with labels on"));
    options.label = true;
    options.keyed = false;
    assert_null(open_with(options, &code));
    assert_non_null(strstr(rig_error, "was made with `keyed` on"));
    rig_close(rig_open());
}

static void a_file_has_one_secret(void **state)
{
    (void)state;
    unsigned char secret[AM_STORE_SECRET_SIZE], none[AM_STORE_SECRET_SIZE] = {0};
    am_store *store = rig_open(), *other = rig_open();
    memcpy(secret, store->secret, sizeof secret);
    assert_memory_not_equal(secret, none, sizeof secret);
    assert_memory_equal(other->secret, secret, sizeof secret);
    rig_close(other);
    rig_close(store);
    rig_change("UPDATE meta SET value = x'00' WHERE name = 'secret'");
    assert_refused(AM_STORE_REFUSED, "has lost its secret");
    rig_change("DELETE FROM meta WHERE name = 'secret'"); /* it gets another */
    store = rig_open();
    assert_memory_not_equal(store->secret, none, sizeof secret);
    assert_memory_not_equal(store->secret, secret, sizeof secret);
    rig_close(store);
}

static void an_older_format_is_migrated_in_one_transaction(void **state)
{
    (void)state;
    am_store *store = rig_open();
    rig_put(store, "a", "k", NULL);
    const char *steps[] = {am_schema_steps[0], "ALTER TABLE op ADD COLUMN more; CREATE TABLE t(x)",
                           "CREATE TABLE u(x); CREATE TABLE t(x)"};
    assert_code(am_schema_migrate((am_sqlite *)store, steps, 3), AM_STORE_BROKEN);
    assert_non_null(strstr(store->error, "table t already exists"));
    assert_int_equal(rig_ask("SELECT count(*) FROM sqlite_master WHERE name IN ('t', 'u')"), 0);
    assert_int_equal(rig_ask("PRAGMA user_version"), 1);
    steps[2] = "CREATE TABLE u(x)";
    assert_code(am_schema_migrate((am_sqlite *)store, steps, 3), AM_STORE_DONE);
    assert_int_equal(rig_ask("PRAGMA user_version"), 3);
    assert_int_equal(rig_ask("SELECT more IS NULL FROM op"), 1);
    assert_code(am_schema_migrate((am_sqlite *)store, steps, 3), AM_STORE_DONE);
    rig_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPEN(a_new_file_is_its_owners_alone),
        OPEN(the_folder_of_a_new_file_is_synced),
        OPEN(a_folder_that_cannot_be_synced_is_refused),
        OPEN(the_file_is_set_up_as_the_design_says),
        OPEN(network_file_systems_are_refused),
        OPEN(places_without_a_file_are_refused),
        OPEN(a_link_leads_to_one_outbox),
        OPEN(a_newer_format_is_refused),
        OPEN(the_file_of_another_program_is_refused),
        OPEN(an_outbox_belongs_to_one_service),
        OPEN(a_file_has_one_secret),
        OPEN(an_older_format_is_migrated_in_one_transaction),
    };
    return cmocka_run_group_tests_name("opening the store", tests, disk_begin, NULL);
}
