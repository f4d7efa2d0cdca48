/* SPDX-License-Identifier: MIT */
/*
 * The cost of libcurl alone: one easy handle, keep-alive, no JSON, the answer copied and dropped.
 *   bare get|send URL COUNT [--ca-file FILE | --ca-dir DIR]
 * Prints the CPU time of one request (user and system, after a warm-up) and the peak memory. COUNT
 * 0 makes a single request, to measure a process from its start to its first answer.
 */
#define _DEFAULT_SOURCE
#include <curl/curl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "payload.h"

#define WARM_UP 200

struct answer {
    size_t length;
    char bytes[65536];
};

static size_t keep(char *data, size_t size, size_t count, void *user)
{
    struct answer *answer = user;
    size_t length = size * count;
    if (length > sizeof answer->bytes - answer->length)
        return 0;
    memcpy(answer->bytes + answer->length, data, length);
    answer->length += length;
    return length;
}

static void perform(CURL *curl, struct answer *answer)
{
    long status = 0;
    answer->length = 0;
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || status != 200 || answer->length == 0) {
        fprintf(stderr, "bare: %s, status %ld\n", curl_easy_strerror(code), status);
        exit(1);
    }
}

static struct curl_slist *headers_for(const char *mode)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Authorization: Bearer am_bench");
    headers = curl_slist_append(headers, "Accept: application/json");
    if (strcmp(mode, "send") == 0) {
        headers = curl_slist_append(headers, "Content-Type: application/json");
        headers = curl_slist_append(headers, "Idempotency-Key: bench-1");
    }
    return headers;
}

static void set_authority(CURL *curl, int argc, char **argv)
{
    if (argc < 6)
        return;
    curl_easy_setopt(curl, CURLOPT_CAINFO, NULL);
    if (strcmp(argv[4], "--ca-file") == 0)
        curl_easy_setopt(curl, CURLOPT_CAINFO, argv[5]);
    else
        curl_easy_setopt(curl, CURLOPT_CAPATH, argv[5]);
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    long count = strtol(argv[3], NULL, 10);
    static struct answer answer;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = headers_for(argv[1]);
    curl_easy_setopt(curl, CURLOPT_URL, argv[2]);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "bare");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    if (strcmp(argv[1], "send") == 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(SEND_BODY));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, SEND_BODY);
    }
    set_authority(curl, argc, argv);

    perform(curl, &answer);
    for (int i = 0; count > 0 && i < WARM_UP; i++)
        perform(curl, &answer);
    double start = cpu_seconds();
    for (long i = 0; i < count; i++)
        perform(curl, &answer);
    double spent = cpu_seconds() - start;

    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    if (count > 0)
        printf("%.3f %ld\n", spent / (double)count * 1e6, usage.ru_maxrss);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return 0;
}
