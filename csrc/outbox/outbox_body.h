/* SPDX-License-Identifier: MIT */
/* The body of a mail on its way into the store: read piece by piece, and its fingerprint. */
#ifndef AM_OUTBOX_BODY_H
#define AM_OUTBOX_BODY_H

#include "agentmail_outbox.h"
#include "base/visibility.h"
#include "outbox/store.h"

AM_BEGIN_HIDDEN

typedef struct am_outbox_body am_outbox_body;

/* Opens the files of an intent and reads all of its body once, for the fingerprint: a SipHash,
 * under the secret of the store, of method, target, type and the bytes that go onto the wire.
 * Intent and secret must outlive it. NULL: error says why; *is_file: a file cannot be read, else
 * memory ran out. */
am_outbox_body *am_outbox_body_new(const am_outbox_intent *intent,
                                   const unsigned char secret[AM_STORE_SECRET_SIZE], bool *is_file,
                                   char error[AM_ERROR_SIZE]);
void am_outbox_body_free(am_outbox_body *body);
const unsigned char *am_outbox_body_fingerprint(const am_outbox_body *body);
/* Bytes to keep, before base64. */
int64_t am_outbox_body_size(const am_outbox_body *body);
/* For the store, which reads it once more. A part's kind is 1 if it is sent as base64. The last
 * read fails if the bytes differ from those of the fingerprint. */
const am_store_body *am_outbox_body_source(am_outbox_body *body);
/* True if a piece of it in memory has this text as a JSON string, which is written without any
 * escape. */
bool am_outbox_body_has_string(const am_outbox_body *body, const char *text);
/* Its bytes, for the caller to free, if they are few, all in memory and none is sent as base64;
 * else NULL, as without memory. */
char *am_outbox_body_copy(const am_outbox_body *body);

AM_END_HIDDEN
#endif
