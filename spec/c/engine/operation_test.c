/* SPDX-License-Identifier: MIT */
/* Operations by name: what becomes a call, and the words for what does not. */
#include "unit.h"

#include <string.h>

#include "agentmail_operation.h"
#include "engine/call.h"

static struct fixture {
    am_engine *engine;
    am_client *client;
    am_code code;
    char error[AM_ERROR_SIZE];
} f;

static int set_up(void **state)
{
    const am_client_options options = {.base_url = "http://127.0.0.1:1", .api_key = "k"};
    (void)state;
    f.engine = am_engine_new();
    f.client = am_client_new(f.engine, &options, f.error);
    return f.client ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    am_engine_free(f.engine);
    return 0;
}

static am_call *submit(const char *name, const am_value *values, size_t count,
                       const am_request *more)
{
    return am_operation_submit(f.client, am_operation(name), values, count, more, &f.code, f.error);
}

static bool has_line(const am_call *call, const char *start)
{
    for (size_t i = 0; i < call->sending.line_count; i++)
        if (strncmp(call->sending.lines[i], start, strlen(start)) == 0)
            return true;
    return false;
}

static void a_send_becomes_a_call_with_a_key(void **state)
{
    const am_value values[] = {am_text("inbox_id", "a@b.c"), am_text("to", "x@y.z")};
    const am_header header = {"X-Mine", "1"};
    const am_request more = {.headers = &header, .header_count = 1, .events = true, .user = &f};
    am_call *call = submit("inboxes.messages.send", values, 2, &more);
    (void)state;
    assert_non_null(call);
    assert_string_equal(call->sending.method, "POST");
    assert_string_equal(call->sending.url, "http://127.0.0.1:1/v0/inboxes/a%40b.c/messages/send");
    assert_int_equal(call->sending.body_size, strlen("{\"to\":\"x@y.z\"}"));
    assert_true(has_line(call, "Idempotency-Key: "));
    assert_true(has_line(call, "X-Mine: 1"));
    assert_true(has_line(call, "Authorization: Bearer k"));
    assert_int_equal(call->policy.protection, AM_KEYED);
    assert_ptr_equal(am_call_user(call), &f);
    am_call_free(call);
}

static void what_needs_no_api_key_carries_none(void **state)
{
    const am_value values[] = {am_text("human_email", "a@b.c"), am_text("username", "x")};
    am_call *call = submit("agent.sign_up", values, 2, NULL);
    (void)state;
    assert_non_null(call);
    assert_false(has_line(call, "Authorization"));
    am_call_free(call);
}

static void the_text_around_a_file_lives_as_long_as_the_call(void **state)
{
    const am_value file[] = {am_data("data", "a\0b", 3), am_text("filename", "x.bin")};
    const am_value attachment = am_map(NULL, file, 2);
    const am_value values[] = {am_text("inbox_id", "a"), am_text("to", "x"),
                               am_list("attachments", &attachment, 1)};
    static const char expected[] = "{\"to\":\"x\",\"attachments\":[{\"filename\":\"x.bin\","
                                   "\"content\":\"YQBi\"}]}";
    char body[200];
    am_call *call = submit("inboxes.messages.send", values, 3, NULL);
    (void)state;
    assert_non_null(call);
    int64_t size = am_body_read(call->sending.stream, body, sizeof body);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(body, expected, strlen(expected));
    am_call_free(call);
}

static void an_update_carries_its_etag_and_the_headers_of_the_host(void **state)
{
    am_value values[] = {am_text("inbox_id", "a"), am_text("event_id", "e"), am_text("title", "t"),
                         am_text("mode", "future"), am_text("if_match", "\"rv-1\"")};
    const am_header header = {"X-Mine", "1"};
    const am_request more = {.headers = &header, .header_count = 1};
    (void)state;
    am_call *call = submit("inboxes.calendar.update_event", values, 5, &more);
    assert_non_null(call);
    assert_string_equal(call->sending.url,
                        "http://127.0.0.1:1/v0/inboxes/a/calendar/events/e?mode=future");
    assert_string_equal(call->sending.body, "{\"title\":\"t\"}");
    assert_true(has_line(call, "If-Match: \"rv-1\""));
    assert_true(has_line(call, "X-Mine: 1"));
    assert_false(has_line(submit("inboxes.calendar.update_event", values, 4, NULL), "If-Match"));
    values[2] = am_text("idempotency_key", "a:b");
    call = submit("inboxes.calendar.delete_event", values, 3, NULL);
    assert_non_null(call);
    assert_true(has_line(call, "Idempotency-Key: a:b"));
}

static void a_mistake_is_told_behind_the_name(void **state)
{
    const am_value values[] = {am_text("inbox_id", "a"), am_text("to", "x"),
                               am_text("subject", "\xff")};
    (void)state;
    assert_null(submit("inboxes.messages.send", values, 3, NULL));
    assert_int_equal(f.code, AM_INVALID);
    assert_string_equal(f.error, "inboxes.messages.send: 'subject' is not valid UTF-8 (byte 1); "
                                 "convert the text to UTF-8 first");
    assert_null(submit("inboxes.messages.sned", values, 3, NULL));
    assert_int_equal(f.code, AM_INVALID);
    assert_string_equal(f.error, "there is no such operation");
}

static void words_that_are_too_many_are_cut_at_a_character(void **state)
{
    char name[400] = "";
    (void)state;
    for (size_t i = 0; i < 4; i++) { /* wherever the cut falls */
        am_value value = am_text(name, "x");
        memset(name, 'a', i);
        for (size_t at = i; at + 3 < sizeof name; at += 2)
            memcpy(name + at, "\xc3\xa9", 3);
        assert_null(submit("pods.list", &value, 1, NULL));
        size_t size = strlen(f.error);
        assert_in_range(size, AM_ERROR_SIZE - 3, AM_ERROR_SIZE - 1);
        assert_int_equal((unsigned char)f.error[size - 1], 0xa9);
    }
}

static void what_is_above_the_limit_is_too_large(void **state)
{
    static char text[3000];
    am_value values[] = {am_text("inbox_id", "a"), am_text("to", "x"), am_text("text", text)};
    am_limits limits;
    const am_request more = {.limits = &limits};
    (void)state;
    am_limits_init(&limits);
    limits.request_bytes = 2000;
    assert_non_null(submit("inboxes.messages.send", values, 3, &more));
    memset(text, 'x', sizeof text - 1);
    values[2] = am_text("text", text);
    assert_null(submit("inboxes.messages.send", values, 3, &more));
    assert_int_equal(f.code, AM_TOO_LARGE);
    assert_non_null(strstr(f.error, "request_bytes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_send_becomes_a_call_with_a_key),
        cmocka_unit_test(what_needs_no_api_key_carries_none),
        cmocka_unit_test(the_text_around_a_file_lives_as_long_as_the_call),
        cmocka_unit_test(an_update_carries_its_etag_and_the_headers_of_the_host),
        cmocka_unit_test(a_mistake_is_told_behind_the_name),
        cmocka_unit_test(words_that_are_too_many_are_cut_at_a_character),
        cmocka_unit_test(what_is_above_the_limit_is_too_large),
    };
    return cmocka_run_group_tests_name("operation", tests, set_up, tear_down);
}
