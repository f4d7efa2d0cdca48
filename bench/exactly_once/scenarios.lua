-- SPDX-License-Identifier: MIT
-- What goes wrong while mails are sent: eight scenarios, and one where nothing does.
--   rules      of the sandbox
--   is_killed  the client's processes are killed at random system calls, and started again
--   hosts      so many processes send the same mails, each with a memory of its own
--   hours      from 19 of 20 mails on no answer arrives; so many hours later all is well again
--   seed_era   the service ignores `Idempotency-Key`
--   words      the text of each mail; without them each run finds words of its own

-- Small faults: of the requests, `share` in a hundred.
local function lossy(share)
  local rules = {}
  for _, one in ipairs { { "before", "reset", 1 }, { "commit", "reset", 1 }, { "commit", "504", 1 },
                         { "before", "503", 1 }, { "commit", "truncate", 0.5 },
                         { "before", "429", 0.5 } } do
    rules[#rules + 1] = {
      at = one[1], ["do"] = one[2], when = { probability = one[3] * share / 500 },
      match = { sends = true }, ["until"] = { hits = 1000000 } }
  end
  return rules
end

-- Answers that come too late, and keys that are busy meanwhile.
local SLOW = {
  { at = "commit", ["do"] = "hang", when = { probability = 0.02 }, match = { sends = true },
    ["until"] = { hits = 1000000 } },
  { at = "reserved", ["do"] = { kind = "reset", busy = "500ms" }, when = { probability = 0.02 },
    match = { sends = true }, ["until"] = { hits = 1 } },
}

return {
  { name = "S0 nothing", rules = {} },
  { name = "S1 lossy, 5 %", rules = lossy(5) },
  { name = "S2 lossy, 20 %", rules = lossy(20) },
  { name = "S3 killed", rules = {}, is_killed = true, words = "The same." },
  { name = "S4 outage of 30 h", rules = {}, hours = 30 },
  { name = "S5 two hosts", rules = lossy(5), hosts = 2, words = "The same." },
  { name = "S6 other words", rules = {}, is_killed = true },
  { name = "S7 no keys", rules = lossy(5), seed_era = true },
  { name = "S8 slow", rules = SLOW },
}
