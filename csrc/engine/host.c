/* SPDX-License-Identifier: MIT */
/* The list of hosts, and which connections of a host are trusted. */
#include "engine/host.h"

#include <stdlib.h>
#include <string.h>

#include "base/url.h"

am_host *am_host_of_url(am_host **hosts, const char *url, int64_t tokens)
{
    size_t size = am_url_origin(url);
    am_host *host = *hosts;
    while (host && (strlen(host->origin) != size || memcmp(host->origin, url, size) != 0))
        host = host->next;
    if (host)
        return host;
    host = calloc(1, sizeof *host + size + 1);
    if (!host)
        return NULL;
    memcpy(host->origin, url, size);
    host->budget.tokens = tokens;
    host->next = *hosts;
    *hosts = host;
    return host;
}

void am_hosts_free(am_host *hosts)
{
    while (hosts) {
        am_host *host = hosts;
        hosts = host->next;
        free(host);
    }
}

unsigned am_host_enter(am_host *host)
{
    host->running++;
    return host->doubts;
}

void am_host_leave(am_host *host, unsigned doubts)
{
    host->running--;
    host->doubtful -= doubts != host->doubts;
}

void am_host_doubt(am_host *host, int64_t now_ms)
{
    host->doubted_ms = now_ms;
    host->doubts++;
    host->doubtful = host->running;
}

/* libcurl counts the age of a connection in whole seconds, and only for idle connections. Until
 * that is enough, no connection is known to be newer than the doubt. */
bool am_host_trusts(const am_host *host, int64_t now_ms, int64_t *oldest_s)
{
    int64_t age_s = (now_ms - host->doubted_ms) / 1000;
    bool doubted = host->doubted_ms != 0;
    *oldest_s = doubted && age_s > 1 ? age_s - 1 : 0;
    return !doubted || (host->doubtful == 0 && age_s > 1);
}
