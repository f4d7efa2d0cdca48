/* SPDX-License-Identifier: MIT */
/* Wipes credentials. */
#define _GNU_SOURCE
#include "base/secret.h"

#include <string.h>

void am_wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
}
