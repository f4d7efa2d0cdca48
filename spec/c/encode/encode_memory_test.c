/* SPDX-License-Identifier: MIT */
/*
 * Memory that runs out while a request is written: the n-th allocation fails, for every n there is.
 * Each time the problem is that, and nothing is left; or the request is the same as ever.
 */
#include "unit.h"

#include <string.h>

#include "encode/plan.h"
#include "encode/value.h"
#include "engine/protect.h"
#include "scarce.h"

static bool write(const char *name, const am_value *map, bool lenient, am_written *written,
                  am_problem *problem)
{
    const am_plan *plan = am_plan_find(name);
    am_arguments arguments = {.reader = &am_value_reader, .given = am_value_item(map)};
    am_protect_given given = {.uuid = "00000000-0000-4000-8000-000000000000"};
    am_settled settled;
    arguments.lenient = lenient;
    am_written_init(written, 100000);
    return am_write_protected(plan, &arguments, &given, &settled, written, problem);
}

/* Every allocation of writing these values fails once; `words` is what is wrong with them. */
static void starve(const char *name, const am_value *values, size_t count, bool lenient,
                   const char *words)
{
    const am_value map = am_map(NULL, values, count);
    char body[4096] = "";
    long asked = 0;
    for (long n = 0; n <= asked; n++) {
        long live = scarce_live();
        am_written written;
        am_problem problem = {0};
        am_buf text;
        scarce_fail(n, false);
        bool done = write(name, &map, lenient, &written, &problem);
        if (n == 0)
            asked = scarce_asked();
        scarce_fail(0, false);
        am_buf_init(&text, 1000);
        am_problem_words(&problem, NULL, &text);
        if (n == 0 && done)
            memcpy(body, am_buf_string(&written.body), written.body.size + 1);
        if (problem.kind != AM_PROBLEM_OUT_OF_MEMORY) {
            assert_string_equal(am_buf_string(&text), words);
            assert_true(!done || strcmp(am_buf_string(&written.body), body) == 0);
        }
        assert_true(done == (problem.kind == AM_PROBLEM_NONE));
        assert_true(n > 0 || problem.kind != AM_PROBLEM_OUT_OF_MEMORY);
        am_buf_free(&text);
        am_problem_free(&problem);
        am_written_free(&written);
        assert_int_equal(scarce_live(), live);
    }
    assert_true(asked > 0);
}

static void a_send_is_whole_or_out_of_memory(void **state)
{
    static char text[3000];
    const am_value file[] = {am_text("path", "/tmp/a.pdf")}, bytes[] = {am_text("data", "abc")};
    const am_value headers[] = {am_text("X-Two", "2"), am_text("X-One", "1")};
    const am_value attachments[] = {am_map(NULL, file, 1),  am_map(NULL, bytes, 1),
                                    am_map(NULL, file, 1),  am_map(NULL, bytes, 1),
                                    am_map(NULL, bytes, 1), am_map(NULL, bytes, 1)};
    const am_value values[] = {am_text("inbox_id", "a"), am_text("to", "x"), am_text("text", text),
                               am_map("headers", headers, 2),
                               am_list("attachments", attachments, 6)};
    (void)state;
    memset(text, 'x', sizeof text - 1);
    starve("inboxes.messages.send", values, COUNT(values), false, "");
}

static void undeclared_fields_are_whole_or_out_of_memory(void **state)
{
    const am_value inner[] = {am_text("z", "1"), am_text("a", "2"), am_null("m")};
    const am_value list[] = {am_map(NULL, inner, 3), am_number(NULL, 0.5), am_list(NULL, NULL, 0)};
    const am_value odd[] = {am_text("data", "abc"), am_list("new", list, 3), am_text("older", "x")};
    const am_value attachment = am_map(NULL, odd, 3);
    const am_value values[] = {am_text("inbox_id", "a"), am_text("to", "x"),
                               am_list("new", list, 3), am_map("also", inner, 3),
                               am_list("attachments", &attachment, 1)};
    const am_value query[] = {am_text("new", "x"), am_list("also", list, 3)};
    (void)state;
    starve("inboxes.messages.send", values, COUNT(values), true, "");
    starve("inboxes.list", query, COUNT(query), true, "");
}

static void a_mistake_is_told_or_out_of_memory(void **state)
{
    const am_value ids[] = {am_text(NULL, "a"), am_text(NULL, "b"), am_text(NULL, "a")};
    const am_value twice[] = {am_text("inbox_id", "a"), am_list("message_ids", ids, 3)};
    const am_value bad = am_text(NULL, "\xff"), list = am_list("to", &bad, 1);
    const am_value broken[] = {am_text("inbox_id", "a"), list};
    (void)state;
    starve("inboxes.messages.batch_get", twice, 2, false,
           "'message_ids' holds \"a\" twice (1 and 3); name each message once");
    starve("inboxes.messages.send", broken, 2, false,
           "'to'[1] is not valid UTF-8 (byte 1); convert the text to UTF-8 first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_send_is_whole_or_out_of_memory),
        cmocka_unit_test(undeclared_fields_are_whole_or_out_of_memory),
        cmocka_unit_test(a_mistake_is_told_or_out_of_memory),
    };
    return cmocka_run_group_tests_name("encode memory", tests, scarce_begin, NULL);
}
