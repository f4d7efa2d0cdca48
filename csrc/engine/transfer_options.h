/* SPDX-License-Identifier: MIT */
/* Sets libcurl's options for a transfer. All return a CURLcode, as int; AM_CURL_NOT_BUILT_IN: this
 * libcurl was built without a required feature. */
#ifndef AM_TRANSFER_OPTIONS_H
#define AM_TRANSFER_OPTIONS_H

#include "base/visibility.h"
#include "engine/transfer.h"

AM_BEGIN_HIDDEN

/* Sets, once for a new handle, options that no request of the route changes. */
int am_transfer_set_constant(am_transfer *transfer);
/* Sets the options of a request: all of them, so none remains from the request before. */
int am_transfer_set_request(am_transfer *transfer, const am_sending *sending);
/* Sets the certificates to check the server's against, unless the handle has them already. */
int am_transfer_set_stores(am_transfer *transfer, const am_stores *stores);

AM_END_HIDDEN
#endif
