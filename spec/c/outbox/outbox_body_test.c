/* SPDX-License-Identifier: MIT */
/* Bodies: what is stored is what is sent, even if the files are gone; fingerprints. */
#define _GNU_SOURCE
#include "job_rig.h"

#include <unistd.h>

#include "outbox/outbox_body.h"

enum { LARGE = 700001 };

static char file_path[128];

static int begin(void **state)
{
    int failed = job_begin(state);
    snprintf(file_path, sizeof file_path, "%s/file", rig_folder);
    return failed;
}
#define BODY(test) cmocka_unit_test_setup_teardown(test, begin, rig_end)

static void write_file(const void *bytes, size_t size)
{
    FILE *file = fopen(file_path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static char *large(void)
{
    char *bytes = malloc(LARGE);
    assert_non_null(bytes);
    for (int i = 0; i < LARGE; i++)
        bytes[i] = rig_byte(i);
    return bytes;
}

static am_outbox_job *put(am_outbox *box, const am_piece *pieces, size_t count, am_put expected)
{
    am_put how = AM_PUT_NEW;
    am_piece unused;
    am_outbox_intent intent = job_intent("k", &unused, "");
    intent.pieces = pieces;
    intent.piece_count = count;
    am_outbox_job *job = am_outbox_put(box, &intent, JOB_TIME, &how);
    if (job)
        assert_int_equal(how, expected);
    return job;
}

static void a_replay_sends_the_stored_bytes_of_a_file_that_is_gone(void **state)
{
    (void)state;
    char *bytes = large();
    write_file(bytes, LARGE);
    const am_piece pieces[] = {{.data = "[\"", .size = 2},
                               {.path = file_path, .base64 = true},
                               {.data = "", .size = 0},
                               {.data = "\"]", .size = 2}};
    am_outbox *box = job_open();
    am_outbox_job_free(put(box, pieces, COUNT(pieces), AM_PUT_NEW));
    am_outbox_close(box);
    assert_int_equal(unlink(file_path), 0);
    box = job_open();
    am_outbox_job *job = job_take(box, "k");
    am_outbox_task task = job_claim(job, AM_OUTBOX_SEND);
    assert_int_equal(task.request.piece_count, 3);
    assert_false(task.request.pieces[0].base64);
    assert_true(task.request.pieces[1].base64);
    char *sent = job_body(&task.request);
    assert_memory_equal(sent, "[\"", 2);
    assert_memory_equal(sent + 2, bytes, LARGE);
    assert_string_equal(sent + 2 + LARGE, "\"]");
    free(sent);
    free(bytes);
    job_close(job, box);
}

static void a_file_that_cannot_be_read_is_not_recorded(void **state)
{
    (void)state;
    const char *const paths[] = {file_path, rig_folder};
    am_outbox *box = job_open();
    for (size_t i = 0; i < COUNT(paths); i++) {
        const am_piece piece = {.path = paths[i], .base64 = true};
        assert_null(put(box, &piece, 1, AM_PUT_NEW));
        assert_string_equal(am_outbox_code(box), "file");
        assert_non_null(strstr(am_outbox_error(box), paths[i]));
    }
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_NONE);
    am_outbox_close(box);
}

typedef struct source {
    int reads, change_at;
} source;

static int64_t read_source(void *user, int64_t offset, void *buffer, size_t size)
{
    source *from = user;
    (void)offset;
    memset(buffer, ++from->reads == from->change_at ? 'x' : 'a', size);
    return (int64_t)size;
}

static void bytes_that_change_while_they_are_stored_are_not_recorded(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    source from = {.change_at = 2};
    const am_piece piece = {.size = 100, .read = read_source, .user = &from};
    assert_null(put(box, &piece, 1, AM_PUT_NEW));
    assert_string_equal(am_outbox_code(box), "file");
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_NONE);
    from = (source){0};
    am_outbox_job *job = put(box, &piece, 1, AM_PUT_NEW);
    assert_non_null(job);
    assert_int_equal(from.reads, 2);
    job_close(job, box);
}

static void a_body_may_be_empty(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    const am_piece nothing = {.data = "", .size = 0};
    am_outbox_job *job = put(box, &nothing, 1, AM_PUT_NEW);
    assert_non_null(job);
    am_outbox_task task = job_claim(job, AM_OUTBOX_SEND);
    assert_int_equal(task.request.piece_count, 0);
    assert_int_equal(task.request.body_size, 0);
    am_outbox_job_free(job);
    job = put(box, NULL, 0, AM_PUT_GO_ON); /* the same bytes */
    job_close(job, box);
}

static am_outbox_body *body_of(const am_outbox_intent *intent)
{
    static const unsigned char secret[AM_STORE_SECRET_SIZE] = "0123456789abcde";
    char error[AM_ERROR_SIZE];
    bool is_file;
    am_outbox_body *body = am_outbox_body_new(intent, secret, &is_file, error);
    assert_non_null(body);
    return body;
}

static bool is_same(const am_outbox_intent *a, const am_outbox_intent *b)
{
    am_outbox_body *one = body_of(a), *two = body_of(b);
    bool same = memcmp(am_outbox_body_fingerprint(one), am_outbox_body_fingerprint(two),
                       AM_FINGERPRINT_SIZE) == 0;
    am_outbox_body_free(one);
    am_outbox_body_free(two);
    return same;
}

static void a_fingerprint_is_of_what_goes_onto_the_wire(void **state)
{
    (void)state;
    am_piece piece, other;
    am_outbox_intent a = job_intent("k", &piece, "Y2F0c28=!"), b = job_intent("j", &other, "");
    const am_piece pieces[] = {{.data = "cat", .size = 3, .base64 = true},
                               {.data = "so", .size = 2, .base64 = true},
                               {.data = "!", .size = 1}};
    b.pieces = pieces;
    b.piece_count = COUNT(pieces);
    assert_true(is_same(&a, &b));
    other = (am_piece){.data = "Y2F0c28=", .size = 8};
    b.pieces = &other;
    b.piece_count = 1;
    assert_false(is_same(&a, &b));
    b = a;
    b.target = "/v0/other";
    assert_false(is_same(&a, &b));
    b = a;
    b.content_type = "text/plain";
    assert_false(is_same(&a, &b));
    b = a;
    b.method = "PUT";
    assert_false(is_same(&a, &b));
    b = a;
    b.operation = "another"; /* its name is not on the wire */
    assert_true(is_same(&a, &b));
}

/* Base64 in pieces of any length gives the same digest as of the text. */
static void a_large_file_has_the_fingerprint_of_its_text(void **state)
{
    (void)state;
    char *bytes = large();
    am_piece whole, file = {.path = file_path, .base64 = true};
    am_outbox_intent a = job_intent("k", &whole, ""), b = a;
    for (size_t size = LARGE - 3; size < LARGE; size++) {
        write_file(bytes, size);
        whole = (am_piece){.data = bytes, .size = size, .base64 = true};
        b.pieces = &file;
        assert_true(is_same(&a, &b));
    }
    free(bytes);
}

/* The first claim has what put has just stored; each later one what is in the file. */
static void a_later_claim_sends_what_is_stored(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_outbox_job *job = job_put(box, "k", "one", AM_PUT_NEW);
    am_outbox_task task = job_claim(job, AM_OUTBOX_SEND);
    job_assert_body(&task.request, "one");
    rig_change("UPDATE body SET data = CAST(replace(CAST(data AS TEXT), 'one', 'two') AS BLOB)");
    job_settle(job, job_failed(AM_TIMEOUT, AM_UNKNOWN, 0));
    task = job_claim(job, AM_OUTBOX_SEND);
    job_assert_body(&task.request, "two");
    job_close(job, box);
}

/* Only of what put has just stored. */
static void a_first_send_is_told(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_outbox_job *job = job_put(box, "k", "one", AM_PUT_NEW);
    assert_true(am_outbox_sends_first(job));
    job_claim(job, AM_OUTBOX_SEND);
    assert_false(am_outbox_sends_first(job));
    job_settle(job, job_failed(AM_NETWORK, AM_NOT_APPLIED, 0));
    am_outbox_job_free(job);
    job = job_put(box, "k", "one", AM_PUT_GO_ON);
    assert_false(am_outbox_sends_first(job));
    job_claim(job, AM_OUTBOX_SEND);
    job_settle(job, job_failed(AM_REJECTED, AM_NOT_APPLIED, 422));
    am_outbox_job_free(job);
    job = job_put(box, "k", "two", AM_PUT_ANEW);
    assert_true(am_outbox_sends_first(job));
    am_outbox_job_free(job);
    job = job_put_caused(box, "j", "one", -1); /* it is looked for first */
    assert_false(am_outbox_sends_first(job));
    job_close(job, box);
}

static void labels_are_frozen(void **state)
{
    (void)state;
    char label[AM_OUTBOX_LABEL_SIZE], other[AM_OUTBOX_LABEL_SIZE];
    assert_true(am_outbox_label("a@example.com", "receipt-1", label));
    assert_string_equal(label, "am-55dd98b1803a025436b8008645ccc622");
    assert_true(am_outbox_label("A@eXample.COM", "receipt-1", other));
    assert_string_equal(label, other);
    assert_true(am_outbox_label("a@example.com", "Receipt-1", other));
    assert_string_not_equal(label, other);
    assert_true(am_outbox_label("a@example.comreceipt", "-1", other));
    assert_string_not_equal(label, other);
}

/* Of long names, too, which are not kept. */
static void a_kept_label_is_that_of_its_mail(void **state)
{
    (void)state;
    char label[AM_OUTBOX_LABEL_SIZE], last[1100] = "receipt-1";
    memset(last + 9, 'x', sizeof last - 10);
    const char *const keys[] = {"receipt-1", "receipt-1", "receipt-2", last, "receipt-1", last};
    am_outbox *box = job_open();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_true(am_outbox_label("a@example.com", keys[i], label));
        assert_string_equal(am_outbox_label_of(box, "a@example.com", keys[i]), label);
    }
    assert_true(am_outbox_label("a@example.comreceipt", "-1", label));
    am_outbox_label_of(box, "a@example.com", "receipt-1");
    assert_string_equal(am_outbox_label_of(box, "a@example.comreceipt", "-1"), label);
    assert_true(am_outbox_label("", last, label));
    assert_string_equal(am_outbox_label_of(box, "", last), label);
    /* A put takes that of its own mail, whichever was made last. */
    am_outbox_job *job = job_put(box, "k", "one", AM_PUT_NEW);
    assert_true(am_outbox_label(am_outbox_job_entry(job).inbox_id, "k", label));
    assert_string_equal(am_outbox_job_entry(job).label, label);
    job_close(job, box);
}

/* Its bytes cannot be compared: so what has ended is told, and with `first` what is open goes on.
 */
static void a_file_that_is_gone_is_not_needed_for_what_is_recorded(void **state)
{
    (void)state;
    am_outbox *box = job_open();
    am_piece piece;
    am_put put;
    am_outbox_intent intent = job_intent("k", &piece, "one");
    piece = (am_piece){.path = "/none/such", .base64 = true};
    assert_null(am_outbox_put(box, &intent, JOB_TIME, &put));
    assert_string_equal(am_outbox_code(box), "file");
    assert_int_equal(job_state_of(box, "k"), AM_OUTBOX_NONE);
    job_leave(box, "k", "one", AM_PUT_NEW, job_failed(AM_NETWORK, AM_NOT_APPLIED, 0));
    job_clock += JOB_MIN;
    assert_null(am_outbox_put(box, &intent, JOB_TIME, &put));
    assert_string_equal(am_outbox_code(box), "file");
    assert_non_null(strstr(am_outbox_error(box), "cannot be compared"));
    intent.first = true;
    am_outbox_job *job = job_put_as(box, &intent, AM_PUT_GO_ON);
    am_outbox_task task = job_claim(job, AM_OUTBOX_SEND);
    job_assert_body(&task.request, "one");
    job_settle(job, job_sent());
    am_outbox_job_free(job);
    intent.first = false;
    job = job_put_as(box, &intent, AM_PUT_CLOSED);
    job_claim(job, AM_OUTBOX_DONE);
    assert_int_equal(job_state(job), AM_OUTBOX_SENT);
    am_outbox_job_free(job);
    job_leave(box, "j", "one", AM_PUT_NEW, job_failed(AM_REJECTED, AM_NOT_APPLIED, 422));
    intent.key = "j"; /* begins anew: that needs the bytes */
    intent.first = true;
    assert_null(am_outbox_put(box, &intent, JOB_TIME, &put));
    assert_string_equal(am_outbox_code(box), "file");
    assert_int_equal(job_state_of(box, "j"), AM_OUTBOX_REFUSED);
    am_outbox_close(box);
}

/* Looks for a label that the mail never carried would prove nothing. */
static void a_body_without_its_label_is_not_looked_for(void **state)
{
    (void)state;
    const char *const bodies[] = {"one", "{\"labels\":[\"am-00000000000000000000000000000000\"]}",
                                  NULL};
    char label[AM_OUTBOX_LABEL_SIZE], quoting[64];
    am_outbox *box = job_open();
    for (int i = 0; i < 3; i++) {
        am_piece piece;
        const char key[] = {(char)('a' + i), 0};
        assert_true(am_outbox_label(JOB_INBOX, key, label));
        snprintf(quoting, sizeof quoting, "{\"text\":\"\\\"%s\\\"\"}", label);
        am_outbox_intent intent = job_intent(key, &piece, bodies[i] ? bodies[i] : quoting);
        intent.caused_ms = job_clock - 25 * JOB_HOUR;
        am_outbox_job *job = job_put_as(box, &intent, AM_PUT_NEW);
        assert_null(am_outbox_job_entry(job).label);
        assert_int_equal(job_claim(job, AM_OUTBOX_SEND).request.blind_ms, 23 * JOB_HOUR);
        job_settle(job, job_failed(AM_TIMEOUT, AM_UNKNOWN, 0));
        job_clock += JOB_HOUR;
        job_claim(job, AM_OUTBOX_SEND);
        job_settle(job, job_failed(AM_TIMEOUT, AM_UNKNOWN, 0));
        job_clock += 22 * JOB_HOUR + 1;
        job_claim(job, AM_OUTBOX_DONE);
        assert_int_equal(job_state_of(box, key), AM_OUTBOX_UNKNOWN);
        am_outbox_job_free(job);
    }
    am_outbox_close(box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BODY(a_replay_sends_the_stored_bytes_of_a_file_that_is_gone),
        BODY(a_file_that_cannot_be_read_is_not_recorded),
        BODY(bytes_that_change_while_they_are_stored_are_not_recorded),
        BODY(a_body_may_be_empty),
        BODY(a_fingerprint_is_of_what_goes_onto_the_wire),
        BODY(a_large_file_has_the_fingerprint_of_its_text),
        BODY(a_later_claim_sends_what_is_stored),
        BODY(a_first_send_is_told),
        BODY(labels_are_frozen),
        BODY(a_kept_label_is_that_of_its_mail),
        BODY(a_body_without_its_label_is_not_looked_for),
        BODY(a_file_that_is_gone_is_not_needed_for_what_is_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
