/* SPDX-License-Identifier: MIT */
/* Keeps a module mapped after the Lua state that loaded it is closed, for libraries that leave
 * something behind in the process. */
#ifndef AM_SANDBOX_PIN_H
#define AM_SANDBOX_PIN_H

#include <dlfcn.h>

/* The file that includes this defines _GNU_SOURCE first, for dladdr. A statically linked host has
 * nothing to pin; there this fails without harm. */
static inline void am_pin_module(void (*own)(void))
{
    Dl_info info;
    union {
        void (*function)(void);
        void *data;
    } address = {.function = own};
    if (dladdr(address.data, &info) && info.dli_fname)
        dlopen(info.dli_fname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

#endif
