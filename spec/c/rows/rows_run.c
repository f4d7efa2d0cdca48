/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "rows_run.h"

#include <string.h>

#include "unit.h"

enum {
    SHORTEST_STALL_MS = 60,
    LONGEST_STALL_MS = 8000,
    TRIES = 8,
    BEYOND_WINDOW = 200000 /* of HTTP/2 */
};

typedef struct row_run {
    const fault_row *row;
    fault_scheme scheme;
    bool reused;
    char name[120];
} row_run;

static const char *const class_names[AM_PROTECTIONS] = {[AM_SAFE] = "safe",
                                                        [AM_IDEMPOTENT] = "idempotent",
                                                        [AM_CLIENT_ID] = "client_id",
                                                        [AM_KEYED] = "keyed",
                                                        [AM_NATURAL_KEY] = "natural_key",
                                                        [AM_IF_MATCH] = "if_match",
                                                        [AM_UNPROTECTED] = "unprotected"};

static char letter_of(am_outcome outcome)
{
    return outcome == AM_APPLIED ? 'a' : outcome == AM_NOT_APPLIED ? 'n' : 'u';
}

enum { WORDS = 400 };

/* How a report differs from its row, in words. A false report ends the test at once. */
static bool differs(char words[WORDS], am_protection protection, am_result result,
                    fault_tally tally, char outcome, am_code code, bool stalls)
{
    const char *lie = fault_lie(protection, result, tally), *class = class_names[protection];
    if (lie)
        fail_msg("%s: %s (copies %d, executions %d, requests %d)", class, lie, tally.copies,
                 tally.executions, tally.requests);
    if (result.attempts < tally.requests || (result.attempts > tally.requests && !stalls))
        fail_msg("%s: reports %d attempts, %d arrived", class, result.attempts, tally.requests);
    if (letter_of(result.outcome) == outcome && result.code == (outcome == 'a' ? AM_OK : code))
        return false;
    snprintf(words, WORDS, "%s: %s, code %s, not %c: %s; %s", class,
             am_outcome_word(result.outcome), am_code_word(result.code), outcome, result.reason,
             result.detail);
    return true;
}

void rows_check(const char *what, am_protection protection, am_result result, fault_tally tally,
                char outcome, am_code code, bool stalls)
{
    char words[WORDS];
    if (differs(words, protection, result, tally, outcome, code, stalls))
        fail_msg("%s: %s", what, words);
}

/* The same for one run of a row. */
static bool row_differs(char words[WORDS], const row_run *run, am_protection protection,
                        am_result result, fault_tally tally)
{
    const fault_row *row = run->row;
    bool stalls = row->how & ROW_STALLS;
    if (differs(words, protection, result, tally, row->outcomes[protection], row->code, stalls))
        return true;
    if (tally.reused > 0 && protection == AM_UNPROTECTED)
        fail_msg("an unprotected request on a reused connection");
    if (run->reused && tally.reused == 0 && protection != AM_UNPROTECTED) {
        snprintf(words, WORDS, "%s: the connection was not reused", class_names[protection]);
        return true;
    }
    int wanted = row->attempts[protection] - '0';
    snprintf(words, WORDS, "%s: %d attempts, not %d", class_names[protection], result.attempts,
             wanted);
    return result.attempts != wanted;
}

static bool run_differs(char words[WORDS], const row_run *run, fault_server *server, unsigned op,
                        am_protection protection, int64_t stall_ms)
{
    const fault_row *row = run->row;
    fault_rig rig = fault_rig_new(server);
    rig.limits.attempts = TRIES;
    if (row->how & ROW_STALLS)
        rig.limits.attempt_timeout_ms = stall_ms;
    am_client_options options = fault_options(&rig);
    fault_rig_client(&rig, &options);
    if (run->reused)
        fault_prime(&rig);
    fault_server_script(server, row->steps, (size_t)row->step_count);
    size_t large = run->scheme == FAULT_H2 ? BEYOND_WINDOW : FAULT_LARGE;
    am_call *call = fault_submit(rig.client, op, protection, row->how & ROW_LARGE ? large : 0);
    am_result result = fault_finish(rig.engine, call);
    char detail[200];
    snprintf(detail, sizeof detail, "%s", result.detail);
    result.detail = detail;
    fault_rig_free(&rig);
    fault_server_script(server, NULL, 0);
    fault_server_settle(server);
    return row_differs(words, run, protection, result, fault_server_tally(server, op));
}

/* On a busy machine a short limit also ends attempts that do not stall: then a longer one is
 * used. */
static void run_class(const row_run *run, fault_server *server, unsigned *op,
                      am_protection protection)
{
    char words[WORDS];
    int64_t stall_ms = SHORTEST_STALL_MS * fault_slowness();
    while (run_differs(words, run, server, ++*op, protection, stall_ms)) {
        stall_ms *= 4;
        if (!(run->row->how & ROW_STALLS) || stall_ms > LONGEST_STALL_MS)
            fail_msg("%s", words);
    }
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
            run_class(run, server, &op, (am_protection)p);
    fault_server_free(server);
}

/* From a row "6 what happens": "row 6: what happens, on a reused HTTP/2 connection". */
static void name_run(row_run *run)
{
    static const char *const protocols[] = {
        [FAULT_HTTP] = "HTTP/1.1", [FAULT_HTTPS] = "TLS", [FAULT_H2] = "HTTP/2"};
    const char *name = run->row->name;
    bool numbered = name[0] >= '0' && name[0] <= '9';
    int number = numbered ? (int)strcspn(name, " ") : 0;
    snprintf(run->name, sizeof run->name, "%s%.*s%s%s, on a %s %s connection",
             numbered ? "row " : "", number, name, numbered ? ":" : "", name + number,
             run->reused ? "reused" : "fresh", protocols[run->scheme]);
}

int rows_run(const fault_row *rows, size_t count)
{
    static const fault_scheme schemes[] = {FAULT_HTTP, FAULT_HTTPS, FAULT_H2};
    row_run *runs = calloc(count * 6, sizeof *runs);
    struct CMUnitTest *tests = calloc(count * 6, sizeof *tests);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        for (int s = 0; s < 3; s++)
            for (int reused = 0; reused < 2; reused++) {
                if (!(rows[i].how & 1 << s) || (reused && rows[i].how & ROW_FRESH_ONLY))
                    continue;
                /* A tool that slows everything down need not see each row over each protocol. */
                if (fault_slowness() > 1 && s > 0 && rows[i].how & ROW_ON_PLAIN && i % 4)
                    continue;
                runs[n] = (row_run){.row = &rows[i], .scheme = schemes[s], .reused = reused};
                name_run(&runs[n]);
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

am_result rows_ask(fault_rig *rig, const am_request *request, const fault_step *steps, size_t count)
{
    char error[AM_ERROR_SIZE];
    am_code code;
    fault_server_script(rig->server, steps, count);
    am_call *call = am_call_submit(rig->client, request, &code, error);
    if (!call)
        fail_msg("%s", error);
    return fault_finish(rig->engine, call);
}
