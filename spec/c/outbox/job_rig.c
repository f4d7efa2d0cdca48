/* SPDX-License-Identifier: MIT */
#include "job_rig.h"

int64_t job_clock;

static int64_t tell(void *user)
{
    return *(int64_t *)user;
}

int job_begin(void **state)
{
    job_clock = JOB_START;
    return rig_begin(state);
}

am_outbox_options job_options(void)
{
    return (am_outbox_options){
        .path = rig_path, .service = SERVICE, .wait_ms = 60000, .clock = tell, .user = &job_clock};
}

am_outbox *job_open_with(const am_outbox_options *options)
{
    char error[AM_ERROR_SIZE] = "";
    am_outbox *box = am_outbox_open(options, error);
    if (!box)
        print_message("%s\n", error);
    assert_non_null(box);
    return box;
}

am_outbox *job_open(void)
{
    am_outbox_options options = job_options();
    return job_open_with(&options);
}

am_outbox_intent job_intent(const char *key, am_piece *piece, const char *text)
{
    *piece = (am_piece){.data = text, .size = strlen(text)};
    return (am_outbox_intent){.inbox_id = JOB_INBOX,
                              .key = key,
                              .operation = "inboxes.messages.send",
                              .method = "POST",
                              .target = "/v0/inboxes/a%40example.com/messages/send",
                              .pieces = piece,
                              .piece_count = 1};
}

enum { QUOTED = AM_OUTBOX_LABEL_SIZE + 1 }; /* a label with its quotes */

char *job_labelled(const char *key, const char *text)
{
    char label[AM_OUTBOX_LABEL_SIZE];
    size_t size = strlen(text) + QUOTED + 1;
    char *joined = malloc(size);
    assert_non_null(joined);
    assert_true(am_outbox_label(JOB_INBOX, key, label));
    snprintf(joined, size, "%s\"%s\"", text, label);
    return joined;
}

am_outbox_job *job_put_as(am_outbox *box, const am_outbox_intent *intent, am_put expected)
{
    am_put put;
    am_outbox_job *job = am_outbox_put(box, intent, JOB_TIME, &put);
    if (!job)
        print_message("%s\n", am_outbox_error(box));
    assert_non_null(job);
    assert_int_equal(put, expected);
    return job;
}

static am_outbox_job *put_labelled(am_outbox *box, const char *key, const char *text,
                                   int64_t caused_ms, am_put expected)
{
    am_piece piece;
    char *labelled = job_labelled(key, text);
    am_outbox_intent intent = job_intent(key, &piece, labelled);
    intent.caused_ms = caused_ms;
    am_outbox_job *job = job_put_as(box, &intent, expected);
    free(labelled);
    return job;
}

am_outbox_job *job_put(am_outbox *box, const char *key, const char *text, am_put expected)
{
    return put_labelled(box, key, text, 0, expected);
}

am_outbox_job *job_put_caused(am_outbox *box, const char *key, const char *text, int64_t caused_ms)
{
    return put_labelled(box, key, text, caused_ms, AM_PUT_NEW);
}

am_outbox_job *job_take(am_outbox *box, const char *key)
{
    am_outbox_job *job = am_outbox_take(box, JOB_INBOX, key);
    assert_non_null(job);
    return job;
}

am_outbox_task job_claim(am_outbox_job *job, am_outbox_action expected)
{
    am_outbox_task task;
    assert_true(am_outbox_claim(job, JOB_TIME, &task));
    assert_int_equal(task.action, expected);
    return task;
}

void job_close(am_outbox_job *job, am_outbox *box)
{
    am_outbox_job_free(job);
    am_outbox_close(box);
}

am_outbox_job *job_start(am_outbox *box, const char *key, const char *text, am_put expected)
{
    am_outbox_job *job = job_put(box, key, text, expected);
    job_claim(job, AM_OUTBOX_SEND);
    return job;
}

char *job_body(const am_request *request)
{
    size_t size = request->body_size, at = size;
    for (size_t i = 0; i < request->piece_count; i++)
        size += request->pieces[i].size;
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    if (request->body)
        memcpy(bytes, request->body, request->body_size);
    for (size_t i = 0; i < request->piece_count; i++) {
        const am_piece *piece = &request->pieces[i];
        for (size_t done = 0; done < piece->size;) {
            int64_t got =
                piece->read(piece->user, (int64_t)done, bytes + at + done, piece->size - done);
            assert_true(got > 0);
            done += (size_t)got;
        }
        at += piece->size;
    }
    bytes[size] = '\0';
    char *label = strstr(bytes, "\"am-");
    if (label && strlen(label) == QUOTED)
        *label = '\0';
    return bytes;
}

void job_assert_body(const am_request *request, const char *expected)
{
    char *body = job_body(request);
    assert_string_equal(body, expected);
    free(body);
}

am_outbox_answer job_sent(void)
{
    return (am_outbox_answer){
        .result = {.outcome = AM_APPLIED, .code = AM_OK, .status = 200, .not_before_ms = -1},
        .is_service = true,
        .message_id = "<m@example.com>",
        .thread_id = "t"};
}

am_outbox_answer job_failed(am_code code, am_outcome outcome, int status)
{
    return (am_outbox_answer){
        .result = {.outcome = outcome, .code = code, .status = status, .not_before_ms = -1}};
}

am_outbox_answer job_saw(am_outbox_sight sight)
{
    am_outbox_answer answer = {.result = {.code = AM_OK, .status = 200, .not_before_ms = -1},
                               .is_service = true,
                               .sight = sight};
    if (sight == AM_SIGHT_SENT)
        answer.message_id = "<found@example.com>";
    return answer;
}

void job_settle(am_outbox_job *job, am_outbox_answer answer)
{
    assert_true(am_outbox_settle(job, &answer));
}

void job_leave(am_outbox *box, const char *key, const char *text, am_put expected,
               am_outbox_answer answer)
{
    am_outbox_job *job = job_start(box, key, text, expected);
    job_settle(job, answer);
    am_outbox_job_free(job);
}

am_outbox_state job_state(const am_outbox_job *job)
{
    return am_outbox_job_entry(job).state;
}

am_outbox_state job_state_of(am_outbox *box, const char *key)
{
    am_outbox_rows *rows = am_outbox_get(box, JOB_INBOX, key);
    assert_non_null(rows);
    am_outbox_state state =
        am_outbox_rows_count(rows) > 0 ? am_outbox_rows_at(rows, 0).state : AM_OUTBOX_NONE;
    am_outbox_rows_free(rows);
    return state;
}
