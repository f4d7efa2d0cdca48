-- SPDX-License-Identifier: MIT
-- Sends with an outbox. Its time limits are scaled down.
local agentmail = require "agentmail"
local programs = require "bench.exactly_once.programs"

local LIMITS = { backoff_base = 0.005, backoff_cap = 0.05, deadline = 4, attempt_timeout = 0.4,
                 outbox_blind = 1, outbox_horizon = 0.3, outbox_grace = 0.2 }
local CALLS = 20 -- of those that kill_at.c counts, for a mail

-- A client in a process of its own: sends all, then does what is due.
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

local function limits_text()
  local parts = {}
  for name, value in pairs(LIMITS) do parts[#parts + 1] = ("%s = %s"):format(name, value) end
  return table.concat(parts, ", ")
end

local function path_of(bench, host)
  return ("%s/outbox-%d.db"):format(bench.folder, host)
end

local function run_programs(bench, scenario, work)
  local program = bench.folder .. "/program.lua"
  local file <close> = assert(io.open(program, "w"))
  file:write(PROGRAM:format(limits_text(), work.count))
  file:close()
  local commands = {}
  for host = 1, scenario.hosts or 1 do
    commands[host] = ("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s INBOX=%s OUTBOX=%s %s %s %s")
      :format(work.view.url, work.view.api_key, work.inbox_id, path_of(bench, host),
        scenario.words and ("WORDS=%q"):format(scenario.words) or "", bench.lua, program)
  end
  if scenario.is_killed then
    return programs.run_killed(bench.killer, commands[1], work.kill_within * CALLS)
  end
  for host, command in ipairs(commands) do commands[host] = "env " .. command end
  programs.run(commands)
  return #commands
end

-- Sends some in this process, and notes what each call told.
local function send(inbox, first, last, said, limits)
  for i = first, last do
    local sent, _, failure = inbox.messages:send({
      to = "ann@example.com", subject = "op-" .. i, text = agentmail.uuid(),
      idempotency_key = agentmail.key("op", i) }, limits)
    if sent then
      said[i] = "sent"
    elseif failure.outcome == "not_applied" and not failure.pending then
      said[i] = "not_sent"
    end
  end
end

local function run_here(bench, scenario, work)
  local ahead, said = 0, {}
  local client <close> = agentmail.new {
    base_url = work.view.url, api_key = work.view.api_key, limits = LIMITS,
    outbox = { path = path_of(bench, 1), on_conflict = "first", keyed = not scenario.seed_era,
               clock = scenario.hours and function() return os.time() + ahead end or nil } }
  local inbox = client:inbox(work.inbox_id)
  if scenario.hours then
    local well = work.count * 19 // 20
    send(inbox, 1, well, said)
    work.lose_answers()
    send(inbox, well + 1, work.count, said, { deadline = 0.2, attempts = 1 })
    work.go_on()
    ahead = scenario.hours * 3600
  else
    send(inbox, 1, work.count, said)
  end
  repeat
    local report = assert(client.outbox:resume())
    if report.next_due then agentmail.sleep(math.min(report.next_due, 1)) end
    ahead = scenario.hours and ahead + 61 or 0
  until not report.next_due
  return said
end

-- What the records say.
local function read_records(bench, scenario, work, host)
  local said = {}
  local client <close> = agentmail.new {
    base_url = work.view.url, api_key = work.view.api_key,
    outbox = { path = path_of(bench, host), keyed = not scenario.seed_era } }
  for i = 1, work.count do
    local row = client.outbox:get(agentmail.key("op", i), work.inbox_id)
    if row and row.outcome == "not_applied" then
      said[i] = "not_sent"
    elseif row and (row.state == "sent" or row.state == "unknown") then
      said[i] = row.state
    end
  end
  return said
end

local ours = { name = "this client" }

--- Sends the mails of a scenario.
---@param bench table     folder, lua (a command), killer (a library)
---@param scenario table
---@param work table      view (of the sandbox), inbox_id, count, kill_within (so many mails),
---                       lose_answers, go_on (functions)
---@return table[] said   as bench/exactly_once/count.lua wants it
---@return integer runs   of programs
function ours.send(bench, scenario, work)
  local said, runs = {}, 0
  if scenario.is_killed or scenario.hosts then
    runs = run_programs(bench, scenario, work)
  else
    said[1] = run_here(bench, scenario, work)
  end
  for host = 1, scenario.hosts or 1 do
    said[#said + 1] = read_records(bench, scenario, work, host)
    os.execute("rm -f " .. path_of(bench, host) .. "*")
  end
  return said, runs
end

return ours
