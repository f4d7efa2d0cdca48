-- SPDX-License-Identifier: MIT
-- Duplicates, losses and false answers of sends in each scenario, counted at the sandbox: this
-- client with an outbox, and others beside it.
--   lua5.4 bench/exactly_once/run.lua [SENDS]      default: 1000; prints two tables
-- Fails if this client has one of them. spec/crash/scenarios_spec.lua runs this client alone.
local agentmail = require "agentmail"
local count_mails = require "bench.exactly_once.count"
local other = require "bench.exactly_once.others"
local ours = require "bench.exactly_once.ours"
local scenarios = require "bench.exactly_once.scenarios"
local socket = require "socket"

local exactly_once = {}

--- Runs a scenario.
---@param bench table     folder, lua (a command), killer (spec/crash/kill_at.c as a library)
---@param scenario table
---@param client table
---@param view table      of the sandbox: an organization of its own
---@param count integer
---@return table result   what bench/exactly_once/count.lua counts; runs; seconds; count
function exactly_once.run(bench, scenario, client, view, count)
  local plain <close> = agentmail.new { base_url = view.url, api_key = view.api_key }
  local inbox_id = assert(plain.inboxes:create { username = "orders" }).inbox_id
  view:switch { seed_era = scenario.seed_era or false }
  view:faults(scenario.rules)
  local began = socket.gettime()
  local said, runs = client.send(bench, scenario, {
    view = view, inbox_id = inbox_id, count = count,
    kill_within = math.min(count // 2, 200),
    lose_answers = function()
      view:faults { { at = "commit", ["do"] = "reset", when = { every = 1 },
                      match = { sends = true }, ["until"] = { total = 1000000 } } }
    end,
    go_on = function()
      view:faults {}
      view:advance(scenario.hours .. "h")
    end })
  local seconds = socket.gettime() - began
  local result = count_mails(view, count, said)
  result.runs, result.seconds, result.count = runs, seconds, count
  return result
end

local build = os.getenv "AGENTMAIL_BUILD" or "build"

local function make_clients()
  local clients = {
    ours, other("libcurl in a loop", build .. "/bench/exactly_once/loop", 4) }
  if not io.open "spec/node_modules/agentmail/package.json" then
    print "The official package is left out: `npm ci --ignore-scripts` in spec installs it."
    return clients
  end
  for _, how in ipairs { "default", "stable", "per-call" } do
    clients[#clients + 1] = other("npm package, " .. how,
      "node bench/exactly_once/sdk.mjs " .. how, 4)
  end
  return clients
end

local function faults_of(r)
  local parts = {}
  local function add(number, one, more)
    if number > 0 then parts[#parts + 1] = number .. " " .. (number == 1 and one or more) end
  end
  add(r.duplicates, "copy", "copies")
  add(r.lost, "lost", "lost")
  add(r.unknown, "unknown", "unknown")
  add(r.false_sent + r.false_failed, "false", "false")
  return #parts > 0 and table.concat(parts, ", ") or "0"
end

local function cost_of(r)
  return ("%.2f, %.1f ms"):format(r.requests, 1000 * r.seconds / r.count)
end

local function print_table(clients, results, describe)
  local names = {}
  for k, client in ipairs(clients) do names[k] = client.name end
  print("| | " .. table.concat(names, " | ") .. " |\n|---|" .. ("---|"):rep(#names))
  for i, scenario in ipairs(scenarios) do
    local cells = {}
    for k in ipairs(clients) do cells[k] = describe(results[i][k]) end
    print(("| %s | %s |"):format(scenario.name, table.concat(cells, " | ")))
  end
end

local function main(count)
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir " .. folder))
  local bench = { folder = folder, lua = os.getenv "LUA" or "lua5.4",
                  killer = folder .. "/kill_at.so" }
  assert(os.execute("cc -shared -fPIC spec/crash/kill_at.c -o " .. bench.killer))
  local clients, results, is_right = make_clients(), {}, true
  local sandbox <close> = require("agentmail.sandbox").start {}
  for i, scenario in ipairs(scenarios) do
    results[i] = {}
    for k, client in ipairs(clients) do
      results[i][k] = exactly_once.run(bench, scenario, client,
        sandbox:view(("s%d-%d"):format(i, k)), count)
    end
    is_right = is_right and faults_of(results[i][1]) == "0"
  end
  print(("Of %d mails: copies, lost, unknown, and those of which false was said.\n"):format(count))
  print_table(clients, results, faults_of)
  print "\nRequests and time a mail.\n"
  print_table(clients, results, cost_of)
  os.execute("rm -rf " .. folder)
  os.exit(is_right, true)
end

if arg and arg[0] and arg[0]:find "exactly_once/run%.lua$" then
  main(tonumber(arg[1]) or 1000)
end

return exactly_once
