/* SPDX-License-Identifier: MIT */
/* Failures that only HTTP/2 has (RFC 9113, sections 6.4, 6.8 and 8.7). */
#define _GNU_SOURCE
#include "rows_run.h"
#include "unit.h"

#include <string.h>

enum {
    NO_ERROR = 0,
    INTERNAL_ERROR = 2,
    REFUSED_STREAM = 7,
    CANCEL = 8,
    ENHANCE_YOUR_CALM = 11,
    HTTP_1_1_REQUIRED = 13
};

#define RST(error)                                                                                 \
    {                                                                                              \
        .frame = FAULT_RST_STREAM, .frame_code = (error)                                           \
    }
#define DONE_RST(error)                                                                            \
    {                                                                                              \
        .done = true, .frame = FAULT_RST_STREAM, .frame_code = (error)                             \
    }
#define REFUSED RST(REFUSED_STREAM)

static const fault_row rows[] = {
    {"6 sending stalls part-way", ROW_ON_H2 | ROW_LARGE | ROW_STALLS,
     STEPS(1, {.when = FAULT_AFTER_HEAD, .end = FAULT_STALL}), " aaaaau", " 222221", AM_TIMEOUT},
    {"7 reset while sending", ROW_ON_H2 | ROW_LARGE,
     STEPS(1, {.when = FAULT_AFTER_HEAD, .end = FAULT_RESET}), " aaaaau", " 222221", AM_NETWORK},
    {"8 done, then closed without an answer", ROW_ON_H2, STEPS(1, DONE(.end = FAULT_CLOSE)),
     ONCE_AGAIN, AM_NETWORK},
    {"8 not done, closed without an answer", ROW_ON_H2, STEPS(1, {.end = FAULT_CLOSE}), ONCE_AGAIN,
     AM_NETWORK},
    {"8b done, then reset", ROW_ON_H2, STEPS(1, DONE(.end = FAULT_RESET)), ONCE_AGAIN, AM_NETWORK},
    {"9 done, and no answer in time", ROW_ON_H2 | ROW_STALLS, STEPS(1, DONE(.end = FAULT_STALL)),
     ONCE_AGAIN, AM_TIMEOUT},
    {"9 done, and the connection is dead", ROW_ON_H2 | ROW_STALLS,
     STEPS(1, DONE(.end = FAULT_DEAD)), ONCE_AGAIN, AM_TIMEOUT},
    {"12 body cut by a close", ROW_ON_H2,
     STEPS(1, DONE(.status = 200, .body = CUT_BODY, .unfinished = true, .end = FAULT_CLOSE)),
     ONCE_AGAIN, AM_NETWORK},
    {"12 body cut by a reset", ROW_ON_H2,
     STEPS(1, DONE(.status = 200, .body = CUT_BODY, .unfinished = true, .end = FAULT_RESET)),
     ONCE_AGAIN, AM_NETWORK},
    {"12 body stalls", ROW_ON_H2 | ROW_STALLS,
     STEPS(1, DONE(.status = 200, .body = CUT_BODY, .unfinished = true, .end = FAULT_STALL)),
     ONCE_AGAIN, AM_TIMEOUT},
    {"13 a 200 cut short of its JSON", ROW_ON_H2, STEPS(1, DONE(.status = 200, .body = CUT_BODY)),
     ONCE_AGAIN, AM_BAD_RESPONSE},
    {"14 REFUSED_STREAM", ROW_ON_H2, STEPS(1, REFUSED), ONCE_AGAIN, AM_NETWORK},
    {"14 REFUSED_STREAM, four times", ROW_ON_H2, STEPS(4, REFUSED, REFUSED, REFUSED, REFUSED),
     "aaaaaau", "5555551", AM_NETWORK},
    {"14 REFUSED_STREAM, without end", ROW_ON_H2,
     STEPS(8, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED), "nuuuuuu",
     "8888881", AM_NETWORK},
    {"14b RST_STREAM INTERNAL_ERROR", ROW_ON_H2, STEPS(1, RST(INTERNAL_ERROR)), ONCE_AGAIN,
     AM_NETWORK},
    {"14b RST_STREAM INTERNAL_ERROR when done", ROW_ON_H2, STEPS(1, DONE_RST(INTERNAL_ERROR)),
     ONCE_AGAIN, AM_NETWORK},
    {"14b RST_STREAM CANCEL when done", ROW_ON_H2, STEPS(1, DONE_RST(CANCEL)), ONCE_AGAIN,
     AM_NETWORK},
    {"14b RST_STREAM ENHANCE_YOUR_CALM when done", ROW_ON_H2, STEPS(1, DONE_RST(ENHANCE_YOUR_CALM)),
     ONCE_AGAIN, AM_NETWORK},
    {"14b a stream that ends without headers", ROW_ON_H2, STEPS(1, DONE_RST(NO_ERROR)), ONCE_AGAIN,
     AM_NETWORK},
    {"14c GOAWAY below our stream", ROW_ON_H2,
     STEPS(1, {.frame = FAULT_GOAWAY_BELOW, .end = FAULT_CLOSE}), ONCE_AGAIN, AM_NETWORK},
    {"14d GOAWAY at our stream, done, closed", ROW_ON_H2,
     STEPS(1, DONE(.frame = FAULT_GOAWAY_AT, .end = FAULT_CLOSE)), ONCE_AGAIN, AM_NETWORK},
    {"14d GOAWAY at our stream with an error, done, closed", ROW_ON_H2,
     STEPS(1, DONE(.frame = FAULT_GOAWAY_AT, .frame_code = INTERNAL_ERROR, .end = FAULT_CLOSE)),
     ONCE_AGAIN, AM_NETWORK},
    {"14d whole answer, then GOAWAY", ROW_ON_H2,
     STEPS(1, DONE(.status = 200, .frame = FAULT_GOAWAY_AT, .end = FAULT_CLOSE)), "aaaaaaa",
     "1111111", AM_OK},
    {"14e RST_STREAM after the headers", ROW_ON_H2,
     STEPS(1, DONE(.status = 200, .body = CUT_BODY, .unfinished = true, .frame = FAULT_RST_STREAM,
                   .frame_code = INTERNAL_ERROR)),
     ONCE_AGAIN, AM_NETWORK},
    {"14f HTTP_1_1_REQUIRED", ROW_ON_H2, STEPS(1, RST(HTTP_1_1_REQUIRED)), ONCE_AGAIN, AM_NETWORK},
};

int main(void)
{
    return rows_run(rows, COUNT(rows));
}
