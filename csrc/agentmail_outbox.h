/* SPDX-License-Identifier: MIT */
/*
 * agentmail: the outbox, for C hosts. It records each mail in a file before the mail is sent, so
 * that a program which is killed anywhere sends it exactly once when it runs again.
 *
 *     am_outbox_job *job = am_outbox_put(box, &intent, time_ms, &put);
 *     while (am_outbox_claim(job, time_ms, &task) && task.action >= AM_OUTBOX_SEND) {
 *         am_call *call = am_call_submit(client, &task.request, &code, error);
 *         ... the host's loop; its JSON reader judges and fills `answer` ...
 *         am_outbox_settle(job, &answer);
 *     }
 *
 * put and the first claim are one commit of the file, settle is a second. Nothing that goes onto
 * the wire is unrecorded. If a function fails, am_outbox_error says why, and nothing may be sent.
 *
 * One thread at a time uses an outbox, and a thread may have one of its own on the same file. A
 * forked child uses none of its parent's: it closes what it inherited, and opens its own. No
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
    AM_OUTBOX_DOUBTFUL = 3,  /* was, or may have been, on the wire */
    AM_OUTBOX_DRAFTED = 4,   /* a draft with a recorded id, proven not sent */
    AM_OUTBOX_SENT = 5,      /* from a whole answer or a look */
    AM_OUTBOX_REFUSED = 6,   /* definitely, with nothing doubtful before */
    AM_OUTBOX_CANCELLED = 7, /* withdrawn while proven unsent */
    AM_OUTBOX_KEY_TAKEN = 8, /* the key belongs to another request */
    AM_OUTBOX_UNKNOWN = 9,   /* nothing more can be found out */
    AM_OUTBOX_STATES
} am_outbox_state;

/* The word for a state, such as "waiting"; static. */
const char *am_outbox_state_word(am_outbox_state state);

/* What a call with a key came to. */
typedef enum am_put {
    AM_PUT_NEW,      /* recorded */
    AM_PUT_ANEW,     /* recorded anew: the one before was refused or cancelled, so nothing of it was
                        sent, and new bytes are as good as the same */
    AM_PUT_GO_ON,    /* open, with these bytes (or the first ones count) */
    AM_PUT_CLOSED,   /* as it ended: a first result, or the same failure */
    AM_PUT_OTHER,    /* other bytes under the key: nothing is sent, the row stays as it is */
    AM_PUT_ELSEWHERE /* another inbox has the key, and keys belong to the organization: likewise */
} am_put;

/* What to do next. */
typedef enum am_outbox_action {
    AM_OUTBOX_DONE,       /* nothing: the mail is settled, or its key is another's */
    AM_OUTBOX_BUSY,       /* nothing: another has it, for wait_ms at most */
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
    const char *path;    /* of the file; made if there is none */
    const char *service; /* the base URL: the file serves no other */
    bool drafts;         /* the service knows no Idempotency-Key: a draft is made, then sent */
    bool unlabelled;     /* no label goes along, so that nothing can be looked for */
    bool resend;         /* past the age of the key, two empty looks allow another send */
    /* limits, in milliseconds; 0: the default */
    int64_t blind_ms;   /* how long the key alone is trusted: 10 s */
    int64_t horizon_ms; /* how long a request may be at work after its last byte: 120 s */
    int64_t grace_ms;   /* until the list shows a mail that has left: 60 s */
    /* For another process' write to the file: 5 s. Below 0: no function waits for it. It fails with
     * the code "busy" instead, has done nothing, and may be called again, am_outbox_settle too. */
    int64_t wait_ms;
    /* The limits of the calls, whose deadline and conflict_wait the outbox sets; NULL: the
     * defaults. */
    const am_limits *limits;
    /* Instead of the system's clocks, in decisions only: milliseconds since 1970. NULL: none. */
    int64_t (*clock)(void *user);
    void *user;
    const char **code; /* NULL, or where am_outbox_open puts the word for why it failed */
} am_outbox_options;

/* Opens an outbox. NULL: error says why. */
am_outbox *am_outbox_open(const am_outbox_options *options, char error[AM_ERROR_SIZE]);
/* Frees the outbox; its jobs are freed before it. NULL is allowed. In a forked child it lets go of
 * what the child inherited. */
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
/* The same label, which the outbox keeps until the next is made: a put that follows does not make
 * it again. NULL: failed. */
const char *am_outbox_label_of(am_outbox *box, const char *inbox_id, const char *key);

/* ---- rows ------------------------------------------------------------------------------------ */

/* A row of the outbox as its host sees it. The strings belong to what the row came from; times are
 * wall clock, -1: none. */
typedef struct am_outbox_entry {
    int64_t id;
    const char *inbox_id, *key;
    am_outbox_state state;
    am_outcome outcome;
    bool pending; /* the outbox will go on with it */
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

/* Each returns rows that the caller frees; NULL: failed. Finds a row: none, or one. */
am_outbox_rows *am_outbox_get(am_outbox *box, const char *inbox_id, const char *key);
/* Rows by state (1 << state for each wanted), by id, after an id. */
am_outbox_rows *am_outbox_list(am_outbox *box, uint32_t states, int64_t after, int64_t limit);
/* The open rows that are due and in nobody's hands, the longest due first; *next_ms is set to the
 * time until the next of the others is due, or is free at the latest, -1: there is none. */
am_outbox_rows *am_outbox_due(am_outbox *box, int64_t limit, int64_t *next_ms);

typedef enum am_outbox_change {
    AM_OUTBOX_CHANGED,
    AM_OUTBOX_NO_CHANGE, /* its state does not allow it, or it is in somebody's hands */
    AM_OUTBOX_NO_ROW,
    AM_OUTBOX_NOT_STORED /* failed */
} am_outbox_change;

/* Withdraws what is proven unsent. */
am_outbox_change am_outbox_cancel(am_outbox *box, const char *inbox_id, const char *key);
/* A person looked, and found the mail sent or not. Not sent: the key may begin anew. */
am_outbox_change am_outbox_resolve(am_outbox *box, const char *inbox_id, const char *key,
                                   bool sent);
/* Deletes finished rows of this age, which is at least 25 h. Returns how many; -1: failed. */
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
    const am_piece *pieces;   /* the body; read by put, and stored. It is looked for by its label if
                                 that is a JSON string in one of the pieces in memory; without it
                                 the key alone is trusted, as in an outbox that is `unlabelled` */
    size_t piece_count;
    const char *draft_id; /* of a draft that the request sends; NULL: none */
    int64_t caused_ms;    /* wall time of what the mail is about; -1: unknown; 0: now */
    bool first;           /* if the key is in use, its stored bytes count, not these */
} am_outbox_intent;

/* Records an intended mail, if its key is free, and takes it in hand. A caller waits for what
 * becomes of it, for time_ms at most. If a file to send cannot be read, what has ended is told all
 * the same, uncompared, and with `first` what is open goes on. The host frees the job. NULL:
 * failed.
 */
am_outbox_job *am_outbox_put(am_outbox *box, const am_outbox_intent *intent, int64_t time_ms,
                             am_put *put);
/* A job for a row that is recorded, such as one that is due: nobody waits for it. NULL: failed, or,
 * with code NULL, no such row. */
am_outbox_job *am_outbox_take(am_outbox *box, const char *inbox_id, const char *key);
/* Leaves the row as it is: what was claimed and not settled is in doubt once its time is over. NULL
 * is allowed. */
void am_outbox_job_free(am_outbox_job *job);
/* The row as this job last saw it. If its last settle failed, it has what the answer told, and it
 * is still open, as in the file, unless the mail was sent. */
am_outbox_entry am_outbox_job_entry(const am_outbox_job *job);

typedef struct am_outbox_task {
    am_outbox_action action;
    int64_t wait_ms;    /* BUSY, WAIT: come again then */
    bool is_own;        /* BUSY: this outbox itself has it, in another job */
    am_request request; /* to submit, if the action is one: its body is in `body` or in `pieces`,
                           and both are the stored bytes; `user`, headers, events and api_key are
                           free for the host */
} am_outbox_task;

/* Says what to do next, and records that this job does it. What the task points to is the job's
 * until the next claim or settle; calls of the request are freed before that. time_ms is what is
 * left for it, at most. False: failed. */
bool am_outbox_claim(am_outbox_job *job, int64_t time_ms, am_outbox_task *task);
/* True if the row of a job is, or was when the job last saw it, in the hands of this outbox. A host
 * with several outboxes on one file asks each: `is_own` tells only of the job's. */
bool am_outbox_holds(const am_outbox *box, const am_outbox_job *job);
/* True: the next claim is to send what put has just stored, so the host's own bytes will do. */
bool am_outbox_sends_first(const am_outbox_job *job);
/* The next page of a look. False: out of memory. */
bool am_outbox_look_on(am_outbox_job *job, const char *page_token, am_outbox_task *task);

/* What an answer's JSON says of a look or a draft. */
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
/* Records what became of a task; of what put took in hand, too, if nothing claimed it since. False:
 * failed; see am_outbox_job_entry. */
bool am_outbox_settle(am_outbox_job *job, const am_outbox_answer *answer);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif
#endif
