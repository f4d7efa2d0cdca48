/* SPDX-License-Identifier: MIT */
/*
 * What to do after an attempt. Pure: no clock, no randomness, no curl, no Lua; all are arguments.
 *
 * The question behind every row is "may the service have done it?", and only one thing answers no
 * for certain: the request never went onto the wire (wire == 0, counted by libcurl's PREREQ
 * callback). A CURLcode never does: libcurl re-sends on a dead connection by itself, and may then
 * report that it could not connect. What is listed nowhere is taken as "perhaps".
 * docs/retry.md lists the failures by number, what is done about each, and why.
 */
#ifndef AM_RETRY_H
#define AM_RETRY_H

#include "agentmail.h"
#include "base/visibility.h"
#include "retry/budget.h"

AM_BEGIN_HIDDEN

/* The CURLcodes that the rules name: X(ours, number, libcurl's); transport.c proves them equal. */
#define AM_CURL_CODES(X)                                                                           \
    X(AM_CURL_OK, 0, CURLE_OK)                                                                     \
    X(AM_CURL_UNSUPPORTED_PROTOCOL, 1, CURLE_UNSUPPORTED_PROTOCOL)                                 \
    X(AM_CURL_URL_MALFORMAT, 3, CURLE_URL_MALFORMAT)                                               \
    X(AM_CURL_NOT_BUILT_IN, 4, CURLE_NOT_BUILT_IN)                                                 \
    X(AM_CURL_NO_PROXY_HOST, 5, CURLE_COULDNT_RESOLVE_PROXY)                                       \
    X(AM_CURL_NO_HOST, 6, CURLE_COULDNT_RESOLVE_HOST)                                              \
    X(AM_CURL_NO_MEMORY, 27, CURLE_OUT_OF_MEMORY)                                                  \
    X(AM_CURL_TIMEOUT, 28, CURLE_OPERATION_TIMEDOUT)                                               \
    X(AM_CURL_TLS_CONNECT, 35, CURLE_SSL_CONNECT_ERROR)                                            \
    X(AM_CURL_TLS_CERT, 58, CURLE_SSL_CERTPROBLEM)                                                 \
    X(AM_CURL_TLS_CIPHER, 59, CURLE_SSL_CIPHER)                                                    \
    X(AM_CURL_TLS_PEER, 60, CURLE_PEER_FAILED_VERIFICATION)                                        \
    X(AM_CURL_BAD_ENCODING, 61, CURLE_BAD_CONTENT_ENCODING)                                        \
    X(AM_CURL_TLS_CA_FILE, 77, CURLE_SSL_CACERT_BADFILE)                                           \
    X(AM_CURL_TLS_ISSUER, 83, CURLE_SSL_ISSUER_ERROR)                                              \
    X(AM_CURL_TLS_PINNED, 90, CURLE_SSL_PINNEDPUBKEYNOTMATCH)                                      \
    X(AM_CURL_TLS_STATUS, 91, CURLE_SSL_INVALIDCERTSTATUS)                                         \
    X(AM_CURL_PROXY, 97, CURLE_PROXY)                                                              \
    X(AM_CURL_TLS_CLIENT_CERT, 98, CURLE_SSL_CLIENTCERT)

enum {
#define AM_CURL_CODE(name, number, curl) name = (number),
    AM_CURL_CODES(AM_CURL_CODE)
#undef AM_CURL_CODE
};

typedef enum am_answer {
    AM_ANSWER_NONE,  /* no complete answer, so nobody judged one */
    AM_ANSWER_WHOLE, /* judged AM_WHOLE */
    AM_ANSWER_BROKEN /* judged AM_BROKEN */
} am_answer;

/* What the service's error body says, where the rules care. */
typedef enum am_saying {
    AM_SAYS_NOTHING,
    AM_SAYS_KEY_MISMATCH, /* the key was used for a different request */
    AM_SAYS_UNAVAILABLE   /* its own word that it did nothing */
} am_saying;

/* What one attempt showed. */
typedef struct am_attempt {
    int curl;         /* its CURLcode */
    int status;       /* the last status line, 0: none */
    int wire;         /* times the request went onto the wire */
    int proxy_status; /* a CONNECT proxy's answer, 0: none */
    bool too_large;   /* ended by us: the answer broke a limit */
    bool file_failed; /* ended by us: a file to send changed, or one to save could not be written */
    am_answer answer;
    am_saying saying;
    int64_t retry_after_ms; /* -1: none */
} am_attempt;

/* What is constant for a call. */
typedef struct am_policy {
    am_protection protection;
    bool is_delete;          /* a 404 after an ambiguous attempt then means done */
    bool resend_unavailable; /* take the service's own 503 as "not done" */
    int64_t deadline_ms;     /* on the caller's clock */
    const am_limits *limits;
} am_policy;

/* What a call has seen so far; zero to begin with. */
typedef struct am_history {
    int tries, wire; /* see am_result */
    int unsent, broken, conflicts, redirects, backoffs;
    int64_t conflict_since_ms;
    bool maybe_applied; /* some attempt may have been done by the service */
} am_history;

typedef enum am_action { AM_STOP, AM_REPEAT, AM_FOLLOW } am_action;

typedef struct am_decision {
    am_action action;
    int64_t delay_ms;      /* REPEAT */
    int64_t owed;          /* REPEAT: tokens that the budget did not have; see am_retry_admit */
    am_outcome outcome;    /* STOP */
    am_code code;          /* what this attempt was, AM_OK: a success */
    am_code cause;         /* where the code is deferred, what the attempt was; else AM_OK */
    const char *reason;    /* in words; static */
    int64_t not_before_ms; /* STOP: from now; -1: no advice */
    bool retryable;        /* STOP */
} am_decision;

/* Decides after an attempt that ended at now_ms; random is 64 uniform bits. Updates what the call
 * has seen and the host's budget. */
am_decision am_retry_decide(const am_policy *policy, am_history *history, am_budget *budget,
                            const am_attempt *attempt, int64_t now_ms, uint64_t random);
/* Asks again, when a repeat is due, for the tokens that it owes. Where there are none it is held:
 * the decision changes to a further delay or, if the deadline leaves no room, to AM_STOP with code
 * deferred. True: go. An outage so gets no more load than the budget allows, and what waited is
 * not lost. */
bool am_retry_admit(const am_policy *policy, am_budget *budget, am_decision *decision,
                    int64_t now_ms, uint64_t random);
/* The decision for a call that its owner or its deadline ends now, while an attempt that went
 * `wire` times onto the wire is under way (-1: none is). */
am_decision am_retry_abandon(const am_policy *policy, am_history *history, int wire, am_code code);
/* How often the next attempt may go onto the wire; 1 means that libcurl must not re-send it. */
int am_retry_wire_allowance(const am_policy *policy, const am_history *history);

AM_END_HIDDEN
#endif
