/* SPDX-License-Identifier: MIT */
/*
 * agentmail: the outbox, for C hosts. It records each mail in a file before the mail is sent, so
 * that a program that is killed at any point sends it exactly once when it runs again.
 *
 *     am_outbox_job *job = am_outbox_put(box, &intent, time_ms, &put);
 *     while (am_outbox_claim(job, time_ms, &task) && task.action >= AM_OUTBOX_SEND) {
 *         am_call *call = am_call_submit(client, &task.request, &code, error);
 *         ... the host's loop; its JSON reader judges and fills `answer` ...
 *         am_outbox_settle(job, &answer);
 *     }
 *
 * put and the first claim are one commit of the file, settle is a second. Everything is recorded
 * before it goes onto the wire. If a function fails, am_outbox_error says why, and the host must
 * not send.
 *
 * One thread at a time may use an outbox; other threads may open the same file themselves. A forked
 * child must not use its parent's outbox: it closes what it inherited, and opens its own. No
 * function calls back, except for the `read` of an am_piece and the clock of the options.
 */
#ifndef AGENTMAIL_OUTBOX_H
#define AGENTMAIL_OUTBOX_H

#include "agentmail.h"

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* ---- words ----------------------------------------------------------------------------------- */

/* The numbers are in files: they are never changed, and a state below AM_OUTBOX_SENT is open. */
typedef enum am_outbox_state {
    AM_OUTBOX_NONE = 0,      /* no row */
    AM_OUTBOX_WAITING = 1,   /* recorded, proven not done */
    AM_OUTBOX_SENDING = 2,   /* an owner has it, perhaps on the wire */
    AM_OUTBOX_DOUBTFUL = 3,  /* was, or may have been, on the wire; its result is not known */
    AM_OUTBOX_DRAFTED = 4,   /* a draft with a recorded id, proven not sent */
    AM_OUTBOX_SENT = 5,      /* as a complete answer or a look says */
    AM_OUTBOX_REFUSED = 6,   /* for good, with no attempt in doubt before */
    AM_OUTBOX_CANCELLED = 7, /* withdrawn while proven unsent */
    AM_OUTBOX_KEY_TAKEN = 8, /* the key belongs to another request */
    AM_OUTBOX_UNKNOWN = 9,   /* nothing more can be found out */
    AM_OUTBOX_STATES
} am_outbox_state;

/* The word for a state, such as "waiting"; static. */
const char *am_outbox_state_word(am_outbox_state state);

/* What put found under the key. */
typedef enum am_put {
    AM_PUT_NEW,    /* recorded */
    AM_PUT_ANEW,   /* recorded anew: the earlier mail was refused or cancelled, so it was not sent,
                      and the bytes may differ */
    AM_PUT_GO_ON,  /* still open, with the same bytes (or `first`) */
    AM_PUT_CLOSED, /* ended: with the first result, or the same failure */
    AM_PUT_OTHER,  /* other bytes under the key: nothing is sent, the row stays as it is */
    AM_PUT_ELSEWHERE /* another inbox has the key, and keys belong to the organization: likewise */
} am_put;

/* What to do next. */
typedef enum am_outbox_action {
    AM_OUTBOX_DONE,       /* nothing: the mail is settled, or its key is another's */
    AM_OUTBOX_BUSY,       /* nothing: another job holds it, for wait_ms at most */
    AM_OUTBOX_WAIT,       /* nothing for wait_ms */
    AM_OUTBOX_SEND,       /* send the mail */
    AM_OUTBOX_LOOK,       /* list the mails with its label */
    AM_OUTBOX_CREATE,     /* create its draft */
    AM_OUTBOX_GET_DRAFT,  /* read its draft */
    AM_OUTBOX_SEND_DRAFT, /* send its draft */
    AM_OUTBOX_ACTIONS
} am_outbox_action;

/* ---- the outbox ------------------------------------------------------------------------------ */

typedef struct am_outbox am_outbox;

typedef struct am_outbox_options {
    const char *path;    /* of the file; created if it does not exist */
    const char *service; /* the base URL: the file serves no other */
    bool drafts;         /* the service knows no Idempotency-Key: a draft is made, then sent */
    bool unlabelled;     /* mails carry no label, so they cannot be looked for */
    bool resend;         /* past the age of the key, two empty looks allow another send */
    /* limits, in milliseconds; 0: the default */
    int64_t blind_ms;   /* how long the key alone is trusted: 10 s */
    int64_t horizon_ms; /* how long a request may be at work after its last byte: 120 s */
    int64_t grace_ms;   /* until the list shows a mail that has left: 60 s */
    /* How long to wait for another process' write to the file: 5 s. Below 0: a function does not
     * wait. It fails with the code "busy", has done nothing, and may be called again, including
     * am_outbox_settle. */
    int64_t wait_ms;
    /* The limits of the calls, whose deadline and conflict_wait the outbox sets; NULL: the
     * defaults. */
    const am_limits *limits;
    /* Milliseconds since 1970, for decisions only; NULL: the system's clocks. */
    int64_t (*clock)(void *user);
    void *user;
    const char **code; /* NULL, or where am_outbox_open puts the word for why it failed */
} am_outbox_options;

/* Opens an outbox. NULL: error says why. */
am_outbox *am_outbox_open(const am_outbox_options *options, char error[AM_ERROR_SIZE]);
/* Frees the outbox; free its jobs first. NULL is allowed. In a forked child it releases what the
 * child inherited. */
void am_outbox_close(am_outbox *box);
/* Why the last function failed, in words, and the word for it: "storage", "file" (a file to send
 * cannot be read), "out_of_memory", "forked" (this process inherited the outbox), or "busy" (see
 * wait_ms). */
const char *am_outbox_error(const am_outbox *box);
const char *am_outbox_code(const am_outbox *box);

enum { AM_OUTBOX_LABEL_SIZE = 36 }; /* with the NUL */

/* The label of a mail: "am-" and 32 hexadecimal digits of a SHA-256 over inbox, in lower case, and
 * key. FROZEN: later versions look for labels that earlier ones made. The host puts it into the
 * mail. False: libcrypto failed, or memory ran out. */
bool am_outbox_label(const char *inbox_id, const char *key, char label[AM_OUTBOX_LABEL_SIZE]);
/* The same label, valid until the outbox computes another. A put that follows does not compute it
 * again. NULL: failed. */
const char *am_outbox_label_of(am_outbox *box, const char *inbox_id, const char *key);

/* ---- rows ------------------------------------------------------------------------------------ */

/* A row of the outbox as its host sees it. The strings belong to the object that returned the row.
 * Times are wall-clock times; -1: none. */
typedef struct am_outbox_entry {
    int64_t id;
    const char *inbox_id, *key;
    am_outbox_state state;
    am_outcome outcome;
    bool pending; /* the outbox will continue with it */
    const char *operation, *label;
    const char *code; /* word of the last failure; NULL: none */
    int status;       /* HTTP, of the last answer; 0: none */
    int tries;        /* sends begun */
    const char *draft_id, *message_id, *thread_id;
    int64_t created_ms, settled_ms, due_ms, caused_ms;
} am_outbox_entry;

typedef struct am_outbox_rows am_outbox_rows;

void am_outbox_rows_free(am_outbox_rows *rows);
size_t am_outbox_rows_count(const am_outbox_rows *rows);
/* The row at a place below the count. */
am_outbox_entry am_outbox_rows_at(const am_outbox_rows *rows, size_t place);

/* These three return rows that the caller frees; NULL: failed. The first finds one row or none. */
am_outbox_rows *am_outbox_get(am_outbox *box, const char *inbox_id, const char *key);
/* Rows by state (1 << state for each wanted), by id, after an id. */
am_outbox_rows *am_outbox_list(am_outbox *box, uint32_t states, int64_t after, int64_t limit);
/* The open rows that are due and that no job holds, the longest overdue first. *next_ms is set to
 * the time until the next of the other rows is due, or is free at the latest; -1: there is none. */
am_outbox_rows *am_outbox_due(am_outbox *box, int64_t limit, int64_t *next_ms);

typedef enum am_outbox_change {
    AM_OUTBOX_CHANGED,
    AM_OUTBOX_NO_CHANGE, /* its state does not allow it, or a job holds it */
    AM_OUTBOX_NO_ROW,
    AM_OUTBOX_NOT_STORED /* failed */
} am_outbox_change;

/* Withdraws a mail that is proven unsent. */
am_outbox_change am_outbox_cancel(am_outbox *box, const char *inbox_id, const char *key);
/* Records what a person found: the mail was sent or not. If not, the key can be used again. */
am_outbox_change am_outbox_resolve(am_outbox *box, const char *inbox_id, const char *key,
                                   bool sent);
/* Deletes the rows that finished this long ago, at least 25 h. Returns how many; -1: failed. */
int64_t am_outbox_prune(am_outbox *box, int64_t older_than_ms);

/* ---- jobs ------------------------------------------------------------------------------------ */

typedef struct am_outbox_job am_outbox_job;

/* A mail that a host intends to send: a request. For the era of drafts it is the creation of the
 * draft. */
typedef struct am_outbox_intent {
    const char *inbox_id, *key;
    const char *operation; /* for the host: kept, and returned */
    const char *method;    /* as in am_request */
    const char *target;
    const char *content_type; /* NULL: application/json */
    const am_piece *pieces; /* the body; read by put, and stored. The mail can be looked for if its
                               label is a JSON string in one of the pieces in memory; otherwise
                               the key alone is trusted, as in an outbox that is `unlabelled` */
    size_t piece_count;
    const char *draft_id; /* of a draft that the request sends; NULL: none */
    int64_t caused_ms;    /* wall-clock time of the mail's cause; -1: unknown; 0: now */
    bool first;           /* if the key is in use, its stored bytes count, not these */
} am_outbox_intent;

/* Records an intended mail, if its key is free, and holds it for this job. The caller waits for the
 * result, for time_ms at most. If a file to send cannot be read, a mail that has ended is reported
 * all the same, without a comparison, and with `first` an open one continues. The host frees the
 * job. NULL: failed. */
am_outbox_job *am_outbox_put(am_outbox *box, const am_outbox_intent *intent, int64_t time_ms,
                             am_put *put);
/* A job for a row that is recorded, such as one that is due: nobody waits for it. NULL: failed, or,
 * with code NULL, no such row. */
am_outbox_job *am_outbox_take(am_outbox *box, const char *inbox_id, const char *key);
/* Frees the job and leaves the row as it is: what was claimed and not settled is in doubt once its
 * time is over. NULL is allowed. */
void am_outbox_job_free(am_outbox_job *job);
/* The row as this job last saw it. If its last settle failed, the entry has what the answer said.
 * It is then still open, as in the file, unless the mail was sent. */
am_outbox_entry am_outbox_job_entry(const am_outbox_job *job);

typedef struct am_outbox_task {
    am_outbox_action action;
    int64_t wait_ms;    /* BUSY, WAIT: claim again after this time */
    bool is_own;        /* BUSY: another job of this outbox holds it */
    am_request request; /* to submit, if the action is one: its body is in `body` or in `pieces`,
                           and both are the stored bytes; `user`, headers, events and api_key are
                           free for the host */
} am_outbox_task;

/* Says what to do next, and records that this job does it. What the task points to belongs to the
 * job and is valid until the next claim or settle: free calls of the request before that. The task
 * may take time_ms at most. False: failed. */
bool am_outbox_claim(am_outbox_job *job, int64_t time_ms, am_outbox_task *task);
/* True if this outbox holds the row of a job, or held it when the job last saw it. A host with
 * several outboxes on one file asks each of them: `is_own` is about the job's outbox only. */
bool am_outbox_holds(const am_outbox *box, const am_outbox_job *job);
/* True if the next claim is to send what put has just stored: the host may use its own bytes. */
bool am_outbox_sends_first(const am_outbox_job *job);
/* Sets the task to the next page of a look. False: out of memory. */
bool am_outbox_look_on(am_outbox_job *job, const char *page_token, am_outbox_task *task);

/* What an answer's JSON says: that of a look, or of a draft. */
typedef enum am_outbox_sight {
    AM_SIGHT_NONE,   /* a look: no mail of this inbox with exactly this label, on any page */
    AM_SIGHT_UNSENT, /* a look: such a mail, without the label `sent` */
    AM_SIGHT_SENT,   /* a look: such a mail, with it */
    AM_SIGHT_THERE,  /* a draft: not sent */
    AM_SIGHT_LEAVING /* a draft: its send_status is `sending` */
} am_outbox_sight;

typedef struct am_outbox_answer {
    am_result result; /* am_call_result, or that of a submit which failed: am_outbox_unsent */
    const char *code; /* the service's own `code`; NULL: none */
    bool is_service;  /* the body is the service's own JSON: its 404 tells of a draft */
    am_outbox_sight sight;
    const char *draft_id, *message_id, *thread_id; /* NULL: none */
    bool is_other; /* CREATE: the draft that came back has other content */
} am_outbox_answer;

/* The result of a submit that failed with this code. */
am_result am_outbox_unsent(am_code code);
/* Records the result of a task, or of a mail that put holds and nothing has claimed since. False:
 * failed; see am_outbox_job_entry. */
bool am_outbox_settle(am_outbox_job *job, const am_outbox_answer *answer);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif
#endif
