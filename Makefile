# SPDX-License-Identifier: MIT
# `make help` lists the targets. One set of rules builds every variant, each in a folder of its own:
#   make BUILD=build/asan SAN=address,undefined      make BUILD=build/clang CC=clang WERROR=1

CC      = gcc
BUILD   = build
PREFIX  = /usr/local
DESTDIR =
LUA     = $(shell command -v lua5.4 || echo lua)

# The sources of each product; `make check` compares them with the rockspecs. sandbox/modules.mk has
# those of the sandbox, and the libraries that they need.
BASE     = $(sort $(wildcard csrc/base/*.c csrc/encode/*.c csrc/retry/*.c csrc/engine/*.c))
BINDING  = $(sort $(wildcard csrc/lua/*.c))
LAZY     = $(sort $(wildcard csrc/lazy/*.c))
OUTBOX   = $(sort $(wildcard csrc/outbox/*.c))
LUA_OUTBOX = $(sort $(wildcard csrc/lua_outbox/*.c))
EMBED    = $(sort $(wildcard csrc/embed/*.c))
LUA_FILES := $(sort $(shell cd lua && find agentmail -name '*.lua'))
SANDBOX  = sandbox/
include sandbox/modules.mk
SPECS    = $(sort $(patsubst %/,%,$(dir $(wildcard spec/*/*_spec.lua))))
UNITS    = $(sort $(wildcard spec/c/*/*_test.c))
MODEL    = $(sort $(wildcard spec/model/*.c))
SUPPORT  = $(sort $(filter-out $(UNITS),$(wildcard spec/c/*/*.c)))

WARN     = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings \
           -Wconversion $(if $(WERROR),-Werror)
SANITIZE = $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
CFLAGS   = -O2 -g
MODULE   = -shared
ifeq ($(shell uname -s),Darwin)
MODULE   = -bundle -undefined dynamic_lookup
endif
LUA_PC  := $(shell for name in lua5.4 lua-5.4 lua; do \
             pkg-config --exists $$name 2>/dev/null && echo $$name && break; done)
LUA_CFLAGS := $(shell pkg-config --cflags $(LUA_PC) 2>/dev/null)
LUA_LIBS = $(shell pkg-config --libs $(LUA_PC) 2>/dev/null)
COMPILE  = $(CC) -std=c11 -fPIC -fvisibility=hidden -Icsrc $(WARN) $(SANITIZE) $(CFLAGS) $(LUA_CFLAGS)

LIB     = $(BUILD)/libagentmail.a
LIB_LUA = $(BUILD)/libagentmail-lua.a
LIB_OUTBOX = $(BUILD)/libagentmail-outbox.a
LIB_LUA_OUTBOX = $(BUILD)/libagentmail-lua-outbox.a
LIBS_ALL = $(LIB) $(LIB_LUA) $(LIB_OUTBOX) $(LIB_LUA_OUTBOX)
M       = $(BUILD)/lib/agentmail
OWN     = $(addprefix $(M)/,core.so native.so outbox_core.so)
MODULES = $(OWN) $(SANDBOX_MODULES:%=$(M)/sandbox/%.so)
TESTS   = $(UNITS:%.c=$(BUILD)/%)
objects = $(patsubst %.c,$(BUILD)/%.o,$1)

# A quiet and parallel make of its own, which sees what `deps` has just installed.
JOBS    = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell getconf _NPROCESSORS_ONLN))
AGAIN   = $(MAKE) -s --no-print-directory $(JOBS)

PATHS = lua/?.lua;lua/?/init.lua;sandbox/?.lua;sandbox/?/init.lua;;

# The environment of a script that runs from the checkout. The sandbox is never behind a proxy, and
# certificates that the environment names would be loaded for each connection.
RUN = LUA="$(LUA)" AGENTMAIL_BUILD="$(BUILD)" LUA_CPATH="$(BUILD)/lib/?.so;;" \
      LUA_PATH="$(PATHS)" no_proxy=127.0.0.1,127.0.0.0/8,localhost \
      CURL_CA_BUNDLE= SSL_CERT_FILE= SSL_CERT_DIR=

all: $(LIBS_ALL) $(MODULES) ## build the libraries and the modules into build/

units: $(TESTS)

deps: ## install what demo and test need, if anything is missing
	@sh .ci/deps.sh base

demo: deps ## a lost answer, a repeated request, one mail; about 10 s
	@echo 'building'
	@$(AGAIN) all
	@$(RUN) $(LUA) examples/lost_ack.lua

test: deps ## C units and specs, about 10 minutes; the last line is the count
	@echo 'building'
	@$(AGAIN) all units
	@$(RUN) $(LUA) .ci/suite.lua \
	    $(foreach s,$(SPECS),'beside $s: busted -o TAP -v --exclude-tags=timing $s') \
	    $(foreach u,$(UNITS:.c=),'tap $u: $(BUILD)/$u') \
	    'alone tap specs that measure time: busted -o TAP -v --tags=timing'

check: ## compilers, linters, layering, rocks, sanitizers, valgrind
	@sh .ci/deps.sh base check bench
	@sh .ci/check.sh

BENCHES = $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard bench/*.c bench/exactly_once/*.c)))

bench: ## cost against a bare libcurl loop, as a table
	@sh .ci/deps.sh base bench
	@$(AGAIN) all $(BENCHES)
	@$(RUN) $(LUA) bench/run.lua
	@echo
	@$(RUN) $(LUA) bench/attachments.lua

bench-tasks: ## cost of tasks over the same without, by callgrind, as a table
	@sh .ci/deps.sh base bench
	@$(AGAIN) all $(BENCHES)
	@$(RUN) $(LUA) bench/tasks.lua

bench-outbox: ## cost of a send with an outbox over a plain one and two commits, by callgrind
	@sh .ci/deps.sh base bench
	@$(AGAIN) all $(BENCHES)
	@$(RUN) $(LUA) bench/outbox.lua

bench-sandbox: ## requests a second of the sandbox, beside nginx; its start and memory
	@sh .ci/deps.sh base bench
	@$(AGAIN) all $(BENCHES)
	@$(RUN) $(LUA) bench/sandbox.lua

PROOFS = $(addprefix proof-,mutants sandbox cuts tasks watch model store crash scenarios)

proof: check-fresh $(PROOFS) ## long

proof-mutants: deps ## break the rules about answers in 150 ways; the units must notice each
	@$(LUA) .ci/mutants.lua
	@$(LUA) .ci/outbox_mutants.lua

proof-sandbox: deps ## a million sends against an independent count, a crowd of 10,000
	@$(AGAIN) all
	@AGENTMAIL_SENDS=1000000 AGENTMAIL_CROWD=10000 $(RUN) $(LUA) .ci/suite.lua \
	    'tap a million sends: busted -o TAP --filter=independent \
	        spec/sandbox/independent_count_spec.lua' \
	    'tap ten thousand connections: busted -o TAP spec/sandbox/hostile_input_spec.lua'

proof-cuts: deps ## answers cut at every byte, ten thousand retries and updates in doubt
	@$(AGAIN) all
	@AGENTMAIL_CUTS=all AGENTMAIL_RETRIES=10000 AGENTMAIL_UPDATES=10000 $(RUN) $(LUA) .ci/suite.lua \
	    'tap every cut: busted -o TAP spec/client/cut_answers_spec.lua' \
	    'tap ten thousand retries: busted -o TAP spec/client/retry_chains_spec.lua' \
	    'tap ten thousand updates: busted -o TAP spec/client/update_chains_spec.lua'

proof-tasks: deps ## a hundred thousand random schedules of tasks, 10,000 cancels, a million calls
	@$(AGAIN) all
	@AGENTMAIL_SCHEDULES=5000 AGENTMAIL_CANCELS=10000 AGENTMAIL_IDLE=60 AGENTMAIL_CALLS=1000000 \
	    $(RUN) $(LUA) .ci/suite.lua \
	    $(foreach n,$(shell seq 0 19),'tap random schedules, from $(n) x 5000: \
	        AGENTMAIL_SEED=$$(($(n) * 5000 + 1)) busted -o TAP spec/client/task/schedules_spec.lua') \
	    'tap cancels in each state: busted -o TAP spec/client/task/scope_spec.lua' \
	    'tap cancels of an outbox: busted -o TAP spec/client/outbox/cancel_spec.lua' \
	    'tap a minute without wake-ups: busted -o TAP spec/client/loop/ticks_spec.lua' \
	    'tap a million calls: busted -o TAP spec/client/task/memory_spec.lua'

proof-watch: deps ## 10,000 mails watched by programs that are killed
	@$(AGAIN) all
	@AGENTMAIL_WATCHED=10000 $(RUN) $(LUA) .ci/suite.lua \
	    'tap ten thousand mails: busted -o TAP spec/client/object/watch_proof_spec.lua'

proof-model: deps ## the model of the outbox: 10^8 states, each mutant, each residual; about 4 GB
	@$(AGAIN) $(BUILD)/spec/model/model
	@$(LUA) .ci/suite.lua 'tap the model, deep: $(BUILD)/spec/model/model deep proof' \
	    'tap mutants of workers, residuals: $(BUILD)/spec/model/model wide worker residual' \
	    'tap mutants of the rules: $(LUA) spec/model/mutants.lua'

proof-store: deps ## the store of the outbox, with a million finished rows
	@$(AGAIN) $(BUILD)/spec/c/outbox/store_cost_test
	@FINISHED=1000000 $(RUN) $(LUA) .ci/suite.lua \
	    'tap a million rows: $(BUILD)/spec/c/outbox/store_cost_test'

proof-crash: deps ## programs with an outbox, killed before each system call
	@$(AGAIN) all
	@AGENTMAIL_KILLS=1 AGENTMAIL_KILL_PAIRS=5000 AGENTMAIL_FROZEN=1 $(RUN) $(LUA) .ci/suite.lua \
	    'tap kills: busted -o TAP spec/crash'

proof-scenarios: ## SENDS=10000 in each of nine scenarios, beside libcurl and the npm package
	@sh .ci/deps.sh base check bench
	@cd spec && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@$(AGAIN) all $(BENCHES)
	@$(RUN) $(LUA) bench/exactly_once/run.lua $(or $(SENDS),10000)

ci: ## what CI runs: test, then check
	@.ci/run

check-fresh: ## `make demo`, `make test` and the rocks, each alone in a fresh Debian 12 (needs root)
	@sh .ci/deps.sh fresh
	@sh .ci/fresh.sh

sandbox: deps ## run the local service, with ARGS; prints its URL
	@$(AGAIN) all
	@echo 'a script of yours finds this checkout after'
	@echo '  eval "$$(make -s -C $(CURDIR) env)"'
	@exec env $(RUN) $(LUA) sandbox/bin/agentmail-sandbox $(ARGS)

env: ## build, then print what makes lua5.4 find this checkout: eval "$(make -s env)"
	@sh .ci/deps.sh base >&2
	@$(AGAIN) all >&2
	@echo 'export LUA_PATH="$(subst lua/,$(CURDIR)/lua/,$(subst sandbox/,$(CURDIR)/sandbox/,$(PATHS)))"'
	@echo 'export LUA_CPATH="$(CURDIR)/$(BUILD)/lib/?.so;;"'

# Modules are installed with their folders. `uninstall` removes these files, and the folders only if
# they are empty: another package may have put files there.
SHARE   = $(DESTDIR)$(PREFIX)/share/lua/5.4
NATIVE  = $(DESTDIR)$(PREFIX)/lib/lua/5.4/agentmail
FOLDERS = $(sort $(shell cd lua && find agentmail -type d))
HEADERS = $(sort $(wildcard csrc/*.h))

PC      = $(DESTDIR)$(PREFIX)/lib/pkgconfig
PC_FILES = $(sort $(wildcard csrc/*.pc.in))
VERSION = $(shell sed -n 's/^\#define AM_VERSION "\(.*\)"/\1/p' csrc/agentmail.h)
# lua-cjson as an archive, which Debian has. Our archive names it weakly, so it must be asked for.
CJSON_A = $(realpath $(filter /%,$(shell $(CC) -print-file-name=liblua5.4-cjson.a)))
CJSON   = $(if $(CJSON_A),-Wl$(comma)-u$(comma)luaopen_cjson $(CJSON_A))
comma   = ,

install: all ## into $(DESTDIR)$(PREFIX): the client, the C libraries and their headers
	install -d $(NATIVE) $(FOLDERS:%=$(SHARE)/%) $(DESTDIR)$(PREFIX)/include $(PC)
	install -m 755 $(OWN) $(NATIVE)/
	for f in $(LUA_FILES); do install -m 644 lua/$$f $(SHARE)/$$f || exit 1; done
	install -m 644 $(HEADERS) $(DESTDIR)$(PREFIX)/include/
	install -m 644 $(LIBS_ALL) $(DESTDIR)$(PREFIX)/lib/
	for f in $(PC_FILES:csrc/%.in=%); do \
	    sed 's|@VERSION@|$(VERSION)|; s|@LUA@|$(LUA_PC)|; s|@CJSON@|$(CJSON)|' csrc/$$f.in >$(PC)/$$f && \
	    chmod 644 $(PC)/$$f || exit 1; done

ROCKSPECS = $(wildcard rockspec/*.rockspec sandbox/rockspec/*.rockspec)
dist: ## the source archive of HEAD and the rockspecs that name it, in build/dist
	rm -rf $(BUILD)/dist
	mkdir -p $(BUILD)/dist
	git -c tar.umask=022 archive --format=tar --prefix=agentmail-$(VERSION)/ \
	    -o $(BUILD)/dist/agentmail-$(VERSION).tar HEAD
	gzip -9n $(BUILD)/dist/agentmail-$(VERSION).tar
	cp $(ROCKSPECS) $(BUILD)/dist/

uninstall: ## remove what install put there; takes the same DESTDIR and PREFIX
	rm -f $(OWN:$(M)/%=$(NATIVE)/%) $(LUA_FILES:%=$(SHARE)/%)
	rm -f $(HEADERS:csrc/%=$(DESTDIR)$(PREFIX)/include/%) $(PC_FILES:csrc/%.in=$(PC)/%)
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/lib/,$(notdir $(LIBS_ALL)))
	for d in $(NATIVE) $(PC) $(FOLDERS:%=$(SHARE)/%); do echo $$d; done | sort -r | \
	    while read -r d; do rmdir "$$d" 2>/dev/null || :; done

format: ## rewrite the C sources in the house format
	clang-format -i $(wildcard csrc/*.h csrc/*/*.[ch] sandbox/csrc/*.[ch] \
	    spec/c/*/*.[ch] spec/model/*.[ch] bench/*.[ch])

readme: all ## rewrite the tables of README.md and docs/ that are declared elsewhere
	@$(RUN) $(LUA) tools/readme.lua
	@$(RUN) $(LUA) tools/faults.lua

tables: all ## rewrite csrc/encode/table_*, the operations in C
	@$(RUN) $(LUA) tools/tables.lua

types: all ## rewrite types/, the definitions for lua-language-server
	@mkdir -p types
	@$(RUN) $(LUA) tools/types.lua

docs: all ## rewrite docs/reference.md
	@mkdir -p docs
	@$(RUN) $(LUA) tools/reference.lua

wire: ## record again what the official npm package sends (needs npm)
	@cd spec && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@node spec/wire/record.mjs

drift: all ## compare operations.lua with the official npm package: new, missing, changed (needs npm)
	@cd spec && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@node spec/wire/operations.mjs | $(RUN) $(LUA) spec/wire/drift.lua

clean: ## remove build/, and what luarocks leaves in a checkout
	rm -rf build sandbox/build
	rm -f $(OWN:$(M)/%=agentmail/%) $(wildcard csrc/*/*.o)
	@rmdir agentmail 2>/dev/null || :

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 16

print-%: # the value of one variable, for the checks
	@: $(info $($*))

$(LIB): $(call objects,$(BASE))
$(LIB_OUTBOX): $(call objects,$(OUTBOX))
$(LIB_LUA_OUTBOX): $(call objects,$(LUA_OUTBOX) $(OUTBOX))
$(LIB_LUA): $(call objects,$(BASE) $(BINDING) $(EMBED)) $(BUILD)/embed/files.o
$(BUILD)/libsupport.a: $(call objects,$(SUPPORT))
%.a:
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/embed/files.c: tools/embed.lua tools/files.lua $(LUA_FILES:%=lua/%)
	@mkdir -p $(@D)
	$(LUA) tools/embed.lua lua >$@
$(BUILD)/embed/files.o: $(BUILD)/embed/files.c Makefile
	$(COMPILE) -c -o $@ $<

$(M)/core.so: $(call objects,$(LAZY))
$(M)/native.so: LIBS = -lcurl -lcrypto
$(M)/native.so: $(call objects,$(BINDING)) $(LIB)
$(M)/outbox_core.so: LIBS = $(SQLITE_LIBS) -lcrypto
$(M)/outbox_core.so: $(call objects,$(LUA_OUTBOX)) $(LIB_OUTBOX) $(LIB)
$(M)/sandbox/listener.so: LIBS = $(LISTENER_LIBS)
$(M)/sandbox/listener.so: $(call objects,$(LISTENER))
$(M)/sandbox/sqlite.so: LIBS = $(SQLITE_LIBS)
$(M)/sandbox/sqlite.so: $(call objects,$(SQLITE))
$(M)/sandbox/gmime.so: LIBS = $(GMIME_LIBS)
$(M)/sandbox/gmime.so: $(call objects,$(GMIME))
$(call objects,$(GMIME)): COMPILE += $(GMIME_CFLAGS)
$(M)/sandbox/ical.so: LIBS = $(ICAL_LIBS)
$(M)/sandbox/ical.so: $(call objects,$(ICAL))
%.so: # replaced at once: a process may have mapped the old one
	@mkdir -p $(@D)
	$(CC) $(MODULE) $(SANITIZE) $(LDFLAGS) -o $@.new $^ $(LIBS)
	@mv $@.new $@

$(BUILD)/spec/c/%: $(BUILD)/spec/c/%.o $(BUILD)/libsupport.a $(LIB)
	$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ -lcmocka -lcurl -lssl -lcrypto -lpthread $(LIBS)

# `private`: not for what the test needs built before it, as a module.
$(BUILD)/spec/c/base/save_test: private LDFLAGS += -Wl,--wrap=fsync -Wl,--wrap=rename \
    -Wl,--wrap=renameat2 -Wl,--wrap=link -Wl,--wrap=write
$(BUILD)/spec/c/base/save_place_test: private LDFLAGS += -Wl,--wrap=pathconf
$(BUILD)/spec/c/base/save_rights_test: private LDFLAGS += -Wl,--wrap=fchown -Wl,--wrap=fchmod

$(BUILD)/spec/c/engine/memory_test $(BUILD)/spec/c/encode/encode_memory_test \
    $(BUILD)/spec/c/outbox/store_memory_test $(BUILD)/spec/c/outbox/outbox_memory_test: \
    private LDFLAGS += $(foreach f,malloc calloc realloc strdup free,-Wl,--wrap=$f)

$(filter $(BUILD)/spec/c/outbox/%,$(TESTS)): $(LIB_OUTBOX)
$(BUILD)/spec/c/outbox/%: private LIBS = $(LIB) $(SQLITE_LIBS) -lcrypto
$(BUILD)/spec/c/outbox/store_open_test: private LDFLAGS += -Wl,--wrap=fsync -Wl,--wrap=statfs

HOSTS = $(BUILD)/spec/c/engine/threads_test $(BUILD)/spec/c/lua/perform_test \
        $(BUILD)/spec/c/lua/pass_test $(BUILD)/spec/c/lua/plan_memory_test \
        $(BUILD)/spec/c/lua/task_test $(BUILD)/spec/c/lua/turn_test
EMBEDDED = $(patsubst %.c,$(BUILD)/%,$(filter spec/c/embed/%,$(UNITS)))
$(EMBEDDED): $(LIB_LUA)
$(EMBEDDED): private LIBS = $(LUA_LIBS)
$(HOSTS): | $(M)/core.so $(M)/native.so
$(HOSTS): private LIBS = $(LUA_LIBS)
$(BUILD)/spec/c/sandbox/%_test: private LIBS = $(LUA_LIBS)
$(BUILD)/spec/c/sandbox/gmime_test: | $(M)/sandbox/gmime.so
$(BUILD)/spec/c/sandbox/ical_test: | $(M)/sandbox/ical.so

$(BUILD)/spec/model/model: $(call objects,$(MODEL)) $(LIB_OUTBOX)
	$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^

$(BUILD)/bench/payload.h: bench/payload.lua
	@mkdir -p $(@D)
	$(LUA) -e 'print(("#define SEND_BODY %q"):format(dofile("$<").send_body))' >$@

$(BUILD)/bench/bare.o: $(BUILD)/bench/payload.h
$(BUILD)/bench/commits.o: $(BUILD)/bench/payload.h
$(BUILD)/bench/bare.o $(BUILD)/bench/commits.o: COMPILE += -I$(BUILD)/bench
$(BUILD)/bench/commits: private LIBS = $(LIB) $(SQLITE_LIBS) -lcrypto
$(BUILD)/bench/commits: $(LIB_OUTBOX) $(LIB)
$(BUILD)/bench/%: $(BUILD)/bench/%.o
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcurl

$(BUILD)/spec/c/%.o: COMPILE += -Ispec/c/support

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

-include $(patsubst %.c,$(BUILD)/%.d,$(BASE) $(BINDING) $(LAZY) $(EMBED) $(OUTBOX) $(LUA_OUTBOX) \
    $(LISTENER) $(SQLITE) $(GMIME) $(ICAL) $(UNITS) $(SUPPORT) $(MODEL))
.PHONY: all units deps demo test check bench bench-tasks bench-outbox bench-sandbox proof $(PROOFS) ci \
        check-fresh sandbox env dist install uninstall format readme tables types docs wire drift clean help
.DELETE_ON_ERROR:
.SECONDARY:
