/* SPDX-License-Identifier: MIT */
/* The table of limits: its defaults, and whether values are within its bounds. */
#include "agentmail.h"

#include <stdio.h>
#include <string.h>

static const am_limit table[] = {
#define AM_LIMIT_ROW(field, name, unit, value, least, most, about)                                 \
    {name, about, AM_UNIT_##unit, value, least, most, offsetof(am_limits, field)},
    AM_LIMITS(AM_LIMIT_ROW)
#undef AM_LIMIT_ROW
};

const am_limit *am_limit_table(size_t *count)
{
    *count = sizeof table / sizeof table[0];
    return table;
}

void am_limits_init(am_limits *limits)
{
    *limits = (am_limits){
#define AM_LIMIT_DEFAULT(field, name, unit, value, least, most, about) .field = (value),
        AM_LIMITS(AM_LIMIT_DEFAULT)
#undef AM_LIMIT_DEFAULT
    };
}

bool am_limits_check(const am_limits *limits, char error[AM_ERROR_SIZE])
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const am_limit *limit = &table[i];
        int64_t value;
        memcpy(&value, (const char *)limits + limit->offset, sizeof value);
        if (value >= limit->least && value <= limit->most)
            continue;
        const char *unit = limit->unit == AM_UNIT_MS ? " ms" : "";
        snprintf(error, AM_ERROR_SIZE, "limit %s is %lld%s: it must be %lld to %lld", limit->name,
                 (long long)value, unit, (long long)limit->least, (long long)limit->most);
        return false;
    }
    return true;
}
