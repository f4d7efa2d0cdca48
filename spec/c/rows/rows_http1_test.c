/* SPDX-License-Identifier: MIT */
/* Events in one attempt over HTTP/1.1 after the connection is open. */
#include "rows_run.h"
#include "unit.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define CHUNKED OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define HINTS "HTTP/1.1 103 Early Hints\r\n\r\n"

/* The headers of an answer end too early; the request was or was not done. */
#define CUT_HEAD(label, bytes)                                                                     \
    {label " cut, closed", ROW_ON_HTTP1, STEPS(1, DONE(.raw = (bytes), .end = FAULT_CLOSE)),       \
     ONCE_AGAIN, AM_NETWORK},                                                                      \
        {label " cut, dropped", ROW_ON_HTTP1, STEPS(1, {.raw = (bytes), .end = FAULT_DROP}),       \
         ONCE_AGAIN, AM_NETWORK},                                                                  \
    {                                                                                              \
        label " cut, reset", ROW_ON_HTTP1, STEPS(1, DONE(.raw = (bytes), .end = FAULT_RESET)),     \
            ONCE_AGAIN, AM_NETWORK                                                                 \
    }
/* The answer has a defect, once or always. */
#define DEFECT(label, bytes) SIZED_DEFECT(label, bytes, 0)
#define SIZED_DEFECT(label, bytes, size)                                                           \
    {label, ROW_ON_HTTP1, STEPS(1, DONE(.raw = (bytes), .raw_size = (size), .end = FAULT_CLOSE)),  \
     ONCE_AGAIN, AM_BAD_RESPONSE},                                                                 \
    {                                                                                              \
        label ", always", ROW_ON_HTTP1,                                                            \
            STEPS(3, DONE(.raw = (bytes), .raw_size = (size), .end = FAULT_CLOSE),                 \
                  DONE(.raw = (bytes), .raw_size = (size), .end = FAULT_CLOSE),                    \
                  DONE(.raw = (bytes), .raw_size = (size), .end = FAULT_CLOSE)),                   \
            "nuuuuuu", "3333331", AM_BAD_RESPONSE                                                  \
    }
/* Answers above the limits. */
#define ENDLESS(label, bytes)                                                                      \
    {                                                                                              \
        label, ROW_ON_HTTP1, STEPS(1, DONE(.raw = (bytes), .end = FAULT_CLOSE)), "nuuuuuu",        \
            "1111111", AM_TOO_LARGE                                                                \
    }
#define TEN(text) text text text text text text text text text text
#define THOUSAND(text) TEN(TEN(TEN(text)))

/* FAULT_WHOLE in gzip, and the head of an answer that announces that many bytes of it. */
#define GZIP                                                                                       \
    "\x1f\x8b\x08\0\0\0\0\0\0\x03\xabV*\xcf\xc8\xcfIU\xb2*)*M\xad\x05\0\xfb\x89\x18K\x0e\0\0\0"
#define GZIP_HEAD(length) OK_HEAD "Content-Encoding: gzip\r\nContent-Length: " #length "\r\n\r\n"
#define PACKED(label, length, bytes)                                                               \
    SIZED_DEFECT(label, GZIP_HEAD(length) bytes, sizeof(GZIP_HEAD(length) bytes) - 1)
#define NUL_HEAD OK_HEAD "X-Nul: a\0b\r\nContent-Length: 14\r\n\r\n" FAULT_WHOLE

static const fault_row rows[] = {
    {"6 sending stalls part-way", ROW_ON_HTTP1 | ROW_LARGE | ROW_STALLS,
     STEPS(1, {.when = FAULT_AFTER_HEAD, .end = FAULT_STALL}), " aaaaau", " 222221", AM_TIMEOUT},
    {"7 reset while sending", ROW_ON_HTTP1 | ROW_LARGE,
     STEPS(1, {.when = FAULT_AFTER_HEAD, .end = FAULT_RESET}), " aaaaau", " 222221", AM_NETWORK},
    {"7 closed while sending", ROW_ON_HTTP1 | ROW_LARGE,
     STEPS(1, {.when = FAULT_AFTER_HEAD, .end = FAULT_CLOSE}), " aaaaau", " 222221", AM_NETWORK},
    {"7 done, then reset while sending", ROW_ON_HTTP1 | ROW_LARGE,
     STEPS(1, DONE(.when = FAULT_AFTER_HEAD, .end = FAULT_RESET)), " aaaaau", " 222221",
     AM_NETWORK},
    {"8 done, then closed without an answer", ROW_ON_HTTP1, STEPS(1, DONE(.end = FAULT_CLOSE)),
     ONCE_AGAIN, AM_NETWORK},
    {"8 not done, closed without an answer", ROW_ON_HTTP1, STEPS(1, {.end = FAULT_CLOSE}),
     ONCE_AGAIN, AM_NETWORK},
    {"8b done, then reset", ROW_ON_HTTP1, STEPS(1, DONE(.end = FAULT_RESET)), ONCE_AGAIN,
     AM_NETWORK},
    {"8b not done, reset", ROW_ON_HTTP1, STEPS(1, {.end = FAULT_RESET}), ONCE_AGAIN, AM_NETWORK},
    {"8c done and closed, twice", ROW_ON_HTTP1,
     STEPS(2, DONE(.end = FAULT_CLOSE), DONE(.end = FAULT_CLOSE)), "aaaaaau", "3333331",
     AM_NETWORK},
    {"8c done and closed, without end", ROW_ON_HTTP1,
     STEPS(8, DONE(.end = FAULT_CLOSE), DONE(.end = FAULT_CLOSE), DONE(.end = FAULT_RESET),
           DONE(.end = FAULT_RESET), DONE(.end = FAULT_CLOSE), DONE(.end = FAULT_CLOSE),
           DONE(.end = FAULT_CLOSE), DONE(.end = FAULT_CLOSE)),
     "nuuuuuu", "8888881", AM_NETWORK},
    {"9 done, and no answer in time", ROW_ON_HTTP1 | ROW_STALLS, STEPS(1, DONE(.end = FAULT_STALL)),
     ONCE_AGAIN, AM_TIMEOUT},
    {"9 not done, and no answer in time", ROW_ON_HTTP1 | ROW_STALLS, STEPS(1, {.end = FAULT_STALL}),
     ONCE_AGAIN, AM_TIMEOUT},
    {"9 no answer in time, then still in progress", ROW_ON_HTTP1 | ROW_STALLS,
     STEPS(3, DONE(.end = FAULT_STALL), {.status = 409, .body = "{\"code\":\"conflict\"}"},
           {.status = 409, .body = "{\"code\":\"conflict\"}"}),
     "   a   ", "   4   ", AM_OK},
    {"10 a 100, then closed", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = "HTTP/1.1 100 Continue\r\n\r\n", .end = FAULT_CLOSE)), ONCE_AGAIN,
     AM_NETWORK},
    {"10 a 100, then reset", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = "HTTP/1.1 100 Continue\r\n\r\n", .end = FAULT_RESET)), ONCE_AGAIN,
     AM_NETWORK},
    {"10b a 103, then a 200", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" OK_HEAD
                          "Content-Length: 14\r\n\r\n" FAULT_WHOLE)),
     "aaaaaaa", "1111111", AM_OK},
    ENDLESS("10c 103 responses without end", THOUSAND(HINTS)),
    ENDLESS("10c 103 responses without end, then a 200",
            THOUSAND(HINTS) OK_HEAD "Content-Length: 14\r\n\r\n" FAULT_WHOLE),
    ENDLESS("10c 100 responses with headers, without end",
            THOUSAND("HTTP/1.1 100 Continue\r\nX: y\r\n\r\n")),
    ENDLESS("10c headers without end that begin like a status line",
            OK_HEAD THOUSAND("HTTP/1: x\r\n")),
    ENDLESS("10c headers of a 404 without end",
            "HTTP/1.1 404 No\r\n" THOUSAND("HTTP/1.1 200: x\r\n")),
    ENDLESS("10c headers of a 404 above the limit of bytes",
            "HTTP/1.1 404 No\r\n" TEN("X: " THOUSAND("0123456789") "\r\n")),
    ENDLESS("10c a header line without end",
            OK_HEAD "X: " TEN(THOUSAND("0123456789")) TEN(THOUSAND("0123456789"))),
    ENDLESS("10c a status line without end",
            "HTTP/1.1 200 " TEN(THOUSAND("0123456789")) TEN(THOUSAND("0123456789"))),
    CUT_HEAD("11 headers", OK_HEAD "Content-Le"),
    CUT_HEAD("11 headers with a length", OK_HEAD "Content-Length: 14\r\n"),
    CUT_HEAD("11 headers before their last byte", OK_HEAD "Content-Length: 14\r\n\r"),
    CUT_HEAD("11 status line", "HTTP/1.1 200 OK\r\n"),
    CUT_HEAD("11 headers of a 204", "HTTP/1.1 204 No Content\r\nX-Re"),
    CUT_HEAD("11 headers of a 200 behind a 103", HINTS "HTTP/1.1 200 OK\r\nX-Re"),
    CUT_HEAD("11 headers of a 302", "HTTP/1.1 302 Found\r\nLocation: /v0/other\r\n"),
    CUT_HEAD("11 headers of a 404", "HTTP/1.1 404 Not Found\r\nContent-Le"),
    CUT_HEAD("11 headers of a 409", "HTTP/1.1 409 Conflict\r\n"),
    CUT_HEAD("11 headers of a 429", "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\n"),
    {"11b headers cut by a stall", ROW_ON_HTTP1 | ROW_STALLS,
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
    {"12 chunks dropped", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = CHUNKED "40\r\n" CUT_BODY, .end = FAULT_DROP)), ONCE_AGAIN, AM_NETWORK},
    {"12 chunks dropped before their end", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = CHUNKED "e\r\n" FAULT_WHOLE "\r\n", .end = FAULT_DROP)), ONCE_AGAIN,
     AM_NETWORK},
    {"12 body dropped", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = OK_HEAD "Content-Length: 100\r\n\r\n" CUT_BODY, .end = FAULT_DROP)),
     ONCE_AGAIN, AM_NETWORK},
    {"12 chunks reset", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = CHUNKED "40\r\n" CUT_BODY, .end = FAULT_RESET)), ONCE_AGAIN, AM_NETWORK},
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
     "nuuuuuu", "3333331", AM_BAD_RESPONSE},
    {"13b garbage instead of HTTP", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = "\x01\x02 this is no HTTP\r\n\r\n", .end = FAULT_CLOSE)), ONCE_AGAIN,
     AM_BAD_RESPONSE},
    {"13b an answer of HTTP/0.9", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = FAULT_WHOLE, .end = FAULT_CLOSE)), ONCE_AGAIN, AM_BAD_RESPONSE},
    {"13c an answer in gzip that is not gzip", ROW_ON_HTTP1,
     STEPS(1, DONE(.status = 200, .header = "Content-Encoding: gzip\r\n")), ONCE_AGAIN,
     AM_BAD_RESPONSE},
    {"13c an answer in an unrequested encoding", ROW_ON_HTTP1,
     STEPS(1, DONE(.status = 200, .header = "Content-Encoding: x-own\r\n")), ONCE_AGAIN,
     AM_BAD_RESPONSE},
    PACKED("13c an answer in gzip with a wrong checksum", 34,
           "\x1f\x8b\x08\0\0\0\0\0\0\x03\xabV*\xcf\xc8\xcfIU\xb2*)*"
           "M\xad\x05\0\xfb\x89\x19K\x0e\0\0\0"),
    DEFECT("13d a header without a colon",
           OK_HEAD "no colon\r\nContent-Length: 14\r\n\r\n" FAULT_WHOLE),
    DEFECT("13d a header of a 404 without a colon", "HTTP/1.1 404 Not Found\r\nno colon\r\n\r\n"),
    DEFECT("13d two status lines",
           "HTTP/1.1 404 Not Found\r\nHTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n" FAULT_WHOLE),
    SIZED_DEFECT("13d a NUL in a header", NUL_HEAD, sizeof NUL_HEAD - 1),
    DEFECT("13d a negative length", OK_HEAD "Content-Length: -14\r\n\r\n" FAULT_WHOLE),
    DEFECT("13d a length that is no number", OK_HEAD "Content-Length: all\r\n\r\n" FAULT_WHOLE),
    DEFECT("13d two lengths, the larger first",
           OK_HEAD "Content-Length: 15\r\nContent-Length: 14\r\n\r\n" FAULT_WHOLE),
    DEFECT("13d two lengths, the smaller first",
           OK_HEAD "Content-Length: 14\r\nX: y\r\ncontent-length: 15\r\n\r\n" FAULT_WHOLE),
    DEFECT("13d two lengths in one header", OK_HEAD "Content-Length: 14, 15\r\n\r\n" FAULT_WHOLE),
    DEFECT("13d a chunk whose size is no number", CHUNKED "zz\r\n" CUT_BODY),
    DEFECT("13d a chunk with a negative size behind a good one",
           CHUNKED "e\r\n" FAULT_WHOLE "\r\n-1\r\n"),
    DEFECT("13d a chunk that is longer than it says", CHUNKED "d\r\n" FAULT_WHOLE "\r\n0\r\n\r\n"),
    DEFECT("13d a chunk too large for any number", CHUNKED "fffffffffffffffffff\r\n" FAULT_WHOLE),
    PACKED("13d an answer of two gzip members", 68, GZIP GZIP),
    PACKED("13d an answer in gzip, then something else", 40, GZIP "behind"),
    PACKED("13d an answer in gzip, then zeros", 37, GZIP "\0\0\0"),
    {"whole, twice with the same length", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = OK_HEAD "Content-Length: 14\r\nContent-Length: 14\r\n\r\n" FAULT_WHOLE)),
     "aaaaaaa", "1111111", AM_OK},
    {"whole, behind two 103", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = HINTS HINTS OK_HEAD "Content-Length: 14\r\n\r\n" FAULT_WHOLE)), "aaaaaaa",
     "1111111", AM_OK},
    {"whole, in gzip", ROW_ON_HTTP1,
     STEPS(1, DONE(.raw = GZIP_HEAD(34) GZIP, .raw_size = sizeof(GZIP_HEAD(34) GZIP) - 1)),
     "aaaaaaa", "1111111", AM_OK},
    {"a whole answer, then closed", ROW_ON_HTTP1, STEPS(1, DONE(.status = 200, .end = FAULT_CLOSE)),
     "aaaaaaa", "1111111", AM_OK},
};

int main(void)
{
    return rows_run(rows, COUNT(rows));
}
