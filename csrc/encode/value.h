/* SPDX-License-Identifier: MIT */
/* Reads a list of am_value as arguments. */
#ifndef AM_VALUE_H
#define AM_VALUE_H

#include "agentmail_operation.h"
#include "base/visibility.h"
#include "encode/item.h"

AM_BEGIN_HIDDEN

/* Reads values and their contents. */
extern const am_reader am_value_reader;

/* A value as an item; the ref of a table is the value's address. */
am_item am_value_item(const am_value *value);

AM_END_HIDDEN
#endif
