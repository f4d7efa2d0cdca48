/* SPDX-License-Identifier: MIT */
/* The answers of the service, or of something on the way to it. */
#include "rows_run.h"
#include "unit.h"

#define SAYS(number)                                                                               \
    {                                                                                              \
        .status = (number), .body = "{\"message\":\"no\"}"                                         \
    }
#define CODED(number, word)                                                                        \
    {                                                                                              \
        .status = (number), .body = "{\"code\":\"" word "\"}"                                      \
    }
#define DONE_THEN(number)                                                                          \
    {                                                                                              \
        .done = true, .status = (number), .body = "{\"message\":\"no\"}"                           \
    }

#define REFUSED(label, number, what)                                                               \
    {                                                                                              \
        .name = label, .how = ROW_ON_ALL, STEPS(1, SAYS(number)), .outcomes = "nnnnnnn",           \
        .attempts = "1111111", .code = what                                                        \
    }
/* Not done by contract: every class repeats. */
#define BUSY(label, number)                                                                        \
    {                                                                                              \
        .name = label, .how = ROW_ON_ALL, STEPS(1, SAYS(number)), .outcomes = "aaaaaaa",           \
        .attempts = "2222222"                                                                      \
    }
/* Perhaps done: protected classes repeat. */
#define DOUBTFUL(label, number, what)                                                              \
    {.name = label,                                                                                \
     .how = ROW_ON_ALL,                                                                            \
     STEPS(1, SAYS(number)),                                                                       \
     .outcomes = "aaaaaau",                                                                        \
     .attempts = "2222221",                                                                        \
     .code = what},                                                                                \
    {                                                                                              \
        .name = label " after it was done", .how = ROW_ON_ALL, STEPS(1, DONE_THEN(number)),        \
        .outcomes = "aaaaaau", .attempts = "2222221", .code = what                                 \
    }
#define REDIRECT(label, number, letters)                                                           \
    {                                                                                              \
        .name = label, .how = ROW_ON_ALL, STEPS(1, SAYS(number)), .outcomes = letters,             \
        .attempts = "1111111", .code = AM_REDIRECTED                                               \
    }

static const fault_row rows[] = {
    REFUSED("5c 407 of a proxy that forwards", 407, AM_PROXY),
    {"5c 407 after a lost answer", ROW_ON_HTTP1,
     STEPS(2, {.done = true, .end = FAULT_RESET}, SAYS(407)), "nuuuuu ", "222222 ", AM_PROXY},
    REDIRECT("15 a 301", 301, "nnnnnnn"),
    REDIRECT("15 a 302", 302, "nnnnnnn"),
    REDIRECT("15 a 303", 303, "nuuuuuu"),
    REDIRECT("15 a 307", 307, "nnnnnnn"),
    REDIRECT("15 a 308", 308, "nnnnnnn"),
    {"15b a 304 that was not requested", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n")), ONCE_AGAIN,
     AM_BAD_RESPONSE},
    {"15b a 304 that was not requested, always", ROW_ON_HTTP1,
     STEPS(3, DONE(.raw = "HTTP/1.1 304 Not Modified\r\n\r\n"),
           DONE(.raw = "HTTP/1.1 304 Not Modified\r\n\r\n"),
           DONE(.raw = "HTTP/1.1 304 Not Modified\r\n\r\n")),
     "nuuuuuu", "3333331", AM_BAD_RESPONSE},
    REFUSED("16 a 400", 400, AM_REJECTED),
    REFUSED("16 a 401", 401, AM_REJECTED),
    REFUSED("16 a 403", 403, AM_REJECTED),
    REFUSED("16 a 404", 404, AM_REJECTED),
    REFUSED("16 a 405", 405, AM_REJECTED),
    REFUSED("16c a 412", 412, AM_PRECONDITION_FAILED),
    {"16c a 412 after a lost answer", ROW_ON_ALL,
     STEPS(2, {.done = true, .end = FAULT_RESET}, CODED(412, "precondition_failed")), "nuuuuu ",
     "222222 ", AM_PRECONDITION_FAILED},
    {"16c a 412 after a lost request", ROW_ON_ALL,
     STEPS(2, {.end = FAULT_RESET}, CODED(412, "precondition_failed")), "nuuuuu ", "222222 ",
     AM_PRECONDITION_FAILED},
    REFUSED("16 a 413", 413, AM_REJECTED),
    REFUSED("16 a 415", 415, AM_REJECTED),
    REFUSED("16 a 422", 422, AM_REJECTED),
    {"16 a 422 after a lost answer", ROW_ON_ALL,
     STEPS(2, {.done = true, .end = FAULT_RESET}, SAYS(422)), "nuuuuu ", "222222 ", AM_REJECTED},
    DOUBTFUL("17 a 408", 408, AM_SERVICE_ERROR),
    {"18 one 409", ROW_ON_ALL, STEPS(1, CODED(409, "conflict")), "nnnannn", "1112111", AM_CONFLICT},
    {"18 three 409s", ROW_ON_ALL,
     STEPS(3, CODED(409, "conflict"), CODED(409, "conflict"), CODED(409, "conflict")), "   a   ",
     "   4   ", AM_CONFLICT},
    {"18c three races", ROW_ON_ALL,
     STEPS(3, CODED(409, "race_condition"), CODED(409, "race_condition"),
           CODED(409, "race_condition")),
     "aaaaaaa", "4444444", AM_CONFLICT},
    {"18c four races", ROW_ON_ALL,
     STEPS(4, CODED(409, "race_condition"), CODED(409, "race_condition"),
           CODED(409, "race_condition"), CODED(409, "race_condition")),
     "nnnnnnn", "4444444", AM_CONFLICT},
    {"18d an event that is starting", ROW_ON_ALL,
     STEPS(5, CODED(409, "event_starting"), CODED(409, "event_starting"),
           CODED(409, "event_starting"), CODED(409, "event_starting"),
           CODED(409, "event_starting")),
     "aaaaaaa", "6666666", AM_REJECTED},
    {"18e an event that has started", ROW_ON_ALL, STEPS(1, CODED(409, "event_already_started")),
     "nnnnnnn", "1111111", AM_REJECTED},
    {"18e an event that has started, after a lost answer", ROW_ON_ALL,
     STEPS(2, {.done = true, .end = FAULT_RESET}, CODED(409, "event_already_started")), "nuuuuu ",
     "222222 ", AM_REJECTED},
    {"18b a 409 for a key of another body", ROW_ON_ALL,
     STEPS(1, {.status = 409,
               .body = "{\"name\":\"IdempotencyKeyConflictError\",\"code\":\"conflict\"}"}),
     "  nn   ", "  11   ", AM_KEY_REUSED},
    {"18b a 409 for a client_id of another body", ROW_ON_ALL,
     STEPS(1, CODED(409, "idempotency_conflict")), "  nn   ", "  11   ", AM_KEY_REUSED},
    {"18b a 409 for a client_id of another body, after a lost answer", ROW_ON_ALL,
     STEPS(2, {.done = true, .end = FAULT_RESET}, CODED(409, "idempotency_conflict")), "  u    ",
     "  2    ", AM_KEY_REUSED},
    {"18 a 409 for what a lost answer had done", ROW_ON_ALL,
     STEPS(2, {.done = true, .end = FAULT_RESET}, CODED(409, "already_exists")), "  u uu ",
     "  2 22 ", AM_CONFLICT},
    BUSY("19 a 425", 425),
    BUSY("20 a 429", 429),
    {"20 a 429 with Retry-After: 0", ROW_ON_HTTP1,
     STEPS(1, {.status = 429, .header = "Retry-After: 0\r\n"}), "aaaaaaa", "2222222", AM_OK},
    {"20 a 429 with Retry-After beyond the deadline", ROW_ON_HTTP1,
     STEPS(1, {.status = 429, .header = "Retry-After: 99999999999\r\n"}), "nnnnnnn", "1111111",
     AM_DEFERRED},
    DOUBTFUL("21 a 500", 500, AM_SERVICE_ERROR),
    REFUSED("22 a 505", 505, AM_SERVICE_ERROR),
    REFUSED("22 a 511", 511, AM_SERVICE_ERROR),
    REFUSED("22 a 501", 501, AM_SERVICE_ERROR),
    DOUBTFUL("23 a 502", 502, AM_SERVICE_ERROR),
    DOUBTFUL("24 a 503", 503, AM_SERVICE_ERROR),
    DOUBTFUL("25 a 504", 504, AM_SERVICE_ERROR),
    DOUBTFUL("25 a 522", 522, AM_SERVICE_ERROR),
    DOUBTFUL("25 a 524", 524, AM_SERVICE_ERROR),
    DOUBTFUL("an unlisted 418", 418, AM_SERVICE_ERROR),
    DOUBTFUL("an unlisted 599", 599, AM_SERVICE_ERROR),
    {"a 500, 502, 503, 504, 408 and 429 one after the other", ROW_ON_ALL,
     STEPS(6, DONE_THEN(500), SAYS(502), SAYS(503), DONE_THEN(504), SAYS(408), SAYS(429)),
     "aaaaaau", "7777771", AM_SERVICE_ERROR},
};

int main(void)
{
    return rows_run(rows, COUNT(rows));
}
