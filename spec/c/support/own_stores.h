/* SPDX-License-Identifier: MIT */
/*
 * The system's stores of certificates, made anew for a test: the process sees its own files in
 * place of the system's.
 */
#ifndef OWN_STORES_H
#define OWN_STORES_H

#include <stdbool.h>

#include "fault_server.h"

extern struct own_stores {
    char bundle[256], dir[256]; /* libcurl's own */
    char other_dir[256];
} own_stores;

/* False: the process may not, or libcurl's stores are elsewhere. Call this before any thread
 * starts. */
bool own_stores_take(void);
/* No bundle, and empty directories. */
bool own_stores_empty(void);
/* Adds the authority of a server to the bundle. */
void own_stores_bundle(const fault_server *server);
/* The same for a directory, under its hashed name. */
void own_stores_hash(const char *dir, const fault_server *server);

#endif
