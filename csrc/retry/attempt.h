/* SPDX-License-Identifier: MIT */
/* What one attempt showed, in the terms that the rules use. */
#ifndef AM_ATTEMPT_H
#define AM_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

/* The CURLcodes that the rules name: X(ours, number, libcurl's); transport.c checks that they are
 * equal. */
#define AM_CURL_CODES(X)                                                                           \
    X(AM_CURL_OK, 0, CURLE_OK)                                                                     \
    X(AM_CURL_UNSUPPORTED_PROTOCOL, 1, CURLE_UNSUPPORTED_PROTOCOL)                                 \
    X(AM_CURL_URL_MALFORMAT, 3, CURLE_URL_MALFORMAT)                                               \
    X(AM_CURL_NOT_BUILT_IN, 4, CURLE_NOT_BUILT_IN)                                                 \
    X(AM_CURL_NO_PROXY_HOST, 5, CURLE_COULDNT_RESOLVE_PROXY)                                       \
    X(AM_CURL_NO_HOST, 6, CURLE_COULDNT_RESOLVE_HOST)                                              \
    X(AM_CURL_WEIRD, 8, CURLE_WEIRD_SERVER_REPLY)                                                  \
    X(AM_CURL_PARTIAL, 18, CURLE_PARTIAL_FILE)                                                     \
    X(AM_CURL_WRITE, 23, CURLE_WRITE_ERROR)                                                        \
    X(AM_CURL_NO_MEMORY, 27, CURLE_OUT_OF_MEMORY)                                                  \
    X(AM_CURL_TIMEOUT, 28, CURLE_OPERATION_TIMEDOUT)                                               \
    X(AM_CURL_TLS_CONNECT, 35, CURLE_SSL_CONNECT_ERROR)                                            \
    X(AM_CURL_RECEIVE, 56, CURLE_RECV_ERROR)                                                       \
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
    AM_CURL_TOO_LARGE = 100, /* CURLE_TOO_LARGE, since 8.6 */
#define AM_CURL_CODE(name, number, curl) name = (number),
    AM_CURL_CODES(AM_CURL_CODE)
#undef AM_CURL_CODE
};

typedef enum am_answer {
    AM_ANSWER_NONE,  /* no complete answer, so no one judged it */
    AM_ANSWER_WHOLE, /* judged AM_WHOLE */
    AM_ANSWER_BROKEN /* judged AM_BROKEN */
} am_answer;

/* What the service's error body says, as far as the rules use it. */
typedef enum am_saying {
    AM_SAYS_NOTHING,      /* not error JSON of the service, or not judged */
    AM_SAYS_ERROR,        /* error JSON, but nothing that the rules use */
    AM_SAYS_KEY_MISMATCH, /* the key was used for a different request */
    AM_SAYS_RACE,         /* another change came in between: not done */
    AM_SAYS_NOT_YET,      /* not done, but possible in a few seconds */
    AM_SAYS_FINAL,        /* of a 409: no request is in the way, and a repeat changes nothing */
    AM_SAYS_UNAVAILABLE   /* the service's own statement that it did nothing */
} am_saying;

/* What one attempt showed. */
typedef struct am_attempt {
    int curl;         /* its CURLcode */
    int status;       /* the last status line, 0: none */
    int wire;         /* times the request went onto the wire */
    int proxy_status; /* a CONNECT proxy's answer, 0: none */
    bool head_cut;    /* a status arrived, but its headers never ended */
    bool defect;      /* the answer violates HTTP or its own encoding, which `curl` does not show */
    bool too_large;   /* the answer exceeded a limit */
    bool file_failed; /* we ended it: a file to send changed, or a file to save could not be
                         written */
    bool stale;       /* the guard ended it: it was too late to go onto the wire, or to go again */
    int64_t first_ms; /* when it first went onto the wire, and */
    int64_t ended_ms; /* when it ended, on the clock of the guard; both 0 for a call without one */
    am_answer answer;
    am_saying saying;
    int64_t retry_after_ms; /* -1: none */
} am_attempt;

#endif
