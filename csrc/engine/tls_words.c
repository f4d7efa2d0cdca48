/* SPDX-License-Identifier: MIT */
/* Advice on TLS failures. */
#include "engine/tls_words.h"

#include <stdio.h>
#include <string.h>

#include "retry/attempt.h"

static void add_stores(char *words, size_t size, const am_stores *stores)
{
    size_t length = strlen(words);
    const char *file = stores->file, *dir = stores->dir;
    const char *one = file ? file : dir ? dir : "this system";
    snprintf(
        words + length, size - length,
        "; trusted: the certificates of %.150s%s%.150s; set ca_file to trust another authority",
        one, file && dir ? " and " : "", file && dir ? dir : "");
}

void am_tls_words(char *words, size_t size, int curl, const am_stores *doubting)
{
    size_t length = strlen(words);
    const char *more = "";
    if (doubting)
        add_stores(words, size, doubting);
    else if (curl == AM_CURL_TLS_CA_FILE)
        more = "; see the options ca_file and ca_dir, or CURL_CA_BUNDLE, SSL_CERT_FILE and "
               "SSL_CERT_DIR in the environment";
    else if (curl == AM_CURL_TLS_CONNECT && strstr(words, "wrong version number"))
        more = "; the server may not speak TLS: should the URL begin with http://?";
    if (more[0])
        snprintf(words + length, size - length, "%s", more);
}
