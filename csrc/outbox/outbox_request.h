/* SPDX-License-Identifier: MIT */
/* From a row and a step to a request. */
#ifndef AM_OUTBOX_REQUEST_H
#define AM_OUTBOX_REQUEST_H

#include "base/buf.h"
#include "outbox/outbox_box.h"

AM_BEGIN_HIDDEN

/* A stored part on its way to the wire. */
typedef struct am_outbox_part {
    am_store *store;
    int64_t id;
    am_store_part part;
} am_outbox_part;

/* What a request points to. Zero it before its first use. */
typedef struct am_outbox_material {
    char *body; /* that was stored just now; NULL: it is read from the store */
    am_buf target;
    am_limits limits;
    am_outbox_part *parts;
    am_piece *pieces;
} am_outbox_material;

void am_outbox_material_free(am_outbox_material *material);

/* Makes the request of a step for a row, whose strings it points to. The material is empty, or has
 * only the body that was stored with this version of the row. False: the outbox's error says why.
 */
bool am_outbox_request(am_outbox *box, const am_outbox_row *row, const am_outbox_step *step,
                       int64_t time_ms, am_outbox_material *material, am_request *request);
/* Makes it the request for another page of a look. False: out of memory. */
bool am_outbox_request_page(am_outbox *box, const am_outbox_row *row, const char *page_token,
                            am_outbox_material *material, am_request *request);

AM_END_HIDDEN
#endif
