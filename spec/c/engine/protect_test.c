/* SPDX-License-Identifier: MIT */
/* What makes a repeat harmless, where the encoder's specs do not look: keys given beside the
 * arguments, and the key of a draft. */
#include "unit.h"

#include <string.h>

#include "encode/value.h"
#include "engine/protect.h"
#include "retry/key.h"

static const char UUID[] = "00000000-0000-4000-8000-000000000000";

typedef struct outcome {
    bool done;
    am_settled settled;
    char words[200];
    am_item client_id;
} outcome;

static am_item text(const char *of)
{
    return (am_item){AM_ITEM_STRING, {.string = {of, strlen(of)}}};
}

static outcome settle_given(const am_plan *plan, const am_value *values, size_t count,
                            am_protect_given given)
{
    const am_value map = am_map(NULL, values, count);
    am_arguments arguments = {.reader = &am_value_reader, .given = am_value_item(&map)};
    am_problem problem = {0};
    am_buf words;
    outcome made = {0};
    memcpy(given.uuid, UUID, sizeof UUID);
    assert_true(am_plan_read(plan, &arguments, &problem));
    made.done = am_protect(plan, &arguments, &given, &made.settled, &problem);
    const am_item *client_id = am_plan_item(plan, &arguments, AM_NAME_client_id);
    if (client_id)
        made.client_id.kind = client_id->kind;
    am_buf_init(&words, 1000);
    am_problem_words(&problem, NULL, &words);
    snprintf(made.words, sizeof made.words, "%s", am_buf_string(&words));
    am_buf_free(&words);
    am_problem_free(&problem);
    return made;
}

static outcome settle(const char *name, const am_value *values, size_t count, am_item key,
                      const char *draft_client_id)
{
    return settle_given(am_plan_find(name), values, count,
                        (am_protect_given){.key = key, .draft_client_id = draft_client_id});
}

static const am_item NONE = {AM_ITEM_NIL, {0}};

static void a_send_has_the_key_of_its_arguments_else_the_given_else_a_new_one(void **state)
{
    const am_value own = am_text("idempotency_key", "own"), never = am_boolean(own.name, false);
    const char *send = "inboxes.messages.send";
    (void)state;
    assert_string_equal(settle(send, &own, 1, text("given"), NULL).settled.key, "own");
    assert_string_equal(settle(send, NULL, 0, text("given"), NULL).settled.key, "given");
    assert_string_equal(settle(send, NULL, 0, NONE, NULL).settled.key, UUID);
    outcome made = settle(send, &never, 1, text("given"), NULL);
    assert_true(made.done);
    assert_string_equal(made.settled.key, "");
    assert_int_equal(made.settled.protection, AM_UNPROTECTED);
    made = settle(send, NULL, 0, text("a b"), NULL);
    assert_false(made.done);
    assert_string_equal(made.words,
                        "'idempotency_key' holds ' ' at position 2: use only A-Z a-z 0-9 - . _ ~");
}

static void a_draft_is_sent_under_a_key_of_its_own(void **state)
{
    const am_value values[] = {am_text("inbox_id", "a@b.c"), am_text("draft_id", "d1")};
    am_bytes parts[] = {{"drafts.send", 11}, {"a@b.c", 5}, {"draft_id", 8}, {"d1", 2}};
    char key[AM_KEY_MAX + 1];
    (void)state;
    assert_true(am_key_join(parts, 4, key));
    assert_string_equal(settle("inboxes.drafts.send", values, 2, NONE, NULL).settled.key, key);
    parts[2] = (am_bytes){"client_id", 9};
    parts[3] = (am_bytes){"mine", 4};
    assert_true(am_key_join(parts, 4, key));
    assert_string_equal(settle("inboxes.drafts.send", values, 2, NONE, "mine").settled.key, key);
}

static void a_create_gets_a_client_id_unless_it_has_one_or_wants_none(void **state)
{
    const am_value own = am_text("client_id", "own"), never = am_boolean("client_id", false);
    outcome made = settle("inboxes.create", NULL, 0, NONE, NULL);
    (void)state;
    assert_true(made.settled.made_client_id);
    assert_int_equal(made.client_id.kind, AM_ITEM_STRING);
    made = settle("inboxes.create", &own, 1, NONE, NULL);
    assert_false(made.settled.made_client_id);
    assert_int_equal(made.settled.protection, AM_CLIENT_ID);
    made = settle("inboxes.create", &never, 1, NONE, NULL);
    assert_int_equal(made.client_id.kind, AM_ITEM_NIL);
    assert_int_equal(made.settled.protection, AM_UNPROTECTED);
}

static void what_adds_again_is_not_protected(void **state)
{
    const am_value added = am_list("add_attachments", NULL, 0);
    const am_value key[] = {am_map("public_key", NULL, 0), am_text("client_id", "c")};
    (void)state;
    assert_int_equal(settle("inboxes.drafts.update", NULL, 0, NONE, NULL).settled.protection,
                     AM_IDEMPOTENT);
    assert_int_equal(settle("inboxes.drafts.update", &added, 1, NONE, NULL).settled.protection,
                     AM_UNPROTECTED);
    assert_int_equal(settle("api_keys.create", key, 1, NONE, NULL).settled.protection,
                     AM_UNPROTECTED);
    assert_int_equal(settle("api_keys.create", key, 2, NONE, NULL).settled.protection,
                     AM_CLIENT_ID);
}

/* ---- etags ----------------------------------------------------------------------------------- */

/* An update of an inbox, as if it were one of a calendar. */
static am_plan update_plan(void)
{
    am_plan plan = *am_plan_find("inboxes.update");
    plan.protection = AM_IF_MATCH;
    plan.flags |= AM_PLAN_MATCHED;
    return plan;
}

static outcome update(const am_value *values, size_t count, const char *read_with)
{
    am_plan plan = update_plan();
    return settle_given(&plan, values, count,
                        (am_protect_given){.etag = {read_with, read_with ? strlen(read_with) : 0}});
}

static void an_update_carries_the_etag_of_its_arguments_else_of_its_object(void **state)
{
    const am_value own = am_text("if_match", "\"rv-3\""), never = am_boolean("if_match", false);
    const am_value any = am_text("if_match", "*"), list = am_text("if_match", "\"a\", \"b\"");
    (void)state;
    outcome made = update(&own, 1, "\"rv-2\"");
    assert_string_equal(made.settled.if_match, "\"rv-3\"");
    assert_int_equal(made.settled.protection, AM_IF_MATCH);
    made = update(NULL, 0, "\"rv-2\"");
    assert_string_equal(made.settled.if_match, "\"rv-2\"");
    assert_int_equal(made.settled.protection, AM_IF_MATCH);
    made = update(&never, 1, "\"rv-2\"");
    assert_true(made.done);
    assert_string_equal(made.settled.if_match, "");
    assert_int_equal(made.settled.protection, AM_IDEMPOTENT);
    made = update(NULL, 0, NULL);
    assert_string_equal(made.settled.if_match, "");
    assert_int_equal(made.settled.protection, AM_IDEMPOTENT);
    made = update(NULL, 0, "no\netag"); /* as the service sent it: it goes without */
    assert_true(made.done);
    assert_int_equal(made.settled.protection, AM_IDEMPOTENT);
    made = update(&any, 1, "\"rv-2\"");
    assert_string_equal(made.settled.if_match, "*");
    assert_int_equal(made.settled.protection, AM_IDEMPOTENT);
    made = update(&list, 1, NULL);
    assert_int_equal(made.settled.protection, AM_IDEMPOTENT);
}

static void a_wrong_etag_is_refused(void **state)
{
    static const char words[] = "'if_match' must be an etag as the service sent it, or false, not ";
    const am_value wrong[] = {am_boolean("if_match", true), am_integer("if_match", 3),
                              am_text("if_match", ""), am_text("if_match", "a\nX: y")};
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        outcome made = update(&wrong[i], 1, "\"rv-2\"");
        assert_false(made.done);
        assert_int_equal(strncmp(made.words, words, strlen(words)), 0);
    }
    const am_value unknown = am_text("if_match", "\"rv-3\"");
    const am_value map = am_map(NULL, &unknown, 1);
    am_arguments arguments = {.reader = &am_value_reader, .given = am_value_item(&map)};
    am_problem problem = {0};
    assert_false(am_plan_read(am_plan_find("inboxes.update"), &arguments, &problem));
    assert_int_equal(problem.kind, AM_PROBLEM_UNKNOWN_PARAMETER);
    am_problem_free(&problem);
}

static void what_sends_mail_is_not_repeated_without_an_etag(void **state)
{
    const am_item yes = {AM_ITEM_BOOLEAN, {.boolean = true}};
    const am_item no = {AM_ITEM_BOOLEAN, {.boolean = false}};
    const am_item odd = {AM_ITEM_STRING, {.string = {"no", 2}}};
    (void)state;
    assert_int_equal(am_protect_unmatched(NULL, NULL), AM_IDEMPOTENT);
    assert_int_equal(am_protect_unmatched(&NONE, NULL), AM_IDEMPOTENT);
    assert_int_equal(am_protect_unmatched(&no, NULL), AM_IDEMPOTENT);
    assert_int_equal(am_protect_unmatched(&yes, NULL), AM_UNPROTECTED);
    assert_int_equal(am_protect_unmatched(&odd, NULL), AM_UNPROTECTED);
    assert_int_equal(am_protect_unmatched(NULL, &NONE), AM_UNPROTECTED); /* true by default */
    assert_int_equal(am_protect_unmatched(NULL, &yes), AM_UNPROTECTED);
    assert_int_equal(am_protect_unmatched(NULL, &no), AM_IDEMPOTENT);
}

/* ---- deletes --------------------------------------------------------------------------------- */

static outcome erase(const am_value *values, size_t count, am_item key)
{
    am_plan plan = *am_plan_find("inboxes.delete");
    plan.flags |= AM_PLAN_MATCHED | AM_PLAN_DELETE_KEY;
    return settle_given(&plan, values, count,
                        (am_protect_given){.key = key, .etag = {"\"rv-2\"", 6}});
}

static void a_delete_carries_only_the_key_and_the_etag_that_it_is_given(void **state)
{
    char longest[129] = "", too_long[130] = "";
    memset(longest, '!', 128);
    memset(too_long, '~', 129);
    const am_value given[] = {am_text("idempotency_key", longest), am_text("if_match", "\"rv-3\"")};
    const am_value never = am_boolean("idempotency_key", false);
    const am_item no = {AM_ITEM_BOOLEAN, {.boolean = false}};
    (void)state;
    outcome made = erase(NULL, 0, NONE);
    assert_string_equal(made.settled.key, "");
    assert_string_equal(made.settled.if_match, "");
    assert_int_equal(made.settled.protection, AM_IDEMPOTENT);
    made = erase(given, 2, NONE);
    assert_string_equal(made.settled.key, longest);
    assert_string_equal(made.settled.if_match, "\"rv-3\"");
    assert_int_equal(made.settled.protection, AM_IDEMPOTENT);
    assert_string_equal(erase(NULL, 0, text("delete:7")).settled.key, "delete:7");
    assert_string_equal(erase(&never, 1, text("delete:7")).settled.key, "");
    assert_true(erase(NULL, 0, no).done);
    assert_string_equal(erase(NULL, 0, text("a b")).words,
                        "'idempotency_key' holds a blank, or what is no ASCII, at position 2: use "
                        "only visible ASCII");
    assert_string_equal(erase(NULL, 0, text(too_long)).words,
                        "'idempotency_key' is 129 characters long: at most 128 are allowed");
    assert_string_equal(erase(NULL, 0, text("")).words, "'idempotency_key' must not be empty");
    const am_value number = am_integer("idempotency_key", 7);
    assert_string_equal(erase(&number, 1, NONE).words,
                        "'idempotency_key' must be a string, not a number");
}

static void a_plan_knows_the_names_that_it_takes_besides_its_fields(void **state)
{
    am_plan plan = *am_plan_find("inboxes.delete");
    size_t cursor = 0, count = 0;
    (void)state;
    plan.flags |= AM_PLAN_MATCHED | AM_PLAN_DELETE_KEY | AM_PLAN_JOINED;
    const char *const names[] = {"inbox_id", "idempotency_key", "if_match", "single_page"};
    for (const am_name *name; (name = am_plan_known(&plan, &cursor)) != NULL; count++)
        assert_string_equal(name->text, names[count]);
    assert_int_equal(count, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_send_has_the_key_of_its_arguments_else_the_given_else_a_new_one),
        cmocka_unit_test(a_draft_is_sent_under_a_key_of_its_own),
        cmocka_unit_test(a_create_gets_a_client_id_unless_it_has_one_or_wants_none),
        cmocka_unit_test(what_adds_again_is_not_protected),
        cmocka_unit_test(an_update_carries_the_etag_of_its_arguments_else_of_its_object),
        cmocka_unit_test(a_wrong_etag_is_refused),
        cmocka_unit_test(what_sends_mail_is_not_repeated_without_an_etag),
        cmocka_unit_test(a_delete_carries_only_the_key_and_the_etag_that_it_is_given),
        cmocka_unit_test(a_plan_knows_the_names_that_it_takes_besides_its_fields),
    };
    return cmocka_run_group_tests_name("protect", tests, NULL, NULL);
}
