/* SPDX-License-Identifier: MIT */
/*
 * The cost of libcurl alone with 64 requests in flight: curl_multi_socket_action on epoll, with the
 * headers that agentmail sends; no JSON, the answer copied and dropped.
 *   flight URL COUNT [CA-FILE]
 * Prints the CPU time of one request (user and system, after a warm-up) and the peak memory.
 */
#define _DEFAULT_SOURCE
#include <curl/curl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

enum { FLIGHT = 64, WARM_UP = 640 };

struct request {
    CURL *easy;
    size_t length;
    char bytes[16384];
};

struct loop {
    CURLM *multi;
    int poll, running;
    long timeout_ms; /* -1: none */
    struct request requests[FLIGHT];
};

static void fail(const char *what)
{
    fprintf(stderr, "flight: %s\n", what);
    exit(1);
}

static size_t keep(char *data, size_t size, size_t count, void *user)
{
    struct request *request = user;
    size_t length = size * count;
    if (length > sizeof request->bytes - request->length)
        return 0;
    memcpy(request->bytes + request->length, data, length);
    request->length += length;
    return length;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *known)
{
    struct loop *loop = data;
    struct epoll_event event = {.data.fd = fd};
    (void)easy;
    if (what == CURL_POLL_REMOVE)
        return epoll_ctl(loop->poll, EPOLL_CTL_DEL, fd, NULL);
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    if (known)
        return epoll_ctl(loop->poll, EPOLL_CTL_MOD, fd, &event);
    curl_multi_assign(loop->multi, fd, loop);
    return epoll_ctl(loop->poll, EPOLL_CTL_ADD, fd, &event);
}

static int on_timer(CURLM *multi, long timeout_ms, void *data)
{
    (void)multi;
    ((struct loop *)data)->timeout_ms = timeout_ms;
    return 0;
}

static void prepare(struct request *request, char **argv, struct curl_slist *headers)
{
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
    if (argv[2] && argv[3])
        curl_easy_setopt(easy, CURLOPT_CAINFO, argv[3]);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "agentmail-lua/0.1.0");
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    request->easy = easy;
}

static void start(struct loop *loop, struct request *request)
{
    request->length = 0;
    if (curl_multi_add_handle(loop->multi, request->easy) != CURLM_OK)
        fail("cannot add a request");
}

/* Takes the requests that are done; starts them again while `left` lasts. */
static long take_done(struct loop *loop, long *left)
{
    int queued;
    long done = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(loop->multi, &queued)) != NULL; done++) {
        struct request *request = NULL;
        long status = 0;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&request);
        curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        if (code != CURLE_OK || status != 200 || request->length == 0)
            fail(curl_easy_strerror(code));
        curl_multi_remove_handle(loop->multi, request->easy);
        if (*left > 0) {
            start(loop, request);
            (*left)--;
        }
    }
    return done;
}

static void run(struct loop *loop, long count)
{
    struct epoll_event ready[FLIGHT];
    long done = 0, left = count;
    for (int i = 0; i < FLIGHT && left > 0; i++, left--)
        start(loop, &loop->requests[i]);
    while (done < count) {
        int n = epoll_wait(loop->poll, ready, FLIGHT, (int)loop->timeout_ms);
        if (n < 0)
            fail("epoll_wait");
        if (n == 0)
            curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &loop->running);
        for (int i = 0; i < n; i++)
            curl_multi_socket_action(loop->multi, ready[i].data.fd,
                                     (ready[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                                         (ready[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0),
                                     &loop->running);
        done += take_done(loop, &left);
    }
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    static struct loop loop = {.timeout_ms = -1};
    long count = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
    if (count < 1)
        return 2;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    loop.poll = epoll_create1(EPOLL_CLOEXEC);
    loop.multi = curl_multi_init();
    curl_multi_setopt(loop.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(loop.multi, CURLMOPT_SOCKETDATA, &loop);
    curl_multi_setopt(loop.multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(loop.multi, CURLMOPT_TIMERDATA, &loop);
    curl_multi_setopt(loop.multi, CURLMOPT_MAXCONNECTS, (long)FLIGHT);
    struct curl_slist *headers = curl_slist_append(NULL, "Authorization: Bearer am_bench");
    for (int i = 0; i < FLIGHT; i++)
        prepare(&loop.requests[i], argv, headers);

    run(&loop, WARM_UP);
    double begin = cpu_seconds();
    run(&loop, count);
    double spent = cpu_seconds() - begin;

    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%.3f %ld\n", spent / (double)count * 1e6, usage.ru_maxrss);
    for (int i = 0; i < FLIGHT; i++)
        curl_easy_cleanup(loop.requests[i].easy);
    curl_slist_free_all(headers);
    curl_multi_cleanup(loop.multi);
    return 0;
}
