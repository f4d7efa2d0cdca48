-- SPDX-License-Identifier: MIT
-- Clients beside ours: programs that send the mails FROM to TO and note in LOG, after each, whether
-- they think that it was sent. What LOG calls sent they leave out.
--   PROGRAM URL API_KEY INBOX FROM TO LOG WORDS
-- Their seconds last 10 ms.
local programs = require "bench.exactly_once.programs"

local function read_log(path)
  local said = {}
  for line in io.lines(path) do
    local number, word = line:match "^(%d+) (%l+)$"
    if number then said[tonumber(number)] = word == "sent" and "sent" or "not_sent" end
  end
  return said
end

--- A client that is a program.
---@param name string
---@param program string   a command; what it is given follows
---@return table client    with `send`, as of bench/exactly_once/ours.lua
---@param calls integer    system calls for a mail, of those that spec/crash/kill_at.c counts
return function(name, program, calls)
  local client = { name = name }

  local function log_of(bench, host) return ("%s/log-%d"):format(bench.folder, host) end

  local function command_for(bench, scenario, work, host, first, last)
    return ("%s %s %s %s %d %d %s %q"):format(program, work.view.url, work.view.api_key,
      work.inbox_id, first, last, log_of(bench, host), scenario.words or "")
  end

  function client.send(bench, scenario, work)
    local said, commands, runs = {}, {}, 1
    local function run(first, last)
      for host = 1, scenario.hosts or 1 do
        commands[host] = command_for(bench, scenario, work, host, first, last)
      end
      programs.run(commands)
    end
    for host = 1, scenario.hosts or 1 do
      os.remove(log_of(bench, host))
      assert(io.open(log_of(bench, host), "w")):close()
    end
    if scenario.is_killed then
      runs = programs.run_killed(bench.killer, command_for(bench, scenario, work, 1, 1, work.count),
        work.kill_within * calls)
    elseif scenario.hours then
      run(1, work.count * 19 // 20)
      work.lose_answers()
      run(1, work.count)
      work.go_on()
      run(1, work.count)
    else
      run(1, work.count)
    end
    for host = 1, scenario.hosts or 1 do said[host] = read_log(log_of(bench, host)) end
    return said, runs
  end

  return client
end
