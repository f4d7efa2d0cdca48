/* SPDX-License-Identifier: MIT */
/* Operations by name, for C hosts: turns values into a call. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "agentmail_operation.h"
#include "encode/plan.h"
#include "encode/value.h"
#include "engine/call.h"
#include "engine/protect.h"

const am_plan *am_operation(const char *name)
{
    return am_plan_find(name);
}

static am_call *refuse(am_code *code, char error[AM_ERROR_SIZE], am_code why, const char *words)
{
    *code = why;
    snprintf(error, AM_ERROR_SIZE, "%s", words);
    return NULL;
}

/* Writes the operation's name and the problem's words, cut between characters if too long. */
static am_call *explain(const am_plan *plan, const am_problem *problem, am_code *code,
                        char error[AM_ERROR_SIZE])
{
    am_buf words;
    const char *name = am_plan_text(plan->name);
    if (problem->kind == AM_PROBLEM_TOO_LONG)
        return refuse(code, error, AM_TOO_LARGE, "the request is above the limit request_bytes");
    am_buf_init(&words, (size_t)1 << 20);
    am_buf_append(&words, name, strlen(name));
    am_buf_append(&words, ": ", 2);
    am_problem_words(problem, NULL, &words);
    bool failed = problem->kind == AM_PROBLEM_OUT_OF_MEMORY || words.error == AM_BUF_NO_MEMORY;
    refuse(code, error, failed ? AM_NO_MEMORY : AM_INVALID,
           failed ? "out of memory" : am_buf_string(&words));
    if (!failed && words.size >= AM_ERROR_SIZE) {
        size_t end = AM_ERROR_SIZE - 1;
        while (end > 0 && ((unsigned char)words.data[end] & 0xC0) == 0x80)
            end--;
        error[end] = '\0';
    }
    am_buf_free(&words);
    return NULL;
}

/* The call takes over the text that its pieces point to. */
static am_call *submit(am_client *client, const am_plan *plan, const am_settled *settled,
                       am_written *written, const am_request *more, am_code *code,
                       char error[AM_ERROR_SIZE])
{
    am_request request = *more;
    am_piece *pieces = NULL;
    if (written->file_count > 0) {
        pieces = calloc(2 * written->file_count + 1, sizeof *pieces);
        if (!pieces)
            return refuse(code, error, AM_NO_MEMORY, "out of memory");
    }
    request.method = am_plan_text(plan->method);
    request.target = am_buf_string(&written->target);
    request.url = NULL;
    request.protection = settled->protection;
    request.idempotency_key = settled->key[0] ? settled->key : NULL;
    request.if_match = settled->if_match[0] ? settled->if_match : NULL;
    request.content_type = NULL;
    request.body = !pieces && written->body.size ? written->body.data : NULL;
    request.body_size = pieces ? 0 : written->body.size;
    request.pieces = pieces;
    request.piece_count = pieces ? am_written_pieces(written, pieces) : 0;
    request.anonymous = request.anonymous || plan->flags & AM_PLAN_ANONYMOUS;
    request.brief = !(plan->flags & AM_PLAN_LONG);
    am_call *call = am_call_submit(client, &request, code, error);
    if (call && pieces) {
        call->text = written->body.data;
        am_buf_init(&written->body, 0);
    }
    free(pieces);
    return call;
}

am_call *am_operation_submit(am_client *client, const am_plan *operation, const am_value *arguments,
                             size_t count, const am_request *more, am_code *code,
                             char error[AM_ERROR_SIZE])
{
    static const am_request nothing;
    const am_limits *limits = more && more->limits ? more->limits : am_client_limits(client);
    const am_value map = am_map(NULL, arguments, count);
    am_arguments given = {.reader = &am_value_reader, .given = am_value_item(&map)};
    am_protect_given keys = {.key = {.kind = AM_ITEM_NIL}};
    unsigned char random[16];
    am_settled settled;
    am_written written;
    am_problem problem = {0};
    am_call *call = NULL;
    if (!operation)
        return refuse(code, error, AM_INVALID, "there is no such operation");
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return refuse(code, error, AM_INVALID, "the system gave no random bytes");
    am_key_uuid(random, keys.uuid);
    am_written_init(&written, (size_t)limits->request_bytes);
    if (am_write_protected(operation, &given, &keys, &settled, &written, &problem))
        call = submit(client, operation, &settled, &written, more ? more : &nothing, code, error);
    else
        explain(operation, &problem, code, error);
    am_problem_free(&problem);
    am_written_free(&written);
    return call;
}
