/* SPDX-License-Identifier: MIT */
/* Describes the encoder's place in the arguments. */
#include "encode/writer.h"

#include <stdio.h>
#include <string.h>

void am_put(am_writer *w, const char *text)
{
    am_buf_append(w->out, text, strlen(text));
}

void am_put_name(am_writer *w, unsigned name)
{
    const am_name *known = &am_names[name];
    am_buf_append(w->out, known->text + known->size + 1, known->size + 3);
}

/* Steps that join without a blank: a typed list inside a field. */
static bool is_tight(const am_place *place)
{
    return place->kind == AM_PLACE_FIELD || place->kind == AM_PLACE_INDEX;
}

static void put_step(am_buf *out, const am_place *place)
{
    char position[32];
    am_item key = {.kind = AM_ITEM_STRING, .as.string = place->name};
    const char *around = place->kind == AM_PLACE_MEMBER ? "." : "'";
    switch (place->kind) {
    case AM_PLACE_INDEX:
    case AM_PLACE_ITEM:
        snprintf(position, sizeof position, "[%zu]", place->name.size);
        am_buf_append(out, position, strlen(position));
        return;
    case AM_PLACE_KEY:
        am_buf_append(out, "[", 1);
        am_problem_quote(&key, out);
        am_buf_append(out, "]", 1);
        return;
    case AM_PLACE_UNKNOWN:
        am_buf_append(out, "unknown field", strlen("unknown field"));
        return;
    default:
        am_buf_append(out, around, 1);
        am_buf_append(out, place->name.data, place->name.size);
        if (place->kind != AM_PLACE_MEMBER)
            am_buf_append(out, around, 1);
    }
}

/* Outermost first; recurses as deep as values are nested. */
static void put_place(am_buf *out, const am_place *place)
{
    if (!place)
        return;
    put_place(out, place->outer);
    if (place->outer && !is_tight(place->outer))
        am_buf_append(out, " ", 1);
    put_step(out, place);
}

bool am_fail(am_writer *w, am_problem_kind kind, const am_item *value)
{
    am_problem *problem = w->problem;
    am_buf place = problem->place;
    am_buf_reset(&place, (size_t)-1, (size_t)-1);
    put_place(&place, w->place);
    *problem = (am_problem){.kind = kind, .place = place};
    if (value)
        problem->value = *value;
    if (place.error || problem->value.kind == AM_ITEM_FAILED)
        problem->kind = AM_PROBLEM_OUT_OF_MEMORY;
    return false;
}
