-- SPDX-License-Identifier: MIT
-- Duplicates, losses and false answers of sends with an outbox, in eight scenarios, counted at the
-- sandbox. The time limits of the outbox are scaled down.
--   lua5.4 bench/exactly_once.lua [SENDS]      default: 1000 in each scenario; prints a table
-- spec/crash/scenarios_spec.lua runs it with fewer.
local agentmail = require "agentmail"

local exactly_once = {}

local LIMITS = { backoff_base = 0.005, backoff_cap = 0.05, deadline = 4, attempt_timeout = 0.4,
                 outbox_blind = 1, outbox_horizon = 0.3, outbox_grace = 0.2 }

-- A client in a process of its own: sends all, each with the outbox's own words. Its arguments:
-- sends, whether it needs to tell nothing.
local PROGRAM = [[
  local agentmail = require "agentmail"
  local client = agentmail.new {
    outbox = { path = os.getenv "OUTBOX", on_conflict = "first" },
    limits = { %s } }
  local inbox = client:inbox(os.getenv "INBOX")
  for i = 1, %d do
    inbox.messages:send { to = "ann@example.com", subject = "op-" .. i,
      text = os.getenv "WORDS" or agentmail.uuid(), idempotency_key = agentmail.key("op", i) }
  end
  repeat
    local report = assert(client.outbox:resume())
    if report.next_due then agentmail.sleep(report.next_due) end
  until not report.next_due]]

-- Small faults, each with a probability: of the requests, `share` in a hundred.
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

local function slow()
  return {
    { at = "commit", ["do"] = "hang", when = { probability = 0.02 }, match = { sends = true },
      ["until"] = { hits = 1000000 } },
    { at = "reserved", ["do"] = { kind = "reset", busy = "500ms" }, when = { probability = 0.02 },
      match = { sends = true }, ["until"] = { hits = 1 } },
  }
end

-- How each scenario is run: rules of the sandbox; `keyed = false`; a pause of so many hours after
-- the first calls, during which the answers are lost; processes that are killed; two hosts.
exactly_once.scenarios = {
  { name = "S1 lossy, 5 %", rules = lossy(5) },
  { name = "S2 lossy, 20 %", rules = lossy(20) },
  { name = "S3 killed", killed = true, words = "The same." },
  { name = "S4 outage of 30 h", hours = 30 },
  { name = "S5 two hosts", hosts = 2, words = "The same.", rules = lossy(5) },
  { name = "S6 other words", killed = true },
  { name = "S7 no keys", keyed = false, rules = lossy(5) },
  { name = "S8 slow", rules = slow() },
}

local function limits_text()
  local parts = {}
  for name, value in pairs(LIMITS) do parts[#parts + 1] = ("%s = %s"):format(name, value) end
  return table.concat(parts, ", ")
end

-- Programs ----------------------------------------------------------------------------------------

local function execute(command)
  local pipe = assert(io.popen("( " .. command .. "\n) 2>&1"))
  local output = pipe:read "a"
  pipe:close()
  return output
end

-- Runs the program until it comes to its end: each time it is killed at a random system call.
local function run_killed(bench, command, count)
  local state, runs, most = 88172645463325252, 0, 20 * math.max(count // 4, 20)
  repeat
    state = (state * 6364136223846793005 + 1442695040888963407) & math.maxinteger
    runs = runs + 1
    local at = (state >> 24) % most + 1
    local output = execute(("LD_PRELOAD=%s KILL_AT=%d %s; echo status $?"):format(
      bench.killer, at, command))
    assert(output:find "status 137\n$" or output:find "status 0\n$", output)
  until output:find "status 0\n$"
  return runs
end

local function run_programs(bench, scenario, view, inbox_id, count)
  local program = bench.folder .. "/program.lua"
  local file <close> = assert(io.open(program, "w"))
  file:write(PROGRAM:format(limits_text(), count))
  file:close()
  local commands = {}
  for host = 1, scenario.hosts or 1 do
    commands[host] = ("env AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s INBOX=%s OUTBOX=%s-%d %s "
      .. "%s %s"):format(view.url, view.api_key, inbox_id, bench.path, host,
      scenario.words and ("WORDS=%q"):format(scenario.words) or "", bench.lua, program)
  end
  if scenario.killed then return run_killed(bench, commands[1], count) end
  local output = execute(table.concat(commands, " & ") .. " & wait")
  assert(output == "", output)
  return #commands
end

-- Calls -------------------------------------------------------------------------------------------

-- Sends all in this process; what each call told.
local function send_all(inbox, count)
  local told = {}
  for i = 1, count do
    local sent, _, failure = inbox.messages:send {
      to = "ann@example.com", subject = "op-" .. i, text = agentmail.uuid(),
      idempotency_key = agentmail.key("op", i) }
    told[i] = sent and "sent" or failure
  end
  return told
end

local function run_here(bench, scenario, view, inbox_id, count)
  local ahead = 0
  local limits = {}
  for name, value in pairs(LIMITS) do limits[name] = value end
  if scenario.hours then limits.deadline, limits.attempts = 0.2, 1 end
  local client <close> = agentmail.new {
    base_url = view.url, api_key = view.api_key, limits = limits,
    outbox = { path = bench.path, on_conflict = "first", keyed = scenario.keyed,
               clock = scenario.hours and function() return os.time() + ahead end or nil } }
  if scenario.hours then -- a twentieth of the answers are lost, for good
    view:faults { { at = "commit", ["do"] = "reset", when = { every = 1 },
                    match = { sends = true, key = agentmail.key("op", 1) },
                    ["until"] = { total = 1000 } } }
    for i = 21, count, 20 do
      view:fault { name = "lost-" .. i, at = "commit", ["do"] = "reset",
                   match = { sends = true, key = agentmail.key("op", i) },
                   ["until"] = { total = 1000 } }
    end
  end
  local told = send_all(client:inbox(inbox_id), count)
  if scenario.hours then
    view:faults {}
    ahead = scenario.hours * 3600
    view:advance(scenario.hours .. "h")
  end
  repeat
    local report = assert(client.outbox:resume())
    if report.next_due then agentmail.sleep(math.min(report.next_due, 1)) end
    ahead = scenario.hours and ahead + 61 or 0
  until not report.next_due
  return told
end

-- Counting ----------------------------------------------------------------------------------------

local function copies_of(view)
  local copies = {}
  for _, mail in ipairs(view:sent()) do
    copies[mail.subject] = (copies[mail.subject] or 0) + 1
  end
  return copies
end

-- Compares what was told, and what the records say now, with the mails that left.
local function judge(result, view, boxes, count, told)
  local copies = copies_of(view)
  for i = 1, count do
    local number, first = copies["op-" .. i] or 0, told and told[i]
    result.duplicates = result.duplicates + math.max(0, number - 1)
    if first == "sent" and number == 0 then result.false_sent = result.false_sent + 1 end
    if type(first) == "table" and first.outcome == "not_applied" and not first.pending
      and number > 0 then result.false_failed = result.false_failed + 1 end
    for _, box in ipairs(boxes) do
      local row = box.outbox:get(agentmail.key("op", i), result.inbox_id)
      local state = row and row.state or "none"
      if state == "unknown" then result.unknown = result.unknown + 1 end
      if state == "sent" and number == 0 then result.false_sent = result.false_sent + 1 end
      if row and row.outcome == "not_applied" and number > 0 then
        result.false_failed = result.false_failed + 1
      end
      if state ~= "unknown" and number == 0 then result.lost = result.lost + 1 end
    end
  end
  result.requests = #view:requests { limit = 1000000 } / count
end

--- Runs a scenario.
---@param bench table     folder, path of the outbox (in the folder), lua, killer (a library)
---@param scenario table
---@param view table      of the sandbox: an organization of its own
---@param count integer
---@return table result
function exactly_once.run(bench, scenario, view, count)
  local plain <close> = agentmail.new { base_url = view.url, api_key = view.api_key }
  local inbox_id = assert(plain.inboxes:create { username = "orders" }).inbox_id
  view:switch { seed_era = scenario.keyed == false }
  view:faults(scenario.rules or {})
  local result = { duplicates = 0, lost = 0, false_sent = 0, false_failed = 0, unknown = 0,
                   inbox_id = inbox_id }
  local begun, told = os.time(), nil
  if scenario.killed or scenario.hosts then
    result.runs = run_programs(bench, scenario, view, inbox_id, count)
  else
    told = run_here(bench, scenario, view, inbox_id, count)
  end
  result.seconds = os.time() - begun
  local boxes = {}
  for host = 1, scenario.hosts or 1 do
    boxes[host] = agentmail.new {
      base_url = view.url, api_key = view.api_key,
      outbox = { path = told and bench.path or bench.path .. "-" .. host, keyed = scenario.keyed } }
  end
  judge(result, view, boxes, count, told)
  for _, box in ipairs(boxes) do box:close() end
  os.execute("rm -f " .. bench.path .. "*")
  return result
end

local function main(count)
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir " .. folder))
  local bench = { folder = folder, path = folder .. "/agent.db", lua = os.getenv "LUA" or "lua5.4",
                  killer = folder .. "/kill_at.so" }
  assert(os.execute("cc -shared -fPIC spec/crash/kill_at.c -o " .. bench.killer))
  local sandbox <close> = require("agentmail.sandbox").start {}
  print(("%-20s %10s %6s %10s %12s %8s %8s %8s"):format("scenario", "duplicates", "lost",
    "false sent", "false failed", "unknown", "requests", "seconds"))
  for i, scenario in ipairs(exactly_once.scenarios) do
    local r = exactly_once.run(bench, scenario, sandbox:view("s" .. i), count)
    print(("%-20s %10d %6d %10d %12d %8d %8.2f %8d"):format(scenario.name, r.duplicates, r.lost,
      r.false_sent, r.false_failed, r.unknown, r.requests, r.seconds))
  end
  os.execute("rm -rf " .. folder)
end

if arg and arg[0] and arg[0]:find "exactly_once%.lua$" then
  main(tonumber(arg[1]) or 1000)
end

return exactly_once
