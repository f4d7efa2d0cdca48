/* SPDX-License-Identifier: MIT */
/*
 * agentmail: the AgentMail email API for C hosts. It does not use Lua.
 *
 * An engine drives any number of calls over libcurl behind one pollable descriptor. A call is one
 * operation of the API, with all its attempts, back-offs and redirects under one deadline. Its
 * states:
 *
 *     queued -> sending -> judging -> done
 *                  ^          |
 *                  +- backing off
 *
 * In `judging` the call waits for its owner to say whether the answer is complete (am_call_judge),
 * because only a JSON reader can tell. Every finished call has an outcome: applied, not applied or
 * unknown; unknown is never reported as one of the others.
 *
 * Threads: one thread at a time may use an engine and all that belongs to it; different engines are
 * independent. Time: milliseconds in int64_t, in names that end in _ms. Functions copy the strings
 * they are given; a string that they return lives as long as the object that it came from. No
 * function uses a mutable static, raises a signal, or calls back into its caller, except for the
 * `read` of an am_piece.
 */
#ifndef AGENTMAIL_H
#define AGENTMAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AM_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

/* Hidden: these names are visible only inside the module or program that links them in. */
#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

enum { AM_ERROR_SIZE = 256 }; /* size of a buffer for an error message */

/* ---- limits ---------------------------------------------------------------------------------
 * The table of all limits: X(field, name in Lua, unit, default, least, most, what it bounds).
 * Units: MS (seconds in Lua), BYTES, COUNT. README, Lua and C read it from here. */
#define AM_LIMITS(X)                                                                               \
    X(attempts, "attempts", COUNT, 8, 1, 100, "tries of one call, the first included")             \
    X(deadline_ms, "deadline", MS, 120000, 1, 86400000,                                            \
      "one whole call: queue, DNS, TLS, body, every attempt and every back-off")                   \
    X(attempt_timeout_ms, "attempt_timeout", MS, 30000, 1, 86400000,                               \
      "one attempt, plus the time its body takes at upload_rate")                                  \
    X(upload_rate, "upload_rate", BYTES, 65536, 1, INT64_C(1) << 40,                               \
      "bytes per second; the size of a body divided by this is added to attempt_timeout")          \
    X(connect_timeout_ms, "connect_timeout", MS, 10000, 1, 86400000, "DNS, TCP and TLS together")  \
    X(backoff_base_ms, "backoff_base", MS, 250, 1, 3600000, "upper bound of the first back-off")   \
    X(backoff_cap_ms, "backoff_cap", MS, 20000, 1, 3600000, "upper bound of every back-off")       \
    X(conflict_wait_ms, "conflict_wait", MS, 120000, 0, 86400000,                                  \
      "waiting for an Idempotency-Key that is still in progress")                                  \
    X(budget_tokens, "budget_tokens", COUNT, 60, 0, 1000000,                                       \
      "retry budget of one host, when full")                                                       \
    X(budget_timeout_cost, "budget_timeout_cost", COUNT, 10, 0, 1000000,                           \
      "tokens that a retry after a timeout takes")                                                 \
    X(budget_cost, "budget_cost", COUNT, 5, 0, 1000000, "tokens that any other retry takes")       \
    X(budget_refund, "budget_refund", COUNT, 1, 0, 1000000, "tokens that a success gives back")    \
    X(budget_refill_ms, "budget_refill", MS, 2000, 1, 86400000,                                    \
      "time in which a token comes back by itself")                                                \
    X(redirects, "redirects", COUNT, 5, 0, 50, "redirects followed by one read, same origin only") \
    X(request_bytes, "request_bytes", BYTES, 6000000, 1, INT64_C(1) << 40, "one request body")     \
    X(response_bytes, "response_bytes", BYTES, 16777216, 1, INT64_C(1) << 40,                      \
      "one response body, decompressed")                                                           \
    X(download_bytes, "download_bytes", BYTES, INT64_C(1) << 30, 1, INT64_C(1) << 50,              \
      "one response body that is saved to a file")                                                 \
    X(header_bytes, "header_bytes", BYTES, 65536, 1024, 16777216,                                  \
      "all headers of one answer, 1xx responses before it included")                               \
    X(header_count, "header_count", COUNT, 200, 1, 10000,                                          \
      "header lines of one answer, 1xx responses before it included")                              \
    X(queue_length, "queue_length", COUNT, 1024, 1, 1000000, "unfinished calls of one client")     \
    X(connections, "connections", COUNT, 8, 1, 1000, "requests of one client on the wire at once") \
    X(connection_age_ms, "connection_age", MS, 55000, 1, 86400000,                                 \
      "idle time after which a connection is not used again")                                      \
    X(poll_base_ms, "poll_base", MS, 500, 1, 3600000, "first pause of a wait for mail")            \
    X(poll_cap_ms, "poll_cap", MS, 5000, 1, 3600000, "longest pause of a wait for mail")           \
    X(watch_slack_ms, "watch_slack", MS, 60000, 1, 86400000,                                       \
      "how long after a newer mail a list may show a mail, for wait and watch to find it")         \
    X(outbox_blind_ms, "outbox_blind", MS, 10000, 1, 3600000,                                      \
      "how long the key alone is trusted before the outbox looks for the mail")                    \
    X(outbox_horizon_ms, "outbox_horizon", MS, 120000, 1, 3600000,                                 \
      "how long after its last byte a request may still be at work")                               \
    X(outbox_grace_ms, "outbox_grace", MS, 60000, 1, 3600000,                                      \
      "time within which a list shows a mail that was sent")                                       \
    X(outbox_wait_ms, "outbox_wait", MS, 5000, 1, 3600000,                                         \
      "waiting for another process to finish its write to the outbox")                             \
    X(json_depth, "json_depth", COUNT, 100, 1, 1000, "nesting of JSON, both ways")                 \
    X(pages, "pages", COUNT, 10000, 1, INT64_C(1) << 40, "pages fetched by one iterator")

typedef struct am_limits {
#define AM_LIMIT_FIELD(field, name, unit, value, least, most, about) int64_t field;
    AM_LIMITS(AM_LIMIT_FIELD)
#undef AM_LIMIT_FIELD
} am_limits;

typedef enum am_unit { AM_UNIT_MS, AM_UNIT_BYTES, AM_UNIT_COUNT } am_unit;

typedef struct am_limit {
    const char *name; /* as in Lua */
    const char *about;
    am_unit unit;
    int64_t value, least, most;
    size_t offset; /* of the field in am_limits */
} am_limit;

/* All rows of the table; *count of them. */
const am_limit *am_limit_table(size_t *count);
/* Fills *limits with the defaults. */
void am_limits_init(am_limits *limits);
/* True if every limit is within its bounds; if not, error names the first that is not. */
bool am_limits_check(const am_limits *limits, char error[AM_ERROR_SIZE]);

/* ---- protection, outcome, code --------------------------------------------------------------- */

/* What makes a repeat harmless. */
typedef enum am_protection {
    AM_SAFE,        /* a read */
    AM_IDEMPOTENT,  /* a repeat leaves the same state */
    AM_CLIENT_ID,   /* a create that carries a client_id */
    AM_KEYED,       /* a send that carries an Idempotency-Key */
    AM_NATURAL_KEY, /* a create of which the service refuses a duplicate */
    AM_IF_MATCH,    /* an update that carries the etag of what it changes */
    AM_UNPROTECTED, /* none: goes onto the wire once, on a fresh connection */
    AM_PROTECTIONS
} am_protection;

typedef enum am_outcome { AM_NOT_APPLIED, AM_APPLIED, AM_UNKNOWN } am_outcome;

/* Why a call ended, when the service gave no code of its own: X(constant, word, meaning). */
#define AM_CODES(X)                                                                                \
    X(AM_OK, "ok", "the call succeeded")                                                           \
    X(AM_TIMEOUT, "timeout", "no answer in time, or the deadline passed")                          \
    X(AM_DNS, "dns", "the host name could not be resolved")                                        \
    X(AM_NETWORK, "network", "the connection failed or broke")                                     \
    X(AM_TLS, "tls", "no trusted TLS connection")                                                  \
    X(AM_PROXY, "proxy", "the proxy refused, or wants a password")                                 \
    X(AM_BAD_RESPONSE, "bad_response",                                                             \
      "an answer with a defect, or not what the operation promises")                               \
    X(AM_TOO_LARGE, "too_large", "a request or an answer above its limit")                         \
    X(AM_REDIRECTED, "redirected", "a redirect that is not followed")                              \
    X(AM_REJECTED, "rejected", "the service refused the request and gave no code")                 \
    X(AM_SERVICE_ERROR, "service_error", "the service failed and gave no code")                    \
    X(AM_RATE_LIMITED, "rate_limit_exceeded", "too many requests")                                 \
    X(AM_CONFLICT, "conflict",                                                                     \
      "another request is still in progress, such as one with the same Idempotency-Key")           \
    X(AM_KEY_REUSED, "key_reused",                                                                 \
      "the Idempotency-Key or client_id was used with other content: look for what it made")       \
    X(AM_DRAFT_GONE, "draft_gone",                                                                 \
      "no such draft: sent, deleted, or never existed; look for the mail")                         \
    X(AM_PRECONDITION_FAILED, "precondition_failed",                                               \
      "changed since its etag was read; after doubt perhaps by this call: read it and compare")    \
    X(AM_DEFERRED, "deferred", "not tried again before not_before")                                \
    X(AM_STALE, "stale", "too late to send it, or to repeat it before a look for its result")      \
    X(AM_FILE, "file",                                                                             \
      "a file to send cannot be read or changed, or one to save cannot be written")                \
    X(AM_STORAGE, "storage", "the outbox could not be read or written")                            \
    X(AM_BUSY, "busy", "another call is working on the mail")                                      \
    X(AM_EXPIRED, "expired", "too old for its key, and nothing more can be found out")             \
    X(AM_BAD_SIGNATURE, "bad_signature", "a webhook without a valid signature or time")            \
    X(AM_CANCELLED, "cancelled", "the caller cancelled the call")                                  \
    X(AM_CLOSED, "closed", "the client was closed")                                                \
    X(AM_UNAUTHENTICATED, "unauthenticated", "no API key")                                         \
    X(AM_QUEUE_FULL, "queue_full", "too many unfinished calls")                                    \
    X(AM_INVALID, "invalid", "an argument that cannot be sent")                                    \
    X(AM_NO_MEMORY, "out_of_memory", "an allocation failed")

typedef enum am_code {
#define AM_CODE_NAME(constant, word, about) constant,
    AM_CODES(AM_CODE_NAME)
#undef AM_CODE_NAME
} am_code;

/* The word for an enum value, the same in Lua, C, docs and logs; static. */
const char *am_code_word(am_code code);
const char *am_outcome_word(am_outcome outcome);
const char *am_protection_word(am_protection protection);

/* ---- engine ---------------------------------------------------------------------------------- */

typedef struct am_engine am_engine;
typedef struct am_client am_client;
typedef struct am_call am_call;

/* Makes an engine with nothing open yet; NULL if out of memory or descriptors. Runs
 * curl_global_init, but never curl_global_cleanup, because a host may use libcurl too. */
am_engine *am_engine_new(void);
/* Cancels and frees all calls and clients of the engine, then the engine. NULL is allowed. */
void am_engine_free(am_engine *engine);

/* True if this process inherited the engine by fork(). Its connections still belong to the parent.
 * In the child the engine does nothing and is never freed, a submit to its clients fails with code
 * closed, and freeing or closing what belongs to it is a no-op. The child makes its own engine. */
bool am_engine_is_foreign(const am_engine *engine);

/* The descriptor to watch for reading. It becomes readable when am_engine_step has something to do,
 * including a timer that is due, when the alarm is due, and when a call comes to want its owner.
 * For such a call it stays readable until the call is taken (am_engine_next) or a later step
 * begins. Watching this descriptor is enough. The engine owns it. */
int am_engine_pollfd(am_engine *engine);
/* Milliseconds until the descriptor becomes readable without any I/O; 0: now; -1: never. */
int64_t am_engine_timeout(am_engine *engine);
/* Does what can be done now; never blocks. */
void am_engine_step(am_engine *engine);
/* How many calls of all clients are not done. */
size_t am_engine_unfinished(const am_engine *engine);
/* Blocks on the same descriptor for at most timeout_ms (-1: no limit), then steps. False if a
 * signal interrupted it: the caller handles the signal and waits again. */
bool am_engine_wait(am_engine *engine, int64_t timeout_ms);
/* The same, for a caller that waits for its own calls on an engine that others use, too. Neither a
 * call that am_engine_next would already return nor the alarm ends this wait. Both are kept: after
 * the wait, however it ended, the descriptor becomes readable for them. */
bool am_engine_block(am_engine *engine, int64_t timeout_ms);
/* Sets an alarm for the owner's own use: the descriptor becomes readable in `in_ms` milliseconds
 * (0: now) and stays readable until the alarm is set again; -1: no alarm. */
void am_engine_alarm(am_engine *engine, int64_t in_ms);
/* True if the owner has something to do: am_engine_next would return a call, or the alarm is due.
 */
bool am_engine_is_wanted(const am_engine *engine);

/* A call wants its owner when its state becomes judging or done and, if its request asks for it,
 * when it has an event (`events`) or has moved bytes (`progress`). One of these functions takes it
 * once, and again when there is more. am_call_judge and am_call_free count as taking it. */

/* Takes the call that has wanted its owner for longest, in constant time; NULL: none. */
am_call *am_engine_next(am_engine *engine);
/* Returns the call that would be taken after this one (NULL: the first) and takes nothing; NULL:
 * none. */
am_call *am_engine_look(const am_engine *engine, const am_call *after);
/* Takes this call, whichever is next. False: it did not want its owner. */
bool am_call_take(am_call *call);

/* ---- client: credentials, base URL and limits on an engine ----------------------------------- */

typedef struct am_header {
    const char *name, *value;
} am_header;

typedef struct am_client_options {
    const char *base_url;     /* "https://api.agentmail.to"; required; http(s)://host[:port][/path],
                                 without user, query or fragment */
    const char *api_key;      /* sent as Bearer; NULL: only anonymous requests */
    const char *user_agent;   /* NULL: "agentmail-lua/<version>" */
    const am_header *headers; /* sent with every request; may be NULL */
    size_t header_count;
    const char *ca_file, *ca_dir; /* the only certificates trusted; both NULL: what the system
                                     trusts; no environment variable is read for them */
    bool ca_system;               /* if only one is given, the system's default is the other */
    const char *proxy;            /* NULL: the environment's; "": none */
    bool http2;                   /* HTTP/2 over TLS where offered; the default is HTTP/1.1 */
    const am_limits *limits;      /* NULL: the defaults */
} am_client_options;

/* Opens a client. On failure returns NULL and writes to error which option is wrong and why. */
am_client *am_client_new(am_engine *engine, const am_client_options *options,
                         char error[AM_ERROR_SIZE]);
/* Ends its calls with code closed and their true outcome, and wipes the credentials. The calls stay
 * valid until freed. Idempotent. */
void am_client_close(am_client *client);
bool am_client_is_closed(const am_client *client);
/* Closes and frees the client; its calls stay valid without it. NULL is allowed. */
void am_client_free(am_client *client);
const am_limits *am_client_limits(const am_client *client);
const char *am_client_base_url(const am_client *client);
/* How many more calls the client accepts now; 0: its queue is full, or it is closed. */
int64_t am_client_room(const am_client *client);
/* Sets the engine's alarm to now, once, as soon as a call of the client is done. */
void am_client_tell_room(am_client *client);

/* ---- call ------------------------------------------------------------------------------------ */

/* A piece of a body: bytes that the caller owns and that must outlive the call, a file, or `size`
 * bytes that the caller reads when they are sent. */
typedef struct am_piece {
    const void *data;
    size_t size;
    const char *path; /* a file instead of data; read while sending, never loaded whole */
    bool base64;      /* sent as base64 */
    const char *seen; /* what am_call_seen returned for the file in the earlier call that this one
                         repeats: it must not have changed since; NULL: not checked */
    /* Instead of data and path. Puts up to `size` of the bytes from `offset` on into the buffer and
     * returns how many, at least 1; anything else ends the call with code file. Each attempt begins
     * at 0 again, and must get the same bytes. It is called while the engine steps, and must call
     * nothing of the engine; the user must outlive the call. */
    int64_t (*read)(void *user, int64_t offset, void *buffer, size_t size);
    void *user;
} am_piece;

enum { AM_SEEN_SIZE = 120 };

typedef struct am_request {
    const char *method; /* GET, POST, PUT, PATCH, DELETE */
    const char *target; /* "/v0/inboxes?limit=2": starts with a slash, percent-encoded */
    const char *url;    /* instead of target: an absolute URL, such as a signed download; sent with
                           neither an API key nor the client's headers */
    am_protection protection;
    const char *idempotency_key; /* required by AM_KEYED; 1-256 of A-Z a-z 0-9 - . _ ~; with
                                    AM_IDEMPOTENT, as of a delete: 1-128 of visible ASCII */
    const char *if_match;        /* the etag of what the request changes, with its quotes; required
                                    by AM_IF_MATCH, and then one only, because * and lists also
                                    match what an earlier attempt made */
    const void *body;            /* NULL: none; copied */
    size_t body_size;
    const am_piece *pieces; /* a body of pieces instead; NULL: none */
    size_t piece_count;
    const char *content_type; /* NULL: application/json */
    const am_header *headers; /* sent after the client's; may be NULL */
    size_t header_count;
    const am_limits *limits; /* NULL: the client's; the limits of a client itself are ignored
                                here */
    bool save;               /* write the body of a 2xx to save_fd, which is ignored otherwise */
    int save_fd;             /* any open descriptor, 0 included; its file is emptied before each
                                attempt; the caller closes it when the call is done */
    const char *api_key;     /* instead of the client's default; NULL: the client's */
    bool anonymous;          /* send no Authorization header */
    bool events;             /* record am_event rows */
    bool progress;           /* moved bytes make the call want its owner */
    bool resend_unavailable; /* treat a 503 with code service_unavailable as "not done" */
    bool doubtful;           /* repeats an earlier call of the same request, which the service may
                                have done: results are judged as within one call */
    bool identity;           /* ask for the bytes as they are stored, and decode nothing */
    bool brief;              /* the answer is short: do not ask for gzip, which would cost more
                                than it saves; a compressed answer is decoded all the same */
    int64_t not_after_ms; /* on CLOCK_BOOTTIME, which counts while the machine sleeps: it does not
                             go onto the wire later, libcurl's own repeats included; 0: no bound */
    int64_t blind_ms;     /* for how long a request that may have been done is repeated, from when
                             it first went onto the wire (a doubtful one: from the submit); after
                             that, its owner looks for its result; 0: no bound. Not for reads */
    void *user;           /* for am_call_user */
} am_request;

typedef enum am_state {
    AM_STATE_QUEUED,
    AM_STATE_SENDING,
    AM_STATE_JUDGING,
    AM_STATE_BACKING_OFF,
    AM_STATE_DONE
} am_state;

/* Submits a request. It goes out on the next step, or is done already, for example if its file
 * cannot be emptied. On failure returns NULL, puts the code into *code, and writes to error what is
 * wrong; nothing was sent. Neither may be NULL. */
am_call *am_call_submit(am_client *client, const am_request *request, am_code *code,
                        char error[AM_ERROR_SIZE]);
/* Checks a request as am_call_submit does, files included, and makes no call of it: nothing is
 * sent. Returns the size of its body in bytes, or -1: code and error as there. */
int64_t am_request_size(am_client *client, const am_request *request, am_code *code,
                        char error[AM_ERROR_SIZE]);
/* Frees a call; one in flight is cancelled first. NULL is allowed. */
void am_call_free(am_call *call);
am_engine *am_call_engine(const am_call *call);
/* The `user` of the request. */
void *am_call_user(const am_call *call);
am_state am_call_state(const am_call *call);
const char *am_state_word(am_state state);
/* Ends the call now with code cancelled; if the service may have done it, the outcome stays
 * `unknown`. */
void am_call_cancel(am_call *call);

/* The last answer: its status (0: none), body (NUL-terminated, may hold NULs) and headers.
 * Available while the call is judging or done and its client is open. */
int am_call_status(const am_call *call);
const char *am_call_body(const am_call *call, size_t *size);
/* True if a length, chunks, HTTP/2 or a status without a body marked the end of the last answer's
 * body. If not, a close of the connection ended it, and its end may be missing. */
bool am_call_is_delimited(const am_call *call);
/* Bytes of the last answer's body as received, before any decoding; chunk framing is not
 * counted. */
int64_t am_call_received(const am_call *call);
/* Bytes of the bodies moved in the current attempt, and their totals; -1: not known. */
typedef struct am_progress {
    int64_t sent, to_send, received, to_receive;
} am_progress;
am_progress am_call_progress(const am_call *call);
/* Writes what identifies the file of a piece, for am_piece.seen in a repeat. False: no file. */
bool am_call_seen(const am_call *call, size_t piece, char seen[AM_SEEN_SIZE]);
/* The value of a header, without surrounding blanks, or NULL; *size is set to its length. */
const char *am_call_header(const am_call *call, const char *name, size_t *size);
/* The same for the header that holds the service's, or its gateway's, id of the last attempt. */
const char *am_call_request_id(const am_call *call, size_t *size);

/* Iterates over the headers: the next after *cursor, which starts at 0; false: no more. */
bool am_call_next_header(const am_call *call, size_t *cursor, const char **name, size_t *name_size,
                         const char **value, size_t *value_size);

typedef enum am_verdict {
    AM_WHOLE, /* the answer is complete: it holds all that the operation promises, or it is a
                 readable error */
    AM_BROKEN /* a 2xx that is truncated, unreadable, or lacks what the operation promises */
} am_verdict;

/* Judges a call in judging. Only a 2xx is AM_BROKEN. service_code is the `code` and service_name
 * the `name` of the service's error body. Both are NULL unless the body is the service's own error
 * JSON: a 404 with neither may come from a gateway, and proves nothing about an earlier delete, or
 * about a draft. The name of a 409 tells code key_reused from conflict. */
void am_call_judge(am_call *call, am_verdict verdict, const char *service_code,
                   const char *service_name);

typedef struct am_result {
    am_outcome outcome;
    am_code code;       /* AM_OK: success */
    am_code cause;      /* code of the last attempt if the code (deferred, key_reused, stale) does
                           not tell it; else AM_OK */
    int cause_status;   /* status of that attempt, 0: none */
    const char *reason; /* in words; static */
    const char *detail; /* what libcurl said, which limit was broken, why the file to save could not
                           be written, or ""; valid until the call is freed or its client closed */
    int status;         /* of the last answer, 0: none */
    int attempts;       /* times the request went onto the wire, libcurl's own repeats included */
    int tries;          /* times an attempt began, failed connections included */
    int64_t elapsed_ms; /* from submit to done */
    int64_t not_before_ms; /* from the end of the call: do not repeat earlier; -1: no advice */
    bool retryable;        /* the same request may be repeated, with the same key and bytes */
} am_result;

/* The result of a call that is done; for any other call, its result if it were cancelled now. */
am_result am_call_result(const am_call *call);

typedef enum am_event_kind {
    AM_EVENT_ATTEMPT, /* an attempt begins */
    AM_EVENT_RESEND,  /* libcurl by itself put the request onto the wire again */
    AM_EVENT_ANSWER,  /* an attempt ended */
    AM_EVENT_WAIT,    /* the call repeats, after delay_ms */
    AM_EVENT_DONE     /* the call stops */
} am_event_kind;

typedef struct am_event {
    am_event_kind kind;
    int64_t at_ms; /* since submit */
    int attempt;   /* times on the wire so far */
    int try_number;
    int status;       /* ANSWER: 0 if none arrived */
    am_code code;     /* ANSWER, DONE */
    int64_t delay_ms; /* WAIT */
    am_outcome outcome;
    const char *reason; /* WAIT, DONE: in words; static */
} am_event;

const char *am_event_word(am_event_kind kind);
/* Takes the oldest event not yet taken; false: none. An event holds neither body nor credential. */
bool am_call_next_event(am_call *call, am_event *event);
bool am_call_has_event(const am_call *call);

/* ---- keys: a client_id or an Idempotency-Key ------------------------------------------------- */

enum {
    AM_KEY_MAX = 256, /* length limit of a key, by the service's rule */
    AM_UUID_SIZE = 37 /* with the NUL */
};

typedef struct am_bytes {
    const char *data;
    size_t size;
} am_bytes;

/* True if this may be a client_id or an Idempotency-Key: 1 to 256 of A-Z a-z 0-9 - . _ ~. */
bool am_key_is_valid(const char *key, size_t size);

/* A version 4 UUID (RFC 9562, section 5.4) of 16 random bytes. */
void am_key_uuid(const unsigned char random[16], char uuid[AM_UUID_SIZE]);

/* One key from several parts: the same parts always give the same key, different parts a different
 * one. FROZEN: later versions look for keys that earlier versions made. Plain form: the parts
 * joined by "-", if every part is non-empty and holds only A-Z a-z 0-9 . _ ~, and the whole neither
 * exceeds 256 characters nor begins with "am1.". Otherwise "am1." and the SHA-256, in hexadecimal,
 * of each part as its decimal length, ":" and its bytes. False: out of memory in libcrypto. */
bool am_key_join(const am_bytes *parts, size_t count, char key[AM_KEY_MAX + 1]);

/* ---- webhooks: the Svix scheme --------------------------------------------------------------- */

/* A received webhook. Strings are NUL-terminated; the body is raw, as it arrived. */
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
    AM_WEBHOOK_BAD_TIMESTAMP, /* not a number */
    AM_WEBHOOK_TOO_OLD,
    AM_WEBHOOK_TOO_NEW,
    AM_WEBHOOK_NO_MATCH, /* no v1 signature matches */
    AM_WEBHOOK_NO_MEMORY
} am_webhook_verdict;

/* Verifies a webhook by HMAC-SHA256 over id, time and body, at now_s; its time may differ by up to
 * tolerance_s. Compares every signature in constant time, and skips unknown versions.
 */
am_webhook_verdict am_webhook_verify(const am_webhook *webhook, int64_t now_s, int64_t tolerance_s);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif
#endif
