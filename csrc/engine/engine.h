/* SPDX-License-Identifier: MIT */
/* What engine.c, client.c, call_check.c, call_new.c, call.c and call_view.c share. */
#ifndef AM_ENGINE_H
#define AM_ENGINE_H

#include "agentmail.h"
#include "base/fork.h"
#include "base/heap.h"
#include "base/list.h"
#include "retry/retry.h"
#include "engine/transport.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* What all clients of one origin share; lives as long as the engine. */
typedef struct am_host {
    struct am_host *next;
    am_budget budget;
    /* Over HTTP/2 a request that times out leaves its connection to the others, dead or not. What
     * was connected before is then not trusted any more. */
    int64_t doubted_ms; /* 0: never */
    unsigned doubts;
    int running, doubtful; /* attempts on the wire; of them those begun before the last doubt */
    char origin[];         /* "https://host:port" */
} am_host;

struct am_engine {
    am_transport transport;
    am_heap timers; /* of calls: a deadline in the queue, or the end of a back-off */
    am_link clients, ready;
    am_link orphans; /* calls whose client is freed */
    am_host *hosts;
    size_t call_count;
    uint64_t random;
    am_fork_mark process; /* the one that made it */
    bool watched;         /* someone waits on the descriptor alone */
    bool news;            /* a call may have come to want its owner outside a step */
};

struct am_client {
    am_engine *engine;
    am_link in_engine;
    am_link calls, queue;
    am_host *host;
    am_route *route; /* NULL: closed */
    am_limits limits;
    char *base_url, *user_agent, *ca_file, *ca_dir, *proxy; /* the last three may be NULL */
    char **lines; /* header lines of every request; the first is Authorization if has_key */
    size_t line_count;
    bool has_key, http2;
    int active;     /* transfers on the wire */
    int unfinished; /* calls not done */
};

struct am_call {
    am_engine *engine;
    am_client *client; /* NULL: freed */
    am_host *host;     /* where it goes: the client's, or that of its own URL */
    am_link in_client, in_queue, in_ready;
    am_timer timer;
    am_state state;
    am_policy policy;
    am_limits limits;
    am_history history;
    am_decision decision;
    am_transfer *transfer; /* the attempt under way, or the last one */
    unsigned doubts;       /* of the host, when that began */
    int last_status;       /* of the last answer; the transfer may be gone */
    int64_t advised_ms;    /* not before, as the last answer asked; 0: it did not */
    int64_t started_ms, ended_ms;
    char *followed_url; /* of a redirect; ours */
    char *secret;       /* a header line of its own API key, or NULL */
    void *user;
    am_sending sending;
    bool wants_events;
    struct am_event *events;
    size_t event_count, event_capacity, event_taken;
};

/* One step: waits up to timeout_ms, then acts. False: interrupted. */
bool am_engine_run(am_engine *engine, int64_t timeout_ms);
/* To be called after anything that changes when the engine next has work. */
void am_engine_rearm(am_engine *engine);
/* To be called where a call may have come to want its owner without a step: where one does, the
 * next step is due at once. */
void am_engine_tell(am_engine *engine);
uint64_t am_engine_random(am_engine *engine);
/* The shared state of a URL's origin; NULL: out of memory. */
am_host *am_engine_host(am_engine *engine, const char *url, int64_t tokens);

/* Checks a request; its method, which is static, or NULL: code and error say what is wrong. */
const char *am_request_check(const am_client *client, const am_request *request, am_code *code,
                             char error[AM_ERROR_SIZE]);
/* Whether a body of that size may be sent; error says so if not. */
bool am_request_fits(int64_t size, const am_limits *limits, char error[AM_ERROR_SIZE]);

/* Overwrites a string that is about to be freed, or not needed any more. NULL is fine. */
void am_wipe(char *secret);

/* Puts waiting calls onto the wire as far as `connections` allows. */
void am_client_pump(am_client *client);

/* The attempt of a call ended. */
void am_call_answered(am_call *call);
/* The timer of a call is due. */
void am_call_due(am_call *call);
/* Puts a call behind those that wait for their turn. */
void am_call_enqueue(am_call *call);
/* Begins the next attempt of a call that was taken from the queue. */
void am_call_send(am_call *call);
/* How often the attempt under way went onto the wire; -1: none is. */
int am_call_wire_under_way(const am_call *call);
/* Ends a call that is not done, whatever it is doing. */
void am_call_abandon(am_call *call, am_code code);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
