-- SPDX-License-Identifier: MIT
-- Breaks the rules of the outbox one at a time; the unit named beside it must fail.
--   lua5.4 .ci/outbox_mutants.lua [PATTERN]      only mutants whose name has it
package.path = ".ci/?.lua;" .. package.path
local mutation = require "mutate"
local run = mutation.run

local SOURCES = { "age", "hold", "claim", "settle", "put" }
local UNITS = { "claim_test", "settle_test", "look_test", "put_test", "product_test" }
local COMPILE = "gcc -std=c11 -O1 -Icsrc -Ispec/c/support "

-- name, file, text to find, replacement, the unit that fails
local MUTANTS = {
  { "a crash leaves no doubt", "claim", "        row->flags |= AM_OUTBOX_DOUBT;\n", "",
    "claim_test" },
  { "a dead owner's last byte is forgotten", "claim",
    "        row->last_wire = (am_outbox_stamp){now", "        (void)(am_outbox_stamp){now",
    "claim_test" },
  { "a living owner is not waited for", "claim", "if (!looked && am_row_is_held(", "if (false && "
    .. "am_row_is_held(", "claim_test" },
  { "a lease outlives its boot", "hold", "row->boot_id == now->boot_id && now->real_ms",
    "now->real_ms", "claim_test" },
  { "the mark is not made", "claim", "    row->state = AM_OUTBOX_SENDING;\n", "", "claim_test" },
  { "no age", "hold", "am_age_most(row->first_wire, policy, now) < AM_OUTBOX_AGE", "true",
    "look_test" },
  { "blind for ever", "claim", "int64_t left = blind_of(row, policy) -",
    "int64_t left = AM_OUTBOX_AGE -", "claim_test" },
  { "blind after a conflict", "claim", "(AM_OUTBOX_SPOILT | AM_OUTBOX_CONFLICTED)",
    "AM_OUTBOX_SPOILT", "claim_test" },
  { "blind in another boot", "claim", " && row->first_wire.boot != -1", "", "claim_test" },
  { "the guard knows no T0", "claim", "job.blind_ms = policy->keyed ? blind_ms : 0;",
    "job.blind_ms = INT64_MAX;", "claim_test" },
  { "the guard knows no lease", "claim", "job.not_after_ms = row->lease_ms;",
    "job.not_after_ms = INT64_MAX;", "claim_test" },
  { "a look counts before H", "claim",
    "am_age_least(row->last_wire, policy, now) >= policy->horizon_ms",
    "am_age_least(row->last_wire, policy, now) >= 0", "claim_test" },
  { "a second look counts before G", "claim",
    "am_age_least(row->empty_look, policy, now) >= policy->grace_ms",
    "am_age_least(row->empty_look, policy, now) >= 0", "claim_test" },
  { "one empty look is enough", "settle", "job->weight == AM_OUTBOX_SECOND",
    "job->weight != AM_OUTBOX_EARLY", "look_test" },
  { "label without sent", "settle", [[        row->flags |= AM_OUTBOX_SEEN;
        settle_unfinished(row, policy, seen, now);]],
    "        am_row_close(row, AM_OUTBOX_SENT, now);", "look_test" },
  { "refused in doubt", "settle", "{AM_OUTBOX_REFUSED, AM_OUTBOX_DOUBTFUL, AM_OUTBOX_DECLINED}",
    "{AM_OUTBOX_REFUSED, AM_OUTBOX_REFUSED, AM_OUTBOX_DECLINED}", "settle_test" },
  { "sent again after a refusal", "hold", "    if (row->flags & AM_OUTBOX_SPOILT)\n        "
    .. "return false;\n", "", "look_test" },
  { "doubt within a call is forgotten", "settle", "seen->doubt || row->flags & AM_OUTBOX_DOUBT",
    "row->flags & AM_OUTBOX_DOUBT", "settle_test" },
  { "no first look", "claim", "if (!looked && is_labelled(row, policy) &&", "if (false &&",
    "claim_test" },
  { "a label is looked for that the mail does not carry", "claim",
    "policy->labelled && !(row->flags & AM_OUTBOX_BARE)", "policy->labelled", "claim_test" },
  { "a missing label is not noted", "put", "fresh->label ? 0 : AM_OUTBOX_BARE", "0", "put_test" },
  { "a first look sticks", "claim", "bool looked = is_mine(row, worker, now) &&",
    "bool looked = (is_mine(row, worker, now) || true) &&", "claim_test" },
  { "unsent keeps its first byte", "settle",
    "    row->first_wire = row->last_wire = AM_STAMP_NONE;\n", "", "settle_test" },
  { "barred throws mail away while resuming", "settle",
    "else if (seen->event == AM_OUTBOX_BARRED && seen->told)\n        state = AM_OUTBOX_REFUSED;\n"
    .. "    else if", "else if (seen->event == AM_OUTBOX_BARRED)\n"
    .. "        state = AM_OUTBOX_REFUSED;\n    else if", "settle_test" },
  { "a late failure counts", "settle", "if (late && !(", "if (false && !(", "settle_test" },
  { "a late success is dropped", "settle",
    "if (late && !(sends_it && seen->event == AM_OUTBOX_OK))", "if (late)", "settle_test" },
  { "a draft is sent again at once", "claim", ": policy->horizon_ms - am_age_least(",
    ": 0 - am_age_least(", "claim_test" },
  { "a draft that is gone is read for ever", "settle", "settle_place(row, AM_OUTBOX_GONE, "
    .. "now);\n        break", "settle_place(row, 0, now);\n        break", "look_test" },
  { "a draft that stayed is read for ever", "claim", "(AM_OUTBOX_GONE | AM_OUTBOX_STAYED)",
    "AM_OUTBOX_GONE", "look_test" },
  { "a draft that stayed is sent without a look", "settle",
    "settle_place(row, AM_OUTBOX_STAYED, now);", "row->flags |= AM_OUTBOX_LOOKED;", "look_test" },
  { "a stuck draft ends without a look", "settle", "settle_place(row, AM_OUTBOX_GONE, now);\n"
    .. "        else", "am_row_give_up(row, now);\n        else", "look_test" },
  { "a draft that stayed ages like a key", "hold", "row->flags & AM_OUTBOX_STAYED ||", "",
    "look_test" },
  { "a draft is not read anew after a send", "claim", "(AM_OUTBOX_ASKED | AM_OUTBOX_STAYED)",
    "AM_OUTBOX_ASKED", "look_test" },
  { "age by the smaller clock", "age", "return wall > boot ? wall : boot;",
    "return wall < boot ? wall : boot;", "put_test" },
  { "an unusable clock is believed", "age", "since.wall < 0 || !am_wall_is_usable(policy, now)",
    "since.wall < 0", "put_test" },
  { "H and G by the larger clock", "age", "am_wall_is_usable(policy, now) && wall < boot",
    "am_wall_is_usable(policy, now) && wall > boot", "claim_test" },
  { "H goes on in another boot", "age", "        row->last_wire = am_stamp(now);\n",
    "        row->last_wire.boot = 0;\n", "claim_test" },
  { "other bytes go on", "put", "if (!first && memcmp", "if (false && memcmp", "put_test" },
  { "what was held is cancelled", "put", " ||\n        am_row_is_held(row, worker, now))\n"
    .. "        return false;\n    am_row_close(row, AM_OUTBOX_CANCELLED", ")\n        "
    .. "return false;\n    am_row_close(row, AM_OUTBOX_CANCELLED", "put_test" },
  { "unknown is pruned", "put", "row->state == AM_OUTBOX_CANCELLED;",
    "row->state == AM_OUTBOX_CANCELLED || row->state == AM_OUTBOX_UNKNOWN;", "put_test" },
}

local folder = mutation.folder()

local function object(name)
  return ("%s/%s.o"):format(folder, name)
end

local function prepare()
  for _, name in ipairs(SOURCES) do
    assert(run(("%s -c -o %s csrc/outbox/%s.c"):format(COMPILE, object(name), name)))
  end
  for _, unit in ipairs(UNITS) do
    assert(run(("%s -c -o %s spec/c/outbox/%s.c"):format(COMPILE, object(unit), unit)))
  end
end

-- True if the unit passes with this object for one source.
local function passes(unit, name, with)
  local objects = { object(unit), with }
  for _, other in ipairs(SOURCES) do
    objects[#objects + 1] = other ~= name and object(other) or nil
  end
  local program = ("%s/%s"):format(folder, unit)
  assert(run(("gcc -o %s %s -lcmocka"):format(program, table.concat(objects, " "))),
    "does not link")
  return run("timeout 60 " .. program)
end

local function breaks(unit, name, text)
  local path = folder .. "/mutant"
  mutation.write(path .. ".c", text)
  assert(run(("%s -w -c -o %s.o %s.c"):format(COMPILE, path, path)), "does not compile")
  return not passes(unit, name, path .. ".o")
end

local function main(pattern)
  prepare()
  for _, unit in ipairs(UNITS) do
    assert(passes(unit, "age", object("age")), unit .. " fails without any mutant")
  end
  local killed, survived = 0, 0
  for _, mutant in ipairs(MUTANTS) do
    local name, source, search, replacement, unit = table.unpack(mutant)
    if name:find(pattern, 1, true) then
      local text, trouble =
        mutation.mutate(mutation.read("csrc/outbox/" .. source .. ".c"), search, replacement)
      local built, broken = pcall(breaks, unit, source, text or "?")
      local dead = text and built and broken
      killed, survived = killed + (dead and 1 or 0), survived + (dead and 0 or 1)
      print(("%s %s (%s)"):format(dead and "killed   " or "SURVIVED ", name,
        trouble or not built and broken or unit))
    end
  end
  print(("%d killed, %d survived"):format(killed, survived))
  return survived == 0 and killed > 0
end

mutation.finish(main, folder)
