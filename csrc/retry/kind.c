/* SPDX-License-Identifier: MIT */
/* Maps the code, status and head of an answer to a kind, and to one of our codes. */
#include "retry/kind.h"

#include <stddef.h>

static bool is_in(int number, const short *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == number)
            return true;
    return false;
}
#define IS_IN(number, list) is_in(number, list, sizeof(list) / sizeof(list)[0])

/* Refused by definition (RFC 9110, 6585, 7725): nothing was done. 406 is not among them: frameworks
 * may look for an acceptable form of the answer after they have done the work. */
static const short refusals[] = {400, 401, 402, 403, 404, 405, 410, 411, 412, 413, 414, 415,
                                 416, 417, 421, 422, 426, 428, 431, 451, 501, 505, 511};

/* Certificates and settings, which the next attempt would find unchanged. */
static const short tls_codes[] = {AM_CURL_TLS_CERT,    AM_CURL_TLS_CIPHER,     AM_CURL_TLS_PEER,
                                  AM_CURL_TLS_CA_FILE, AM_CURL_TLS_ISSUER,     AM_CURL_TLS_PINNED,
                                  AM_CURL_TLS_STATUS,  AM_CURL_TLS_CLIENT_CERT};
static const short url_codes[] = {AM_CURL_UNSUPPORTED_PROTOCOL, AM_CURL_URL_MALFORMAT,
                                  AM_CURL_NOT_BUILT_IN};

/* Failures that the next attempt would repeat: certificates, URL, a proxy that wants a password. */
static bool is_hopeless(const am_attempt *attempt)
{
    return IS_IN(attempt->curl, tls_codes) || IS_IN(attempt->curl, url_codes) ||
           attempt->proxy_status == 407 || attempt->file_failed;
}

/* A 409 may say more than its status. */
static am_kind kind_of_conflict(am_saying saying)
{
    if (saying == AM_SAYS_RACE)
        return AM_KIND_RACING;
    if (saying == AM_SAYS_NOT_YET)
        return AM_KIND_BUSY;
    return saying == AM_SAYS_FINAL ? AM_KIND_REJECTED : AM_KIND_CONFLICTING;
}

/* The kind for a status from 300 with complete headers: valid evidence even if the body was
 * lost. */
static am_kind kind_of_status(int status, am_saying saying)
{
    if (status == 303)
        return AM_KIND_SEE_OTHER;
    if (status == 304) /* response to a question that nobody asked */
        return AM_KIND_BROKEN;
    if (status <= 399)
        return AM_KIND_MOVED;
    if (status == 407)
        return AM_KIND_BARRED;
    if (status == 409)
        return kind_of_conflict(saying);
    if (status == 425 || status == 429) /* RFC 8470, 6585: not processed */
        return AM_KIND_BUSY;
    if (status == 503)
        return AM_KIND_UNAVAILABLE;
    return IS_IN(status, refusals) ? AM_KIND_REJECTED : AM_KIND_AMBIGUOUS;
}

am_kind am_kind_of(const am_attempt *attempt, bool believes_503)
{
    if (attempt->stale)
        return attempt->wire == 0 ? AM_KIND_STALE : AM_KIND_HALTED;
    if (attempt->wire == 0)
        return is_hopeless(attempt) ? AM_KIND_UNSENDABLE : AM_KIND_UNSENT;
    if (attempt->file_failed)
        return AM_KIND_SPOILED;
    if (attempt->status >= 300 && !attempt->head_cut) {
        am_kind kind = kind_of_status(attempt->status, attempt->saying);
        bool says = kind == AM_KIND_UNAVAILABLE && attempt->saying == AM_SAYS_UNAVAILABLE;
        return says && believes_503 ? AM_KIND_BUSY : kind;
    }
    if (attempt->too_large)
        return AM_KIND_OVERSIZE;
    if (attempt->status < 200)
        return AM_KIND_SILENT;
    if (attempt->defect || attempt->curl == AM_CURL_WEIRD || attempt->curl == AM_CURL_BAD_ENCODING)
        return AM_KIND_BROKEN;
    if (attempt->head_cut || attempt->curl != AM_CURL_OK)
        return AM_KIND_CUT;
    return attempt->answer == AM_ANSWER_WHOLE ? AM_KIND_DONE : AM_KIND_BROKEN;
}

static am_code code_of_transfer(const am_attempt *attempt)
{
    int curl = attempt->curl;
    if (curl == AM_CURL_NO_HOST)
        return AM_DNS;
    if (curl == AM_CURL_TIMEOUT)
        return AM_TIMEOUT;
    if (curl == AM_CURL_NO_MEMORY)
        return AM_NO_MEMORY;
    if (curl == AM_CURL_TLS_CONNECT || IS_IN(curl, tls_codes))
        return AM_TLS;
    if (IS_IN(curl, url_codes))
        return attempt->wire ? AM_BAD_RESPONSE : AM_INVALID;
    if (curl == AM_CURL_WEIRD && attempt->wire)
        return AM_BAD_RESPONSE;
    if (curl == AM_CURL_NO_PROXY_HOST || curl == AM_CURL_PROXY ||
        (attempt->wire == 0 && attempt->proxy_status >= 300))
        return AM_PROXY;
    return AM_NETWORK;
}

am_code am_kind_code(am_kind kind, const am_attempt *attempt)
{
    static const am_code codes[AM_KINDS] = {
        [AM_KIND_STALE] = AM_STALE,         [AM_KIND_HALTED] = AM_STALE,
        [AM_KIND_BROKEN] = AM_BAD_RESPONSE, [AM_KIND_OVERSIZE] = AM_TOO_LARGE,
        [AM_KIND_MOVED] = AM_REDIRECTED,    [AM_KIND_SEE_OTHER] = AM_REDIRECTED,
        [AM_KIND_BARRED] = AM_PROXY,        [AM_KIND_CONFLICTING] = AM_CONFLICT,
        [AM_KIND_RACING] = AM_CONFLICT};
    if (attempt->file_failed && !attempt->stale)
        return AM_FILE;
    if (kind == AM_KIND_DONE || codes[kind] != AM_OK)
        return codes[kind];
    if (kind == AM_KIND_UNSENT || kind == AM_KIND_UNSENDABLE || kind == AM_KIND_SILENT ||
        kind == AM_KIND_CUT)
        return code_of_transfer(attempt);
    if (attempt->status == 412)
        return AM_PRECONDITION_FAILED;
    if (attempt->status == 429)
        return AM_RATE_LIMITED;
    return kind != AM_KIND_AMBIGUOUS && attempt->status < 500 ? AM_REJECTED : AM_SERVICE_ERROR;
}
