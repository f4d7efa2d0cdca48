/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fault_server.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fault_conn.h"

/* ---- connections ----------------------------------------------------------------------------- */

bool fault_goes_on(fault_conn *conn, fault_end end, bool *reset)
{
    if (end == FAULT_STALL || end == FAULT_DEAD)
        fault_wire_drain(&conn->wire);
    if (end == FAULT_DROP)
        fault_wire_hush(&conn->wire);
    *reset = end == FAULT_RESET;
    return end == FAULT_KEEP;
}

bool fault_flood(fault_conn *conn, size_t size)
{
    char filler[16384];
    memset(filler, 'x', sizeof filler);
    while (size > 0) {
        size_t part = size < sizeof filler ? size : sizeof filler;
        if (!fault_wire_write(&conn->wire, filler, part))
            return false;
        size -= part;
    }
    return true;
}

/* True if the script has a step for the connection itself; then it is not kept alive. */
static bool fails_at_accept(fault_conn *conn, bool *reset)
{
    fault_server *server = conn->server;
    fault_step step = {.when = FAULT_AFTER_REQUEST};
    pthread_mutex_lock(&server->lock);
    if (server->script_next < server->script_size &&
        server->script[server->script_next].when == FAULT_AFTER_ACCEPT)
        step = server->script[server->script_next++];
    pthread_mutex_unlock(&server->lock);
    if (step.when != FAULT_AFTER_ACCEPT)
        return false;
    if (step.raw)
        fault_wire_puts(&conn->wire, step.raw);
    fault_goes_on(conn, step.end, reset);
    return true;
}

static bool serve_protocol(fault_conn *conn)
{
    fault_server *server = conn->server;
    if (server->tls && !fault_tls_accept(server->tls, &conn->wire))
        return true;
    if (server->scheme == FAULT_PROXY)
        return fault_proxy(conn);
    return fault_wire_is_h2(&conn->wire) ? fault_http2(conn) : fault_http1(conn);
}

static void *serve(void *data)
{
    fault_conn *conn = data;
    fault_server *server = conn->server;
    bool reset = false;
    if (!fails_at_accept(conn, &reset))
        reset = serve_protocol(conn);
    pthread_mutex_lock(&server->lock);
    conn->closing = true; /* the descriptor is ours alone from here */
    pthread_mutex_unlock(&server->lock);
    fault_wire_close(&conn->wire, reset);
    pthread_mutex_lock(&server->lock);
    conn->finished = true;
    server->totals.open--;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
    return NULL;
}

/* Joins the finished threads; called with the lock held. */
static void reap(fault_server *server)
{
    for (fault_conn **link = &server->conns; *link;) {
        fault_conn *conn = *link;
        if (conn->finished) {
            *link = conn->next;
            pthread_join(conn->thread, NULL);
            free(conn);
        } else {
            link = &conn->next;
        }
    }
}

static void accepted(fault_server *server, int fd, int peer_port)
{
    fault_conn *conn = calloc(1, sizeof *conn);
    if (!conn)
        abort();
    pthread_mutex_lock(&server->lock);
    reap(server);
    if (peer_port == server->poke_port) {
        server->poked = true;
        server->stopped = server->stopping;
        pthread_cond_broadcast(&server->changed);
    }
    if (server->stopping || peer_port == server->poke_port) {
        close(fd);
        free(conn);
    } else {
        conn->server = server;
        conn->wire.fd = fd;
        conn->next = server->conns;
        if (pthread_create(&conn->thread, NULL, serve, conn) != 0)
            abort();
        server->conns = conn;
        server->totals.open++;
        server->totals.connections++;
        pthread_cond_broadcast(&server->changed);
    }
    pthread_mutex_unlock(&server->lock);
}

static void *listen_for_ever(void *data)
{
    fault_server *server = data;
    for (bool stopping = false; !stopping;) {
        struct sockaddr_in peer;
        socklen_t size = sizeof peer;
        int fd = accept4(server->listen_fd, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC);
        if (fd >= 0)
            accepted(server, fd, ntohs(peer.sin_port));
        pthread_mutex_lock(&server->lock);
        stopping = server->stopped || server->deaf;
        pthread_mutex_unlock(&server->lock);
    }
    return NULL;
}

/* Connects to ourselves: the queue is in order, so all earlier connections are accepted by then. */
static void poke(fault_server *server)
{
    int port, fd = fault_socket(&port);
    pthread_mutex_lock(&server->lock);
    if (server->deaf) {
        pthread_mutex_unlock(&server->lock);
        close(fd);
        return;
    }
    server->poke_port = port;
    server->poked = false;
    pthread_mutex_unlock(&server->lock);
    if (fd < 0 || !fault_connect(fd, server->port))
        abort();
    pthread_mutex_lock(&server->lock);
    while (!server->poked)
        pthread_cond_wait(&server->changed, &server->lock);
    server->poke_port = -1;
    server->poked = false;
    pthread_mutex_unlock(&server->lock);
    close(fd);
}

static void wait_for_silence(fault_server *server)
{
    pthread_mutex_lock(&server->lock);
    while (server->totals.open > 0)
        pthread_cond_wait(&server->changed, &server->lock);
    reap(server);
    pthread_mutex_unlock(&server->lock);
}

void fault_server_settle(fault_server *server)
{
    poke(server);
    wait_for_silence(server);
}

/* ---- life ------------------------------------------------------------------------------------ */

fault_server *fault_server_new(fault_scheme scheme)
{
    fault_server *server = calloc(1, sizeof *server);
    if (!server)
        return NULL;
    bool tls = scheme == FAULT_HTTPS || scheme == FAULT_H2;
    server->scheme = scheme;
    server->poke_port = -1;
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->changed, NULL);
    server->listen_fd = fault_listen(&server->port);
    snprintf(server->url, sizeof server->url, "%s:%d",
             tls ? "https://localhost" : "http://127.0.0.1", server->port);
    /* Signals are for the test, and a broken pipe must not end the process. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    if (server->listen_fd >= 0 && (!tls || (server->tls = fault_tls_new(scheme == FAULT_H2))))
        server->threaded = pthread_create(&server->thread, NULL, listen_for_ever, server) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (server->threaded)
        return server;
    fault_server_free(server);
    return NULL;
}

void fault_server_free(fault_server *server)
{
    if (!server)
        return;
    if (server->threaded) {
        pthread_mutex_lock(&server->lock);
        server->stopping = true;
        for (fault_conn *conn = server->conns; conn; conn = conn->next)
            if (!conn->closing)
                shutdown(conn->wire.fd, SHUT_RDWR);
        pthread_cond_broadcast(&server->changed);
        pthread_mutex_unlock(&server->lock);
        poke(server);
        pthread_join(server->thread, NULL);
        wait_for_silence(server);
    }
    if (server->listen_fd >= 0)
        close(server->listen_fd);
    fault_tls_free(server->tls);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    free(server->script);
    free(server->tallies);
    free(server);
}

int fault_server_port(const fault_server *server)
{
    return server->port;
}

const char *fault_server_url(const fault_server *server)
{
    return server->url;
}

const char *fault_server_ca_file(const fault_server *server)
{
    return fault_tls_ca_file(server->tls);
}
