/* SPDX-License-Identifier: MIT */
/* An outbox in the folder of store_rig.h, with a clock that the test sets, and answers. */
#ifndef JOB_RIG_H
#define JOB_RIG_H

#include "store_rig.h"

#include "agentmail_outbox.h"

#define JOB_INBOX "a@example.com"
#define JOB_TIME INT64_C(120000)
#define JOB_MIN INT64_C(60000)
#define JOB_HOUR (60 * JOB_MIN)
#define JOB_START INT64_C(1800000000000)

extern int64_t job_clock; /* what the outbox takes for the time */

/* For cmocka: store_rig's folder, and the clock at JOB_START. */
int job_begin(void **state);
#define JOB(test) cmocka_unit_test_setup_teardown(test, job_begin, rig_end)

am_outbox_options job_options(void);
/* Opens it; it must work. */
am_outbox *job_open(void);
am_outbox *job_open_with(const am_outbox_options *options);

/* An intent with a body of one piece of text, which the intent points to. */
am_outbox_intent job_intent(const char *key, am_piece *piece, const char *text);
/* A text and behind it the label of a key, as a JSON string; the caller frees it. */
char *job_labelled(const char *key, const char *text);
/* Puts an intent as it is; the result must be this one. */
am_outbox_job *job_put_as(am_outbox *box, const am_outbox_intent *intent, am_put expected);
/* Puts a text with its label. */
am_outbox_job *job_put(am_outbox *box, const char *key, const char *text, am_put expected);
/* The same for a new mail whose cause is of that time. */
am_outbox_job *job_put_caused(am_outbox *box, const char *key, const char *text, int64_t caused_ms);
am_outbox_job *job_take(am_outbox *box, const char *key);
/* Lets go of the job, then closes its outbox. */
void job_close(am_outbox_job *job, am_outbox *box);

/* Claims; the action must be this one. */
am_outbox_task job_claim(am_outbox_job *job, am_outbox_action expected);
/* Puts as job_put does, and claims its send. */
am_outbox_job *job_start(am_outbox *box, const char *key, const char *text, am_put expected);
/* All bytes of a request's body but a label at its end, with a NUL; the caller frees them. */
char *job_body(const am_request *request);
void job_assert_body(const am_request *request, const char *expected);

am_outbox_answer job_sent(void);
am_outbox_answer job_failed(am_code code, am_outcome outcome, int status);
am_outbox_answer job_saw(am_outbox_sight sight);
void job_settle(am_outbox_job *job, am_outbox_answer answer);
/* Starts it, settles it with this answer and lets go of it: its row is left as that says. */
void job_leave(am_outbox *box, const char *key, const char *text, am_put expected,
               am_outbox_answer answer);
am_outbox_state job_state(const am_outbox_job *job);
/* The state in the file. */
am_outbox_state job_state_of(am_outbox *box, const char *key);

#endif
