/* SPDX-License-Identifier: MIT */
/* The models of the answers, as models.lua has them.
 * Written by `make tables`; the source is lua/agentmail/api/. */
// clang-format off
#ifndef AM_TABLE_MODELS_H
#define AM_TABLE_MODELS_H

#include <stdbool.h>

#include "base/visibility.h"

AM_BEGIN_HIDDEN

enum { AM_MODELS = 92 };

/* Offsets in am_model_texts; 0: models.lua has none. */
typedef struct am_model {
    unsigned short name, fields, object, first, page, map;
    bool joined, file;
} am_model;

extern const char am_model_texts[];
extern const am_model am_models[AM_MODELS];

AM_END_HIDDEN
#endif
