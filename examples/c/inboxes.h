/* SPDX-License-Identifier: MIT */
/* The part that the loops in this folder share: they get all inboxes on the command line at the
 * same time. An engine's one descriptor is readable whenever inboxes_step has something to do. */
#ifndef INBOXES_H
#define INBOXES_H

#include <agentmail_operation.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct inboxes {
    am_engine *engine;
    int unfinished, failed;
} inboxes;

/* Begins one call for each name. The engine is NULL if a call cannot even begin. */
static inline inboxes inboxes_begin(char **names)
{
    am_code code;
    char error[AM_ERROR_SIZE] = "out of memory";
    am_client_options options = {.base_url = getenv("AGENTMAIL_BASE_URL"),
                                 .api_key = getenv("AGENTMAIL_API_KEY")};
    inboxes all = {.engine = am_engine_new()};
    am_client *client = all.engine ? am_client_new(all.engine, &options, error) : NULL;
    for (; client && names[all.unfinished]; all.unfinished++) {
        am_value id = am_text("inbox_id", names[all.unfinished]);
        if (!am_operation_submit(client, am_operation("inboxes.get"), &id, 1, NULL, &code, error))
            client = NULL;
    }
    if (client)
        return all;
    fprintf(stderr, "%s\n", error);
    am_engine_free(all.engine);
    return (inboxes){.failed = 1};
}

/* Does what can be done now. False: all calls have ended. */
static inline bool inboxes_step(inboxes *all)
{
    size_t size;
    am_engine_step(all->engine);
    for (am_call *call; (call = am_engine_next(all->engine)) != NULL;) {
        if (am_call_state(call) == AM_STATE_JUDGING) { /* your JSON reader would look closer */
            bool whole =
                am_call_status(call) >= 300 || strstr(am_call_body(call, &size), "inbox_id");
            am_call_judge(call, whole ? AM_WHOLE : AM_BROKEN, NULL, NULL);
            continue;
        }
        am_result result = am_call_result(call);
        printf("%s, HTTP %d\n", am_outcome_word(result.outcome), am_call_status(call));
        all->unfinished--;
        all->failed += result.code != AM_OK;
        am_call_free(call);
    }
    return all->unfinished > 0;
}

#endif
