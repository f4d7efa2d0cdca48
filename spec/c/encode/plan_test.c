/* SPDX-License-Identifier: MIT */
/* Operations and lists of values become requests, or words. What each type accepts is compared with
 * vectors elsewhere: spec/client/api/encoder_spec.lua. */
#include "unit.h"

#include <string.h>

#include "encode/plan.h"
#include "encode/value.h"

typedef struct written_request {
    am_written written;
    am_problem problem;
    am_buf words;
} written_request;

static bool write_with(written_request *made, const char *name, am_arguments *arguments,
                       size_t limit)
{
    const am_plan *plan = am_plan_find(name);
    assert_non_null(plan);
    *made = (written_request){0};
    am_written_init(&made->written, limit);
    am_buf_init(&made->words, 10000);
    bool done = am_plan_write(plan, arguments, &made->written, &made->problem);
    am_problem_words(&made->problem, NULL, &made->words);
    return done;
}

static bool write_values(written_request *made, const char *name, const am_value *values,
                         size_t count)
{
    const am_value map = am_map(NULL, values, count);
    am_arguments arguments = {.reader = &am_value_reader, .given = am_value_item(&map)};
    return write_with(made, name, &arguments, 100000);
}

static void drop(written_request *made)
{
    am_written_free(&made->written);
    am_problem_free(&made->problem);
    am_buf_free(&made->words);
}

static void expect(const char *name, const am_value *values, size_t count, const char *target,
                   const char *body)
{
    written_request made;
    bool done = write_values(&made, name, values, count);
    assert_string_equal(am_buf_string(&made.words), "");
    assert_true(done);
    assert_string_equal(am_buf_string(&made.written.target), target);
    assert_string_equal(am_buf_string(&made.written.body), body);
    drop(&made);
}

static void refuse(const char *name, const am_value *values, size_t count, const char *words)
{
    written_request made;
    assert_false(write_values(&made, name, values, count));
    assert_string_equal(am_buf_string(&made.words), words);
    drop(&made);
}

static void every_operation_is_found_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < AM_PLANS; i++) {
        const char *name = am_plan_text(am_plans[i].name);
        assert_ptr_equal(am_plan_find(name), &am_plans[i]);
        assert_true(i == 0 || strcmp(am_plan_text(am_plans[i - 1].name), name) < 0);
        assert_true(am_plans[i].protection < AM_PROTECTIONS);
    }
    assert_null(am_plan_find("inboxes.nothing"));
    assert_null(am_plan_find(""));
}

static void every_name_has_its_json_behind_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < AM_NAMES; i++) {
        char json[80];
        const am_name *name = &am_names[i];
        snprintf(json, sizeof json, "\"%s\":", name->text);
        assert_int_equal(strlen(name->text), name->size);
        assert_string_equal(name->text + name->size + 1, json);
    }
}

static void a_list_of_values_becomes_a_send(void **state)
{
    const am_value labels[] = {am_text(NULL, "a"), am_text(NULL, "b")};
    const am_value headers[] = {am_text("X-Two", "2"), am_text("X-One", "1")};
    const am_value values[] = {am_text("text", "Hello\n"),    am_text("inbox_id", "a@b.c"),
                               am_text("to", "x@y.z"),        am_boolean("track_opens", false),
                               am_map("headers", headers, 2), am_list("labels", labels, 2)};
    (void)state;
    expect("inboxes.messages.send", values, COUNT(values), "/v0/inboxes/a%40b.c/messages/send",
           "{\"labels\":[\"a\",\"b\"],\"to\":\"x@y.z\",\"text\":\"Hello\\n\","
           "\"headers\":{\"X-One\":\"1\",\"X-Two\":\"2\"},\"track_opens\":false}");
}

static void a_list_of_values_becomes_a_query(void **state)
{
    const am_value labels[] = {am_text(NULL, "\xc3\xa9"), am_text(NULL, "b")};
    const am_value values[] = {am_text("inbox_id", "a@b.c"), am_integer("limit", 5),
                               am_number("before", 0.5), am_boolean("ascending", true),
                               am_list("labels", labels, 2)};
    (void)state;
    expect("inboxes.messages.list", values, COUNT(values),
           "/v0/inboxes/a%40b.c/messages?limit=5&labels=%5B%22%C3%A9%22%2C%22b%22%5D"
           "&before=1970-01-01T00%3A00%3A00.500Z&ascending=true",
           "");
    expect("organizations.get", NULL, 0, "/v0/organizations", "");
}

static void a_date_is_written_as_the_calendar_has_it(void **state)
{
    static const struct {
        int64_t seconds;
        const char *date;
    } rows[] = {{0, "1970-01-01T00%3A00%3A00"},           {951782399, "2000-02-28T23%3A59%3A59"},
                {951782400, "2000-02-29T00%3A00%3A00"},   {4107542400, "2100-03-01T00%3A00%3A00"},
                {4107542399, "2100-02-28T23%3A59%3A59"},  {1735689599, "2024-12-31T23%3A59%3A59"},
                {253402300799, "9999-12-31T23%3A59%3A59"}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char target[120];
        am_value start = am_integer("start", rows[i].seconds);
        snprintf(target, sizeof target, "/v0/metrics/events?start=%s.000Z", rows[i].date);
        expect("metrics.query_events", &start, 1, target, "");
    }
}

static void a_body_of_no_fields_is_empty_or_none(void **state)
{
    const am_value inbox = am_text("inbox_id", "a"), pod = am_text("pod_id", "p");
    (void)state;
    expect("inboxes.create", NULL, 0, "/v0/inboxes", "");
    expect("pods.inboxes.create", &pod, 1, "/v0/pods/p/inboxes", "{}");
    expect("inboxes.delete", &inbox, 1, "/v0/inboxes/a", "");
}

static void a_mistake_is_told_by_field_and_value(void **state)
{
    const am_value nothing = am_null("to"), to[] = {am_text(NULL, "a"), am_integer(NULL, 5)};
    const am_value path = am_text("path", "/a/b/"), file = am_map(NULL, &path, 1);
    const am_value rows[][2] = {
        {am_text("inbox_id", "a"), am_integer("to", 5)},
        {am_text("inbox_id", "a"), nothing},
        {am_text("inbox_id", "a"), am_list("to", to, 2)},
        {am_text("inbox_id", "a"), am_text("sbject", "x")},
        {am_text("inbox_id", ""), am_text("to", "x")},
        {am_text("inbox_id", "a"), am_list("attachments", &file, 1)},
        {am_text("inbox_id", "a"), am_text("subject", "a\xff")},
        {am_text("inbox_id", "a"), am_text("subject", "a\nb")},
        {am_text("inbox_id", "a"), am_text("text", "x")},
    };
    static const char *const words[] = {
        "'to' must be a string or a list of strings, not a number (5)",
        "'to' cannot be cleared with agentmail.null here",
        "'to'[2] must be a string, not a number (5)",
        "unknown parameter 'sbject'",
        "'inbox_id' must not be empty",
        "'attachments'[1].path must be the name of a file, not \"/a/b/\"",
        "'subject' is not valid UTF-8 (byte 2); convert the text to UTF-8 first",
        "'subject' must not contain a line break or NUL",
        "needs 'to', 'cc' or 'bcc'; a mail goes to somebody",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        refuse("inboxes.messages.send", rows[i], 2, words[i]);
    refuse("inboxes.messages.send", NULL, 0, "'inbox_id' is required");
}

static void files_stand_in_the_body_as_pieces(void **state)
{
    const am_value file[] = {am_text("path", "/tmp/report.PDF")};
    const am_value bytes[] = {am_text("data", "abc"), am_text("filename", "a.csv")};
    const am_value attachments[] = {am_map(NULL, file, 1), am_map(NULL, bytes, 2)};
    const am_value values[] = {am_text("inbox_id", "a"), am_text("to", "x"),
                               am_list("attachments", attachments, 2)};
    static const char *const texts[] = {
        "{\"to\":\"x\",\"attachments\":[{\"filename\":\"report.PDF\","
        "\"content_type\":\"application/pdf\",\"content\":\"",
        NULL, "\"},{\"filename\":\"a.csv\",\"content_type\":\"text/csv\",\"content\":\"", NULL,
        "\"}]}"};
    am_piece pieces[5];
    written_request made;
    (void)state;
    assert_true(write_values(&made, "inboxes.messages.send", values, 3));
    assert_int_equal(made.written.file_count, 2);
    assert_int_equal(made.written.files[1].position, 2);
    assert_int_equal(made.written.files[1].name, AM_NAME_attachments);
    assert_int_equal(am_written_pieces(&made.written, pieces), 5);
    for (size_t i = 0; i < 5; i += 2) {
        assert_int_equal(pieces[i].size, strlen(texts[i]));
        assert_memory_equal(pieces[i].data, texts[i], pieces[i].size);
        assert_false(pieces[i].base64);
    }
    assert_string_equal(pieces[1].path, "/tmp/report.PDF");
    assert_memory_equal(pieces[3].data, "abc", pieces[3].size);
    assert_true(pieces[1].base64 && pieces[3].base64);
    drop(&made);
}

static void a_lone_string_is_the_parameter_that_is_open(void **state)
{
    am_arguments arguments = {.reader = &am_value_reader};
    written_request made;
    (void)state;
    arguments.given = (am_item){AM_ITEM_STRING, {.string = {"<m@x>", 5}}};
    arguments.bound[0] = (am_item){AM_ITEM_STRING, {.string = {"a@b.c", 5}}};
    assert_true(write_with(&made, "inboxes.messages.get", &arguments, 1000));
    assert_string_equal(am_buf_string(&made.written.target),
                        "/v0/inboxes/a%40b.c/messages/%3Cm%40x%3E");
    drop(&made);
    arguments.bound[0].kind = AM_ITEM_NIL;
    assert_false(write_with(&made, "inboxes.messages.get", &arguments, 1000));
    assert_string_equal(am_buf_string(&made.words),
                        "one string cannot be both 'inbox_id' and 'message_id'; pass a table");
    drop(&made);
}

static void what_is_above_the_limit_or_too_deep_is_refused(void **state)
{
    am_value levels[120];
    am_value values[] = {am_text("inbox_id", "a"), am_text("to", "x"),
                         am_text("text", "long text")};
    am_value map = am_map(NULL, values, 3);
    am_arguments arguments = {.reader = &am_value_reader, .given = am_value_item(&map)};
    written_request made;
    (void)state;
    for (size_t limit = 0; limit < 60; limit++) {
        bool done = write_with(&made, "inboxes.messages.send", &arguments, limit);
        assert_int_equal(done ? AM_PROBLEM_NONE : AM_PROBLEM_TOO_LONG, made.problem.kind);
        assert_true(done || limit < 40);
        drop(&made);
    }
    levels[0] = am_list(NULL, NULL, 0);
    for (size_t i = 1; i < COUNT(levels); i++)
        levels[i] = am_list(NULL, &levels[i - 1], 1);
    arguments.lenient = true;
    for (size_t i = 90; i < COUNT(levels); i++) {
        values[2] = levels[i];
        values[2].name = "new";
        bool done = write_with(&made, "inboxes.messages.send", &arguments, 10000);
        assert_int_equal(done, i < 100);
        assert_int_equal(made.problem.kind, done ? AM_PROBLEM_NONE : AM_PROBLEM_TOO_DEEP);
        drop(&made);
    }
}

/* The reading that has no memory, counted down to. */
static int left;

static bool fails(am_item *value)
{
    if (left-- != 0)
        return false;
    value->kind = AM_ITEM_FAILED;
    return true;
}

static void get_or_fail(void *user, intptr_t table, unsigned name, am_item *value)
{
    if (!fails(value))
        am_value_reader.get(user, table, name, value);
}

static void at_or_fail(void *user, intptr_t table, size_t position, am_item *value)
{
    if (!fails(value))
        am_value_reader.at(user, table, position, value);
}

static bool next_or_fail(void *user, intptr_t table, size_t *cursor, am_item *key, am_item *value)
{
    memset(key, 0xff, sizeof *key); /* which nobody may look at */
    return fails(value) || am_value_reader.next(user, table, cursor, key, value);
}

/* Each reading of these values fails once; without that, they become a request. */
static void starve(const char *name, const am_value *values, size_t count, bool lenient)
{
    const am_reader reader = {NULL, get_or_fail, at_or_fail, next_or_fail};
    const am_value map = am_map(NULL, values, count);
    bool done = false;
    for (int n = 0; !done; n++) {
        am_arguments arguments = {.reader = &reader, .given = am_value_item(&map)};
        written_request made;
        arguments.lenient = lenient;
        left = n;
        done = write_with(&made, name, &arguments, 10000);
        assert_int_equal(made.problem.kind, done ? AM_PROBLEM_NONE : AM_PROBLEM_OUT_OF_MEMORY);
        assert_int_equal(done, left >= 0);
        drop(&made);
    }
}

static void a_reader_without_memory_ends_it(void **state)
{
    const am_value text = am_text(NULL, "x"), member = am_text("X-A", "y");
    const am_value file[] = {am_text("data", "abc"), am_text("new", "x")};
    const am_value plain = am_map(NULL, file, 1), odd = am_map(NULL, file, 2);
    const am_value values[] = {am_text("inbox_id", "a"), am_list("to", &text, 1),
                               am_map("headers", &member, 1), am_list("attachments", &plain, 1)};
    const am_value unchecked[] = {values[0], values[1], am_list("attachments", &odd, 1),
                                  am_map("new", &member, 1), am_list("newer", &text, 1)};
    const am_value ids[] = {values[0], am_list("message_ids", &text, 1),
                            am_list("add_labels", &text, 1)};
    const am_value inbox = am_map("metadata", &member, 1);
    const am_value headers[] = {am_text("webhook_id", "w"), am_map("headers", &member, 1),
                                am_list("remove_headers", &text, 1)};
    const am_value query[] = {am_map("new", &member, 1), am_text("newer", "x")};
    (void)state;
    starve("inboxes.messages.send", values, COUNT(values), false);
    starve("inboxes.messages.send", unchecked, COUNT(unchecked), true);
    starve("inboxes.messages.batch_update", ids, COUNT(ids), false);
    starve("inboxes.create", &inbox, 1, false);
    starve("webhooks.update_headers", headers, COUNT(headers), false);
    starve("inboxes.list", query, COUNT(query), true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_is_found_by_its_name),
        cmocka_unit_test(every_name_has_its_json_behind_it),
        cmocka_unit_test(a_list_of_values_becomes_a_send),
        cmocka_unit_test(a_list_of_values_becomes_a_query),
        cmocka_unit_test(a_date_is_written_as_the_calendar_has_it),
        cmocka_unit_test(a_body_of_no_fields_is_empty_or_none),
        cmocka_unit_test(a_mistake_is_told_by_field_and_value),
        cmocka_unit_test(files_stand_in_the_body_as_pieces),
        cmocka_unit_test(a_lone_string_is_the_parameter_that_is_open),
        cmocka_unit_test(what_is_above_the_limit_or_too_deep_is_refused),
        cmocka_unit_test(a_reader_without_memory_ends_it),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
