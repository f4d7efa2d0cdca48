/* SPDX-License-Identifier: MIT */
/* What can happen to one attempt over HTTP/1.1 after the connection stands. */
#include "rows_run.h"
#include "unit.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define CUT_BODY "{\"whole\":tr"

#define ONCE_AGAIN "aaaaau", "222221"
#define STEPS(n, ...) .steps = {__VA_ARGS__}, .step_count = (n)
#define DONE(...)                                                                                  \
    {                                                                                              \
        .done = true, __VA_ARGS__                                                                  \
    }

static const fault_row rows[] = {
    {"6 sending stalls part-way", ROW_ON_HTTP1 | ROW_LARGE | ROW_STALLS,
     STEPS(1, {.when = FAULT_AFTER_HEAD, .end = FAULT_STALL}), " aaaau", " 22221", AM_TIMEOUT},
    {"7 reset while sending", ROW_ON_HTTP1 | ROW_LARGE,
     STEPS(1, {.when = FAULT_AFTER_HEAD, .end = FAULT_RESET}), " aaaau", " 22221", AM_NETWORK},
    {"7 closed while sending", ROW_ON_HTTP1 | ROW_LARGE,
     STEPS(1, {.when = FAULT_AFTER_HEAD, .end = FAULT_CLOSE}), " aaaau", " 22221", AM_NETWORK},
    {"7 done, then reset while sending", ROW_ON_HTTP1 | ROW_LARGE,
     STEPS(1, DONE(.when = FAULT_AFTER_HEAD, .end = FAULT_RESET)), " aaaau", " 22221", AM_NETWORK},
    {"8 done, then closed without an answer", ROW_ON_HTTP1, STEPS(1, DONE(.end = FAULT_CLOSE)),
     ONCE_AGAIN, AM_NETWORK},
    {"8 not done, closed without an answer", ROW_ON_HTTP1, STEPS(1, {.end = FAULT_CLOSE}),
     ONCE_AGAIN, AM_NETWORK},
    {"8b done, then reset", ROW_ON_HTTP1, STEPS(1, DONE(.end = FAULT_RESET)), ONCE_AGAIN,
     AM_NETWORK},
    {"8b not done, reset", ROW_ON_HTTP1, STEPS(1, {.end = FAULT_RESET}), ONCE_AGAIN, AM_NETWORK},
    {"8c done and closed, twice", ROW_ON_HTTP1,
     STEPS(2, DONE(.end = FAULT_CLOSE), DONE(.end = FAULT_CLOSE)), "aaaaau", "333331", AM_NETWORK},
    {"8c done and closed, without end", ROW_ON_HTTP1,
     STEPS(8, DONE(.end = FAULT_CLOSE), DONE(.end = FAULT_CLOSE), DONE(.end = FAULT_RESET),
           DONE(.end = FAULT_RESET), DONE(.end = FAULT_CLOSE), DONE(.end = FAULT_CLOSE),
           DONE(.end = FAULT_CLOSE), DONE(.end = FAULT_CLOSE)),
     "nuuuuu", "888881", AM_NETWORK},
    {"9 done, and no answer in time", ROW_ON_HTTP1 | ROW_STALLS, STEPS(1, DONE(.end = FAULT_STALL)),
     ONCE_AGAIN, AM_TIMEOUT},
    {"9 not done, and no answer in time", ROW_ON_HTTP1 | ROW_STALLS, STEPS(1, {.end = FAULT_STALL}),
     ONCE_AGAIN, AM_TIMEOUT},
    {"9 no answer in time, then still in progress", ROW_ON_HTTP1 | ROW_STALLS,
     STEPS(3, DONE(.end = FAULT_STALL), {.status = 409, .body = "{\"code\":\"conflict\"}"},
           {.status = 409, .body = "{\"code\":\"conflict\"}"}),
     "   a  ", "   4  ", AM_OK},
    {"10 100, then closed", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = "HTTP/1.1 100 Continue\r\n\r\n", .end = FAULT_CLOSE)), ONCE_AGAIN,
     AM_NETWORK},
    {"10 100, then reset", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = "HTTP/1.1 100 Continue\r\n\r\n", .end = FAULT_RESET)), ONCE_AGAIN,
     AM_NETWORK},
    {"10b 103, then 200", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" OK_HEAD
                          "Content-Length: 14\r\n\r\n" FAULT_WHOLE)),
     "aaaaaa", "111111", AM_OK},
    {"11 headers cut, closed", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = OK_HEAD "Content-Le", .end = FAULT_CLOSE)), ONCE_AGAIN, AM_BAD_RESPONSE},
    {"11 status line cut, closed", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = "HTTP/1.1 200 OK\r\n", .end = FAULT_CLOSE)), ONCE_AGAIN, AM_BAD_RESPONSE},
    {"11b headers cut, stalled", ROW_ON_HTTP1 | ROW_STALLS,
     STEPS(1, DONE(.raw = OK_HEAD "Content-Le", .end = FAULT_STALL)), ONCE_AGAIN, AM_TIMEOUT},
    {"12 body shorter than its Content-Length", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = OK_HEAD "Content-Length: 100\r\n\r\n" CUT_BODY, .end = FAULT_CLOSE)),
     ONCE_AGAIN, AM_NETWORK},
    {"12 chunks cut", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n40\r\n" CUT_BODY,
                   .end = FAULT_CLOSE)),
     ONCE_AGAIN, AM_NETWORK},
    {"12 chunks without their end", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = OK_HEAD "Transfer-Encoding: chunked\r\n\r\ne\r\n" FAULT_WHOLE "\r\n",
                   .end = FAULT_CLOSE)),
     ONCE_AGAIN, AM_NETWORK},
    {"12 a bad chunk", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = OK_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n" CUT_BODY,
                   .end = FAULT_CLOSE)),
     ONCE_AGAIN, AM_NETWORK},
    {"12 reset in the body", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = OK_HEAD "Content-Length: 100\r\n\r\n" CUT_BODY, .end = FAULT_RESET)),
     ONCE_AGAIN, AM_NETWORK},
    {"12 body stalls", ROW_ON_HTTP1 | ROW_STALLS,
     STEPS(1, DONE(.raw = OK_HEAD "Content-Length: 100\r\n\r\n" CUT_BODY, .end = FAULT_STALL)),
     ONCE_AGAIN, AM_TIMEOUT},
    {"12b body without a length, cut", ROW_ON_PLAIN | ROW_ON_TLS,
     STEPS(1, DONE(.raw = OK_HEAD "\r\n" CUT_BODY, .end = FAULT_CLOSE)), ONCE_AGAIN,
     AM_BAD_RESPONSE},
    {"13 a 200 that is not JSON", ROW_ON_HTTP1,
     STEPS(1, DONE(.status = 200, .body = "<html>Welcome to the hotel's network</html>")),
     ONCE_AGAIN, AM_BAD_RESPONSE},
    {"13 a 200 without a body", ROW_ON_HTTP1, STEPS(1, DONE(.status = 200, .body = "")), ONCE_AGAIN,
     AM_BAD_RESPONSE},
    {"13 a 200 that is never JSON", ROW_ON_HTTP1,
     STEPS(3, DONE(.status = 200, .body = "{}"), DONE(.status = 200, .body = "[]"),
           DONE(.status = 200, .body = "null")),
     "nuuuuu", "333331", AM_BAD_RESPONSE},
    {"13b garbage", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = "\x01\x02 this is no HTTP\r\n\r\n", .end = FAULT_CLOSE)), ONCE_AGAIN,
     AM_BAD_RESPONSE},
    {"13b HTTP/0.9", ROW_ON_HTTP1, STEPS(1, DONE(.raw = FAULT_WHOLE, .end = FAULT_CLOSE)),
     ONCE_AGAIN, AM_BAD_RESPONSE},
    {"13c gzip that is none", ROW_ON_HTTP1,
     STEPS(1, DONE(.status = 200, .header = "Content-Encoding: gzip\r\n")), ONCE_AGAIN,
     AM_BAD_RESPONSE},
    {"13c an encoding nobody asked for", ROW_ON_HTTP1,
     STEPS(1, DONE(.status = 200, .header = "Content-Encoding: x-own\r\n")), ONCE_AGAIN,
     AM_BAD_RESPONSE},
    {"whole, then closed", ROW_ON_HTTP1, STEPS(1, DONE(.status = 200, .end = FAULT_CLOSE)),
     "aaaaaa", "111111", AM_OK},
    {"whole, then reset", ROW_ON_PLAIN, STEPS(1, DONE(.status = 200, .end = FAULT_CLOSE)), "aaaaaa",
     "111111", AM_OK},
};

int main(void)
{
    return rows_run(rows, COUNT(rows));
}
