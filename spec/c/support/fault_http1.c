/* SPDX-License-Identifier: MIT */
/* HTTP/1.1 by hand: reads requests, and fails to answer them in every way. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault_conn.h"

/* The size of a head read in full, its empty line included; 0: the peer went away. */
static size_t read_head(fault_wire *wire)
{
    for (;;) {
        const char *end = wire->in_size ? memmem(wire->in, wire->in_size, "\r\n\r\n", 4) : NULL;
        if (end)
            return (size_t)(end - wire->in) + 4;
        if (!fault_wire_fill(wire))
            return 0;
    }
}

static size_t body_size(const char *head, size_t size)
{
    static const char name[] = "\r\nContent-Length:";
    const char *at = memmem(head, size, name, sizeof name - 1);
    return at ? strtoul(at + sizeof name - 1, NULL, 10) : 0;
}

static bool answer(fault_conn *conn, const fault_step *step)
{
    char head[1024];
    const char *body = step->body ? step->body : FAULT_WHOLE;
    if (step->status) {
        bool bodyless = step->status == 204;
        int size =
            snprintf(head, sizeof head, "HTTP/1.1 %d Thus\r\nContent-Type: application/json\r\n%s",
                     step->status, step->header ? step->header : "");
        if (!bodyless)
            size += snprintf(head + size, sizeof head - (size_t)size, "Content-Length: %zu\r\n",
                             strlen(body));
        snprintf(head + size, sizeof head - (size_t)size, "\r\n%s", bodyless ? "" : body);
        if (!fault_wire_puts(&conn->wire, head))
            return false;
    }
    if (!fault_pause(conn, step) || (step->ticket && !fault_wire_ticket(&conn->wire)))
        return false;
    size_t size = step->raw && !step->raw_size ? strlen(step->raw) : step->raw_size;
    return fault_wire_write(&conn->wire, step->raw, size) && fault_flood(conn, step->flood);
}

bool fault_http1(fault_conn *conn)
{
    fault_wire *wire = &conn->wire;
    for (size_t head; (head = read_head(wire)) > 0;) {
        bool reset = false;
        size_t whole = head + body_size(wire->in, head);
        fault_request request = fault_arrived(conn, wire->in, head);
        if (request.step.when == FAULT_AFTER_REQUEST && !fault_wire_need(wire, whole)) {
            fault_leaving(conn);
            return false;
        }
        fault_perform(conn, &request);
        fault_leaving(conn);
        if (!answer(conn, &request.step) || !fault_goes_on(conn, request.step.end, &reset))
            return reset;
        fault_wire_drop(wire, whole < wire->in_size ? whole : wire->in_size);
    }
    return false;
}
