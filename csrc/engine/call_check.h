/* SPDX-License-Identifier: MIT */
/* What is wrong with a request, before anything of it is made. */
#ifndef AM_CALL_CHECK_H
#define AM_CALL_CHECK_H

#include "agentmail.h"
#include "base/visibility.h"

AM_BEGIN_HIDDEN

/* Checks a request; its method, which is static, or NULL: code and error say what is wrong. */
const char *am_request_check(const am_client *client, const am_request *request, am_code *code,
                             char error[AM_ERROR_SIZE]);
/* Whether a body of that size may be sent; error says so if not. */
bool am_request_fits(int64_t size, const am_limits *limits, char error[AM_ERROR_SIZE]);

AM_END_HIDDEN
#endif
