/* SPDX-License-Identifier: MIT */
/* The stores of certificates, in the order in which they are used. */
#define _GNU_SOURCE
#include "engine/trust.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/url.h"

/* True if a directory holds certificates under their hashed names. */
static bool is_hashed(const char *path)
{
    DIR *directory = path ? opendir(path) : NULL;
    const struct dirent *entry;
    bool found = false;
    while (directory && !found && (entry = readdir(directory)) != NULL)
        found = strlen(entry->d_name) == 10 && strcmp(entry->d_name + 8, ".0") == 0;
    if (directory)
        closedir(directory);
    return found;
}

void am_trust_open(am_trust *trust, am_stores named, bool completes, am_stores of_system)
{
    trust->known = true;
    trust->named = named.file || named.dir;
    trust->by_turns = !trust->named && is_hashed(of_system.dir);
    trust->first.dir = of_system.dir;
    trust->all = named;
    if (trust->named && !completes)
        return;
    if (!named.dir)
        trust->all.dir = of_system.dir;
    /* If the bundle does not exist, libcurl would not connect at all. */
    if (!named.file && of_system.file && access(of_system.file, R_OK) == 0)
        trust->all.file = of_system.file;
}

void am_trust_close(am_trust *trust)
{
    for (int i = 0; i < AM_ORIGINS_KEPT; i++)
        free(trust->origins[i]);
    *trust = (am_trust){0};
}

static bool is_remembered(const am_trust *trust, const char *url)
{
    size_t size = am_url_origin(url);
    for (int i = 0; i < AM_ORIGINS_KEPT && trust->origins[i]; i++)
        if (strncmp(trust->origins[i], url, size) == 0 && trust->origins[i][size] == '\0')
            return true;
    return false;
}

const am_stores *am_trust_for(const am_trust *trust, const char *url)
{
    if (!trust->by_turns)
        return trust->named ? &trust->all : NULL;
    return trust->origins[0] && is_remembered(trust, url) ? &trust->all : &trust->first;
}

const am_stores *am_trust_beyond(const am_trust *trust, const am_stores *stores)
{
    return stores == &trust->first && trust->all.file ? &trust->all : NULL;
}

void am_trust_remember(am_trust *trust, const char *url)
{
    char *origin = is_remembered(trust, url) ? NULL : strndup(url, am_url_origin(url));
    if (!origin)
        return;
    free(trust->origins[trust->next]); /* the oldest */
    trust->origins[trust->next] = origin;
    trust->next = (trust->next + 1) % AM_ORIGINS_KEPT;
}

am_stores am_trust_used(const am_trust *trust, const am_stores *stores)
{
    return stores ? *stores : trust->all;
}
