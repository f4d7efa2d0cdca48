/* SPDX-License-Identifier: MIT */
/* Requests of rows: sends with stored bodies, looks, drafts. */
#include "outbox/outbox_request.h"

#include <stdlib.h>
#include <string.h>

enum { TARGET_MAX = 65536 };

#define MOST_OF(field, name, unit, value, least, most, about) .field = (most),
static const am_limits most_of = {AM_LIMITS(MOST_OF)};
#undef MOST_OF

void am_outbox_material_free(am_outbox_material *material)
{
    am_buf_free(&material->target);
    free(material->body);
    free(material->parts);
    free(material->pieces);
    *material = (am_outbox_material){0};
}

/* ---- targets --------------------------------------------------------------------------------- */

static void add(am_buf *target, const char *text)
{
    am_buf_append(target, text, strlen(text));
}

/* Percent-encodes all but the unreserved characters of RFC 3986, as csrc/encode/ does. */
static void add_encoded(am_buf *target, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-._~";
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        char coded[] = {'%', hex[byte >> 4], hex[byte & 15]};
        bool is_plain = memchr(plain, byte, sizeof plain - 1) != NULL;
        am_buf_append(target, is_plain ? text : coded, is_plain ? 1 : sizeof coded);
    }
}

static bool is_written(am_outbox *box, am_buf *target)
{
    if (target->error == AM_BUF_FINE)
        return true;
    return am_outbox_say(box, "out_of_memory", "out of memory");
}

/* "/v0/inboxes/{inbox_id}", then what follows it. */
static void begin_target(am_buf *target, const am_outbox_row *row, const char *rest)
{
    am_buf_reset(target, TARGET_MAX, TARGET_MAX);
    add(target, "/v0/inboxes/");
    add_encoded(target, row->inbox_id);
    add(target, rest);
}

static void write_look(am_buf *target, const am_outbox_row *row, const char *page_token)
{
    begin_target(target, row, "/messages?limit=100");
    if (page_token) {
        add(target, "&page_token=");
        add_encoded(target, page_token);
    }
    add(target, "&labels=%5B%22");
    add_encoded(target, row->label ? row->label : "");
    add(target, "%22%5D&include_spam=true&include_blocked=true&include_unauthenticated=true"
                "&include_trash=true");
}

static void write_draft(am_buf *target, const am_outbox_row *row, const char *rest)
{
    begin_target(target, row, "/drafts/");
    add_encoded(target, row->draft_id ? row->draft_id : "");
    add(target, rest);
}

/* ---- bodies ---------------------------------------------------------------------------------- */

static int64_t read_part(void *user, int64_t offset, void *buffer, size_t size)
{
    const am_outbox_part *from = user;
    int64_t left = from->part.size - offset;
    size_t some = (int64_t)size < left ? size : (size_t)left;
    if (left <= 0 || from->store->table->bytes(from->store, from->id, &from->part, offset, buffer,
                                               some) != AM_STORE_DONE)
        return -1;
    return (int64_t)some;
}

static bool read_parts(am_outbox *box, const am_outbox_row *row, am_store_part *parts,
                       am_outbox_material *material, am_request *request)
{
    size_t count;
    am_store_code code = box->store->table->parts(box->store, row->id, parts, &count);
    if (code != AM_STORE_DONE)
        return am_outbox_fail(box, code);
    int64_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += parts[i].size;
    if (size != row->body_size)
        return am_outbox_say(box, "storage", "the body is not in the outbox any more");
    material->parts = calloc(count, sizeof *material->parts);
    material->pieces = calloc(count, sizeof *material->pieces);
    if (!material->parts || !material->pieces)
        return am_outbox_say(box, "out_of_memory", "out of memory");
    for (size_t i = 0; i < count; i++) {
        material->parts[i] = (am_outbox_part){box->store, row->id, parts[i]};
        material->pieces[i] = (am_piece){.size = (size_t)parts[i].size,
                                         .base64 = parts[i].kind == 1,
                                         .read = read_part,
                                         .user = &material->parts[i]};
    }
    request->pieces = material->pieces;
    request->piece_count = count;
    return true;
}

/* The stored body: from memory if put has just stored it, else it is read when it is sent. */
static bool add_body(am_outbox *box, const am_outbox_row *row, am_outbox_material *material,
                     am_request *request)
{
    request->method = row->method;
    request->target = row->target;
    request->content_type = row->content_type;
    if (material->body) {
        request->body = material->body;
        request->body_size = (size_t)row->body_size;
    }
    if (material->body || row->body_size == 0)
        return true;
    am_store_part *parts = malloc(AM_STORE_PARTS * sizeof *parts);
    if (!parts)
        return am_outbox_say(box, "out_of_memory", "out of memory");
    bool done = read_parts(box, row, parts, material, request);
    free(parts);
    return done;
}

/* ---- requests -------------------------------------------------------------------------------- */

static bool ask(am_outbox *box, am_outbox_material *material, am_request *request)
{
    request->target = am_buf_string(&material->target);
    return is_written(box, &material->target);
}

bool am_outbox_request_page(am_outbox *box, const am_outbox_row *row, const char *page_token,
                            am_outbox_material *material, am_request *request)
{
    write_look(&material->target, row, page_token);
    return ask(box, material, request);
}

/* A draft of our own has nothing to add when it is sent; one of the host's is sent as it asked. */
static bool send_draft(am_outbox *box, const am_outbox_row *row, am_outbox_material *material,
                       am_request *request)
{
    request->protection = AM_UNPROTECTED;
    if (!(row->flags & AM_OUTBOX_CREATED))
        return add_body(box, row, material, request);
    request->method = "POST";
    request->body = "{}";
    request->body_size = 2;
    write_draft(&material->target, row, "/send");
    return ask(box, material, request);
}

bool am_outbox_request(am_outbox *box, const am_outbox_row *row, const am_outbox_step *step,
                       int64_t time_ms, am_outbox_material *material, am_request *request)
{
    am_buf_init(&material->target, TARGET_MAX);
    material->limits = box->limits;
    int64_t most_ms = most_of.deadline_ms;
    material->limits.deadline_ms = time_ms < 1 ? 1 : time_ms < most_ms ? time_ms : most_ms;
    *request = (am_request){.method = "GET",
                            .protection = AM_SAFE,
                            .limits = &material->limits,
                            .not_after_ms = step->not_after_ms};
    switch (step->action) {
    case AM_OUTBOX_SEND:
        request->protection = AM_KEYED;
        request->idempotency_key = row->key;
        request->blind_ms = step->blind_ms;
        request->doubtful = row->flags & AM_OUTBOX_DOUBT;
        return add_body(box, row, material, request);
    case AM_OUTBOX_CREATE:
        request->protection = AM_CLIENT_ID;
        return add_body(box, row, material, request);
    case AM_OUTBOX_SEND_DRAFT:
        return send_draft(box, row, material, request);
    case AM_OUTBOX_GET_DRAFT:
        write_draft(&material->target, row, "");
        return ask(box, material, request);
    default:
        return am_outbox_request_page(box, row, NULL, material, request);
    }
}
