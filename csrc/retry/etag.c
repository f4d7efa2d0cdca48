/* SPDX-License-Identifier: MIT */
/* If-Match (RFC 9110, section 13.1.1). */
#include "retry/etag.h"

#include <string.h>

bool am_etag_is_valid(const char *etag, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (etag[i] < ' ' || etag[i] > '~')
            return false;
    return size > 0 && size <= AM_ETAG_MAX && etag[0] != ' ' && etag[size - 1] != ' ';
}

bool am_etag_is_one(const char *etag, size_t size)
{
    return !memchr(etag, ',', size) && !(size == 1 && etag[0] == '*');
}
