-- SPDX-License-Identifier: MIT
-- The model check must see each rule of the outbox: a rule is removed from csrc/outbox/, the model
-- is built with what is left, and must show a violation in the named configuration. Those of its
-- mutants that are not in csrc/outbox/ are configurations of their own; so are the residuals.
--   lua5.4 spec/model/mutants.lua [PATTERN]      prints each trace
package.path = ".ci/?.lua;" .. package.path
local mutation = require "mutate"
local run = mutation.run

local SOURCES = { "age", "hold", "claim", "settle", "put" }

-- name, file, text to find, replacement, configuration
local MUTANTS = {
  { "no age", "hold", "am_age_most(row->first_wire, policy, now) < AM_OUTBOX_AGE", "true",
    "m-days" },
  { "blind without T0", "claim", "int64_t left = blind_of(row, policy) -",
    "int64_t left = AM_OUTBOX_AGE -", "m-death" },
  { "guard without blind", "claim", "job.blind_ms = policy->keyed ? blind_ms : 0;",
    "job.blind_ms = policy->keyed && blind_ms ? INT64_MAX : 0;", "m-death" },
  { "guard without lease (two workers)", "claim", "job.not_after_ms = row->lease_ms;",
    "job.not_after_ms = INT64_MAX;", "m-two" },
  { "no guard", "claim", "    return job;\n}\n\n/* A look in doubt",
    "    job.not_after_ms = job.blind_ms = INT64_MAX;\n    return job;\n}\n\n/* A look in doubt",
    "m-death" },
  { "no grace", "settle", "job->weight == AM_OUTBOX_SECOND", "job->weight != AM_OUTBOX_EARLY",
    "m-death" },
  { "label without sent", "settle", [[        row->flags |= AM_OUTBOX_SEEN;
        settle_unfinished(row, policy, seen, now);]],
    "        am_row_close(row, AM_OUTBOX_SENT, now);", "m-stored" },
  { "refused in doubt", "settle", "{AM_OUTBOX_REFUSED, AM_OUTBOX_DOUBTFUL, AM_OUTBOX_DECLINED}",
    "{AM_OUTBOX_REFUSED, AM_OUTBOX_REFUSED, AM_OUTBOX_DECLINED}", "m-refused" },
  { "refused after an empty look", "hold", "am_row_close(row, AM_OUTBOX_UNKNOWN, now);",
    "am_row_close(row, row->flags & AM_OUTBOX_DECLINED ? AM_OUTBOX_REFUSED "
    .. ": AM_OUTBOX_UNKNOWN, now);",
    "m-refused" },
  { "no first look", "claim", "if (!looked && is_labelled(row, policy) &&", "if (false &&",
    "m-late-file" },
  { "sticky first look (two files)", "claim", "bool looked = is_mine(row, worker, now) &&",
    "bool looked = (is_mine(row, worker, now) || true) &&", "m-files" },
  { "no H before a draft is sent again", "claim", ": policy->horizon_ms - am_age_least",
    ": 0 * policy->horizon_ms - am_age_least", "m-drafts-bare" },
  { "no grace for a draft", "settle", "job->weight == AM_OUTBOX_SECOND",
    "job->weight != AM_OUTBOX_EARLY", "m-drafts" },
  { "no grace for a draft that stayed", "settle", "job->weight == AM_OUTBOX_SECOND",
    "job->weight == AM_OUTBOX_SECOND || (row->flags & AM_OUTBOX_STAYED "
    .. "&& job->weight == AM_OUTBOX_FIRST)", "m-drafts-torn" },
  { "no look for a draft that stayed", "settle", "settle_place(row, AM_OUTBOX_STAYED, now);",
    "row->flags |= AM_OUTBOX_LOOKED;", "m-drafts-torn" },
  { "no look for a draft that is stuck", "settle",
    "        if (is_stuck(row, policy, now))\n            settle_place(row, AM_OUTBOX_GONE, now);",
    "        if (is_stuck(row, policy, now))\n            am_row_give_up(row, now);",
    "m-drafts-stuck" },
  { "draft guard without lease (two workers, two-step service)", "claim",
    "job.not_after_ms = row->lease_ms;", "job.not_after_ms = INT64_MAX;", "m-drafts-two" },
}

local folder = mutation.folder()
local COMPILE = "gcc -std=c11 -O2 -Icsrc -Ispec/model "

local function prepare()
  for _, name in ipairs { "explore", "worker", "world" } do
    assert(run(("%s -c -o %s/model_%s.o spec/model/%s.c"):format(COMPILE, folder, name, name)))
  end
  for _, name in ipairs(SOURCES) do
    assert(run(("%s -c -o %s/%s.o csrc/outbox/%s.c"):format(COMPILE, folder, name, name)))
  end
end

-- What the model prints, with this text for one source.
local function explore(name, text, configuration)
  local path = ("%s/mutant_%s"):format(folder, name)
  mutation.write(path .. ".c", text)
  assert(run(("%s -w -c -o %s.o %s.c"):format(COMPILE, path, path)), "does not compile")
  local objects = { path .. ".o" }
  for _, other in ipairs(SOURCES) do
    if other ~= name then
      objects[#objects + 1] = ("%s/%s.o"):format(folder, other)
    end
  end
  assert(run(("gcc -o %s/model %s/model_*.o %s"):format(folder, folder,
    table.concat(objects, " "))), "does not link")
  local pipe = assert(io.popen(("%s/model wide '%s'"):format(folder, configuration)))
  local printed = pipe:read("a")
  pipe:close()
  return printed
end

local function main(pattern)
  prepare()
  local seen, missed = 0, 0
  for _, mutant in ipairs(MUTANTS) do
    local name, source, search, replacement, configuration = table.unpack(mutant)
    if name:find(pattern, 1, true) then
      local text, trouble =
        mutation.mutate(mutation.read("csrc/outbox/" .. source .. ".c"), search, replacement)
      local good, printed = pcall(explore, source, text or "?", configuration)
      local violation = good and text and printed:match("violation: ([^;]+);")
      local shown = violation and violation ~= "none"
      seen, missed = seen + (shown and 1 or 0), missed + (shown and 0 or 1)
      print(("%s %d - %s: %s"):format(shown and "ok" or "not ok", seen + missed, name,
        violation or trouble or printed))
      if shown then
        io.write(printed:match("\n(#   .*)\n# %d") or "", "\n")
      end
    end
  end
  print(("1..%d"):format(seen + missed))
  return missed == 0 and seen > 0
end

mutation.finish(main, folder)
