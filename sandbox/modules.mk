# SPDX-License-Identifier: MIT
# The C modules of the sandbox: their sources, below $(SANDBOX), and the flags that pkg-config
# reports for them. Included by the checkout's Makefile and the rock's.

SANDBOX_MODULES = listener sqlite gmime ical

LISTENER = $(sort $(wildcard $(SANDBOX)csrc/listener*.c))
SQLITE   = $(sort $(wildcard $(SANDBOX)csrc/sqlite*.c))
GMIME    = $(sort $(wildcard $(SANDBOX)csrc/mime*.c))
ICAL     = $(sort $(wildcard $(SANDBOX)csrc/recur*.c))

GMIME_CFLAGS := $(shell pkg-config --cflags gmime-3.0 2>/dev/null)

# Debian's wslay has no file for pkg-config.
WSLAY_LIBS   := $(shell pkg-config --libs libwslay 2>/dev/null || echo -lwslay)

LISTENER_LIBS = -lmicrohttpd $(WSLAY_LIBS) -lcrypto -lpthread
SQLITE_LIBS   = -lsqlite3
GMIME_LIBS   := $(shell pkg-config --libs gmime-3.0 2>/dev/null) -lpthread -ldl
ICAL_LIBS     = -lical -ldl
