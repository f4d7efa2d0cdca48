/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/body.h"
#include "unit.h"

/* Makes a file of `size` distinguishable bytes; the caller frees the path. */
static char *make_file(size_t size)
{
    char *path = strdup("/tmp/agentmail-body-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(write(fd, &(char){(char)(i * 7 + i / 251)}, 1), 1);
    close(fd);
    return path;
}

static void remove_file(char *path)
{
    unlink(path);
    free(path);
}

/* Reads a whole body in steps of `step` bytes; the caller frees it. */
static char *read_all(am_body *body, size_t step)
{
    size_t size = (size_t)am_body_size(body), done = 0;
    char *all = calloc(1, size + step + 1);
    int64_t n;
    assert_non_null(all);
    while ((n = am_body_read(body, all + done, step)) > 0)
        done += (size_t)n;
    assert_int_equal(n, 0);
    assert_int_equal(done, size);
    return all;
}

static void a_body_joins_its_pieces_in_steps_of_any_size(void **state)
{
    am_code code;
    char error[AM_ERROR_SIZE], expected[200], *path = make_file(100);
    unsigned char bytes[100];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 7);
    size_t at = (size_t)snprintf(expected, sizeof expected, "{\"a\":\"");
    at += (size_t)EVP_EncodeBlock((unsigned char *)expected + at, bytes, sizeof bytes);
    snprintf(expected + at, sizeof expected - at, "\",\"b\":\"aGVsbG8A\"}");
    const am_piece pieces[] = {
        {.data = "{\"a\":\"", .size = 6},        {.path = path, .base64 = true},
        {.data = "\",\"b\":\"", .size = 7},      {.data = "hello", .size = 6, .base64 = true},
        {.data = "", .size = 0, .base64 = true}, {.data = "\"}", .size = 2}};
    am_body *body = am_body_open(pieces, COUNT(pieces), &code, error);
    assert_non_null(body);
    for (size_t step = 1; step < 200; step++) {
        assert_true(am_body_rewind(body));
        char *all = read_all(body, step);
        assert_string_equal(all, expected);
        free(all);
    }
    am_body_close(body);
    remove_file(path);
}

static char *read_file(const char *path, bool base64, size_t step)
{
    char error[AM_ERROR_SIZE];
    am_code code;
    const am_piece piece = {.path = path, .base64 = base64};
    am_body *body = am_body_open(&piece, 1, &code, error);
    assert_non_null(body);
    char *all = read_all(body, step);
    am_body_close(body);
    return all;
}

/* Lengths around one chunk; reads through the chunk, past it, and alternating. */
static void a_file_of_any_length_is_encoded_in_base64(void **state)
{
    static const size_t steps[] = {1000, 1024, 1027, 5000, 100000};
    (void)state;
    for (size_t size = 24573; size < 24580; size++) {
        char *path = make_file(size), *raw = read_file(path, false, 1000);
        unsigned char *expected = malloc(size * 4 / 3 + 5);
        assert_non_null(expected);
        EVP_EncodeBlock(expected, (unsigned char *)raw, (int)size);
        for (size_t i = 0; i < COUNT(steps); i++) {
            char *plain = read_file(path, false, steps[i]);
            char *encoded = read_file(path, true, steps[i]);
            assert_memory_equal(plain, raw, size);
            assert_string_equal(encoded, expected);
            free(plain);
            free(encoded);
        }
        free(expected);
        free(raw);
        remove_file(path);
    }
}

static void a_body_fails_when_its_file_grows_while_it_is_read(void **state)
{
    am_code code;
    char error[AM_ERROR_SIZE], out[4096], *path = make_file(20000);
    const am_piece piece = {.path = path};
    (void)state;
    am_body *body = am_body_open(&piece, 1, &code, error);
    assert_int_equal(am_body_read(body, out, sizeof out), sizeof out);
    FILE *file = fopen(path, "a"); /* it grows during the read */
    assert_non_null(file);
    fputc('x', file);
    fclose(file);
    int64_t n;
    while ((n = am_body_read(body, out, sizeof out)) > 0)
        ;
    assert_int_equal(n, -1);
    assert_false(am_body_rewind(body));
    am_body_close(body);
    remove_file(path);
}

static void a_body_fails_when_its_file_shrinks_while_it_is_read(void **state)
{
    am_code code;
    char error[AM_ERROR_SIZE], out[4096], *path = make_file(20000);
    const am_piece piece = {.path = path, .base64 = true};
    (void)state;
    am_body *body = am_body_open(&piece, 1, &code, error);
    assert_int_equal(truncate(path, 100), 0);
    assert_int_equal(am_body_read(body, out, sizeof out), -1);
    am_body_close(body);
    remove_file(path);
}

static void a_body_names_the_file_that_cannot_be_sent(void **state)
{
    am_code code;
    char error[AM_ERROR_SIZE];
    const am_piece missing[] = {{.data = "x", .size = 1}, {.path = "/nonexistent/report.pdf"}};
    const am_piece folder = {.path = "/tmp"};
    (void)state;
    assert_null(am_body_open(missing, 2, &code, error));
    assert_int_equal(code, AM_FILE);
    assert_string_equal(error, "cannot read /nonexistent/report.pdf: No such file or directory");
    assert_null(am_body_open(&folder, 1, &code, error));
    assert_string_equal(error, "cannot send /tmp: it is not a regular file");
}

static void a_fifo_without_a_writer_is_refused_at_once(void **state)
{
    am_code code;
    char error[AM_ERROR_SIZE], *path = make_file(0);
    const am_piece fifo = {.path = path};
    (void)state;
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_null(am_body_open(&fifo, 1, &code, error));
    assert_int_equal(code, AM_FILE);
    assert_non_null(strstr(error, "it is not a regular file"));
    remove_file(path);
}

static void a_body_whose_size_would_overflow_is_too_large(void **state)
{
    static const size_t sizes[] = {SIZE_MAX, INT64_MAX, INT64_MAX / 4 + 1};
    am_code code;
    char error[AM_ERROR_SIZE];
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        /* No file is read before all are known to fit. */
        const am_piece pieces[] = {{.data = "x", .size = sizes[i], .base64 = true},
                                   {.data = "x", .size = sizes[i]}};
        am_body *body = am_body_open(pieces, 2, &code, error);
        assert_non_null(body);
        assert_int_equal(am_body_size(body), INT64_MAX);
        am_body_close(body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_joins_its_pieces_in_steps_of_any_size),
        cmocka_unit_test(a_file_of_any_length_is_encoded_in_base64),
        cmocka_unit_test(a_body_fails_when_its_file_grows_while_it_is_read),
        cmocka_unit_test(a_body_fails_when_its_file_shrinks_while_it_is_read),
        cmocka_unit_test(a_body_names_the_file_that_cannot_be_sent),
        cmocka_unit_test(a_fifo_without_a_writer_is_refused_at_once),
        cmocka_unit_test(a_body_whose_size_would_overflow_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
