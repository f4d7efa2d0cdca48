/* SPDX-License-Identifier: MIT */
/*
 * What idle WebSockets cost their server: opens COUNT of them to the sandbox at URL, over TLS if it
 * is an https URL, and prints how many KiB the resident memory of process PID grew by.
 *   idle URL COUNT PID [CA_FILE]
 */
#define _GNU_SOURCE
#include <curl/curl.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { MOST = 10000, DESCRIPTORS = 4, ANSWER_SIZE = 4096, PATIENCE_MS = 10000 };

static const char handshake[] = "GET /v0 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                "Authorization: Bearer am_test_local\r\n\r\n";

/* A text frame whose mask is zero, which leaves the payload as it is. */
#define PAYLOAD "{\"type\":\"subscribe\",\"event_types\":[\"domain.verified\"]}"
static const char subscribe[] = {(char)0x81, (char)(0x80 | (sizeof PAYLOAD - 1)), 0, 0, 0, 0};

static void fail(const char *what, CURLcode code)
{
    fprintf(stderr, "idle: %s: %s\n", what, curl_easy_strerror(code));
    exit(1);
}

static void wait_for(CURL *curl, short events)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &fd);
    struct pollfd watch = {.fd = fd, .events = events};
    if (poll(&watch, 1, PATIENCE_MS) != 1)
        fail("waiting", CURLE_OPERATION_TIMEDOUT);
}

static void put(CURL *curl, const char *bytes, size_t size)
{
    while (size > 0) {
        size_t sent = 0;
        CURLcode code = curl_easy_send(curl, bytes, size, &sent);
        if (code == CURLE_AGAIN)
            wait_for(curl, POLLOUT);
        else if (code != CURLE_OK)
            fail("sending", code);
        bytes += sent;
        size -= sent;
    }
}

/* Reads until the answer has these words. */
static void expect(CURL *curl, const char *words)
{
    char answer[ANSWER_SIZE];
    size_t length = 0;
    do {
        size_t got = 0;
        CURLcode code = curl_easy_recv(curl, answer + length, sizeof answer - 1 - length, &got);
        if (code == CURLE_AGAIN)
            wait_for(curl, POLLIN);
        else if (code != CURLE_OK || got == 0)
            fail("receiving", code);
        length += got;
        answer[length] = '\0';
    } while (!memmem(answer, length, words, strlen(words)));
}

static void open_one(const char *url, const char *ca_file)
{
    CURL *curl = curl_easy_init();
    if (!curl)
        fail("opening", CURLE_OUT_OF_MEMORY);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    if (ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        fail("connecting", code);
    put(curl, handshake, sizeof handshake - 1);
    expect(curl, "\r\n\r\n");
    put(curl, subscribe, sizeof subscribe);
    put(curl, PAYLOAD, sizeof PAYLOAD - 1);
    expect(curl, "\"subscribed\"");
}

static long resident(const char *pid)
{
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%s/status", pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        (void)sscanf(line, "VmRSS: %ld", &kib);
    if (file)
        fclose(file);
    return kib;
}

int main(int argc, char **argv)
{
    long count = argc > 3 ? strtol(argv[2], NULL, 10) : 0;
    if (count < 1 || count > MOST)
        return 2;
    struct rlimit limit = {.rlim_cur = 0};
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < MOST * DESCRIPTORS) {
        limit.rlim_cur = limit.rlim_max < MOST * DESCRIPTORS ? limit.rlim_max : MOST * DESCRIPTORS;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    long before = resident(argv[3]);
    for (long i = 0; i < count; i++)
        open_one(argv[1], argc > 4 ? argv[4] : NULL);
    printf("%ld\n", resident(argv[3]) - before);
    return 0; /* the end of the process ends its connections */
}
