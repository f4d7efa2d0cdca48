/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "unit.h"
#include "agentmail.h"

/* The vector published by Svix. */
static am_webhook genuine(void)
{
    static const char body[] = "{\"test\": 2432232314}";
    return (am_webhook){.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                        .id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        .timestamp = "1614265330",
                        .signatures = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                        .body = body,
                        .body_size = strlen(body)};
}

static const int64_t SENT = 1614265330;

static am_webhook_verdict verify(const am_webhook *webhook)
{
    return am_webhook_verify(webhook, SENT, 300);
}

static void a_webhook_of_the_published_vector_is_genuine(void **state)
{
    am_webhook webhook = genuine();
    (void)state;
    assert_int_equal(verify(&webhook), AM_WEBHOOK_GENUINE);
    webhook.secret += strlen("whsec_");
    assert_int_equal(verify(&webhook), AM_WEBHOOK_GENUINE);
}

static void a_webhook_is_genuine_by_any_of_its_signatures(void **state)
{
    am_webhook webhook = genuine();
    (void)state;
    webhook.signatures = " v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= v2,new  "
                         "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    assert_int_equal(verify(&webhook), AM_WEBHOOK_GENUINE);
}

static void a_webhook_with_other_content_is_refused(void **state)
{
    (void)state;
    am_webhook body = genuine(), id = genuine(), secret = genuine(), none = genuine();
    body.body_size--;
    id.id = "msg_other";
    secret.secret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    none.signatures = "";
    assert_int_equal(verify(&body), AM_WEBHOOK_NO_MATCH);
    assert_int_equal(verify(&id), AM_WEBHOOK_NO_MATCH);
    assert_int_equal(verify(&secret), AM_WEBHOOK_NO_MATCH);
    assert_int_equal(verify(&none), AM_WEBHOOK_NO_MATCH);
}

static void a_webhook_with_another_version_or_a_cut_signature_is_refused(void **state)
{
    am_webhook webhook = genuine();
    (void)state;
    webhook.signatures = "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    assert_int_equal(verify(&webhook), AM_WEBHOOK_NO_MATCH);
    webhook.signatures = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE";
    assert_int_equal(verify(&webhook), AM_WEBHOOK_NO_MATCH);
}

static void a_webhook_that_is_too_old_or_too_new_is_refused(void **state)
{
    am_webhook webhook = genuine();
    (void)state;
    assert_int_equal(am_webhook_verify(&webhook, SENT + 300, 300), AM_WEBHOOK_GENUINE);
    assert_int_equal(am_webhook_verify(&webhook, SENT + 301, 300), AM_WEBHOOK_TOO_OLD);
    assert_int_equal(am_webhook_verify(&webhook, SENT - 300, 300), AM_WEBHOOK_GENUINE);
    assert_int_equal(am_webhook_verify(&webhook, SENT - 301, 300), AM_WEBHOOK_TOO_NEW);
}

static void a_webhook_with_an_unreadable_secret_or_time_is_refused(void **state)
{
    static const char *const secrets[] = {"", "whsec_", "whsec_abc", "whsec_!!!!"};
    static const char *const times[] = {"", "-1", "1614265330.5", "1614265330000000000000"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        am_webhook secret = genuine(), time = genuine();
        secret.secret = secrets[i];
        time.timestamp = times[i];
        assert_int_equal(verify(&secret), AM_WEBHOOK_BAD_SECRET);
        assert_int_equal(verify(&time), AM_WEBHOOK_BAD_TIMESTAMP);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_webhook_of_the_published_vector_is_genuine),
        cmocka_unit_test(a_webhook_is_genuine_by_any_of_its_signatures),
        cmocka_unit_test(a_webhook_with_other_content_is_refused),
        cmocka_unit_test(a_webhook_with_another_version_or_a_cut_signature_is_refused),
        cmocka_unit_test(a_webhook_that_is_too_old_or_too_new_is_refused),
        cmocka_unit_test(a_webhook_with_an_unreadable_secret_or_time_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
