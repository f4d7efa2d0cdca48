/* SPDX-License-Identifier: MIT */
/* A folder with an outbox in it, rows to put there, and bodies. */
#ifndef STORE_RIG_H
#define STORE_RIG_H

#include "unit.h"

#include <sqlite3.h>
#include <string.h>

#include "outbox/store.h"

#define SERVICE "https://api.example.com"

enum { NOW = 1700000000 };
#define NOW_MS (INT64_C(1000) * NOW)

extern char rig_folder[64], rig_path[96]; /* of the test: empty at first */

/* For cmocka: makes the folder; removes it and all in it. */
int rig_begin(void **state);
int rig_end(void **state);
/* Removes all in the folder. */
void rig_empty(void);
#define RIG(test) cmocka_unit_test_setup_teardown(test, rig_begin, rig_end)

/* Opens the outbox. NULL: code and rig_error say why. */
am_store *rig_try(am_store_code *code);
extern char rig_error[AM_ERROR_SIZE];
/* Opens it; it must work. */
am_store *rig_open(void);
void rig_close(am_store *store);

/* A waiting row of an inbox. */
am_outbox_row rig_row(const char *inbox_id, const char *key);
/* One in which each field has a value of its own. */
am_outbox_row rig_full_row(const char *key);
/* Same in all but id and version. */
void rig_assert_same(const am_outbox_row *a, const am_outbox_row *b);
/* Puts it; it must be new. The id. */
int64_t rig_put(am_store *store, const char *inbox_id, const char *key, const am_store_body *body);

/* A body whose bytes follow from their place: `at` is how far it has been read. */
typedef struct rig_source {
    int64_t at, end; /* reading beyond `end` fails */
} rig_source;
bool rig_read(void *source, void *buffer, size_t size);
char rig_byte(int64_t at);

/* Accepts all rows, or none. */
extern const am_store_judge rig_all, rig_none;

/* The first column of a query on the file, in a connection of its own. */
int64_t rig_ask(const char *sql);
/* The same, in a given connection. */
int64_t rig_look(sqlite3 *db, const char *sql);

#define RIG_DEFECTS "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"

/* Runs SQL on the file. */
void rig_change(const char *sql);

#define assert_code(call, expected)                                                                \
    do {                                                                                           \
        am_store_code code_ = (call);                                                              \
        if (code_ != (expected))                                                                   \
            print_message("%s: %d\n", #call, (int)code_);                                          \
        assert_int_equal(code_, expected);                                                         \
    } while (0)

#endif
