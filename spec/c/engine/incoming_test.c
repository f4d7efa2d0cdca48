/* SPDX-License-Identifier: MIT */
/* Receiving an answer: where its head ends, what the limits count, what its end means. */
#include "unit.h"

#include <string.h>

#include "engine/incoming.h"
#include "retry/attempt.h"

typedef struct fixture {
    am_incoming in;
    am_limits limits;
    char words[100];
} fixture;

static int start(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    am_limits_init(&f->limits);
    am_incoming_reset(&f->in, &f->limits);
    *state = f;
    return 0;
}

static int stop(void **state)
{
    fixture *f = *state;
    am_incoming_free(&f->in);
    free(f);
    return 0;
}

/* Passes lines that each end with a newline; true if all were taken. */
static bool take(fixture *f, const char *lines)
{
    for (const char *end; (end = strchr(lines, '\n')) != NULL; lines = end + 1)
        if (!am_incoming_header(&f->in, &f->limits, lines, (size_t)(end + 1 - lines)))
            return false;
    return true;
}

static const char *find(const fixture *f, const char *name)
{
    size_t size;
    return am_incoming_find(&f->in, name, &size);
}

/* Ends the attempt; returns the final code. */
static int end(fixture *f, int curl, const char *words)
{
    snprintf(f->words, sizeof f->words, "%s", words);
    return am_incoming_end(&f->in, curl, f->words, sizeof f->words);
}

/* ---- heads ----------------------------------------------------------------------------------- */

static void the_head_of_an_answer_ends_with_its_empty_line(void **state)
{
    fixture *f = *state;
    assert_int_equal(f->in.stage, AM_BEFORE_HEAD);
    assert_true(take(f, "HTTP/1.1 200 OK\r\nX: y\r\n"));
    assert_int_equal(f->in.stage, AM_IN_HEAD);
    assert_true(take(f, "\r\n"));
    assert_int_equal(f->in.stage, AM_BEHIND_HEAD);
    assert_true(take(f, "HTTP/1.1 500 a trailer: that begins so\r\n\r\n"));
    assert_int_equal(f->in.stage, AM_BEHIND_HEAD);
    assert_non_null(find(f, "x"));
    am_incoming_reset(&f->in, &f->limits);
    assert_int_equal(f->in.stage, AM_BEFORE_HEAD);
    assert_true(take(f, "HTTP/1.1 200 OK\n\n"));
    assert_int_equal(f->in.stage, AM_BEHIND_HEAD);
}

static void after_a_1xx_another_head_follows(void **state)
{
    fixture *f = *state;
    assert_true(take(f, "HTTP/1.1 100 Continue\r\nX: 1\r\n\r\n"));
    assert_int_equal(f->in.stage, AM_BEFORE_HEAD);
    assert_true(take(f, "HTTP/2 103 \r\nX: 2\r\n\r\n"));
    assert_int_equal(f->in.stage, AM_BEFORE_HEAD);
    assert_true(take(f, "HTTP/1.1  100 Continue\r\n\r\n")); /* libcurl 7 reads it as 100 */
    assert_int_equal(f->in.stage, AM_BEFORE_HEAD);
    assert_true(take(f, " HTTP/1.1\t100 Continue\r\n\r\n")); /* and libcurl 8 reads this */
    assert_int_equal(f->in.stage, AM_BEFORE_HEAD);
    assert_true(take(f, "HTTP/1.1 404 No\r\nY: 3\r\n"));
    assert_int_equal(f->in.stage, AM_IN_HEAD);
    assert_null(find(f, "x"));
    assert_non_null(find(f, "y"));
    assert_true(take(f, "\r\n"));
    assert_int_equal(f->in.stage, AM_BEHIND_HEAD);
}

static void an_answer_whose_status_has_not_three_digits_is_refused(void **state)
{
    static const struct {
        const char *line;
        bool good;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\n", true},   {"HTTP/1.1 200\r\n", true},
        {"HTTP/2 404 \r\n", true},       {"HTTP/1.1  200 OK\r\n", true},
        {"HTTP/1.1 2000 OK\r\n", false}, {"HTTP/1.1 20 OK\r\n", false},
        {"HTTP/1.1 1000\r\n", false},    {"HTTP/1.1 OK\r\n", false},
        {"HTTP/1.1\r\n", false},
    };
    fixture *f = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        am_incoming_reset(&f->in, &f->limits);
        assert_true(take(f, cases[i].line));
        assert_int_equal(take(f, "\r\n"), cases[i].good);
        assert_int_equal(f->in.wrong != NULL, !cases[i].good);
    }
}

static void an_answer_with_two_different_lengths_is_refused(void **state)
{
    static const struct {
        const char *head;
        bool good;
    } cases[] = {
        {"Content-Length: 5\r\n", true},
        {"Content-Length: 5\r\nX: y\r\ncontent-length:5 \r\n", true},
        {"Content-Length: 5\r\nContent-Length: 6\r\n", false},
        {"Content-Length: 5\r\nContent-Length: 5\r\nContent-Length: 50\r\n", false},
        {"Content-Length: 5, 6\r\n", false},
        {"X-Content-Length: 5\r\nContent-Length: 6\r\n", true},
        {"Content-Length-X: 5\r\nContent-Length: 6\r\n", true},
    };
    fixture *f = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        am_incoming_reset(&f->in, &f->limits);
        assert_true(take(f, "HTTP/1.1 200 OK\r\n") && take(f, cases[i].head));
        assert_int_equal(take(f, "\r\n"), cases[i].good);
        assert_int_equal(f->in.wrong != NULL, !cases[i].good);
        assert_int_equal(f->in.stage, cases[i].good ? AM_BEHIND_HEAD : AM_IN_HEAD);
    }
}

static void the_end_of_a_body_is_marked_by_chunks_or_http2(void **state)
{
    static const struct {
        const char *head;
        bool marked;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\n\r\n", false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true},
        {"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, Chunked\r\n\r\n", true},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: hunked\r\n\r\n", false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n", false},
        {"HTTP/2 200 \r\n\r\n", true},
    };
    fixture *f = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        am_incoming_reset(&f->in, &f->limits);
        assert_true(take(f, cases[i].head));
        assert_int_equal(am_incoming_marks_end(&f->in), cases[i].marked);
    }
}

/* ---- limits ---------------------------------------------------------------------------------- */

static void header_lines_are_counted_over_all_responses(void **state)
{
    fixture *f = *state;
    f->limits.header_count = 4;
    assert_true(take(f, "HTTP/1.1 200 OK\r\n1: \r\n2: \r\n3: \r\n4: \r\n\r\n"));
    assert_false(take(f, "5: \r\n"));
    assert_string_equal(f->in.too_large, "header_count");
    am_incoming_reset(&f->in, &f->limits);
    assert_true(take(f, "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\n1: \r\n\r\nHTTP/1.1 200 OK\r\n"));
    assert_true(take(f, "2: \r\n"));
    assert_false(take(f, "3: \r\n"));
    assert_string_equal(f->in.too_large, "header_count");
}

static void header_bytes_are_counted_over_all_responses(void **state)
{
    fixture *f = *state;
    f->limits.header_bytes = 40;
    am_incoming_reset(&f->in, &f->limits);
    assert_true(take(f, "HTTP/1.1 200 OK\r\n"));   /* 17 */
    assert_true(take(f, "67890123456789: 9\r\n")); /* 36 */
    assert_true(take(f, "\r\n"));
    assert_true(take(f, "\r\n")); /* to the byte */
    assert_null(f->in.too_large);
    assert_false(take(f, "\n"));
    assert_string_equal(f->in.too_large, "header_bytes");
    am_incoming_reset(&f->in, &f->limits);
    assert_true(take(f, "HTTP/1.1 103 E\r\n\r\n")); /* 18 */
    assert_false(take(f, "HTTP/1.1 200 OK\r\nX: yz\r\n"));
    assert_string_equal(f->in.too_large, "header_bytes");
}

/* ---- ends ------------------------------------------------------------------------------------ */

static void the_end_of_an_answer_names_its_defect(void **state)
{
    static const char in_head[] = "HTTP/1.1 200 OK\r\n", whole[] = "HTTP/1.1 200 OK\r\n\r\n";
    static const struct {
        const char *head;
        int curl;
        const char *words;
        bool defect, too_large;
        const char *then;
    } cases[] = {
        {whole, 0, "", false, false, ""},
        {whole, 18, "bytes missing", false, false, "bytes missing"},
        {in_head, 0, "", false, false,
         "the connection was closed inside the headers of the answer"},
        {in_head, 18, "bytes missing", false, false,
         "the connection was closed inside the headers of the answer"},
        {in_head, 56, "Recv failure: reset", false, false, "Recv failure: reset"},
        {in_head, 28, "timed out", false, false, "timed out"},
        {whole, 23, "", true, false, "the answer continues after the end of its gzip data"},
        {whole, 23, "Failed reading the chunked-encoded stream", true, false,
         "the answer continues after the end of its gzip data"},
        {whole, 56, "chunk hex-length longer than 16", true, false,
         "chunk hex-length longer than 16"},
        {whole, 56, "Malformed encoding found in chunked-encoding", true, false,
         "Malformed encoding found in chunked-encoding"},
        {whole, 56, "OpenSSL SSL_read: unexpected eof while reading, errno 0", false, false,
         "OpenSSL SSL_read: unexpected eof while reading, errno 0"},
        {whole, 61, "Unrecognized content encoding type", false, false,
         "Unrecognized content encoding type"},
        {whole, 61, "", false, false, "the answer has a content encoding that was not requested"},
        {in_head, 56, "Too large response headers: 307216 > 307200", false, true,
         "the answer is above the limit header_bytes"},
        {in_head, 100, "Too many response headers, 5000 is max", false, true,
         "the answer is above the limit header_bytes"},
        {in_head, 27, "", false, true, "the answer is above the limit header_bytes"},
        {"", 27, "", false, true, "the answer is above the limit header_bytes"},
        {whole, 27, "", false, false, ""},
    };
    fixture *f = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        am_incoming_reset(&f->in, &f->limits);
        assert_true(take(f, cases[i].head));
        assert_int_equal(end(f, cases[i].curl, cases[i].words), cases[i].curl);
        assert_string_equal(f->words, cases[i].then);
        assert_int_equal(f->in.defect, cases[i].defect);
        assert_int_equal(f->in.too_large != NULL, cases[i].too_large);
    }
}

/* A transfer that we ended ourselves does not count as a defect of the answer. */
static void what_our_limits_refuse_is_no_defect_of_the_answer(void **state)
{
    fixture *f = *state;
    f->limits.header_count = 1;
    assert_false(take(f, "HTTP/1.1 200 OK\r\n1: \r\n2: \r\n"));
    assert_int_equal(end(f, AM_CURL_WRITE, "Failed writing header"), AM_CURL_WRITE);
    assert_false(f->in.defect);
    assert_string_equal(f->words, "the answer is above the limit header_count");
    am_incoming_reset(&f->in, &f->limits);
    f->in.unsaved = true;
    assert_int_equal(end(f, AM_CURL_WRITE, "Failed writing body"), AM_CURL_WRITE);
    assert_false(f->in.defect);
    am_incoming_reset(&f->in, &f->limits);
    f->in.body.error = AM_BUF_NO_MEMORY;
    assert_int_equal(end(f, AM_CURL_WRITE, "Failed writing body"), AM_CURL_NO_MEMORY);
    assert_false(f->in.defect);
    am_incoming_reset(&f->in, &f->limits);
    f->limits.header_count = 200;
    assert_false(take(f, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"));
    assert_int_equal(end(f, AM_CURL_WRITE, "Failed writing header"), AM_CURL_WRITE);
    assert_true(f->in.defect);
    assert_string_equal(f->words, "the answer has two different lengths in Content-Length");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_head_of_an_answer_ends_with_its_empty_line),
        CASE(after_a_1xx_another_head_follows),
        CASE(an_answer_whose_status_has_not_three_digits_is_refused),
        CASE(an_answer_with_two_different_lengths_is_refused),
        CASE(the_end_of_a_body_is_marked_by_chunks_or_http2),
        CASE(header_lines_are_counted_over_all_responses),
        CASE(header_bytes_are_counted_over_all_responses),
        CASE(the_end_of_an_answer_names_its_defect),
        CASE(what_our_limits_refuse_is_no_defect_of_the_answer),
    };
    return cmocka_run_group_tests_name("incoming", tests, NULL, NULL);
}
