/* SPDX-License-Identifier: MIT */
/* Whether a webhook comes from the service: the Svix scheme, HMAC-SHA256 over id, time and body. */
#ifndef AM_WEBHOOK_H
#define AM_WEBHOOK_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* What a webhook brought. Strings are NUL-terminated; the body is raw, as it arrived. */
typedef struct am_webhook {
    const char *secret;     /* "whsec_" and base64, or the base64 alone */
    const char *id;         /* header svix-id */
    const char *timestamp;  /* header svix-timestamp: seconds since 1970 */
    const char *signatures; /* header svix-signature: "v1,<base64>" and more, separated by blanks */
    const char *body;
    size_t body_size;
} am_webhook;

typedef enum am_webhook_verdict {
    AM_WEBHOOK_GENUINE,
    AM_WEBHOOK_BAD_SECRET,    /* the secret is not base64, or empty */
    AM_WEBHOOK_BAD_TIMESTAMP, /* no number */
    AM_WEBHOOK_TOO_OLD,
    AM_WEBHOOK_TOO_NEW,
    AM_WEBHOOK_NO_MATCH, /* no v1 signature is right */
    AM_WEBHOOK_NO_MEMORY
} am_webhook_verdict;

/* Checks a webhook at now_s, allowing its time to be up to tolerance_s away. Every signature is
 * compared in constant time, and unknown versions are skipped. */
am_webhook_verdict am_webhook_verify(const am_webhook *webhook, int64_t now_s, int64_t tolerance_s);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
