-- SPDX-License-Identifier: MIT
-- Mutation tests. The files that classify an answer and decide what to do about it are taken as one
-- text and broken in one named way at a time; their units must fail. A mutant whose text is not
-- found exactly once, or that does not compile, counts as a failure.
--   lua5.4 .ci/mutants.lua [PATTERN]      only mutants whose name matches
package.path = ".ci/?.lua;" .. package.path
local mutation = require "mutate"
local read, write, run, mutate = mutation.read, mutation.write, mutation.run, mutation.mutate

local SOURCES = { "csrc/engine/incoming.c", "csrc/retry/kind.c", "csrc/retry/retry.c",
  "csrc/retry/saying.c", "csrc/retry/delay.c", "csrc/retry/budget.c" }
local UNITS = { "engine/incoming_test", "retry/budget_test", "retry/saying_test",
  "retry/retry_code_test", "retry/retry_guard_test", "retry/retry_table_test",
  "retry/retry_conflict_test", "retry/retry_end_test", "retry/retry_wait_test",
  "retry/retry_random_test" }
local OTHERS = { "csrc/retry/limits.c", "csrc/retry/words.c", "csrc/base/buf.c",
  "csrc/base/header.c", "csrc/base/save.c", "csrc/base/save_rights.c" }
local COMPILE = "gcc -std=c11 -O1 -Icsrc -Ispec/c/support "

-- name, text to find, replacement
local MUTANTS = {
  -- the table
  { "silent is not in doubt", [[AGAIN, STOP, true, "sent, but]],
    [[AGAIN, STOP, false, "sent, but]] },
  { "silent unprotected repeats", [[AGAIN, STOP, true, "sent, but]],
    [[AGAIN, AGAIN, true, "sent, but]] },
  { "unsent is in doubt", [[false, "the request never left"]], [[true, "the request never left"]] },
  { "unsent unprotected stops", [[AGAIN, AGAIN, false, "the request never left"]],
    [[AGAIN, STOP, false, "the request never left"]] },
  { "unsendable repeats", "ROW(UNSENDABLE, FAIL", "ROW(UNSENDABLE, AGAIN" },
  { "cut unprotected repeats", [[STOP, true, "the answer was cut off"]],
    [[AGAIN, true, "the answer was cut off"]] },
  { "cut is not in doubt", [[true, "the answer was cut off"]], [[false,
    "the answer was cut off"]] },
  { "broken unprotected repeats", [[FEW, STOP, true, "the answer lacks]],
    [[FEW, FEW, true, "the answer lacks]] },
  { "broken is not in doubt", [[true, "the answer lacks]], [[false, "the answer lacks]] },
  { "broken read repeats for ever", "ROW(BROKEN, FEW", "ROW(BROKEN, AGAIN" },
  { "oversize is not in doubt", [[true, "the answer is above]], [[false, "the answer is above]] },
  { "oversize repeats", "ROW(OVERSIZE, FAIL", "ROW(OVERSIZE, AGAIN" },
  { "a failed file is not in doubt", "true,\n        \"a file failed",
    "false,\n        \"a file failed" },
  { "a failed file repeats", "ROW(SPOILED, FAIL", "ROW(SPOILED, AGAIN" },
  { "a write follows a redirect", "ROW(MOVED, FOLLOW, FAIL", "ROW(MOVED, FOLLOW, FOLLOW" },
  { "a read follows nothing", "ROW(MOVED, FOLLOW", "ROW(MOVED, FAIL" },
  { "moved is in doubt", [[false, "redirected"]], [[true, "redirected"]] },
  { "303 is not in doubt", [[true, "redirected to]], [[false, "redirected to]] },
  { "a refusal is in doubt", [[false, "the service refused it"]], [[true,
    "the service refused it"]] },
  { "a refusal repeats", "ROW(REJECTED, FAIL, FAIL, FAIL, FAIL",
    "ROW(REJECTED, FAIL, FAIL, FAIL, AGAIN" },
  { "an update follows a redirect", "ROW(MOVED, FOLLOW, FAIL, FAIL, FAIL, FAIL, FAIL",
    "ROW(MOVED, FOLLOW, FAIL, FAIL, FAIL, FAIL, FOLLOW" },
  { "a lost update stops", [[AGAIN, AGAIN, STOP, true, "sent, but]],
    [[AGAIN, STOP, STOP, true, "sent, but]] },
  { "a cut update stops", [[AGAIN, AGAIN, STOP, true, "the answer was cut off"]],
    [[AGAIN, STOP, STOP, true, "the answer was cut off"]] },
  { "a broken update stops", [[FEW, FEW, STOP, true, "the answer lacks]],
    [[FEW, STOP, STOP, true, "the answer lacks]] },
  { "an update's 503 stops", "AGAIN, AGAIN, STOP, true,\n        \"the service is unav",
    "AGAIN, STOP, STOP, true,\n        \"the service is unav" },
  { "an unlisted answer to an update stops",
    "AGAIN, AGAIN, STOP, true,\n        \"the service failed",
    "AGAIN, STOP, STOP, true,\n        \"the service failed" },
  { "an update refused repeats", "ROW(REJECTED, FAIL, FAIL, FAIL, FAIL, FAIL, FAIL",
    "ROW(REJECTED, FAIL, FAIL, FAIL, FAIL, FAIL, AGAIN" },
  { "409 of a keyed send fails", "FAIL, IN_FLIGHT, FAIL", "FAIL, FAIL, FAIL" },
  { "409 of a change repeats", "ROW(CONFLICTING, FAIL, FAIL", "ROW(CONFLICTING, FAIL, RACE" },
  { "409 of a create repeats", "ROW(CONFLICTING, FAIL, FAIL, FAIL",
    "ROW(CONFLICTING, FAIL, FAIL, RACE" },
  { "409 of an update repeats", "IN_FLIGHT, FAIL, FAIL, FAIL, false",
    "IN_FLIGHT, FAIL, RACE, FAIL, false" },
  { "a race is in doubt", [[false, "another change came]], [[true, "another change came]] },
  { "a race ends a read", "ROW(RACING, RACE", "ROW(RACING, FAIL" },
  { "a race ends what nothing protects", [[RACE, false, "another change]],
    [[FAIL, false, "another change]] },
  { "a race is waited for", "ROW(RACING, RACE, RACE, RACE, RACE",
    "ROW(RACING, RACE, RACE, RACE, IN_FLIGHT" },
  { "busy is in doubt", "false,\n        \"the service asks",
    "true,\n        \"the service asks" },
  { "busy unprotected stops", "AGAIN, AGAIN, false,\n        \"the service asks",
    "AGAIN, STOP, false,\n        \"the service asks" },
  { "503 is not in doubt", "true,\n        \"the service is unav",
    "false,\n        \"the service is unav" },
  { "503 unprotected repeats", "STOP, true,\n        \"the service is unav",
    "AGAIN, true,\n        \"the service is unav" },
  { "unlisted unprotected repeats", "ROW(AMBIGUOUS, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, STOP",
    "ROW(AMBIGUOUS, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN" },
  { "unlisted is not in doubt", "true,\n        \"the service failed",
    "false,\n        \"the service failed" },
  -- the guard
  { "too late to send is in doubt", [[false, "too late to send it"]],
    [[true, "too late to send it"]] },
  { "a halted repeat is not in doubt", [[true, "too late to send it again"]],
    [[false, "too late to send it again"]] },
  { "what is too late repeats", "ROW(STALE, FAIL", "ROW(STALE, AGAIN" },
  { "a halted repeat repeats", "ROW(HALTED, FAIL", "ROW(HALTED, AGAIN" },
  { "a halted repeat was never sent", "return attempt->wire == 0 ? AM_KIND_STALE : AM_KIND_HALTED",
    "return AM_KIND_STALE" },
  { "the guard is not noticed", "if (attempt->stale)", "if (false)" },
  { "a file of ours hides the guard", "attempt->file_failed && !attempt->stale",
    "attempt->file_failed" },
  { "the last moment is too late", "now_ms > policy->not_after_ms",
    "now_ms >= policy->not_after_ms" },
  { "no time is too late", "policy->not_after_ms && now_ms", "false && now_ms" },
  { "blind for a moment longer", "now_ms - doubt_ms < policy->blind_ms",
    "now_ms - doubt_ms <= policy->blind_ms" },
  { "blind for ever", "return !policy->blind_ms ||", "return true || !policy->blind_ms ||" },
  { "blindness without doubt ends", "!policy->blind_ms || !doubt_ms ||", "!policy->blind_ms ||" },
  { "a blind read ends", "!doubt_ms || policy->protection == AM_SAFE ||", "!doubt_ms ||" },
  { "doubt begins anew", "if (!history->doubt_ms)\n", "" },
  { "the guard forgets the wait", "attempt->ended_ms + delay", "attempt->ended_ms" },
  { "a late repeat is waited for", "if (!am_retry_in_time(policy, history->doubt_ms",
    "if (false && !am_retry_in_time(policy, history->doubt_ms" },
  { "what came too late may be repeated",
    "    decision.retryable = false;\n    return decision;\n}\n\n/* From now on",
    "    return decision;\n}\n\n/* From now on" },
  { "the guard forgets the service's advice",
    "    decision.not_before_ms = attempt->retry_after_ms;\n    decision.retryable = false",
    "    decision.retryable = false" },
  { "the guard forgets the cause",
    "    decision.cause = decision.code;\n    decision.code = AM_STALE",
    "    decision.code = AM_STALE" },
  { "a key in use has no time", "doubt(history, attempt); /*",
    "history->maybe_applied = true; /*" },
  -- what happened
  { "never left, by status instead of wire", "if (attempt->wire == 0)\n        return is_hop",
    "if (attempt->status == 0)\n        return is_hop" },
  { "1xx is final", "attempt->status < 200", "attempt->status < 100" },
  { "408 is a refusal", "405, 410, 411", "405, 408, 410, 411" },
  { "500 is a refusal", "451, 501, 505", "451, 500, 501, 505" },
  { "422 is in doubt", "421, 422, 426", "421, 426" },
  { "425 is in doubt", "status == 425 || status == 429", "status == 429" },
  { "502 is busy", "status == 425 ||", "status == 425 || status == 502 ||" },
  { "a certificate is tried again", "IS_IN(attempt->curl, tls_codes) || IS_IN(attempt->curl, url",
    "IS_IN(attempt->curl, url" },
  { "code 91 is unknown", "AM_CURL_TLS_STATUS,  ", "" },
  { "a proxy's 407 is tried again", "attempt->proxy_status == 407",
    "attempt->proxy_status == 408" },
  { "a failed file is forgotten", "if (attempt->file_failed)\n        return AM_KIND_SPOILED;\n",
    "" },
  { "an unsent file is tried again", " || attempt->file_failed", "" },
  { "too large is cut", "if (attempt->too_large)", "if (false)" },
  { "1xx without end is silence", "    if (attempt->too_large)\n        return AM_KIND_OVERSIZE;\n"
    .. "    if (attempt->status < 200)\n        return AM_KIND_SILENT;\n",
    "    if (attempt->status < 200)\n        return AM_KIND_SILENT;\n"
    .. "    if (attempt->too_large)\n        return AM_KIND_OVERSIZE;\n" },
  { "a cut head proves its status", "attempt->status >= 300 && !attempt->head_cut",
    "attempt->status >= 300" },
  { "a cut head of a 2xx is whole", "if (attempt->head_cut || attempt->curl != AM_CURL_OK)",
    "if (attempt->curl != AM_CURL_OK)" },
  { "a defect is a cut", "if (attempt->defect || attempt->curl == AM_CURL_WEIRD",
    "if (attempt->curl == AM_CURL_WEIRD" },
  { "a weird answer is cut", "attempt->defect || attempt->curl == AM_CURL_WEIRD ||",
    "attempt->defect ||" },
  { "a weird answer is a network failure", "curl == AM_CURL_WEIRD && attempt->wire", "false" },
  { "a proxy's weird answer is the service's", "curl == AM_CURL_WEIRD && attempt->wire",
    "curl == AM_CURL_WEIRD" },
  { "304 is a redirect", "status == 304", "status == 399 + 1" },
  { "a forwarding proxy's 407 is the service's", "status == 407)\n        return AM_KIND_BARRED",
    "status == 40700)\n        return AM_KIND_BARRED" },
  { "407 is in doubt", [[false, "the proxy wants]], [[true, "the proxy wants]] },
  { "407 is tried again", "ROW(BARRED, FAIL, FAIL, FAIL, FAIL",
    "ROW(BARRED, FAIL, FAIL, FAIL, AGAIN" },
  { "an unjudged 2xx is done", "answer == AM_ANSWER_WHOLE ?", "answer != AM_ANSWER_BROKEN ?" },
  { "a cut 2xx can be done", "if (attempt->head_cut || attempt->curl != AM_CURL_OK)",
    "if (attempt->head_cut)" },
  { "an undecodable answer is cut", " || attempt->curl == AM_CURL_BAD_ENCODING)", ")" },
  { "503 is believed unasked", "says && believes_503 ?", "says ?" },
  { "any 503 is believed", " && attempt->saying == AM_SAYS_UNAVAILABLE", "" },
  -- outcomes
  { "a read is in doubt", "policy->protection != AM_SAFE && history->maybe_applied ?",
    "history->maybe_applied ?" },
  { "doubt is forgotten", "history->maybe_applied ? AM_UNKNOWN : AM_NOT_APPLIED",
    "false ? AM_UNKNOWN : AM_NOT_APPLIED" },
  { "unprotected may be repeated in doubt", "policy->protection != AM_UNPROTECTED || decision",
    "policy->protection == AM_UNPROTECTED || decision" },
  { "libcurl's repeat leaves no doubt", "rows[kind].maybe_applied || attempt->wire > 1",
    "rows[kind].maybe_applied" },
  { "any 404 is success", "attempt->status != 404 || !policy->is_delete",
    "attempt->status != 404" },
  { "a DELETE refused is success", "attempt->status != 404 || !policy->is_delete",
    "!policy->is_delete" },
  { "a first 404 is success", "if (kind != AM_KIND_REJECTED || decision.outcome != AM_UNKNOWN)",
    "if (kind != AM_KIND_REJECTED)" },
  { "a gateway's 404 is success", "if (attempt->saying == AM_SAYS_NOTHING)", "if (false)" },
  { "a gateway's 404 cannot be repeated", "retryable = policy->protection != AM_UNPROTECTED;",
    "retryable = false;" },
  { "a gateway's 404 can be repeated unprotected",
    "retryable = policy->protection != AM_UNPROTECTED;", "retryable = true;" },
  { "a refusal can be repeated", "    decision.retryable = false;\n    if (decision.code",
    "    if (decision.code" },
  { "a redirect can be repeated", "            decision.retryable = false; /* if it turns",
    "            /* if it turns" },
  { "a deferred call has no cause",
    "    decision.cause = decision.code;\n    decision.code = AM_DEFERRED",
    "    decision.code = AM_DEFERRED" },
  { "the cause is not in the words", "= words[decision.cause]", "= words[AM_OK]" },
  { "a cancelled request leaves no doubt",
    "    if (wire > 0)\n        history->maybe_applied = true;\n",
    "" },
  { "a success can be repeated",
    "            decision.retryable = false;\n            am_budget", "            am_budget" },
  -- delays
  { "back-off does not double", "bound = bound > cap / 2 ? cap : bound * 2", "bound = bound" },
  { "back-off exceeds its cap", "bound = bound > cap / 2 ? cap : bound * 2", "bound = bound * 2" },
  { "back-off is not jittered", "return (int64_t)(((uint64_t)bound + 1) * (uint64_t)random >> 32)",
    "return bound + 0 * (int64_t)random" },
  { "back-off forgets its turn", "history->backoffs++", "history->backoffs" },
  { "every unsent one follows at once", "kind == AM_KIND_UNSENT && history->unsent == 1",
    "kind == AM_KIND_UNSENT" },
  { "no unsent one follows at once", "kind == AM_KIND_UNSENT && history->unsent == 1", "false" },
  { "at once is a second", "FIRST_UNSENT_MS = 100", "FIRST_UNSENT_MS = 1000" },
  { "a key is waited for without end", "CONFLICT_CAP_MS = 5000", "CONFLICT_CAP_MS = 50000" },
  { "a key is asked for in a hurry", "delay = bound / 2 + am_delay_draw(bound - bound / 2, one)",
    "delay = am_delay_draw(bound, one)" },
  { "Retry-After is ignored", "if (asked < 0)\n", "if (asked >= 0)\n" },
  { "Retry-After is undercut", "(asked > delay ? asked : delay)",
    "(asked > delay ? delay : asked)" },
  { "Retry-After is not spread", "+ am_delay_draw(least(asked / 4, SPREAD_CAP_MS), other)", "" },
  { "spread has no cap", "SPREAD_CAP_MS = 5000", "SPREAD_CAP_MS = 50000" },
  { "one draw for both", "SPREAD_CAP_MS), other)", "SPREAD_CAP_MS), one)" },
  -- limits
  { "two broken answers are too few", "BROKEN_REPEATS = 2", "BROKEN_REPEATS = 1" },
  { "four races", "RACE_REPEATS = 3", "RACE_REPEATS = 4" },
  { "one attempt too many", "tries_left(policy, history) <= 0", "tries_left(policy, history) < 0" },
  { "conflicts take attempts", "(history->tries - history->conflicts - history->races)",
    "(history->tries - history->races)" },
  { "races take attempts", "(history->tries - history->conflicts - history->races)",
    "(history->tries - history->conflicts)" },
  { "keys in use count as races", "history->races > RACE_REPEATS",
    "history->races + history->conflicts > RACE_REPEATS" },
  { "libcurl's repeats are not counted", "attempt->wire > 1 ? attempt->wire : 1;", "1;" },
  { "the deadline may pass", "if (now_ms >= policy->deadline_ms)",
    "if (now_ms > policy->deadline_ms)" },
  { "a wait may end at the deadline",
    "    if (delay >= policy->deadline_ms - now_ms)\n        return",
    "    if (delay > policy->deadline_ms - now_ms)\n        return" },
  { "a long Retry-After is no advice", "attempt->retry_after_ms >= 0 && delay", "false && delay" },
  { "a redirect too many", "history->redirects < policy->limits->redirects",
    "history->redirects <= policy->limits->redirects" },
  { "advice is lost", "decision.not_before_ms < attempt->retry_after_ms", "false" },
  { "advice to repeat what must not be", "decision.action == AM_STOP && decision.retryable",
    "decision.action == AM_STOP" },
  { "libcurl may repeat anything",
    "    if (policy->protection == AM_UNPROTECTED)\n        return 1;\n",
    "" },
  { "libcurl may repeat nothing", "return left > 1 ? left : 1", "return 1 + 0 * left" },
  { "libcurl may not even send", "return left > 1 ? left : 1", "return left" },
  -- budget
  { "a repeat is free", "budget->tokens -= cost", "budget->tokens -= 0 * cost" },
  { "time gives nothing", "    add(budget, limits, tokens);", "" },
  { "time is paid twice", "    budget->filled_ms += tokens * limits->budget_refill_ms;\n", "" },
  { "time that goes back takes", "if (tokens <= 0)", "if (tokens == 0)" },
  { "a timeout costs like the rest",
    "AM_CURL_TIMEOUT ? limits->budget_timeout_cost",
    "AM_CURL_OK - 1 ? limits->budget_timeout_cost" },
  { "the last tokens are kept", "budget->tokens < cost", "budget->tokens <= cost" },
  { "the budget goes below zero", "budget->tokens < cost", "budget->tokens < 0" },
  { "a success gives nothing", "add(budget, limits, limits->budget_refund)", "(void)limits" },
  { "the budget overflows", "tokens < room ? tokens : room", "tokens" },
  { "a success takes", "    if (room > 0)\n", "" },
  { "waiting for a key costs", "if (rule == IN_FLIGHT ||", "if (" },
  { "a 429 that names its time costs", "kind == AM_KIND_BUSY && attempt->status == 429 &&",
    "false &&" },
  { "any 429 is free", "attempt->status == 429 && attempt->retry_after_ms >= 0",
    "attempt->status == 429" },
  { "an outage that names its time is free", "kind == AM_KIND_BUSY && attempt->status == 429 &&",
    "" },
  { "425 is free", "AM_KIND_BUSY && attempt->status == 429 &&", "AM_KIND_BUSY &&" },
  { "a cut 429 is free", "kind == AM_KIND_BUSY && attempt->status == 429",
    "attempt->status == 429" },
  { "a spent budget is no hindrance", "        decision.owed = cost;\n", "        ;\n" },
  { "who owes is let go", "am_budget_take(budget, decision->owed)", "decision->owed >= 0" },
  { "who owes is held beyond the deadline", "decision->delay_ms < policy->deadline_ms - now_ms",
    "decision->delay_ms >= 0" },
  { "who owes is held without measure", "am_delay_draw(policy->limits->backoff_cap_ms",
    "am_delay_draw(2 * policy->limits->backoff_cap_ms" },
  -- keys in use
  { "another's key is waited for",
    "attempt->saying == AM_SAYS_KEY_MISMATCH && !history->maybe_applied",
    "false" },
  { "our own key is another's", "AM_SAYS_KEY_MISMATCH && !history->maybe_applied",
    "AM_SAYS_KEY_MISMATCH" },
  { "another's key is never an earlier attempt's", "decision.outcome == AM_NOT_APPLIED\n"
    .. "                          ?", "true\n                          ?" },
  { "another's key may be an earlier attempt's", "decision.outcome == AM_NOT_APPLIED\n"
    .. "                          ?", "false\n                          ?" },
  { "another's key can be tried again in doubt", "    decision.not_before_ms = -1;\n"
    .. "    decision.retryable = false;\n", "    decision.not_before_ms = -1;\n" },
  { "another's key is advised to wait", "    decision.not_before_ms = -1;\n"
    .. "    decision.retryable = false;\n", "    decision.retryable = false;\n" },
  { "another's key is forgotten", "history->key_mismatch |= code == AM_KEY_REUSED;",
    "history->key_mismatch = code == AM_KEY_REUSED;" },
  { "another's key ends what goes on", "decision.action != AM_STOP || !decision.retryable)",
    "!decision.retryable)" },
  { "a refusal is another's key", "decision.action != AM_STOP || !decision.retryable)",
    "decision.action != AM_STOP)" },
  { "another's key is its own cause", "last == AM_KEY_REUSED ? AM_OK : last", "last" },
  { "another's key hides the cause", "last == AM_KEY_REUSED ? AM_OK : last", "AM_OK" },
  { "another's key is not known at the end",
    "    if (history->key_mismatch)\n        decision = key_reused", "    if (false)\n"
    .. "        decision = key_reused" },
  { "another's key is deferred", "if (decision->key_mismatch)", "if (false)" },
  { "a hold does not know of another's key", "decision.key_mismatch = history->key_mismatch;", "" },
  { "another's key is not known when time is up", "if (code == AM_TIMEOUT)", "if (false)" },
  { "another's key renames what its owner did", "if (code == AM_TIMEOUT)", "if (true)" },
  { "a stopped call of another's key can be tried again",
    "    decision.retryable = false; /* what its owner", "    /* what its owner" },
  { "another's key is a conflict", "        return AM_KEY_REUSED;\n",
    "        return AM_CONFLICT;\n" },
  { "any key in use is another's", "policy->has_key && attempt->saying == AM_SAYS_KEY_MISMATCH)",
    "policy->has_key)" },
  { "another's key without a key",
    "kind == AM_KIND_CONFLICTING && policy->has_key &&", "kind == AM_KIND_CONFLICTING &&" },
  { "another's key is not told apart", [[        decision.reason = "its key belongs]],
    [[        (void)"its key belongs]] },
  -- the service's words
  { "a race is a conflict", "return AM_KIND_RACING;", "return AM_KIND_CONFLICTING;" },
  { "an event that starts is a conflict", "return AM_KIND_BUSY;\n    return saying",
    "return AM_KIND_CONFLICTING;\n    return saying" },
  { "a 409 for good is waited for", "saying == AM_SAYS_FINAL ? AM_KIND_REJECTED",
    "false ? AM_KIND_REJECTED" },
  { "a race has no code of its own", "        [AM_KIND_RACING] = AM_CONFLICT", "" },
  { "a race is nothing special", [[{"race_condition", AM_SAYS_RACE},]], "" },
  { "an event that starts is nothing special", [[{"event_starting", AM_SAYS_NOT_YET},]], "" },
  { "another body is nothing special", [[{"idempotency_conflict", AM_SAYS_KEY_MISMATCH},]], "" },
  { "a code is known by its beginning", "strcmp(code, codes[i].code) == 0",
    "strncmp(code, codes[i].code, strlen(codes[i].code)) == 0" },
  { "a name alone is nothing", "code || name ?", "code ?" },
  { "a code alone is nothing", "code || name ?", "name ?" },
  { "a name counts for less than a code", "if (name && strcmp(name, mismatch_name) == 0)",
    "if (!code && name && strcmp(name, mismatch_name) == 0)" },
  -- what changed since it was read
  { "a 412 is any refusal", "if (attempt->status == 412)", "if (false)" },
  { "a 412 can be repeated", "    decision.retryable = false;\n    if (decision.code",
    "    decision.retryable = decision.code == AM_PRECONDITION_FAILED;\n    if (decision.code" },
  { "a 412 is never an earlier attempt's work", "decision.code == AM_PRECONDITION_FAILED) {\n",
    "decision.code == AM_PRECONDITION_FAILED) {\n        decision.outcome = AM_NOT_APPLIED;\n" },
  { "a 412 after doubt is success", "decision.code == AM_PRECONDITION_FAILED) {\n",
    "decision.code == AM_PRECONDITION_FAILED) {\n        if (history->maybe_applied)\n"
    .. "            decision.outcome = AM_APPLIED;\n" },
  { "a 412 is told in other words", "decision.code == AM_PRECONDITION_FAILED) {", "false) {" },
  -- drafts that are gone
  { "a draft is never gone", "policy->is_draft_send && attempt->status == 404", "false" },
  { "anything is a draft", "kind == AM_KIND_REJECTED && policy->is_draft_send &&",
    "kind == AM_KIND_REJECTED &&" },
  { "any refusal of a draft says that it is gone",
    "policy->is_draft_send && attempt->status == 404",
    "policy->is_draft_send" },
  { "a gateway's 404 says that a draft is gone",
    "attempt->status == 404 &&\n        attempt->saying != AM_SAYS_NOTHING)",
    "attempt->status == 404)" },
  { "a key in use leaves no doubt", "doubt(history, attempt); /* the holder", "/*" },
  { "a key is waited for beyond its limit", "now_ms + decision.delay_ms >= until_ms",
    "now_ms >= until_ms" },
  { "a key is waited for from the last answer", "if (history->conflicts == 1)\n", "" },
  -- the head of an answer
  { "any head is interim", "status[0] == '1'", "true" },
  { "no head is interim", "status[0] == '1'", "false" },
  { "a head never ends", "AM_BEFORE_HEAD : AM_BEHIND_HEAD;", "AM_BEFORE_HEAD : AM_IN_HEAD;" },
  { "a status line begins anew everywhere", "if (incoming->stage == AM_BEFORE_HEAD) {",
    "if (memcmp(line, \"HTTP/\", 5) == 0) {" },
  { "lengths may differ", "incoming->lengths_differ = true;", ";" },
  { "a list of lengths is one", "memchr(value, ',', value_size) ||", "" },
  { "a length is compared to its size", " || memcmp(value, known, value_size) != 0", "" },
  { "a length is compared to nothing", "incoming->length_at > 0;", "false;" },
  { "an interim length binds the final one", "        incoming->length_at = 0;\n", "" },
  { "an interim difference stays", "        incoming->lengths_differ = false;\n", "" },
  { "a wrong head is whole", "    if (incoming->wrong)\n        return false;\n", "" },
  { "a status has any number of digits", "\"0123456789\") != 3)", "\"0123456789\") < 3)" },
  { "a 1xx takes the count back", "        incoming->stage = AM_IN_HEAD;\n",
    "        incoming->stage = AM_IN_HEAD;\n        incoming->header_count = 0;\n" },
  { "a 1xx takes the bytes back", "        incoming->stage = AM_IN_HEAD;\n",
    "        incoming->stage = AM_IN_HEAD;\n        incoming->header_bytes = 0;\n" },
  { "a header too many", "header_count++ > limits", "header_count++ > 1 + limits" },
  { "a header too few", "header_count++ > limits", "header_count++ >= limits" },
  { "a byte too many", "incoming->header_bytes > limits", "incoming->header_bytes > 1 + limits" },
  { "a byte too few", "incoming->header_bytes > limits", "incoming->header_bytes >= limits" },
  { "a tail is chunked",
    "size >= length && strncasecmp(value + size - length, chunked, length) == 0",
    "size >= length" },
  { "HTTP/2 needs a length", [[ ||
           strncmp(am_buf_string(&incoming->headers), "HTTP/2", 6) == 0]], "" },
  -- the end of an answer
  { "libcurl's limit is a network failure", "strstr(words, \"response headers\")", "false" },
  { "libcurl's own code of it too", "curl == AM_CURL_TOO_LARGE ||", "" },
  { "a line that is too long is no memory", "return probe != NULL", "return false" },
  { "no memory is a line that is too long", " || incoming->stage == AM_BEHIND_HEAD)", ")" },
  { "a bad chunk is a cut", [[strstr(words, "chunk") ? words : NULL]], "false ? words : NULL" },
  { "any broken connection is a defect", [[ && strstr(words, "chunk") ?]], " ?" },
  { "gzip members are a cut", "if (curl == AM_CURL_WRITE)", "if (false)" },
  { "our own limit is a defect",
    "if (incoming->too_large || incoming->unsaved)\n        return curl;\n",
    "if (incoming->unsaved)\n        return curl;\n" },
  { "our own file is a defect",
    "if (incoming->too_large || incoming->unsaved)\n        return curl;\n",
    "if (incoming->too_large)\n        return curl;\n" },
  { "our own memory is a defect", "return AM_CURL_NO_MEMORY;", ";" },
}

local folder = mutation.folder()
assert(run(("mkdir -p %s/engine %s/retry"):format(folder, folder)))

local function prepare()
  local objects = {}
  for _, path in ipairs(OTHERS) do
    objects[#objects + 1] = ("%s/%s.o"):format(folder, path:match("(%w+)%.c$"))
    assert(run(COMPILE .. "-c -o " .. objects[#objects] .. " " .. path), "cannot compile " .. path)
  end
  for _, unit in ipairs(UNITS) do
    local command = ("%s -c -o %s/%s.o spec/c/%s.c"):format(COMPILE, folder, unit, unit)
    assert(run(command), "cannot compile " .. unit)
  end
  return table.concat(objects, " ")
end

-- The unit that fails with this text for a source; nil: none. Raises if it cannot be built.
local function killer(text, objects)
  write(folder .. "/sources.c", text)
  assert(run(("%s -Wno-unused -c -o %s/sources.o %s/sources.c"):format(COMPILE, folder, folder)),
    "does not compile")
  for _, unit in ipairs(UNITS) do
    local program = folder .. "/" .. unit
    assert(run(("gcc -o %s %s.o %s/sources.o %s -lcmocka"):format(program, program, folder,
      objects)), "does not link")
    if not run("SEQUENCES=100000 timeout 60 " .. program) then
      return unit
    end
  end
  return nil
end

local function main(pattern)
  local texts, objects = {}, prepare()
  for i, path in ipairs(SOURCES) do texts[i] = read(path) end
  local source = table.concat(texts)
  local killed, survived, wrong = 0, 0, 0
  local healthy = killer(source, objects)
  if healthy then
    print(healthy .. " fails without any mutant")
    return false
  end
  for _, mutant in ipairs(MUTANTS) do
    local name, search, replacement = table.unpack(mutant)
    if name:find(pattern) then
      local text, trouble = mutate(source, search, replacement)
      local built, unit = pcall(killer, text or "?", objects)
      if not text or not built then
        wrong = wrong + 1
        print(("WRONG     %s: %s"):format(name, trouble or unit))
      elseif unit then
        killed = killed + 1
        print(("killed    %s (%s)"):format(name, unit))
      else
        survived = survived + 1
        print("SURVIVED  " .. name)
      end
    end
  end
  print(("%d killed, %d survived%s"):format(killed, survived,
    wrong > 0 and (", %d wrong"):format(wrong) or ""))
  return survived == 0 and wrong == 0 and killed > 0
end

mutation.finish(main, folder)
