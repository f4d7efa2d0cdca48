/* SPDX-License-Identifier: MIT */
/*
 * Sends a mail that is recorded in a file first. If you kill this program at any point and run it
 * again with the same key, the mail is sent exactly once.
 *
 *     cc outbox.c $(pkg-config --cflags --libs agentmail-outbox) -o outbox
 *     ./outbox FILE KEY FROM TO      with AGENTMAIL_API_KEY and AGENTMAIL_BASE_URL
 */
#include <agentmail_outbox.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIME_MS = 300000, ID_SIZE = 512 };

static const char *base_url(void)
{
    const char *url = getenv("AGENTMAIL_BASE_URL");
    return url ? url : "https://api.agentmail.to";
}

/* The first string with this name, undecoded; use your JSON reader instead. */
static const char *string_of(const char *json, const char *name, char value[ID_SIZE])
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    const char *at = strstr(json, wanted);
    size_t size = at ? strcspn(at + strlen(wanted), "\"\\") : ID_SIZE;
    if (size >= ID_SIZE)
        return NULL;
    memcpy(value, at + strlen(wanted), size);
    value[size] = '\0';
    return value;
}

/* Waits for one call. True: its answer is whole. */
static bool finish(am_engine *engine, am_call *call, const char *promised)
{
    struct pollfd watch = {am_engine_pollfd(engine), POLLIN, 0};
    size_t size;
    while (am_call_state(call) != AM_STATE_DONE) {
        poll(&watch, 1, -1); /* your loop */
        am_engine_step(engine);
        for (am_call *next; (next = am_engine_next(engine)) != NULL;) {
            if (am_call_state(next) != AM_STATE_JUDGING)
                continue;
            const char *body = am_call_body(next, &size);
            char code[ID_SIZE], name[ID_SIZE];
            bool whole = am_call_status(next) >= 300 || strstr(body, promised) != NULL;
            am_call_judge(next, whole ? AM_WHOLE : AM_BROKEN, string_of(body, "code", code),
                          string_of(body, "name", name));
        }
    }
    return am_call_result(call).code == AM_OK;
}

typedef struct seen {
    am_outbox_answer answer;
    char message_id[ID_SIZE], thread_id[ID_SIZE], code[ID_SIZE], page[ID_SIZE];
} seen;

/* Does one request, and stores what its answer says. */
static const char *ask(am_client *client, const am_outbox_task *task, seen *saw)
{
    size_t size;
    am_code code;
    char error[AM_ERROR_SIZE];
    bool is_look = task->action == AM_OUTBOX_LOOK;
    am_call *call = am_call_submit(client, &task->request, &code, error);
    *saw = (seen){.answer = {.result = am_outbox_unsent(code)}};
    if (!call) {
        fprintf(stderr, "%s\n", error);
        return NULL;
    }
    bool done = finish(am_call_engine(call), call, is_look ? "\"messages\"" : "\"message_id\"");
    const char *body = am_call_body(call, &size);
    saw->answer.result = am_call_result(call);
    saw->answer.result.detail = "";
    saw->answer.code = string_of(body, "code", saw->code);
    saw->answer.message_id = done ? string_of(body, "message_id", saw->message_id) : NULL;
    saw->answer.thread_id = done ? string_of(body, "thread_id", saw->thread_id) : NULL;
    if (is_look && saw->answer.message_id) /* the service lists only what has the label */
        saw->answer.sight = strstr(body, "\"sent\"") ? AM_SIGHT_SENT : AM_SIGHT_UNSENT;
    const char *next_page =
        is_look && !saw->answer.message_id ? string_of(body, "next_page_token", saw->page) : NULL;
    am_call_free(call);
    return next_page;
}

/* Works until the mail is settled, or nothing can be done for now. False: the record failed. */
static bool deliver(am_client *client, am_outbox_job *job)
{
    am_outbox_task task;
    while (am_outbox_claim(job, TIME_MS, &task)) {
        seen saw;
        if (task.action == AM_OUTBOX_BUSY || task.action == AM_OUTBOX_WAIT) {
            printf("come again in %lld ms\n", (long long)task.wait_ms);
            return true;
        }
        if (task.action == AM_OUTBOX_DONE)
            return true;
        const char *page = ask(client, &task, &saw);
        while (page && am_outbox_look_on(job, page, &task))
            page = ask(client, &task, &saw);
        if (!am_outbox_settle(job, &saw.answer))
            return false;
    }
    return false;
}

static am_outbox_job *put(am_outbox *box, char **argv, char *text, size_t size)
{
    am_put how;
    char label[AM_OUTBOX_LABEL_SIZE], target[ID_SIZE];
    if (!am_outbox_label(argv[3], argv[2], label))
        return NULL;
    /* Addresses with other characters than these need your JSON writer and URL encoder. */
    snprintf(target, sizeof target, "/v0/inboxes/%s/messages/send", argv[3]);
    snprintf(text, size, "{\"labels\":[\"%s\"],\"to\":\"%s\",\"subject\":\"%s\",\"text\":\"Hi\"}",
             label, argv[4], argv[2]);
    am_piece body = {.data = text, .size = strlen(text)};
    am_outbox_intent intent = {.inbox_id = argv[3],
                               .key = argv[2],
                               .operation = "inboxes.messages.send",
                               .method = "POST",
                               .target = target,
                               .pieces = &body,
                               .piece_count = 1};
    am_outbox_job *job = am_outbox_put(box, &intent, TIME_MS, &how);
    if (job && (how == AM_PUT_OTHER || how == AM_PUT_ELSEWHERE))
        printf("the key is another mail's\n");
    return job;
}

int main(int argc, char **argv)
{
    char error[AM_ERROR_SIZE] = "", text[2 * ID_SIZE];
    if (argc != 5)
        return fprintf(stderr, "usage: outbox FILE KEY FROM TO\n"), 2;
    am_client_options options = {.base_url = base_url(), .api_key = getenv("AGENTMAIL_API_KEY")};
    am_outbox_options kept = {.path = argv[1], .service = base_url()};
    am_engine *engine = am_engine_new();
    am_client *client = engine ? am_client_new(engine, &options, error) : NULL;
    am_outbox *box = client ? am_outbox_open(&kept, error) : NULL;
    am_outbox_job *job = box ? put(box, argv, text, sizeof text) : NULL;
    bool done = job && deliver(client, job);
    if (!done)
        fprintf(stderr, "%s\n", box ? am_outbox_error(box) : error);
    if (job) {
        am_outbox_entry entry = am_outbox_job_entry(job);
        printf("%s: %s %s\n", am_outbox_state_word(entry.state), am_outcome_word(entry.outcome),
               entry.message_id ? entry.message_id
               : entry.code     ? entry.code
                                : "");
        done = done && entry.outcome == AM_APPLIED;
    }
    am_outbox_job_free(job);
    am_outbox_close(box);
    am_engine_free(engine);
    return !done;
}
