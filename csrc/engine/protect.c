/* SPDX-License-Identifier: MIT */
/* Protects a request as its operation and arguments require. */
#include "engine/protect.h"

#include <string.h>

#include "retry/key.h"

bool am_protect_key(const am_item *value, const char *name, am_problem *problem)
{
    const am_bytes *key = &value->as.string;
    if (value->kind != AM_ITEM_STRING)
        return am_refuse(problem, AM_PROBLEM_KEY_TYPE, name, value);
    if (am_key_is_valid(key->data, key->size))
        return true;
    size_t span = am_key_span(key->data, key->size);
    if (key->size == 0)
        return am_refuse(problem, AM_PROBLEM_KEY_EMPTY, name, value);
    am_refuse(problem, span < key->size ? AM_PROBLEM_KEY_CHARACTER : AM_PROBLEM_KEY_LONG, name,
              value);
    problem->character = span < key->size ? key->data[span] : '\0';
    problem->count = span < key->size ? span + 1 : key->size;
    problem->most = AM_KEY_MAX;
    return false;
}

static bool is_false(const am_item *value)
{
    return value->kind == AM_ITEM_BOOLEAN && !value->as.boolean;
}

static am_item text_item(const char *text)
{
    return (am_item){.kind = AM_ITEM_STRING, .as.string = {text, strlen(text)}};
}

/* A create that takes a client_id gets one, unless the caller passes false. */
static bool settle_client_id(am_item *id, const am_protect_given *given, am_settled *settled,
                             am_problem *problem)
{
    settled->protection = AM_CLIENT_ID;
    if (is_false(id)) {
        settled->protection = AM_UNPROTECTED;
        id->kind = AM_ITEM_NIL;
        return true;
    }
    if (id->kind != AM_ITEM_NIL)
        return am_protect_key(id, "client_id", problem);
    *id = text_item(given->uuid);
    settled->made_client_id = true;
    return true;
}

/* The value of a path parameter. */
static const am_item *param(const am_plan *plan, const am_arguments *arguments, unsigned name)
{
    for (size_t i = 0; i < plan->param_count; i++)
        if (am_fields[plan->params + i].name == name)
            return arguments->items[i].kind == AM_ITEM_STRING ? &arguments->items[i]
                                                              : &arguments->bound[i];
    return NULL;
}

/* A draft can be sent once, so its key is derived from the draft and never random. */
static bool make_draft_key(const am_bytes *inbox_id, const am_bytes *draft_id,
                           const am_protect_given *given, am_settled *settled, am_problem *problem)
{
    const char *client_id = given->draft_client_id;
    const char *what = client_id ? "client_id" : "draft_id";
    am_bytes parts[] = {
        {"drafts.send", strlen("drafts.send")}, *inbox_id, {what, strlen(what)}, *draft_id};
    if (client_id)
        parts[3] = (am_bytes){client_id, strlen(client_id)};
    return am_key_join(parts, 4, settled->key) ||
           am_refuse(problem, AM_PROBLEM_OUT_OF_MEMORY, NULL, NULL);
}

/* A send gets a key, unless the caller passes false. */
static bool settle_key(const am_plan *plan, const am_arguments *arguments,
                       const am_protect_given *given, am_settled *settled, am_problem *problem)
{
    const am_item *key = &arguments->idempotency_key;
    if (key->kind == AM_ITEM_NIL)
        key = &given->key;
    settled->protection = is_false(key) ? AM_UNPROTECTED : AM_KEYED;
    if (is_false(key))
        return true;
    if (key->kind != AM_ITEM_NIL) {
        if (!am_protect_key(key, "idempotency_key", problem))
            return false;
        memcpy(settled->key, key->as.string.data, key->as.string.size + 1);
        return true;
    }
    const am_item *inbox_id = param(plan, arguments, AM_NAME_inbox_id);
    const am_item *draft_id = param(plan, arguments, AM_NAME_draft_id);
    if (inbox_id && draft_id)
        return make_draft_key(&inbox_id->as.string, &draft_id->as.string, given, settled, problem);
    memcpy(settled->key, given->uuid, AM_UUID_SIZE);
    return true;
}

/* The key of a delete is the caller's, if there is one: the service has its own for a repeat. */
static bool settle_delete_key(const am_arguments *arguments, const am_protect_given *given,
                              am_settled *settled, am_problem *problem)
{
    const am_item *key = &arguments->idempotency_key;
    if (key->kind == AM_ITEM_NIL)
        key = &given->key;
    if (key->kind == AM_ITEM_NIL || is_false(key))
        return true;
    if (key->kind != AM_ITEM_STRING)
        return am_refuse(problem, AM_PROBLEM_KEY_TYPE, "idempotency_key", key);
    const am_bytes *text = &key->as.string;
    size_t span = am_key_visible_span(text->data, text->size);
    if (am_key_is_visible(text->data, text->size)) {
        memcpy(settled->key, text->data, text->size);
        settled->key[text->size] = '\0';
        return true;
    }
    am_refuse(problem,
              text->size == 0     ? AM_PROBLEM_EMPTY
              : span < text->size ? AM_PROBLEM_KEY_INVISIBLE
                                  : AM_PROBLEM_KEY_LONG,
              "idempotency_key", key);
    problem->first = "a blank, or what is no ASCII,";
    problem->count = span < text->size ? span + 1 : text->size;
    problem->most = AM_VISIBLE_KEY_MAX;
    return false;
}

am_protection am_protect_unmatched(const am_item *send_invites, const am_item *send_reply)
{
    bool invites = send_invites && send_invites->kind != AM_ITEM_NIL && !is_false(send_invites);
    bool replies = send_reply && !is_false(send_reply);
    return invites || replies ? AM_UNPROTECTED : AM_IDEMPOTENT;
}

static bool use_etag(const am_bytes *etag, const am_plan *plan, am_settled *settled)
{
    if (!am_etag_is_valid(etag->data, etag->size))
        return false;
    memcpy(settled->if_match, etag->data, etag->size);
    settled->if_match[etag->size] = '\0';
    if (plan->protection == AM_IF_MATCH && am_etag_is_one(etag->data, etag->size))
        settled->protection = AM_IF_MATCH;
    return true;
}

/* An update carries the etag of what it changes, unless there is none, or the caller passes false.
 * A delete carries only the caller's. */
static bool settle_match(const am_plan *plan, am_arguments *arguments,
                         const am_protect_given *given, am_settled *settled, am_problem *problem)
{
    const am_item *etag = &arguments->if_match;
    if (plan->protection == AM_IF_MATCH)
        settled->protection =
            am_protect_unmatched(am_plan_item(plan, arguments, AM_NAME_send_invites),
                                 am_plan_item(plan, arguments, AM_NAME_send_reply));
    if (etag->kind == AM_ITEM_NIL) {
        if (plan->protection == AM_IF_MATCH && given->etag.size > 0)
            use_etag(&given->etag, plan, settled);
        return true;
    }
    return is_false(etag) ||
           (etag->kind == AM_ITEM_STRING && use_etag(&etag->as.string, plan, settled)) ||
           am_refuse(problem, AM_PROBLEM_NO_ETAG, "if_match", etag);
}

bool am_protect(const am_plan *plan, am_arguments *arguments, const am_protect_given *given,
                am_settled *settled, am_problem *problem)
{
    am_item *client_id = am_plan_item(plan, arguments, AM_NAME_client_id);
    const am_item *public_key = am_plan_item(plan, arguments, AM_NAME_public_key);
    const am_item *added = am_plan_item(plan, arguments, AM_NAME_add_attachments);
    *settled = (am_settled){.protection = (am_protection)plan->protection};
    if (plan->flags & AM_PLAN_MATCHED && !settle_match(plan, arguments, given, settled, problem))
        return false;
    if (plan->flags & AM_PLAN_DELETE_KEY)
        return settle_delete_key(arguments, given, settled, problem);
    if (plan->protection == AM_KEYED)
        return settle_key(plan, arguments, given, settled, problem);
    if (added && added->kind != AM_ITEM_NIL) /* a repeat would add them again */
        settled->protection = AM_UNPROTECTED;
    /* A bearer key takes no client_id; the registration of a public key does. */
    bool registers = public_key && public_key->kind != AM_ITEM_NIL && client_id &&
                     client_id->kind != AM_ITEM_NIL;
    if (plan->protection == AM_CLIENT_ID || registers)
        return settle_client_id(client_id, given, settled, problem);
    return true;
}

/* A lone string is a list of one. */
static void add_label(const am_plan *plan, am_arguments *arguments, const am_bytes *label)
{
    am_item *labels = label->size == 0 ? NULL : am_plan_item(plan, arguments, AM_NAME_labels);
    if (label->size > 0 && !labels)
        labels = am_plan_item(plan, arguments, AM_NAME_add_labels);
    if (labels && labels->kind == AM_ITEM_NIL)
        *labels = (am_item){.kind = AM_ITEM_STRING, .as.string = *label};
}

bool am_write_protected(const am_plan *plan, am_arguments *arguments, const am_protect_given *given,
                        am_settled *settled, am_written *written, am_problem *problem)
{
    if (!am_plan_read(plan, arguments, problem))
        return false;
    add_label(plan, arguments, &given->label);
    return am_plan_path(plan, arguments, written, problem) &&
           am_protect(plan, arguments, given, settled, problem) &&
           am_plan_fields(plan, arguments, written, problem);
}
