/* SPDX-License-Identifier: MIT */
/* Bytes over a socket, with or without TLS, and a temporary authority. */
#ifndef FAULT_WIRE_H
#define FAULT_WIRE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct fault_wire {
    int fd;
    void *ssl; /* SSL *, or NULL */
    char *in;  /* read but not consumed yet */
    size_t in_size, in_capacity;
} fault_wire;

/* Reads more; false at the end or on an error. */
bool fault_wire_fill(fault_wire *wire);
/* Reads until `size` bytes are buffered. */
bool fault_wire_need(fault_wire *wire, size_t size);
/* Drops bytes from the front. */
void fault_wire_drop(fault_wire *wire, size_t size);
bool fault_wire_write(fault_wire *wire, const void *bytes, size_t size);
bool fault_wire_puts(fault_wire *wire, const char *text);
/* Reads and drops everything until the peer is gone. */
void fault_wire_drain(fault_wire *wire);
/* Sends a session ticket of TLS 1.3. */
bool fault_wire_ticket(fault_wire *wire);
/* True if the peer chose HTTP/2. */
bool fault_wire_is_h2(const fault_wire *wire);
/* Ends the connection without a TLS close notification. */
void fault_wire_hush(fault_wire *wire);
/* Ends the connection, orderly or with a reset. */
void fault_wire_close(fault_wire *wire, bool reset);

/* A socket bound to a free loopback port that no one listens on; -1: refused. */
int fault_socket(int *port);
bool fault_connect(int fd, int port);
/* Listens on a free loopback port; -1: refused. */
int fault_listen(int *port);

typedef struct fault_tls fault_tls;

/* A certificate for localhost and 127.0.0.1, and the authority that signed it, in a file. */
fault_tls *fault_tls_new(bool h2);
void fault_tls_free(fault_tls *tls);
const char *fault_tls_ca_file(const fault_tls *tls);
/* The server's side of a handshake. */
bool fault_tls_accept(fault_tls *tls, fault_wire *wire);

#endif
