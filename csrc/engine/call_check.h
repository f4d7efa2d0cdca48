/* SPDX-License-Identifier: MIT */
/* What is wrong with a request; checked before any part of it is allocated. */
#ifndef AM_CALL_CHECK_H
#define AM_CALL_CHECK_H

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* Checks a request. Returns its method, which is static; NULL: code and error say what is wrong. */
const char *am_request_check(const am_client *client, const am_request *request, am_code *code,
                             char error[AM_ERROR_SIZE]);
/* True if a body of that size may be sent; if not, error says so. */
bool am_request_fits(int64_t size, const am_limits *limits, char error[AM_ERROR_SIZE]);

AM_END_HIDDEN
#endif
