/* SPDX-License-Identifier: MIT */
/* Writes an operation's arguments as target and body. */
#include "encode/plan.h"

#include <stdlib.h>
#include <string.h>

#include "encode/writer.h"

static int by_name(const void *key, const void *entry)
{
    return strcmp(key, am_plan_text(((const am_plan *)entry)->name));
}

const am_plan *am_plan_find(const char *name)
{
    return bsearch(name, am_plans, AM_PLANS, sizeof am_plans[0], by_name);
}

/* Path ----------------------------------------------------------------------------------------- */

/* An empty segment, "." and ".." would address another resource. */
static bool write_segment(am_writer *w, const am_field *field, const am_item *value)
{
    const am_bytes *text = &value->as.string;
    if (value->kind != AM_ITEM_STRING)
        return am_fail(w, AM_PROBLEM_NO_STRING, value);
    if (text->size == 0)
        return am_fail(w, AM_PROBLEM_EMPTY, value);
    if (text->data[0] == '.' && (text->size == 1 || (text->size == 2 && text->data[1] == '.')))
        return am_fail(w, AM_PROBLEM_DOTS, value);
    if (field->type >= AM_TYPE_WORD) {
        w->out = &w->written->scratch;
        am_buf_reset(w->out, w->written->target.limit, (size_t)-1);
        if (!am_write_typed(w, field->type, value))
            return false;
    }
    am_percent(&w->written->target, text->data, text->size);
    return true;
}

static bool is_same(const am_item *a, const am_item *b)
{
    return a->kind == AM_ITEM_STRING && b->kind == AM_ITEM_STRING &&
           am_compare(&a->as.string, &b->as.string) == 0;
}

static bool write_param(am_writer *w, size_t i)
{
    const am_field *field = &am_fields[w->plan->params + i];
    const am_name *name = &am_names[field->name];
    const am_item *bound = &w->arguments->bound[i], *value = &w->arguments->items[i];
    am_place here = {NULL, AM_PLACE_FIELD, {name->text, name->size}};
    w->place = &here;
    if (value->kind == AM_ITEM_NIL)
        value = bound;
    if (value->kind == AM_ITEM_NIL)
        return am_fail(w, AM_PROBLEM_REQUIRED, NULL);
    if (bound->kind != AM_ITEM_NIL && value != bound && !is_same(value, bound))
        return am_fail(w, AM_PROBLEM_ALREADY, bound);
    return write_segment(w, field, value);
}

/* Whether everything fitted. */
static bool finish(am_writer *w, bool done)
{
    am_buf_error error = w->written->target.error;
    if (!error)
        error = w->written->body.error;
    if (!error)
        error = w->written->scratch.error;
    w->place = NULL;
    if (error)
        return am_fail(w, error == AM_BUF_FULL ? AM_PROBLEM_TOO_LONG : AM_PROBLEM_OUT_OF_MEMORY,
                       NULL);
    return done;
}

bool am_plan_path(const am_plan *plan, am_arguments *arguments, am_written *written,
                  am_problem *problem)
{
    am_writer w = {plan, arguments, arguments->reader, written, .problem = problem};
    const char *at = am_plan_text(plan->path);
    bool done = true;
    for (size_t i = 0; done && i < plan->param_count; i++) {
        const char *gap = strchr(at, '{');
        am_buf_append(&written->target, at, (size_t)(gap - at));
        at = gap + 2;
        done = write_param(&w, i);
    }
    am_buf_append(&written->target, at, strlen(at));
    return finish(&w, done);
}

/* Query and body ------------------------------------------------------------------------------- */

/* The value of a field. Tables are read again, because the walk over the arguments has ended. */
static am_item value_of(am_writer *w, size_t i)
{
    am_item value = w->arguments->items[AM_PLAN_PARAMS + i], anew;
    if (value.kind != AM_ITEM_TABLE || w->arguments->given.kind != AM_ITEM_TABLE)
        return value;
    w->reader->get(w->reader->user, w->arguments->given.as.table.ref,
                   am_fields[w->plan->fields + i].name, &anew);
    /* A field given by an alias is not found, but no such field accepts a table. */
    return anew.kind == AM_ITEM_NIL ? value : anew;
}

/* A list is sent as one JSON array, as the official SDKs do; other values as bare text. */
static bool write_query_value(am_writer *w, const am_field *field, const am_item *value)
{
    am_buf *text = &w->written->scratch, *target = &w->written->target;
    w->out = text;
    am_buf_reset(text, target->limit, (size_t)-1);
    if (!am_write_field(w, field, value) || text->error)
        return false;
    if (field->flags & AM_FIELD_LIST) {
        am_percent(target, text->data, text->size);
    } else if (field->type == AM_TYPE_STRING) {
        am_percent(target, value->as.string.data, value->as.string.size);
    } else {
        for (const char *at = text->data, *end = at + text->size; at < end; at++)
            if (*at != '"')
                am_percent(target, at, 1);
    }
    return true;
}

static bool write_query_field(am_writer *w, const am_field *field, const am_item *value, bool first)
{
    const am_name *name = &am_names[field->name];
    w->out = &w->written->target;
    am_put(w, first ? "?" : "&");
    am_buf_append(w->out, name->text, name->size);
    am_put(w, "=");
    return write_query_value(w, field, value);
}

static bool write_body_field(am_writer *w, const am_field *field, const am_item *value, bool first)
{
    w->out = &w->written->body;
    am_put(w, first ? "{" : ",");
    am_put_name(w, field->name);
    return am_write_field(w, field, value);
}

static bool write_fields(am_writer *w)
{
    bool has_body = w->plan->flags & AM_PLAN_BODY, done = true;
    bool firsts[] = {true, true}; /* of the query, of the body */
    for (size_t i = 0; done && i < w->plan->field_count; i++) {
        const am_field *field = &am_fields[w->plan->fields + i];
        bool in_body = has_body && !(field->flags & AM_FIELD_QUERY);
        const am_name *name = &am_names[field->name];
        am_place here = {NULL, AM_PLACE_FIELD, {name->text, name->size}};
        am_item value = value_of(w, i);
        w->place = &here;
        w->field = field->name;
        if (value.kind != AM_ITEM_NIL)
            done = in_body ? write_body_field(w, field, &value, firsts[1])
                           : write_query_field(w, field, &value, firsts[0]);
        else if (field->flags & AM_FIELD_REQUIRED)
            done = am_fail(w, AM_PROBLEM_REQUIRED, NULL);
        firsts[in_body] = firsts[in_body] && value.kind == AM_ITEM_NIL;
    }
    w->place = NULL;
    w->out = &w->written->body;
    if (done && has_body && (!firsts[1] || !(w->plan->flags & AM_PLAN_BODY_OPTIONAL)))
        am_put(w, firsts[1] ? "{}" : "}");
    return done;
}

bool am_plan_fields(const am_plan *plan, am_arguments *arguments, am_written *written,
                    am_problem *problem)
{
    am_writer w = {plan,    arguments,          arguments->reader,
                   written, .problem = problem, .lenient = arguments->lenient};
    bool done = write_fields(&w);
    if (done && !w.lenient && plan->flags & AM_PLAN_BODY)
        done = am_check_rules(&w);
    if (done && arguments->undeclared)
        done = am_write_undeclared(&w);
    return finish(&w, done);
}

bool am_plan_write(const am_plan *plan, am_arguments *arguments, am_written *written,
                   am_problem *problem)
{
    return am_plan_read(plan, arguments, problem) &&
           am_plan_path(plan, arguments, written, problem) &&
           am_plan_fields(plan, arguments, written, problem);
}

/* Without a plan ------------------------------------------------------------------------------- */

static const am_plan no_plan = {.protection = AM_SAFE};

bool am_plan_json(const am_reader *reader, const am_item *value, am_written *written,
                  am_problem *problem)
{
    am_arguments nothing = {.reader = reader};
    am_writer w = {&no_plan, &nothing, reader, written, .problem = problem, .out = &written->body};
    return finish(&w, am_write_any(&w, value));
}

bool am_plan_query(const am_reader *reader, const am_item *value, am_written *written,
                   am_problem *problem)
{
    am_arguments arguments = {.reader = reader, .given = *value};
    am_writer w = {&no_plan, &arguments, reader, written, .problem = problem};
    return finish(&w, am_write_undeclared(&w));
}

bool am_plan_segment(const am_reader *reader, const am_item *value, am_written *written,
                     am_problem *problem)
{
    static const am_field text = {.type = AM_TYPE_STRING};
    am_writer w = {&no_plan, NULL, reader, written, .problem = problem};
    return finish(&w, write_segment(&w, &text, value));
}
