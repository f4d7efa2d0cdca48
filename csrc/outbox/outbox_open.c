/* SPDX-License-Identifier: MIT */
/* Opening an outbox: its file, its place among the owners, its clocks. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "outbox/outbox_box.h"
#include "retry/key.h"

/* A wall clock before this was never set: 2026-01-01, earlier than this version. */
#define BUILT_MS INT64_C(1767225600000)

enum { BLIND_MS = 10000, HORIZON_MS = 120000, GRACE_MS = 60000, WAIT_MS = 5000 };

/* ---- clocks ---------------------------------------------------------------------------------- */

static int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A number for this boot, from the system's UUID of it; 0: the system has none. */
static int64_t read_boot_id(void)
{
    uint64_t id = UINT64_C(14695981039346656037); /* FNV-1a */
    char text[64];
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    for (ssize_t i = 0; i < size; i++)
        id = (id ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return size <= 0 ? 0 : (int64_t)(id >> 1) | 1;
}

am_outbox_now am_outbox_clock(const am_outbox *box)
{
    am_outbox_now now = {
        .real_ms = am_boottime_ms(), .boot_id = box->boot_id, .newest_ms = box->store->newest_ms};
    now.wall_ms = box->clock ? box->clock(box->user) : wall_ms();
    now.boot_ms = box->clock ? now.wall_ms : now.real_ms;
    return now;
}

am_outbox_worker am_outbox_me(const am_outbox *box, const am_outbox_row *row)
{
    am_outbox_worker me = {.owner = box->alive.slot, .epoch = box->alive.epoch};
    me.owner_lives =
        row->owner != 0 && am_alive_test(&box->alive, row->owner, row->epoch) != AM_DIED;
    return me;
}

/* ---- errors ---------------------------------------------------------------------------------- */

bool am_outbox_say(am_outbox *box, const char *code, const char *words)
{
    box->code = code;
    if (words != box->error)
        snprintf(box->error, sizeof box->error, "%s", words);
    return false;
}

static const char *word_of(am_store_code code, bool is_impatient)
{
    switch (code) {
    case AM_STORE_NO_MEMORY:
        return "out_of_memory";
    case AM_STORE_SOURCE:
        return "file";
    case AM_STORE_FORKED:
        return "forked";
    case AM_STORE_BUSY:
        return is_impatient ? "busy" : "storage";
    default:
        return "storage";
    }
}

bool am_outbox_fail(am_outbox *box, am_store_code code)
{
    return am_outbox_say(box, word_of(code, box->is_impatient), box->store->error);
}

bool am_outbox_is_ours(am_outbox *box)
{
    if (!am_fork_mark_is_foreign(&box->alive.mark))
        return true;
    return am_outbox_say(box, "forked",
                         "the outbox belongs to the process that forked this one: close it, and "
                         "open your own");
}

const char *am_outbox_error(const am_outbox *box)
{
    return box->error;
}

const char *am_outbox_code(const am_outbox *box)
{
    return box->code;
}

/* ---- opening --------------------------------------------------------------------------------- */

static int64_t or_default(int64_t value, int64_t fallback)
{
    return value > 0 ? value : fallback;
}

static bool open_store(am_outbox *box, const am_outbox_options *options, char error[AM_ERROR_SIZE])
{
    am_store_code code = AM_STORE_NO_MEMORY;
    am_store_options wanted = {.path = options->path,
                               .service = options->service,
                               .label = !options->unlabelled,
                               .keyed = !options->drafts,
                               .wait_ms = or_default(options->wait_ms, WAIT_MS)};
    if (box->is_impatient)
        wanted.wait_ms = 0;
    box->store = am_store_sqlite()->open(&wanted, &code, error);
    if (!box->store && options->code)
        *options->code = word_of(code, box->is_impatient);
    return box->store != NULL;
}

/* The list of owners is beside the file, whichever link led there. */
static bool open_alive(am_outbox *box, char error[AM_ERROR_SIZE])
{
    static const char ending[] = "-alive";
    size_t size = strlen(box->store->path);
    char *path = malloc(size + sizeof ending);
    if (!path) {
        snprintf(error, AM_ERROR_SIZE, "out of memory");
        return false;
    }
    memcpy(path, box->store->path, size);
    memcpy(path + size, ending, sizeof ending);
    bool done = am_alive_open(&box->alive, path, error);
    free(path);
    return done;
}

am_outbox *am_outbox_open(const am_outbox_options *options, char error[AM_ERROR_SIZE])
{
    am_outbox *box = calloc(1, sizeof *box);
    if (options->code)
        *options->code = box ? "storage" : "out_of_memory";
    if (!box) {
        snprintf(error, AM_ERROR_SIZE, "out of memory");
        return NULL;
    }
    box->is_impatient = options->wait_ms < 0;
    box->alive.fd = -1;
    box->policy = (am_outbox_policy){.keyed = !options->drafts,
                                     .labelled = !options->unlabelled,
                                     .resend = options->resend,
                                     .blind_ms = or_default(options->blind_ms, BLIND_MS),
                                     .horizon_ms = or_default(options->horizon_ms, HORIZON_MS),
                                     .grace_ms = or_default(options->grace_ms, GRACE_MS),
                                     .built_ms = BUILT_MS};
    box->clock = options->clock;
    box->user = options->user;
    box->boot_id = read_boot_id();
    if (options->limits)
        box->limits = *options->limits;
    else
        am_limits_init(&box->limits);
    box->limits.conflict_wait_ms = 0;
    bool done = false;
    if (box->boot_id == 0)
        snprintf(error, AM_ERROR_SIZE, "an outbox needs the id of this boot: /proc is not there");
    else
        done = open_store(box, options, error) && open_alive(box, error);
    if (done)
        return box;
    am_outbox_close(box);
    return NULL;
}

void am_outbox_close(am_outbox *box)
{
    if (!box)
        return;
    if (box->store)
        box->store->table->close(box->store);
    am_alive_close(&box->alive);
    free(box);
}

/* ---- labels ---------------------------------------------------------------------------------- */

static bool make_label(const char *inbox_id, const char *key, char label[AM_OUTBOX_LABEL_SIZE])
{
    static const char prefix[] = "am-";
    const am_bytes parts[] = {{inbox_id, strlen(inbox_id)}, {"", 0}, {key, strlen(key)}};
    char joined[AM_KEY_MAX + 1];
    /* The empty part forces the digest, so that the label tells nothing. */
    if (!am_key_join(parts, sizeof parts / sizeof parts[0], joined))
        return false;
    memcpy(label, prefix, sizeof prefix - 1);
    memcpy(label + sizeof prefix - 1, strchr(joined, '.') + 1,
           AM_OUTBOX_LABEL_SIZE - sizeof prefix);
    label[AM_OUTBOX_LABEL_SIZE - 1] = '\0';
    return true;
}

bool am_outbox_label(const char *inbox_id, const char *key, char label[AM_OUTBOX_LABEL_SIZE])
{
    static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (!strpbrk(inbox_id, upper))
        return make_label(inbox_id, key, label);
    char *lower = strdup(inbox_id);
    for (char *at = lower; at && *at; at++)
        if (strchr(upper, *at))
            *at = (char)(*at - 'A' + 'a');
    bool made = lower && make_label(lower, key, label);
    free(lower);
    return made;
}

const char *am_outbox_label_of(am_outbox *box, const char *inbox_id, const char *key)
{
    size_t inbox_size = strlen(inbox_id) + 1, key_size = strlen(key) + 1;
    bool fits = inbox_size <= AM_LABELLED_MAX && key_size <= AM_LABELLED_MAX - inbox_size;
    if (fits && box->labelled_size == inbox_size + key_size &&
        memcmp(box->labelled, inbox_id, inbox_size) == 0 &&
        memcmp(box->labelled + inbox_size, key, key_size) == 0)
        return box->label;
    box->labelled_size = 0;
    if (!am_outbox_label(inbox_id, key, box->label))
        return NULL;
    if (fits) {
        memcpy(box->labelled, inbox_id, inbox_size);
        memcpy(box->labelled + inbox_size, key, key_size);
        box->labelled_size = inbox_size + key_size;
    }
    return box->label;
}
