/* SPDX-License-Identifier: MIT */
/*
 * The time libcurl alone takes to upload a file that is already encoded, read in pieces:
 *   upload URL FILE COUNT
 * Prints the wall time of one upload in milliseconds, after a warm-up upload.
 */
#define _DEFAULT_SOURCE
#include <curl/curl.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static size_t discard(char *data, size_t size, size_t count, void *user)
{
    (void)data;
    (void)user;
    return size * count;
}

static size_t feed(char *out, size_t size, size_t count, void *user)
{
    return fread(out, size, count, user);
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void upload(CURL *curl, FILE *file)
{
    long status = 0;
    rewind(file);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || status != 200) {
        fprintf(stderr, "upload: %s, status %ld\n", curl_easy_strerror(code), status);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    FILE *file = argc == 4 ? fopen(argv[2], "rb") : NULL;
    if (!file || fseek(file, 0, SEEK_END) != 0)
        return 2;
    long count = strtol(argv[3], NULL, 10);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ftell(file));
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, feed);
    curl_easy_setopt(curl, CURLOPT_READDATA, file);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, discard);

    upload(curl, file);
    double start = now_ms();
    for (long i = 0; i < count; i++)
        upload(curl, file);
    printf("%.3f\n", (now_ms() - start) / (double)count);

    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    fclose(file);
    return 0;
}
