/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "rows_run.h"

#include <string.h>

#include "unit.h"

enum { STALL_MS = 60, TRIES = 8, BEYOND_WINDOW = 200000 /* of HTTP/2 */ };

typedef struct row_run {
    const fault_row *row;
    fault_scheme scheme;
    bool reused;
    char name[120];
} row_run;

static const char *const class_names[AM_PROTECTIONS] = {
    [AM_SAFE] = "safe",   [AM_IDEMPOTENT] = "idempotent",   [AM_CLIENT_ID] = "client_id",
    [AM_KEYED] = "keyed", [AM_NATURAL_KEY] = "natural_key", [AM_UNPROTECTED] = "unprotected"};

static char letter_of(am_outcome outcome)
{
    return outcome == AM_APPLIED ? 'a' : outcome == AM_NOT_APPLIED ? 'n' : 'u';
}

void rows_check(const char *what, am_protection protection, am_result result, fault_tally tally,
                char outcome, am_code code, bool stalls)
{
    const char *lie = fault_lie(protection, result, tally);
    if (lie)
        fail_msg("%s: %s: %s (copies %d, executions %d, requests %d)", what,
                 class_names[protection], lie, tally.copies, tally.executions, tally.requests);
    if (result.attempts < tally.requests || (result.attempts > tally.requests && !stalls))
        fail_msg("%s: %s: reports %d attempts, %d arrived", what, class_names[protection],
                 result.attempts, tally.requests);
    if (letter_of(result.outcome) != outcome)
        fail_msg("%s: %s: outcome %s, not %c: %s; %s", what, class_names[protection],
                 am_outcome_word(result.outcome), outcome, result.reason, result.detail);
    if (result.code != (outcome == 'a' ? AM_OK : code))
        fail_msg("%s: %s: code %s: %s; %s", what, class_names[protection],
                 am_code_word(result.code), result.reason, result.detail);
}

static void run_class(const row_run *run, fault_server *server, unsigned op,
                      am_protection protection)
{
    const fault_row *row = run->row;
    fault_rig rig = fault_rig_new(server);
    rig.limits.attempts = TRIES;
    if (row->how & ROW_STALLS)
        rig.limits.attempt_timeout_ms =
            (row->how & ROW_LARGE ? 4 : 1) * STALL_MS * fault_slowness();
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    if (run->reused)
        fault_prime(&rig);
    fault_server_script(server, row->steps, (size_t)row->step_count);
    size_t large = run->scheme == FAULT_H2 ? BEYOND_WINDOW : FAULT_LARGE;
    am_call *call = fault_submit(rig.client, op, protection, row->how & ROW_LARGE ? large : 0);
    am_result result = fault_finish(rig.engine, call);
    char detail[256];
    snprintf(detail, sizeof detail, "%s", result.detail);
    result.detail = detail;
    fault_rig_free(&rig);
    fault_server_script(server, NULL, 0);
    fault_server_settle(server);
    fault_tally tally = fault_server_tally(server, op);
    rows_check(run->name, protection, result, tally, row->outcomes[protection], row->code,
               row->how & ROW_STALLS);
    int wanted = row->attempts[protection] - '0';
    /* On a busy machine a stall may hit once more. */
    if (result.attempts < wanted || (result.attempts > wanted && !(row->how & ROW_STALLS)))
        fail_msg("%s: %s: %d attempts, not %d", run->name, class_names[protection], result.attempts,
                 wanted);
    if (tally.reused > 0 && protection == AM_UNPROTECTED)
        fail_msg("%s: an unprotected request on a reused connection", run->name);
    if (run->reused && tally.reused == 0 && protection != AM_UNPROTECTED)
        fail_msg("%s: %s: the connection was not reused", run->name, class_names[protection]);
}

static void run_row(void **state)
{
    const row_run *run = *state;
    fault_server *server = fault_server_new(run->scheme);
    unsigned op = 0;
    assert_non_null(server);
    bool slow = fault_slowness() > 1 && run->row->how & ROW_STALLS;
    for (int p = 0; p < AM_PROTECTIONS; p++)
        if (run->row->outcomes[p] != ' ' && (!slow || p == AM_KEYED || p == AM_UNPROTECTED))
            run_class(run, server, ++op, (am_protection)p);
    fault_server_free(server);
}

int rows_run(const fault_row *rows, size_t count)
{
    static const fault_scheme schemes[] = {FAULT_HTTP, FAULT_HTTPS, FAULT_H2};
    static const char *const names[] = {"", " TLS", " h2"};
    row_run *runs = calloc(count * 6, sizeof *runs);
    struct CMUnitTest *tests = calloc(count * 6, sizeof *tests);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        for (int s = 0; s < 3; s++)
            for (int reused = 0; reused < 2; reused++) {
                if (!(rows[i].how & 1 << s) || (reused && rows[i].how & ROW_FRESH_ONLY))
                    continue;
                runs[n] = (row_run){.row = &rows[i], .scheme = schemes[s], .reused = reused};
                snprintf(runs[n].name, sizeof runs[n].name, "%s,%s %s", rows[i].name, names[s],
                         reused ? "reused" : "fresh");
                tests[n].name = runs[n].name;
                tests[n].test_func = run_row;
                tests[n].initial_state = &runs[n];
                n++;
            }
    cmocka_set_test_filter(getenv("ONLY"));
    int failed = _cmocka_run_group_tests("rows", tests, n, NULL, NULL);
    free(tests);
    free(runs);
    return failed;
}
