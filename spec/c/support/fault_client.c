/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fault_client.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static const char letters[AM_PROTECTIONS + 1] = {
    [AM_SAFE] = 'S',        [AM_IDEMPOTENT] = 'I', [AM_CLIENT_ID] = 'C',  [AM_KEYED] = 'K',
    [AM_NATURAL_KEY] = 'N', [AM_IF_MATCH] = 'M',   [AM_UNPROTECTED] = 'U'};

fault_rig fault_rig_new(fault_server *server)
{
    fault_rig rig = {.server = server, .engine = am_engine_new()};
    if (!rig.engine)
        abort();
    am_limits_init(&rig.limits);
    rig.limits.backoff_base_ms = 1;
    rig.limits.backoff_cap_ms = 4;
    rig.limits.budget_tokens = 1000000; /* many cases, which fail on purpose */
    rig.limits.upload_rate = INT64_C(1) << 30;
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    return rig;
}

am_client_options fault_options(const fault_rig *rig)
{
    return (am_client_options){.base_url = fault_server_url(rig->server),
                               .api_key = "am_test_faults",
                               .ca_file = fault_server_ca_file(rig->server),
                               .proxy = "",
                               .http2 = true,
                               .limits = &rig->limits};
}

void fault_rig_client(fault_rig *rig, const am_client_options *options)
{
    char error[AM_ERROR_SIZE];
    am_client_free(rig->client);
    rig->client = am_client_new(rig->engine, options, error);
    if (!rig->client) {
        fprintf(stderr, "no client: %s\n", error);
        abort();
    }
}

void fault_rig_free(fault_rig *rig)
{
    am_engine_free(rig->engine);
    rig->engine = NULL;
    rig->client = NULL;
}

int fault_start(void **server)
{
    *server = fault_server_new(FAULT_HTTP);
    return *server ? 0 : -1;
}

int fault_stop(void **server)
{
    fault_server_free(*server);
    return 0;
}

am_call *fault_submit(am_client *client, unsigned op, am_protection protection, size_t size)
{
    /* Eight tildes take more room in HPACK's code than as plain text, so they are sent plain. */
    char id[FAULT_ID_SIZE], error[AM_ERROR_SIZE];
    snprintf(id, sizeof id, "~~~~~~~~%08x%c", op, letters[protection]);
    am_header header = {"X-Op", id};
    bool reads = protection == AM_SAFE;
    char key[FAULT_ID_SIZE];
    snprintf(key, sizeof key, "%.16s", id);
    char *body = calloc(1, size + 64);
    am_code code;
    if (!body)
        abort();
    int used = snprintf(body, 64, "{\"client_id\":\"%s\"", key);
    if (size > (size_t)used + 1)
        memset(body + used, ' ', size - 1 - (size_t)used);
    body[strlen(body)] = '}';
    bool updates = protection == AM_IDEMPOTENT || protection == AM_IF_MATCH;
    am_request request = {.method = reads     ? "GET"
                                    : updates ? "PATCH"
                                              : "POST",
                          .target = "/v0/operation",
                          .protection = protection,
                          .idempotency_key = protection == AM_KEYED ? key : NULL,
                          .if_match = protection == AM_IF_MATCH ? "\"rv-1\"" : NULL,
                          .body = reads ? NULL : body,
                          .body_size = reads ? 0 : strlen(body),
                          .headers = &header,
                          .header_count = op ? 1 : 0};
    am_call *call = am_call_submit(client, &request, &code, error);
    free(body);
    if (!call && code != AM_QUEUE_FULL && code != AM_CLOSED) {
        fprintf(stderr, "not submitted: %s\n", error);
        abort();
    }
    return call;
}

am_call *fault_begin(fault_rig *rig, am_protection protection)
{
    return fault_submit(rig->client, ++rig->op, protection, 0);
}

void fault_prime(fault_rig *rig)
{
    am_call *call = fault_submit(rig->client, 0, AM_SAFE, 0);
    am_result result = fault_finish(rig->engine, call);
    if (result.code != AM_OK) {
        fprintf(stderr, "not primed: %s, %s\n", result.reason, result.detail);
        abort();
    }
    am_call_free(call);
}

/* The value of a string field, with as much JSON as a test needs. */
static const char *field(const char *body, const char *name, char value[64])
{
    const char *at = strstr(body, name);
    return at && sscanf(at + strlen(name), "\":\"%63[^\"]", value) == 1 ? value : NULL;
}

void fault_judge(am_call *call)
{
    size_t size;
    char code[64], name[64];
    const char *body = am_call_body(call, &size);
    bool whole = strstr(body, "\"whole\":true}") != NULL;
    am_call_judge(call, whole || am_call_status(call) >= 300 ? AM_WHOLE : AM_BROKEN,
                  field(body, "code", code), field(body, "name", name));
}

am_result fault_finish(am_engine *engine, am_call *call)
{
    while (am_call_state(call) != AM_STATE_DONE) {
        am_engine_wait(engine, -1);
        for (am_call *next; (next = am_engine_next(engine)) != NULL;)
            if (am_call_state(next) == AM_STATE_JUDGING)
                fault_judge(next);
    }
    return am_call_result(call);
}

void fault_until(fault_rig *rig, am_call *call, am_state state)
{
    while (am_call_state(call) != state)
        am_engine_wait(rig->engine, -1);
}

void fault_until_arrived(fault_rig *rig, int requests)
{
    while (fault_server_totals(rig->server).requests < requests)
        am_engine_wait(rig->engine, 1);
}

const char *fault_lie(am_protection protection, am_result result, fault_tally tally)
{
    if (protection == AM_SAFE)
        return result.outcome == AM_UNKNOWN ? "a read that is unknown" : NULL;
    if (tally.copies > 1)
        return "done more than once";
    if (result.outcome == AM_APPLIED && tally.copies == 0)
        return "said applied, and was not done";
    if (result.outcome == AM_NOT_APPLIED && tally.copies > 0)
        return "said not applied, and was done";
    return NULL;
}

void fault_send(fault_rig *rig, am_request request, char head[FAULT_HEAD_SIZE])
{
    char error[AM_ERROR_SIZE] = "";
    am_code code;
    am_call *call = am_call_submit(rig->client, &request, &code, error);
    assert_string_equal(call ? "" : error, "");
    assert_int_equal(fault_finish(rig->engine, call).code, AM_OK);
    am_call_free(call);
    fault_server_last_head(rig->server, head, FAULT_HEAD_SIZE);
}

int fault_slowness(void)
{
    const char *preloaded = getenv("LD_PRELOAD");
    return preloaded && strstr(preloaded, "vgpreload") ? 8 : 1;
}

int fault_descriptors(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}
