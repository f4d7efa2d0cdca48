/* SPDX-License-Identifier: MIT */
/*
 * The decisions of the outbox: a row, an event and the time give a row and a step. Pure: no SQL, no
 * curl, no Lua; clocks, owners and what the service said are arguments.
 *
 *     (none)   --put-->     waiting
 *     waiting  --claim-->   sending    --settle--> sent, refused, waiting, doubtful, key_taken
 *     doubtful --look-->    sent, doubtful, unknown
 *     doubtful --claim-->   sending
 *     waiting  --create-->  drafted                in the era of drafts
 *     drafted  --claim-->   sending    --settle--> sent, doubtful
 *     waiting, drafted            --cancel-->  cancelled
 *     doubtful, unknown, key_taken --resolve--> sent, refused
 *
 * What they rely on, and what follows from it:
 *   - The service keeps a key for 24 h after it has done the request, so a repeat under the key is
 *     harmless for AM_OUTBOX_AGE after the first byte. The hour between is for the request's own
 *     life, the life of a decision, and clocks.
 *   - A service that dies after hand-off forgets the key a short while later, although the mail has
 *     left. So a repeat without a look is allowed only within `blind` of the first byte, and never
 *     after a 409 or a refusal, which show that the key is not at rest.
 *   - Such a mail is in the list, with its label and `sent`, at the latest `grace` after it left,
 *     and no request is at work `horizon` after its last byte. So two empty looks that far apart
 *     prove that there was no hand-off, unless people removed the label or the mail. So there is no
 *     repeat past AM_OUTBOX_AGE even then, unless the owner of the outbox asked for it.
 *   - A service without keys deletes a draft after it has handed it off. A service that dies in
 *     between leaves the draft, so a draft that still exists is sent again only after two such
 *     looks. As a draft does not age, it serves as the key at any time.
 */
#ifndef AM_OUTBOX_H
#define AM_OUTBOX_H

#include <stdbool.h>

#include "agentmail.h"
#include "base/visibility.h"
#include "outbox/row.h"

AM_BEGIN_HIDDEN

#define AM_OUTBOX_HOUR INT64_C(3600000)
#define AM_OUTBOX_AGE (23 * AM_OUTBOX_HOUR)        /* how long the key is trusted */
#define AM_OUTBOX_KEY_LIFE (24 * AM_OUTBOX_HOUR)   /* how long it may be known to the service */
#define AM_OUTBOX_LEAST_KEPT (25 * AM_OUTBOX_HOUR) /* no row is pruned earlier */
#define AM_OUTBOX_FRESH (AM_OUTBOX_HOUR / 4)       /* no lease is longer: no decision is older */
#define AM_OUTBOX_LEASE_SLACK INT64_C(30000)       /* of a lease, beyond the deadline of its call */
#define AM_OUTBOX_CLOCK_SLACK INT64_C(60000)       /* steps back that a wall clock may take */
#define AM_OUTBOX_UNSENT_WAIT INT64_C(900000)      /* for `sent` on a mail that was found without */
#define AM_OUTBOX_LOOK_CAP INT64_C(30000)          /* between looks */

/* The settings of a file, and its limits. */
typedef struct am_outbox_policy {
    bool keyed;    /* the service knows the Idempotency-Key; else a draft is made, then sent */
    bool labelled; /* mails carry a label, so that a look can find them. Without it, and for a row
                      that is AM_OUTBOX_BARE, the key alone is trusted, and past its age nothing
                      can be found out */
    bool resend;   /* past the age of the key, two empty looks allow another send */
    int64_t blind_ms, horizon_ms, grace_ms; /* T0, H and G */
    int64_t built_ms; /* wall time of this build: a clock before it was never set */
} am_outbox_policy;

typedef struct am_outbox_now {
    int64_t wall_ms, boot_ms; /* the clocks of decisions: the calendar and CLOCK_BOOTTIME, or what
                                 the option `clock` says, for both */
    int64_t real_ms;          /* CLOCK_BOOTTIME itself, for leases and guards */
    int64_t boot_id;          /* of this boot; never 0 */
    int64_t newest_ms;        /* newest wall time in the file; -1: none */
} am_outbox_now;

/* The process that asks for a row. */
typedef struct am_outbox_worker {
    int32_t owner; /* its slot, never 0, and the epoch of that */
    int64_t epoch;
    int64_t holding;  /* the version of the row that its own settle has just written; 0: none */
    int64_t time_ms;  /* how long it will hold it: what is left of its deadline */
    bool owner_lives; /* a fact about the row: the process that holds it is alive */
} am_outbox_worker;

/* What an empty look proves. */
typedef enum am_outbox_weight {
    AM_OUTBOX_EARLY,  /* nothing, as a request may still be at work */
    AM_OUTBOX_FIRST,  /* begun `horizon` after the last possible byte */
    AM_OUTBOX_SECOND, /* begun `grace` after a first */
    AM_OUTBOX_BEFORE  /* before a first attempt: it is enough by itself */
} am_outbox_weight;

/* What to do. A step that changed the row is committed before it is done, comparing the version. */
typedef struct am_outbox_step {
    am_outbox_action action;
    bool write;              /* the row was changed */
    int64_t wait_ms;         /* BUSY, WAIT */
    int64_t version;         /* of the row once written; settle compares it */
    int64_t not_after_ms;    /* of the guard: nothing goes onto the wire later, on real_ms */
    int64_t blind_ms;        /* of the guard: for how long after its first byte the request may be
                                repeated in doubt; 0: not at all */
    am_outbox_weight weight; /* LOOK */
} am_outbox_step;

typedef enum am_outbox_event {
    AM_OUTBOX_OK,           /* a whole success: sent, or created */
    AM_OUTBOX_UNSENT,       /* provably not on the wire, or refused for now (429) */
    AM_OUTBOX_DECLINE,      /* refused for good */
    AM_OUTBOX_BARRED,       /* refused for reasons of the account: 401, 402, 407, some 403 */
    AM_OUTBOX_MISMATCH,     /* the key, or the draft under it, is another request's */
    AM_OUTBOX_CONFLICT,     /* 409: the key is at work */
    AM_OUTBOX_LOST,         /* perhaps done */
    AM_OUTBOX_NO_DRAFT,     /* 404 for the draft */
    AM_OUTBOX_FOUND,        /* a look: a mail of this inbox with exactly this label, and `sent` */
    AM_OUTBOX_FOUND_UNSENT, /* a look: such a mail without `sent` */
    AM_OUTBOX_EMPTY,        /* a look: none, all pages read */
    AM_OUTBOX_THERE,        /* get draft: not sent */
    AM_OUTBOX_LEAVING,      /* get draft: `sending` */
    AM_OUTBOX_FAILED,       /* a look or get that failed, a missing permission included */
    AM_OUTBOX_EVENTS
} am_outbox_event;

/* What a request showed. */
typedef struct am_outbox_seen {
    am_outbox_event event;
    bool doubt;            /* an earlier attempt of the same call may have been done */
    bool told;             /* a caller gets the result now, and can act; false while resuming */
    int64_t not_before_ms; /* the service or the budget asks to wait this long; -1: no */
    const char *code;      /* word of the failure; NULL: none */
    int32_t status;
    const char *draft_id, *message_id, *thread_id; /* OK, FOUND */
} am_outbox_seen;

typedef enum am_outbox_write {
    AM_OUTBOX_LATE,     /* nothing to write: the row has changed hands since */
    AM_OUTBOX_COMPARED, /* write the row if its version is still the same, else settle again */
    AM_OUTBOX_ALWAYS    /* write it over any version: a whole success is a fact */
} am_outbox_write;

/* ---- put: a call with a key ------------------------------------------------------------------ */

/* Puts a request whose row is `fresh` (its request, the wall time caused.wall of what it is about,
 * -1 unknown, and the draft_id of a draft to send). `row` is the row in the file, of state NONE if
 * there is none; it becomes what to write, if NEW, ANEW or GO_ON: a new call is a reason to go on
 * at once, unless the service asked to wait. `first`: stored bytes count, not those of the call. */
am_put am_row_put(am_outbox_row *row, const am_outbox_row *fresh, bool first,
                  const am_outbox_policy *policy, const am_outbox_now *now);

/* True while a row of another inbox keeps its key from ours: keys belong to the organization. */
bool am_row_keeps_key(const am_outbox_row *row, const am_outbox_policy *policy,
                      const am_outbox_now *now);

/* ---- claim and settle ---------------------------------------------------------------------------
 *
 * Claim. The first rule that applies:
 *   1  held by a living owner with time left: BUSY. A dead owner's row is free at once; so is a
 *      frozen owner's after its lease, because its guard stops it by then. What was `sending` is in
 *      doubt from then on, its last possible byte as late as its owner could send.
 *   2  never on the wire: send; but look before it if the cause is AM_OUTBOX_AGE old or unknown,
 *      because another file may have sent it when the key was still known. The look counts for its
 *      holder alone and only as long as that holds the row: another may send meanwhile.
 *   3  on the wire, younger than AM_OUTBOX_AGE, first byte within `blind`, neither 409 nor refusal
 *      since: send again. The key makes it harmless.
 *   4  else look, at 0, 1, 2, 4 ... 30 s; see settle. A draft in doubt: after `horizon`, read it;
 *      then look.
 *
 * Age is the larger by wall clock and by CLOCK_BOOTTIME, and over if the wall clock is unusable:
 * before this build, or before the newest time in the file. So is the time since the first byte,
 * which is never small in another boot. `horizon` and `grace` are the smaller, begun anew in
 * another boot. Each errs towards looking and waiting. */
am_outbox_step am_row_claim(am_outbox_row *row, const am_outbox_policy *policy,
                            const am_outbox_worker *worker, const am_outbox_now *now);

/*
 * Settle, of a send:
 *   OK                     sent
 *   UNSENT, BARRED         as before it: waiting (drafted), with no first byte; or still in doubt.
 *                          BARRED with a caller to tell and no doubt: refused
 *   DECLINE                refused; in doubt: look, never `refused`
 *   MISMATCH               key_taken; in doubt: look
 *   NO_DRAFT               refused; in doubt, or the draft is our own: look
 *   CONFLICT, LOST         in doubt
 * of a creation: OK drafted, MISMATCH key_taken, DECLINE refused, else waiting: an unrecorded draft
 * is never sent, so another creation does no harm;
 * of a look: FOUND sent. FOUND_UNSENT is looked at again, and never sent again; after 15 minutes
 * unknown. EMPTY before a first attempt: its holder may send. EMPTY in doubt, once it is a SECOND:
 * its holder may send if the key is young or the draft THERE (or `resend`), and nothing was refused
 * since; else unknown. FAILED tells nothing;
 * of a draft: THERE: look; without a label, send it again, unless it was refused since. LEAVING:
 * wait; after 15 minutes as NO_DRAFT. NO_DRAFT: look, then `sent` or unknown; never create again.
 */
am_outbox_write am_row_settle(am_outbox_row *row, const am_outbox_policy *policy,
                              const am_outbox_step *job, const am_outbox_seen *seen,
                              const am_outbox_now *now);

/* ---- people ---------------------------------------------------------------------------------- */

/* Withdraws a mail that is proven unsent and that nobody holds. False: it is not such a mail. */
bool am_row_cancel(am_outbox_row *row, const am_outbox_worker *worker, const am_outbox_now *now);
/* Records what a person found. False: there is nothing to resolve, or somebody holds the row. */
bool am_row_resolve(am_outbox_row *row, bool sent, const am_outbox_worker *worker,
                    const am_outbox_now *now);
/* True if a finished row is so old, and at least AM_OUTBOX_LEAST_KEPT. What a person must resolve
 * is never pruned, and nothing is while the clock is unusable. */
bool am_row_is_prunable(const am_outbox_row *row, int64_t older_than_ms,
                        const am_outbox_policy *policy, const am_outbox_now *now);

/* The outcome to report for a row, and whether it will be continued. */
am_outcome am_row_outcome(const am_outbox_row *row);
bool am_row_is_open(const am_outbox_row *row);

AM_END_HIDDEN
#endif
