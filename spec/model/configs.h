/* SPDX-License-Identifier: MIT */
/* The configurations, and what each must show. */
#ifndef AM_MODEL_CONFIGS_H
#define AM_MODEL_CONFIGS_H

#include "model.h"

/* clang-format off */
static const struct {
    const char *group; /* ci, proof: no violation; residual: what cannot be closed, by its switch;
                          worker: mutants of the worker; mutant: for mutants.lua, none unmutated */
    config config;
    int expected;
} configs[] = {
    /* name, then who there is, most time to pass, and most that may go wrong */
    {"ci", {.name = "keyed", .workers = 1, .files = 1, .ticks = 8, .crashes = 1, .deaths = 1,
            .refusals = 1, .sends = 2, .people = true, .stored_only = true}, RIGHT},
    {"ci", {.name = "keyed, two workers", .workers = 2, .files = 1, .ticks = 1, .halves = 1,
            .hours = 1, .crashes = 1, .deaths = 1, .sends = 2}, RIGHT},
    {"ci", {.name = "keyed, days and clocks", .workers = 1, .files = 1, .halves = 2, .hours = 2,
            .sends = 2, .people = true, .jumps = 1, .reboots = 1}, RIGHT},
    {"ci", {.name = "keyed, two files", .workers = 2, .files = 2, .start = 12 * HOURS,
            .halves = 1, .hours = 1, .crashes = 1, .sends = 2}, RIGHT},
    {"ci", {.name = "drafts", .workers = 1, .files = 1, .drafts = true, .two_step = true,
            .ticks = 10, .crashes = 1, .refusals = 1, .sends = 3, .people = true}, RIGHT},
    {"ci", {.name = "drafts, marked", .workers = 1, .files = 1, .drafts = true, .marks = true,
            .ticks = 10, .crashes = 1, .deaths = 1, .sends = 3}, RIGHT},
    {"ci", {.name = "drafts, torn", .workers = 1, .files = 1, .drafts = true, .two_step = true,
            .torn = true, .ticks = 10, .crashes = 1, .deaths = 1, .refusals = 1, .sends = 3}, RIGHT},
    {"ci", {.name = "drafts, marked, torn", .workers = 1, .files = 1, .drafts = true,
            .marks = true, .torn = true, .ticks = 10, .crashes = 1, .deaths = 1, .sends = 3}, RIGHT},
    {"ci", {.name = "drafts, no label", .workers = 1, .files = 1, .drafts = true,
            .two_step = true, .bare = true, .ticks = 7, .crashes = 1, .sends = 3}, RIGHT},

    {"proof", {.name = "proof: keyed, two workers, to the end", .workers = 2, .files = 1,
               .ticks = 8, .crashes = 1, .deaths = 1, .sends = 2, .people = true}, RIGHT},
    {"proof", {.name = "proof: drafts, two workers, to the end", .workers = 2, .files = 1,
               .drafts = true, .two_step = true, .ticks = 2, .halves = 1, .crashes = 1,
               .sends = 3}, RIGHT},
    {"proof", {.name = "proof: keyed, two workers", .workers = 2, .files = 1, .ticks = 12,
               .crashes = 2, .deaths = 1, .refusals = 1, .sends = 3, .people = true,
               .stored_only = true, .cancels = true, .most = 100000000}, RIGHT},
    {"proof", {.name = "proof: keyed, two workers, days", .workers = 2, .files = 1, .ticks = 2,
               .halves = 2, .hours = 2, .crashes = 1, .reboots = 1, .jumps = 1, .sends = 2,
               .people = true, .most = 100000000}, RIGHT},
    {"proof", {.name = "proof: keyed, two files", .workers = 2, .files = 2, .ticks = 1,
               .halves = 4, .hours = 2, .crashes = 2, .sends = 3, .most = 100000000}, RIGHT},
    {"proof", {.name = "proof: drafts, two workers", .workers = 2, .files = 1, .drafts = true,
               .two_step = true, .ticks = 12, .crashes = 2, .refusals = 1, .sends = 4,
               .people = true, .cancels = true, .most = 100000000}, RIGHT},
    {"proof", {.name = "proof: drafts, torn, two workers", .workers = 2, .files = 1,
               .drafts = true, .two_step = true, .torn = true, .ticks = 12, .hours = 1,
               .crashes = 2, .deaths = 2, .refusals = 1, .sends = 4, .cancels = true,
               .most = 100000000}, RIGHT},

    {"worker", {.name = "late mark", .workers = 1, .files = 1, .ticks = 4, .crashes = 1,
                .sends = 2, .late_mark = true}, WAITING_SENT},
    {"worker", {.name = "unrecorded draft id", .workers = 1, .files = 1, .drafts = true,
                .ticks = 4, .crashes = 1, .sends = 4, .forget_draft = true}, WAITING_SENT},
    {"worker", {.name = "resend with deletion", .workers = 1, .files = 1, .ticks = 1, .halves = 3,
                .hours = 2, .sends = 2, .people = true, .resend = true}, TWO_COPIES},

    {"residual", {.name = "R1", .workers = 1, .files = 1, .ticks = 9, .deaths = 1, .sends = 2,
                  .r1 = true}, TWO_COPIES},
    {"residual", {.name = "R2", .workers = 1, .files = 1, .ticks = 1, .halves = 3, .hours = 1,
                  .sends = 1, .people = true, .witness = true}, WITNESS},
    {"residual", {.name = "R3", .workers = 1, .files = 1, .ticks = 2, .sends = 2, .r3 = true},
     TWO_COPIES},
    {"residual", {.name = "R5", .workers = 2, .files = 1, .ticks = 1, .halves = 5, .hours = 2,
                  .sends = 2, .r5 = true}, TWO_COPIES},
    {"residual", {.name = "R6", .workers = 1, .files = 1, .ticks = 7, .sends = 2, .r6 = true},
     TWO_COPIES},
    {"residual", {.name = "R8", .workers = 1, .files = 1, .ticks = 3, .deaths = 1, .sends = 2,
                  .r8 = true}, TWO_COPIES},
    {"residual", {.name = "R9", .workers = 1, .files = 1, .ticks = 7, .deaths = 1, .sends = 2,
                  .r9 = true}, TWO_COPIES},
    {"residual", {.name = "R10", .workers = 2, .files = 2, .ticks = 3, .deaths = 1, .sends = 2},
     TWO_COPIES},
    {"residual", {.name = "R11", .workers = 1, .files = 1, .ticks = 7, .deaths = 1, .sends = 2,
                  .people = true, .r11 = true}, TWO_COPIES},
    {"residual", {.name = "two files, mail removed", .workers = 2, .files = 2,
                  .halves = 2, .hours = 2, .sends = 3, .people = true}, TWO_COPIES},
    {"residual", {.name = "slow clock after a boot, mail removed", .workers = 1, .files = 1,
                  .halves = 2, .hours = 2, .sends = 2, .reboots = 1, .people = true,
                  .slow = true}, TWO_COPIES},
    {"residual", {.name = "draft left by a dying service, mail removed", .workers = 1,
                  .files = 1, .drafts = true, .two_step = true, .torn = true, .ticks = 7,
                  .deaths = 1, .sends = 3, .people = true}, TWO_COPIES},
    {"residual", {.name = "draft left by a dying service, no label", .workers = 1, .files = 1,
                  .drafts = true, .two_step = true, .torn = true, .bare = true, .ticks = 7,
                  .deaths = 1, .sends = 3}, TWO_COPIES},

    {"mutant", {.name = "m-death", .workers = 1, .files = 1, .ticks = 7, .deaths = 1, .sends = 2},
     RIGHT},
    {"mutant", {.name = "m-stored", .workers = 1, .files = 1, .ticks = 5, .deaths = 1, .sends = 1,
                .stored_only = true}, RIGHT},
    {"mutant", {.name = "m-days", .workers = 1, .files = 1, .ticks = 1, .halves = 3, .hours = 2,
                .sends = 2, .people = true}, RIGHT},
    {"mutant", {.name = "m-two", .workers = 2, .files = 1, .ticks = 0, .halves = 5, .hours = 1,
                .sends = 2}, RIGHT},
    {"mutant", {.name = "m-refused", .workers = 1, .files = 1, .ticks = 7, .refusals = 1,
                .sends = 2, .people = true}, RIGHT},
    {"mutant", {.name = "m-files", .workers = 2, .files = 2, .start = 24 * HOURS, .halves = 2,
                .hours = 2, .sends = 2, .crashes = 1}, RIGHT},
    {"mutant", {.name = "m-late-file", .workers = 2, .files = 2, .halves = 2, .hours = 2,
                .sends = 2}, RIGHT},
    {"mutant", {.name = "m-drafts", .workers = 1, .files = 1, .drafts = true, .two_step = true,
                .ticks = 6, .sends = 3}, RIGHT},
    {"mutant", {.name = "m-drafts-bare", .workers = 1, .files = 1, .drafts = true,
                .two_step = true, .bare = true, .ticks = 6, .sends = 3}, RIGHT},
    {"mutant", {.name = "m-drafts-torn", .workers = 1, .files = 1, .drafts = true,
                .two_step = true, .torn = true, .ticks = 7, .deaths = 1, .sends = 3}, RIGHT},
    {"mutant", {.name = "m-drafts-two", .workers = 2, .files = 1, .drafts = true,
                .two_step = true, .ticks = 1, .halves = 2, .sends = 3}, RIGHT},
};
/* clang-format on */

#endif
