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

static outcome settle(const char *name, const am_value *values, size_t count, am_item key,
                      const char *draft_client_id)
{
    const am_value map = am_map(NULL, values, count);
    const am_plan *plan = am_plan_find(name);
    am_arguments arguments = {.reader = &am_value_reader, .given = am_value_item(&map)};
    am_protect_given given = {.key = key, .draft_client_id = draft_client_id};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_send_has_the_key_of_its_arguments_else_the_given_else_a_new_one),
        cmocka_unit_test(a_draft_is_sent_under_a_key_of_its_own),
        cmocka_unit_test(a_create_gets_a_client_id_unless_it_has_one_or_wants_none),
        cmocka_unit_test(what_adds_again_is_not_protected),
    };
    return cmocka_run_group_tests_name("protect", tests, NULL, NULL);
}
