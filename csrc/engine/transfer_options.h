/* SPDX-License-Identifier: MIT */
/* What libcurl is told of a transfer. All return a CURLcode, as int; AM_CURL_NOT_BUILT_IN: this
 * libcurl was built without something that is needed. */
#ifndef AM_TRANSFER_OPTIONS_H
#define AM_TRANSFER_OPTIONS_H

#include "base/visibility.h"
#include "engine/transfer.h"

AM_BEGIN_HIDDEN

/* Options that no request of the route changes, once for a new handle. */
int am_transfer_set_constant(am_transfer *transfer);
/* Options that every request sets, so that none of the request before stays. */
int am_transfer_set_request(am_transfer *transfer, const am_sending *sending);
/* What the server's certificate is checked against, unless the handle holds that already. */
int am_transfer_set_stores(am_transfer *transfer, const am_stores *stores);

AM_END_HIDDEN
#endif
