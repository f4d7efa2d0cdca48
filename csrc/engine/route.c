/* SPDX-License-Identifier: MIT */
/* A route, except for what libcurl does on it. */
#include "engine/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_IDLE = 16 };

am_route *am_route_new(struct am_transport *transport, const am_path *path)
{
    static const char name[] = "User-Agent: ";
    size_t size = sizeof name + strlen(path->user_agent);
    am_route *route = calloc(1, sizeof *route);
    char *line = malloc(size);
    if (!route || !line) {
        free(route);
        free(line);
        return NULL;
    }
    snprintf(line, size, "%s%s", name, path->user_agent);
    route->transport = transport;
    route->path = *path;
    route->agent_line = line;
    am_list_init(&route->idle);
    return route;
}

bool am_route_keep(am_route *route, am_link *transfer)
{
    if (route->idle_count >= KEPT_IDLE)
        return false;
    am_list_append(route->idle.next, transfer); /* to the front: its memory is warm */
    route->idle_count++;
    return true;
}

am_link *am_route_take(am_route *route)
{
    am_link *transfer = am_list_first(&route->idle);
    if (transfer) {
        am_list_remove(transfer);
        route->idle_count--;
    }
    return transfer;
}
