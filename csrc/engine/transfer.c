/* SPDX-License-Identifier: MIT */
/* Records what happens in a transfer; decides nothing. */
#define _GNU_SOURCE
#include "engine/transfer.h"

#include <stdio.h>

#include "base/clock.h"

void am_transfer_begin(am_transfer *transfer, const am_sending *sending, void *owner)
{
    transfer->owner = owner;
    transfer->sending = sending;
    transfer->curl = transfer->wire = 0;
    transfer->first_ms = 0;
    transfer->status = transfer->proxy_status = 0;
    transfer->sent = transfer->received = 0;
    transfer->length = -1;
    transfer->moved = 0;
    transfer->fd = -1;
    transfer->file_failed = transfer->stale = transfer->widened = transfer->ended = false;
    transfer->detail[0] = '\0';
    am_incoming_reset(&transfer->in, sending->limits);
}

/* Looks at the clock as late as possible. */
static bool is_in_time(am_transfer *transfer)
{
    const am_sending *sending = transfer->sending;
    if (!am_retry_is_guarded(sending->policy))
        return true;
    int64_t now = am_boottime_ms(), doubt = sending->history->doubt_ms;
    if (!transfer->first_ms)
        transfer->first_ms = now;
    if (!doubt && transfer->wire > 0)
        doubt = transfer->first_ms;
    transfer->stale = !am_retry_in_time(sending->policy, doubt, now);
    return !transfer->stale;
}

int am_on_wire(void *data, char *ip, char *local_ip, int port, int local_port)
{
    am_transfer *transfer = data;
    (void)ip, (void)local_ip, (void)port, (void)local_port;
    if (transfer->wire >= transfer->sending->wire_allowed || !is_in_time(transfer))
        return AM_WIRE_ABORT;
    transfer->wire++;
    return 0;
}

size_t am_on_read(char *out, size_t one, size_t most, void *data)
{
    am_transfer *transfer = data;
    int64_t n = am_body_read(transfer->sending->stream, out, one * most);
    if ((transfer->file_failed = n < 0))
        return AM_READ_ABORT;
    transfer->sent += n;
    return (size_t)n;
}

int am_on_seek(void *data, int64_t offset, int origin)
{
    am_transfer *transfer = data;
    transfer->sent = 0;
    transfer->file_failed = !am_body_rewind(transfer->sending->stream);
    return offset || origin != SEEK_SET || transfer->file_failed;
}

size_t am_on_header(char *bytes, size_t one, size_t size, void *data)
{
    am_transfer *transfer = data;
    size_t taken = one * size;
    return am_incoming_header(&transfer->in, transfer->sending->limits, bytes, taken)
               ? taken
               : AM_WRITE_ERROR;
}
