/* SPDX-License-Identifier: MIT */
/*
 * The parts of agentmail.sandbox.listener: an HTTP server that runs a Lua program.
 *
 * One thread owns everything: the libmicrohttpd daemon, the service's own Lua state and every
 * exchange. Other threads may only queue a job or ask it to stop, under `lock`, and write a byte
 * to `wake`. So no Lua state is ever shared, and no Lua runs while libmicrohttpd holds a lock.
 *
 *   listener.c          the Lua binding: start, call, close
 *   listener_service.c  the service's Lua state: loading it, handing it requests and jobs
 *   listener_host.c     the functions that the service is given
 *   listener_answer.c   what the service answered, taken from its Lua state
 *   listener_http.c     libmicrohttpd: requests in, answers and connection faults out
 *   listener_stream.c   answers that take their time: paced, cut short, or fed by the service
 *   listener_websocket.c, listener_frames.c  requests that become WebSockets
 *   listener_tls.c      a certificate that is made on the spot
 *   listener_socket.c   sockets that listen
 *   listener_gate.c     the one of the API, which may be shut for a while
 *   listener_value.c    plain values between two Lua states
 *   listener_loop.c     the thread: sockets, jobs, delayed answers, the alarm
 */
#ifndef AM_SANDBOX_LISTENER_H
#define AM_SANDBOX_LISTENER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/select.h>
#include <sys/socket.h>

#include <lua.h>
#include <microhttpd.h>

#include "visibility.h"

#if defined(__linux__) && !defined(AM_LISTENER_SELECT)
#define AM_LISTENER_EPOLL
#endif

AM_BEGIN_HIDDEN

typedef struct am_listener am_listener;
typedef struct am_connection am_connection; /* see listener_http.c */
typedef struct am_stream am_stream;         /* see listener_stream.c */
typedef struct am_websocket am_websocket;   /* see listener_websocket.h */

typedef enum am_kill {
    AM_KILL_NONE,
    AM_KILL_CLOSE, /* an orderly end (FIN) */
    AM_KILL_RESET, /* a true reset (RST) */
} am_kill;

/* How a WebSocket is left, once what is queued was written. */
typedef enum am_farewell {
    AM_STAY,
    AM_CLOSE,   /* by a close frame, and what follows one */
    AM_RESET,   /* by a true reset, and at once */
    AM_CUT,     /* without a close frame */
    AM_SILENCE, /* it stays open, reads, and sends nothing any more */
} am_farewell;

/* What the service wants the client to see. Without a response, nothing or `raw` is sent. */
typedef struct am_answer {
    unsigned status;
    struct MHD_Response *response;
    am_websocket *websocket; /* which the request becomes by this response */
    char *raw;               /* bytes for the socket as they are; the connection ends after them */
    size_t raw_size;
    am_kill kill;
    bool later; /* host.answer() will bring the real one */
} am_answer;

typedef enum am_stage {
    AM_EXCHANGE_NEW,
    AM_EXCHANGE_READING,
    AM_EXCHANGE_ANSWERED,
    AM_EXCHANGE_WAITING, /* suspended, and in the listener's list */
} am_stage;

/* One request and its answer. */
typedef struct am_exchange {
    am_listener *listener;
    struct MHD_Connection *connection;
    const char *method; /* libmicrohttpd's; lives as long as the exchange */
    char *target;       /* as it came: still percent-encoded, with its query */
    uint64_t id;
    uint64_t number; /* of this request on its connection, from 1 */
    uint64_t connection_id;
    bool control; /* it came in at the control address */
    char *body;
    size_t size, capacity;
    uint64_t received; /* bytes of the body seen, kept or not */
    bool too_large;
    bool upgraded; /* it has become a WebSocket */
    am_stage stage;
    am_answer answer;
    int64_t due_ms; /* while waiting; -1: until host.answer() */
    struct am_exchange *next, **link;
} am_exchange;

enum { AM_JOB_VALUES = 8 };

/* A plain value on its way between two Lua states. */
typedef struct am_value {
    int type; /* LUA_TNIL, LUA_TBOOLEAN, LUA_TNUMBER (integer or float), LUA_TSTRING */
    bool is_integer, boolean;
    lua_Integer integer;
    lua_Number number;
    const char *text;
    size_t size;
} am_value;

/* A call into the service from another thread, which waits for it. */
typedef struct am_job {
    am_value in[AM_JOB_VALUES];
    int in_count;
    am_value out[AM_JOB_VALUES]; /* text is malloc'ed; the waiting thread frees it */
    int out_count;
    bool failed; /* out[0] is the message */
    bool finished;
    uint64_t id; /* not 0: the service put it off, see host.later */
    struct am_job *next;
} am_job;

/* How a body goes out: `step` bytes at a time (0: as fast as it can) with a pause between, up to
 * `keep` bytes; then, if that is not all, a hold, and the end of the connection. */
typedef struct am_pace {
    size_t keep, step;
    int64_t pause_ms, hold_ms;
    am_kill kill;
} am_pace;

struct am_listener {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t finished;
    bool open;     /* the thread runs and has not been joined; the binding's own */
    bool stopping; /* under lock */
    am_job *jobs;  /* under lock, oldest first */
    int wake[2];
    int socket; /* the API's, see listener_gate.c; -1: the port was lost while it was shut */
    int port;
    int control; /* libmicrohttpd's own, which is never shut */
    int control_port;
    struct sockaddr_storage address; /* of the API */
    socklen_t address_size;
    long pid; /* a forked child must not join its parent's thread */
    size_t max_body;
    unsigned max_connections;
    unsigned idle_timeout;
    const char *certificate, *key; /* PEM, while it starts; NULL: plain HTTP */
    bool tls;
    /* the thread's own */
    lua_State *L;
    struct MHD_Daemon *daemon;
    am_connection *connections;
    unsigned held;                  /* connections of the API */
    struct MHD_Connection *serving; /* whose request the service handles now */
    am_exchange *waiting;
    am_stream *streams;
    am_websocket *websockets;
    unsigned websocket_count;
    int websocket_poll;       /* where epoll waits for them; -1: not yet */
    int64_t websocket_due_ms; /* when the first has to end; -1: none */
    unsigned upgrades_ending; /* which libmicrohttpd has not given up yet */
    bool stirred;             /* one of them has something to do */
    bool early;               /* bytes came with the request for one */
    am_job *current;          /* the call that runs */
    am_job *deferred;         /* calls that were put off */
    bool closing;             /* no request is taken any more */
    bool again;               /* the daemon has to run, though no socket may say so */
    bool settle;              /* a request began: look again soon, see SETTLE_MS */
    bool arriving;            /* what begins now came in by the gate */
    bool shut;                /* the gate is */
    bool starved;             /* it could not take a connection: no descriptor was left */
    int64_t alarm_ms;         /* monotonic; -1: none */
    int watched;              /* a descriptor of the service's own; -1: none */
    bool ready;               /* it has something for the service */
    uint64_t next_exchange;
    uint64_t next_connection;
};

/* ---- listener_service.c: each leaves the service's stack as it was, and raises nothing ------- */

/* Loads `module` into a new Lua state and opens it. NULL, or a malloc'ed message. */
char *am_service_open(am_listener *listener, const char *path, const char *cpath,
                      const char *module, const char *config, size_t config_size);
/* Runs the service's handler; the exchange holds an answer afterwards, come what may. */
void am_service_handle(am_listener *listener, am_exchange *exchange);
void am_service_call(am_listener *listener, am_job *job);
void am_service_tick(am_listener *listener);
void am_service_close(am_listener *listener);

/* A WebSocket has a message; it is gone. */
void am_service_message(am_listener *listener, uint64_t id, const char *text, size_t size,
                        bool is_text);
void am_service_gone(am_listener *listener, uint64_t id);

/* ---- listener_host.c ------------------------------------------------------------------------- */

/* [-0, +1] pushes the table of functions that the service may call. */
void am_host_push(lua_State *L, am_listener *listener);

/* ---- listener_http.c ------------------------------------------------------------------------- */

struct MHD_Daemon *am_http_start(am_listener *listener);
int am_http_socket(struct MHD_Connection *handle);
void am_http_reset(int fd);
/* Suspends the exchange until a time, or for ever (-1). */
void am_http_wait(am_exchange *exchange, int64_t due_ms);
void am_http_resume(am_exchange *exchange);
/* Ends every connection of the API with a true reset, but for the one being served. */
void am_http_reset_all(am_listener *listener);
void am_http_each_header(am_exchange *exchange, MHD_KeyValueIteratorN iterator, void *context);
void am_answer_clear(am_answer *answer);

/* ---- listener_answer.c ----------------------------------------------------------------------- */

/* [-0, +0] reads (status, body, headers, effect) at `first` into the exchange's answer, which must
 * be clear. What is half taken when this raises is cleared by the caller. The delay in seconds: 0
 * none, < 0 for ever. */
lua_Number am_answer_take(lua_State *L, int first, am_exchange *exchange);

/* ---- listener_stream.c: all but the reading happens outside libmicrohttpd's callbacks -------- */

/* A body that is announced whole and goes out by its pace. NULL: out of memory. */
struct MHD_Response *am_stream_paced(am_exchange *exchange, const char *body, size_t size,
                                     const am_pace *pace);
/* A body without end, which am_stream_push feeds; `idle` is sent when nothing was for a while. */
struct MHD_Response *am_stream_open(am_exchange *exchange, const char *body, size_t size,
                                    const char *idle);
/* Without bytes the stream ends. False: there is none of this id, or it does not keep up. */
bool am_stream_push(am_listener *listener, uint64_t id, const char *bytes, size_t size);
void am_stream_run_due(am_listener *listener, int64_t now_ms);
int64_t am_stream_next_due(const am_listener *listener); /* -1: none */
/* Those of the API; those of the control address as well. */
void am_stream_end_all(am_listener *listener, bool control_too);

/* ---- listener_websocket.c -------------------------------------------------------------------- */

/* The response by which a request becomes a WebSocket of its id. NULL: out of memory, or no key. */
struct MHD_Response *am_websocket_open(am_exchange *exchange, const char *key, size_t size);
/* The response was not sent. */
void am_websocket_abandon(am_websocket *socket);
#ifdef AM_LISTENER_EPOLL
void am_websocket_serve(am_listener *listener); /* reads those that have bytes */
#else
void am_websocket_watch(const am_listener *listener, fd_set *readable, fd_set *writable,
                        MHD_socket *highest);
void am_websocket_serve(am_listener *listener, const fd_set *readable, const fd_set *writable);
#endif
/* Writes what is queued, and frees those that have ended. Outside every callback. */
void am_websocket_settle(am_listener *listener, int64_t now_ms);
/* Those of the API, by a true reset. */
void am_websocket_reset_all(am_listener *listener);
/* By a close frame, where the peer takes it at once; before the daemon stops. */
void am_websocket_leave_all(am_listener *listener);
/* After it: no answer speaks of one any more. */
void am_websocket_free_all(am_listener *listener);
/* Both answer false when there is none of this id; the first also when it takes no message. */
bool am_websocket_send(am_listener *listener, uint64_t id, const char *text, size_t size);
bool am_websocket_leave(am_listener *listener, uint64_t id, am_farewell farewell, unsigned code);

/* ---- listener_socket.c ----------------------------------------------------------------------- */

/* Both answer a descriptor, or -1 with errno. */
int am_socket_bind(const struct sockaddr *address, socklen_t size);
int am_socket_listen(int fd); /* closes it when it cannot listen */
/* Opens the sockets of the API and of the control interface on a numeric address, and learns their
 * ports. False: `message` says why. */
bool am_socket_open_both(am_listener *listener, const char *host, int port, int control_port,
                         char *message, size_t size);

/* ---- listener_gate.c ------------------------------------------------------------------------- */

bool am_gate_watched(const am_listener *listener); /* is its socket to be polled now? */
void am_gate_accept(am_listener *listener);
/* From now on connections are refused, and those there are have been reset. */
void am_gate_shut(am_listener *listener);
bool am_gate_open(am_listener *listener); /* false, with errno: the port cannot be had any more */

/* ---- listener_tls.c -------------------------------------------------------------------------- */

/* A function of the module. */
int am_tls_self_signed(lua_State *L);

/* ---- listener_value.c ------------------------------------------------------------------------ */

/* [-0, +0] copies the value at `index`. False: not a plain value, or out of memory. The text is the
 * stack's own unless `copy` is set. */
bool am_value_get(lua_State *L, int index, am_value *value, bool copy);
/* [-0, +1] */
void am_value_push(lua_State *L, const am_value *value);
/* Frees the text of a copy. */
void am_value_free(am_value *value);

/* ---- listener_loop.c ------------------------------------------------------------------------- */

/* A call that was put off, taken from the list; NULL when it is not there. */
am_job *am_job_take(am_listener *listener, uint64_t id);
/* The job is its waiting thread's again: it must not be touched after this. */
void am_job_finish(am_listener *listener, am_job *job);

/* The function of the thread; its context is the listener. */
void *am_loop_run(void *context);

AM_END_HIDDEN
#endif
