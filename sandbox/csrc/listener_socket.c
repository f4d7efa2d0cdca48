/* SPDX-License-Identifier: MIT */
/* Sockets that listen: that of the API and that of the control interface. */
#define _GNU_SOURCE
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { BACKLOG = 512, DESCRIPTORS_BESIDES = 64 };

int am_socket_bind(const struct sockaddr *address, socklen_t size)
{
    int on = 1;
    int fd = socket(address->sa_family, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, address, size) == 0)
        return fd;
    close(fd);
    return -1;
}

int am_socket_listen(int fd)
{
    if (fd < 0 || listen(fd, BACKLOG) == 0)
        return fd;
    close(fd);
    return -1;
}

/* Each connection takes a descriptor; a process may raise its own limit up to the hard one. */
static void allow_descriptors(rlim_t wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int port_of(const struct sockaddr_storage *address, socklen_t size)
{
    char port[16];
    if (getnameinfo((const struct sockaddr *)address, size, NULL, 0, port, sizeof port,
                    NI_NUMERICSERV) != 0)
        return 0;
    return (int)strtol(port, NULL, 10);
}

/* A socket that listens, and its address. -1: `message` says why not. */
static int listen_on(const char *host, int port, struct sockaddr_storage *address,
                     socklen_t *address_size, char *message, size_t size)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *list = NULL;
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    int rc =
        getaddrinfo(strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, service, &hints, &list);
    if (rc != 0) {
        snprintf(message, size, "host: \"%.80s\" is no numeric address (%s)", host,
                 gai_strerror(rc));
        return -1;
    }
    int fd = am_socket_listen(am_socket_bind(list->ai_addr, list->ai_addrlen));
    if (fd < 0)
        snprintf(message, size, "cannot listen on %.80s, port %d: %s", host, port, strerror(errno));
    else
        getsockname(fd, (struct sockaddr *)address, address_size);
    freeaddrinfo(list);
    return fd;
}

bool am_socket_open_both(am_listener *listener, const char *host, int port, int control_port,
                         char *message, size_t size)
{
    allow_descriptors((rlim_t)listener->max_connections + DESCRIPTORS_BESIDES);
    listener->address_size = sizeof listener->address;
    listener->socket =
        listen_on(host, port, &listener->address, &listener->address_size, message, size);
    if (listener->socket < 0)
        return false;
    struct sockaddr_storage control;
    socklen_t control_size = sizeof control;
    listener->control = listen_on(host, control_port, &control, &control_size, message, size);
    if (listener->control < 0)
        return false;
    listener->port = port_of(&listener->address, listener->address_size);
    listener->control_port = port_of(&control, control_size);
    return true;
}
