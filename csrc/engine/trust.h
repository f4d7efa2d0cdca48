/* SPDX-License-Identifier: MIT */
/*
 * Which certificates vouch for a server: those of a file, and those of a directory that holds them
 * under their hashed names.
 *
 * A client that names stores trusts these and no other. One that names none trusts what the program
 * curl trusts: the system's bundle and the system's directory. Loading the bundle takes thirty
 * milliseconds per connection, looking up one hashed certificate takes one. So the directory is
 * tried first, and both only if it does not vouch for a server; that is remembered by origin.
 */
#ifndef AM_TRUST_H
#define AM_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

enum { AM_ORIGINS_KEPT = 16 };

typedef struct am_stores {
    const char *file, *dir; /* NULL: none. Several directories are separated by colons. */
} am_stores;

typedef struct am_trust {
    bool known; /* opened */
    am_stores all, first;
    bool named, by_turns;
    char *origins[AM_ORIGINS_KEPT]; /* for which the directory is not enough */
    unsigned next;
} am_trust;

/* Takes the stores that the client names, if any, and the system's; if `completes`, the system's
 * also replace one that is not named. All strings must outlive the trust. A zeroed trust is a
 * closed one. */
void am_trust_open(am_trust *trust, am_stores named, bool completes, am_stores of_system);
void am_trust_close(am_trust *trust);

/* The stores for the server of a URL; NULL: libcurl's own, as they are. */
const am_stores *am_trust_for(const am_trust *trust, const char *url);
/* The stores to use for a server that those did not vouch for; NULL: there are no others. */
const am_stores *am_trust_beyond(const am_trust *trust, const am_stores *stores);
/* Remembers that this URL's server needed them. If out of memory, the next attempt finds out
 * again. */
void am_trust_remember(am_trust *trust, const char *url);

/* What was trusted, for error messages; NULL as above. */
am_stores am_trust_used(const am_trust *trust, const am_stores *stores);

AM_END_HIDDEN
#endif
