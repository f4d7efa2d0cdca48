/* SPDX-License-Identifier: MIT */
/*
 * Which certificates vouch for a server: those of a file, and those of a directory that holds them
 * under their hashed names.
 *
 * A client that names stores trusts these and no other. One that names none trusts what the program
 * curl trusts: the system's bundle and the system's directory. To load the bundle takes thirty
 * milliseconds a connection, to look up one hashed certificate takes one. So the directory is asked
 * first, and both only where it does not vouch for a server; that is remembered by origin.
 */
#ifndef AM_TRUST_H
#define AM_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

enum { AM_ORIGINS_KEPT = 16 };

typedef struct am_stores {
    const char *file, *dir; /* NULL: none. The directory may be several, with colons between. */
} am_stores;

typedef struct am_trust {
    bool known; /* opened */
    am_stores all, first;
    bool named, by_turns;
    char *origins[AM_ORIGINS_KEPT]; /* for which the directory does not suffice */
    unsigned next;
} am_trust;

/* Takes the stores that the client names, if any, and the system's, which also are in place of one
 * that is not named if `completes`. All strings must outlive it. A zeroed trust is a closed one. */
void am_trust_open(am_trust *trust, am_stores named, bool completes, am_stores of_system);
void am_trust_close(am_trust *trust);

/* The stores for the server of a URL; NULL: libcurl's own, as they are. */
const am_stores *am_trust_for(const am_trust *trust, const char *url);
/* The stores to check a server against for which those did not vouch; NULL: there are no others. */
const am_stores *am_trust_beyond(const am_trust *trust, const am_stores *stores);
/* That was needed for the server of this URL, and will be. Out of memory: it is found out anew. */
void am_trust_remember(am_trust *trust, const char *url);

/* What was trusted, for words; NULL as above. */
am_stores am_trust_used(const am_trust *trust, const am_stores *stores);

AM_END_HIDDEN
#endif
