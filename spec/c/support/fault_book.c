/* SPDX-License-Identifier: MIT */
/* The book of the fault server: the owner of a request, its next step, and what was done. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "fault_conn.h"

enum { MOST_OPS = 100000, HOLD_S = 5, ID_DIGITS = 8 };
static const char id_mark[] = "~~~~~~~~"; /* see fault_client.c */

static fault_tally *tally_of(fault_server *server, unsigned op)
{
    if (op >= MOST_OPS)
        op = 0;
    if (op >= server->tally_count) {
        size_t count = op + 1024;
        fault_tally *tallies = realloc(server->tallies, count * sizeof *tallies);
        if (!tallies)
            abort();
        memset(tallies + server->tally_count, 0, (count - server->tally_count) * sizeof *tallies);
        server->tallies = tallies;
        server->tally_count = count;
    }
    return &server->tallies[op];
}

/* True if the value at `at` is that of Idempotency-Key; HPACK leaves no name to check.
 */
static bool is_key(const char *head, size_t size, const char *at)
{
    static const char name[] = "\r\nIdempotency-Key: ";
    enum { NAME = sizeof name - 1 };
    if (!memmem(head, size, " HTTP/1.1\r\n", 11))
        return true;
    return at - head > NAME && memcmp(at - NAME, name, NAME) == 0;
}

/* The operation that a head names: eight tildes (which HPACK leaves readable), eight hexadecimal
 * digits and a letter in X-Op; the first two again in Idempotency-Key. */
static void identify(fault_request *request, const char *head, size_t size)
{
    enum { MARK = sizeof id_mark - 1 };
    request->protection = '-';
    for (const char *at = head; (at = memmem(at, size - (size_t)(at - head), id_mark, MARK));) {
        char digits[ID_DIGITS + 1] = "";
        size_t left = size - (size_t)(at - head);
        if (left < MARK + ID_DIGITS + 1)
            return;
        memcpy(digits, at + MARK, ID_DIGITS);
        request->op = (unsigned)strtoul(digits, NULL, 16);
        char letter = at[MARK + ID_DIGITS];
        if (letter >= 'A' && letter <= 'Z' && strchr("SICKNMU", letter))
            request->protection = letter;
        else
            request->keyed = is_key(head, size, at);
        at += MARK + ID_DIGITS;
    }
}

static fault_step next_step(fault_server *server, unsigned op, int nth)
{
    if (server->choose)
        return server->choose(server->choose_context, op, nth);
    if (server->script_next < server->script_size &&
        server->script[server->script_next].when != FAULT_AFTER_ACCEPT)
        return server->script[server->script_next++];
    return (fault_step){.done = true, .status = 200};
}

/* Waits until enough requests wait; called and left with the lock held. */
static void hold(fault_server *server)
{
    struct timespec until;
    unsigned round = server->hold_round;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += HOLD_S;
    if (++server->held >= server->hold) {
        server->held = 0;
        server->hold_round++;
        pthread_cond_broadcast(&server->changed);
    }
    while (round == server->hold_round && !server->stopping)
        if (pthread_cond_timedwait(&server->changed, &server->lock, &until) != 0) {
            server->held--;
            return;
        }
}

fault_request fault_arrived(fault_conn *conn, const char *head, size_t size)
{
    fault_server *server = conn->server;
    fault_request request = {0};
    identify(&request, head, size);
    pthread_mutex_lock(&server->lock);
    fault_tally *tally = tally_of(server, request.op);
    tally->requests++;
    tally->reused += conn->served > 0;
    conn->served++;
    request.step = next_step(server, request.op, tally->requests);
    server->totals.requests++;
    if (++server->at_once > server->totals.most_at_once)
        server->totals.most_at_once = server->at_once;
    size_t kept = size < sizeof server->last_head - 1 ? size : sizeof server->last_head - 1;
    memcpy(server->last_head, head, kept);
    server->last_head[kept] = '\0';
    pthread_cond_broadcast(&server->changed);
    if (server->hold > 0)
        hold(server);
    pthread_mutex_unlock(&server->lock);
    return request;
}

void fault_perform(fault_conn *conn, const fault_request *request)
{
    fault_server *server = conn->server;
    if (request->step.hang_up) {
        pthread_mutex_lock(&server->lock);
        server->deaf = true;
        shutdown(server->listen_fd, SHUT_RDWR);
        pthread_mutex_unlock(&server->lock);
    }
    if (!request->step.done)
        return;
    /* A key protects a send; a plain send takes effect each time. */
    bool once = request->protection == 'K' ? request->keyed : request->protection != 'U';
    pthread_mutex_lock(&server->lock);
    fault_tally *tally = tally_of(server, request->op);
    tally->executions++;
    tally->copies += !once || tally->copies == 0;
    pthread_mutex_unlock(&server->lock);
}

void fault_leaving(fault_conn *conn)
{
    pthread_mutex_lock(&conn->server->lock);
    conn->server->at_once--;
    pthread_mutex_unlock(&conn->server->lock);
}

fault_tally fault_server_tally(fault_server *server, unsigned op)
{
    pthread_mutex_lock(&server->lock);
    fault_tally tally = *tally_of(server, op);
    pthread_mutex_unlock(&server->lock);
    return tally;
}

fault_totals fault_server_totals(fault_server *server)
{
    pthread_mutex_lock(&server->lock);
    fault_totals totals = server->totals;
    pthread_mutex_unlock(&server->lock);
    return totals;
}

void fault_server_last_head(fault_server *server, char *head, size_t size)
{
    pthread_mutex_lock(&server->lock);
    snprintf(head, size, "%s", server->last_head);
    pthread_mutex_unlock(&server->lock);
}

void fault_server_script(fault_server *server, const fault_step *steps, size_t count)
{
    fault_step *script = malloc((count + 1) * sizeof *script);
    if (!script)
        abort();
    if (count)
        memcpy(script, steps, count * sizeof *script);
    pthread_mutex_lock(&server->lock);
    free(server->script);
    server->script = script;
    server->script_size = count;
    server->script_next = 0;
    pthread_mutex_unlock(&server->lock);
}

void fault_server_choose(fault_server *server, fault_choose *choose, void *context)
{
    pthread_mutex_lock(&server->lock);
    server->choose = choose;
    server->choose_context = context;
    pthread_mutex_unlock(&server->lock);
}

bool fault_pause(fault_conn *conn, const fault_step *step)
{
    fault_server *server = conn->server;
    if (!step->pauses)
        return true;
    pthread_mutex_lock(&server->lock);
    unsigned round = server->pause_round;
    server->paused++;
    pthread_cond_broadcast(&server->changed);
    while (round == server->pause_round && !server->stopping)
        pthread_cond_wait(&server->changed, &server->lock);
    bool goes_on = !server->stopping;
    pthread_mutex_unlock(&server->lock);
    return goes_on;
}

void fault_server_go_on(fault_server *server, int count)
{
    pthread_mutex_lock(&server->lock);
    while (server->paused < count)
        pthread_cond_wait(&server->changed, &server->lock);
    server->paused = 0;
    server->pause_round++;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

void fault_server_hold(fault_server *server, int count)
{
    pthread_mutex_lock(&server->lock);
    server->hold = count;
    server->hold_round++;
    server->held = 0;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}
