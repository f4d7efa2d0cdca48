/* SPDX-License-Identifier: MIT */
/*
 * Sends a mail from C, without Lua: named arguments, checked locally, sent exactly once.
 *
 *     cc examples/send.c -Icsrc build/libagentmail.a -lcurl -lcrypto -lpthread -o send
 *     ./send FROM TO [FILE]          with AGENTMAIL_API_KEY in the environment
 */
#include <agentmail_operation.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The whole request; NULL, with the reason in error, if an argument is wrong. */
static am_call *submit(am_client *client, char **argv, char error[AM_ERROR_SIZE])
{
    am_code code;
    am_value file = am_text("path", argv[3] ? argv[3] : ""), attachment = am_map(NULL, &file, 1);
    am_value arguments[] = {
        am_text("inbox_id", argv[1]),
        am_text("to", argv[2]),
        am_text("subject", "Hello from C"),
        am_text("text", "Sent once, despite failures."),
        am_list("attachments", &attachment, argv[3] ? 1 : 0),
    };
    return am_operation_submit(client, am_operation("inboxes.messages.send"), arguments, 5, NULL,
                               &code, error);
}

/* Use your JSON reader to check that the answer is whole; here, that it names the message. */
static void judge(am_call *call)
{
    size_t size;
    const char *body = am_call_body(call, &size);
    int status = am_call_status(call);
    bool whole = status < 200 || status > 299 || strstr(body, "\"message_id\"");
    am_call_judge(call, whole ? AM_WHOLE : AM_BROKEN, NULL, NULL);
}

int main(int argc, char **argv)
{
    char error[AM_ERROR_SIZE];
    am_client_options options = {0};
    options.base_url = getenv("AGENTMAIL_BASE_URL");
    options.api_key = getenv("AGENTMAIL_API_KEY");
    if (!options.base_url)
        options.base_url = "https://api.agentmail.to";
    if (argc < 3)
        return fprintf(stderr, "usage: send FROM TO [FILE]\n"), 2;
    am_engine *engine = am_engine_new();
    am_client *client = am_client_new(engine, &options, error);
    am_call *call = client ? submit(client, argv, error) : NULL;
    if (!call) {
        fprintf(stderr, "%s\n", error);
        am_engine_free(engine);
        return 1;
    }
    struct pollfd watch = {am_engine_pollfd(engine), POLLIN, 0};
    while (am_call_state(call) != AM_STATE_DONE) {
        poll(&watch, 1, -1); /* your loop */
        am_engine_step(engine);
        for (am_call *next; (next = am_engine_next(engine)) != NULL;)
            if (am_call_state(next) == AM_STATE_JUDGING)
                judge(next);
    }
    am_result result = am_call_result(call);
    printf("%s after %d attempt(s): %s\n", am_outcome_word(result.outcome), result.attempts,
           am_code_word(result.code));
    am_engine_free(engine);
    return result.code != AM_OK;
}
