/* SPDX-License-Identifier: MIT */
/* The words are the interface of scripts, logs and documents: none may change unnoticed. */
#include "unit.h"

#include <string.h>

#include "agentmail.h"

static void every_enumerated_value_has_its_word(void **state)
{
    (void)state;
    assert_string_equal(am_outcome_word(AM_NOT_APPLIED), "not_applied");
    assert_string_equal(am_outcome_word(AM_APPLIED), "applied");
    assert_string_equal(am_outcome_word(AM_UNKNOWN), "unknown");

    assert_string_equal(am_protection_word(AM_SAFE), "safe");
    assert_string_equal(am_protection_word(AM_IDEMPOTENT), "idempotent");
    assert_string_equal(am_protection_word(AM_CLIENT_ID), "client_id");
    assert_string_equal(am_protection_word(AM_KEYED), "idempotency_key");
    assert_string_equal(am_protection_word(AM_NATURAL_KEY), "natural_key");
    assert_string_equal(am_protection_word(AM_IF_MATCH), "if_match");
    assert_string_equal(am_protection_word(AM_UNPROTECTED), "none");

    assert_string_equal(am_state_word(AM_STATE_QUEUED), "queued");
    assert_string_equal(am_state_word(AM_STATE_SENDING), "sending");
    assert_string_equal(am_state_word(AM_STATE_JUDGING), "judging");
    assert_string_equal(am_state_word(AM_STATE_BACKING_OFF), "backing_off");
    assert_string_equal(am_state_word(AM_STATE_DONE), "done");

    assert_string_equal(am_event_word(AM_EVENT_ATTEMPT), "attempt");
    assert_string_equal(am_event_word(AM_EVENT_RESEND), "resend");
    assert_string_equal(am_event_word(AM_EVENT_ANSWER), "answer");
    assert_string_equal(am_event_word(AM_EVENT_WAIT), "wait");
    assert_string_equal(am_event_word(AM_EVENT_DONE), "done");
}

static bool is_word(const char *word)
{
    return word && word[0] && word[strspn(word, "abcdefghijklmnopqrstuvwxyz_")] == '\0';
}

static void every_code_has_a_word_of_its_own(void **state)
{
    static const struct {
        am_code code;
        const char *word, *about;
    } codes[] = {
#define ROW(constant, word, about) {constant, word, about},
        AM_CODES(ROW)
#undef ROW
    };
    (void)state;
    for (size_t i = 0; i < COUNT(codes); i++) {
        assert_int_equal(codes[i].code, i);
        assert_string_equal(am_code_word(codes[i].code), codes[i].word);
        assert_true(is_word(codes[i].word) && codes[i].about[0]);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(codes[i].word, codes[k].word);
    }
    assert_string_equal(am_code_word(AM_OK), "ok");
    assert_string_equal(am_code_word(AM_DEFERRED), "deferred");
}

/* ---- limits ---------------------------------------------------------------------------------- */

static int64_t *field(am_limits *limits, const am_limit *limit)
{
    return (int64_t *)(void *)((char *)limits + limit->offset);
}

static void the_table_of_limits_describes_every_limit(void **state)
{
    (void)state;
    am_limits limits;
    size_t count;
    const am_limit *table = am_limit_table(&count);
    am_limits_init(&limits);
    assert_int_equal(count * sizeof(int64_t), sizeof limits); /* no field without a row */
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(table[i].offset, i * sizeof(int64_t));
        assert_int_equal(*field(&limits, &table[i]), table[i].value);
        assert_true(table[i].least <= table[i].value && table[i].value <= table[i].most);
        assert_true(is_word(table[i].name) && table[i].about[0]);
        assert_in_range(table[i].unit, AM_UNIT_MS, AM_UNIT_COUNT);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(table[i].name, table[k].name);
    }
}

static void the_limits_have_the_promised_defaults(void **state)
{
    (void)state;
    am_limits limits;
    am_limits_init(&limits);
    assert_int_equal(limits.attempts, 8);
    assert_int_equal(limits.deadline_ms, 120000);
    assert_int_equal(limits.attempt_timeout_ms, 30000);
    assert_int_equal(limits.upload_rate, 65536);
    assert_int_equal(limits.connect_timeout_ms, 10000);
    assert_int_equal(limits.backoff_base_ms, 250);
    assert_int_equal(limits.backoff_cap_ms, 20000);
    assert_int_equal(limits.redirects, 5);
    assert_int_equal(limits.connection_age_ms, 55000);
}

static void a_limit_out_of_its_bounds_is_refused_by_name(void **state)
{
    (void)state;
    char error[AM_ERROR_SIZE] = "untouched";
    am_limits limits;
    size_t count;
    const am_limit *table = am_limit_table(&count);
    am_limits_init(&limits);
    assert_true(am_limits_check(&limits, error));
    assert_string_equal(error, "untouched");
    for (size_t i = 0; i < count; i++) {
        const int64_t good[] = {table[i].least, table[i].most};
        const int64_t bad[] = {table[i].least - 1, table[i].most + 1, INT64_MIN, INT64_MAX};
        for (size_t k = 0; k < COUNT(good); k++) {
            *field(&limits, &table[i]) = good[k];
            assert_true(am_limits_check(&limits, error));
        }
        for (size_t k = 0; k < COUNT(bad); k++) {
            *field(&limits, &table[i]) = bad[k];
            assert_false(am_limits_check(&limits, error));
            assert_non_null(strstr(error, table[i].name));
        }
        *field(&limits, &table[i]) = table[i].value;
    }
    limits.deadline_ms = 0;
    limits.pages = 0;
    assert_false(am_limits_check(&limits, error)); /* the first one is named */
    assert_string_equal(error, "limit deadline is 0 ms: it must be 1 to 86400000");
    limits.deadline_ms = 1;
    assert_false(am_limits_check(&limits, error));
    assert_string_equal(error, "limit pages is 0: it must be 1 to 1099511627776");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_enumerated_value_has_its_word),
        cmocka_unit_test(every_code_has_a_word_of_its_own),
        cmocka_unit_test(the_table_of_limits_describes_every_limit),
        cmocka_unit_test(the_limits_have_the_promised_defaults),
        cmocka_unit_test(a_limit_out_of_its_bounds_is_refused_by_name),
    };
    return cmocka_run_group_tests_name("words and limits", tests, NULL, NULL);
}
