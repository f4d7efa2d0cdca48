/* SPDX-License-Identifier: MIT */
/*
 * A loop around libcurl, as it is often written: one handle, and up to five attempts while libcurl
 * fails or the status is 429 or 5xx.
 *   loop URL API_KEY INBOX FROM TO LOG WORDS
 */
#define _GNU_SOURCE
#include <curl/curl.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ATTEMPTS = 5, PAUSE_US = 10000, TIMEOUT_MS = 600 };

static size_t drop(char *data, size_t size, size_t count, void *user)
{
    (void)data;
    (void)user;
    return size * count;
}

static bool send_mail(CURL *curl, long number, const char *words)
{
    char body[512], own[64];
    snprintf(own, sizeof own, "%d-%ld-%ld", (int)getpid(), number, random());
    snprintf(body, sizeof body,
             "{\"to\":[\"ann@example.com\"],\"subject\":\"op-%ld\",\"text\":\"%s\"}", number,
             *words ? words : own);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    for (int i = 0; i < ATTEMPTS; i++) {
        long status = 0;
        CURLcode code = curl_easy_perform(curl);
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        if (code == CURLE_OK && status != 429 && status < 500)
            return status == 200;
        usleep(PAUSE_US);
    }
    return false;
}

/* Marks in sent, of `most` numbers, those that the log calls sent. */
static void read_log(FILE *log, bool *sent, long most)
{
    char word[16];
    long number;
    rewind(log);
    while (fscanf(log, "%ld %15s", &number, word) == 2)
        if (number > 0 && number <= most)
            sent[number] = strcmp(word, "sent") == 0;
}

int main(int argc, char **argv)
{
    if (argc != 8)
        return 2;
    char url[1024], bearer[512];
    long first = atol(argv[4]), last = atol(argv[5]);
    bool *sent = calloc((size_t)last + 1, sizeof *sent);
    FILE *log = fopen(argv[6], "a+");
    CURL *curl = curl_easy_init();
    if (!sent || !log || !curl)
        return 2;
    read_log(log, sent, last);
    snprintf(url, sizeof url, "%s/v0/inboxes/%s/messages/send", argv[1], argv[3]);
    snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", argv[2]);
    struct curl_slist *headers = curl_slist_append(NULL, bearer);
    headers = curl_slist_append(headers, "Content-Type: application/json");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS);
    for (long i = first; i <= last; i++)
        if (!sent[i]) {
            fprintf(log, "%ld %s\n", i, send_mail(curl, i, argv[7]) ? "sent" : "failed");
            fflush(log);
        }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    free(sent);
    return fclose(log) != 0;
}
