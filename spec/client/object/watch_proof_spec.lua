-- SPDX-License-Identifier: MIT
-- The guarantees of `watch`, with a hostile service (spec/support/mail_service.lua) and programs
-- that are killed at random and restart from their stored state. `make proof-watch` uses 10,000
-- mails.

local cjson = require "cjson"
local helper = require "spec.support.helper"
local listener = require "agentmail.sandbox.listener"

local MAILS = math.tointeger(tonumber(os.getenv "AGENTMAIL_WATCHED" or 500))
local ALL = MAILS >= 10000
local SLACK = ALL and 60 or 6 -- seconds
local STEPS = ALL and 20000000 or 2000000 -- of the virtual machine: the longest life of a program

-- Watches until the service ends it, or until it is killed. Each line of its log is flushed before
-- it goes on.
local PROGRAM = [[
  local agentmail = require "agentmail"
  local cjson = require "cjson"
  local folder = %q
  math.randomseed(%d)
  local client = agentmail.new {
    base_url = %q, api_key = "k",
    limits = { attempts = 2, backoff_base = 0.001, backoff_cap = 0.002, budget_cost = 0,
               poll_base = 0.001, poll_cap = 0.002, watch_slack = %d },
  }
  local log = assert(io.open(folder .. "/log", "a"))
  log:setvbuf "line"
  local function save(state)
    local file = assert(io.open(folder .. "/new", "w"))
    assert(file:write(cjson.encode(state)))
    assert(file:close())
    assert(os.rename(folder .. "/new", folder .. "/state"))
    log:write "saved\n"
  end
  local function load()
    local file <close> = io.open(folder .. "/state")
    return file and cjson.decode(file:read "a")
  end
  debug.sethook(function() -- after so many instructions, not after so much waiting
    if debug.getinfo(2, "S").what ~= "C" then os.execute "kill -9 $PPID" end
  end, "", math.random(%d))
  local ok, message = pcall(function()
    local watcher <close> = client.inboxes:watch {
      inboxes = { "a@b.c", "d@e.f" }, after = 0, state = load(),
    }
    save(watcher.state)
    for message in watcher do
      assert(message.text == "whole")
      if math.random() < 0.4 then save(watcher.state) end
      for _ = 1, 5000 do end -- the work, during which a program is likely to die
      log:write(message.message_id, "\n")
    end
  end)
  print(message)
]]

-- Each message_id of the log with its number of returns; those returned although a saved state had
-- them as done; and the number of saves. Mail that a program got is done when it saves its next
-- state.
local function judge(path)
  local handed, repeated, done, pending, saves = {}, {}, {}, {}, 0
  for line in io.lines(path) do
    if line == "started" then
      pending = {}
    elseif line == "saved" then
      for _, id in ipairs(pending) do done[id] = true end
      pending, saves = {}, saves + 1
    else
      if done[line] then repeated[#repeated + 1] = line end
      handed[line] = (handed[line] or 0) + 1
      pending[#pending + 1] = line
    end
  end
  return handed, repeated, saves
end

describe("a watch", function()
  local folder, service

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
  end)

  after_each(function()
    service:close()
    os.execute("rm -r " .. folder)
  end)

  local function start(tokens)
    service = assert(listener.start {
      module = "spec.support.mail_service", config = cjson.encode {
        seed = 11, mails = MAILS, tokens = tokens, slack = SLACK * 1000, lag = SLACK * 900,
        pause = 100, step = SLACK * 20, faults = 0.1, deletions = 0.3 } })
    return ("http://127.0.0.1:%d"):format(service:port())
  end

  -- Runs the program until the service has shown all mail; returns the number of runs.
  local function run(url)
    local runs, output = 0, ""
    while not output:find "That was all" do
      runs = runs + 1
      local log <close> = assert(io.open(folder .. "/log", "a"))
      log:write "started\n"
      log:close()
      output = helper.run(PROGRAM:format(folder, runs, url, SLACK, STEPS))
      assert.is_truthy(output:find "^Killed" or output:find "That was all", output)
    end
    return runs
  end

  for _, tokens in ipairs { "cursor", "offset" } do
    it(("of %d mails loses none and repeats none that was done, with %s tokens"):format(MAILS,
      tokens), function()
      local runs = run(start(tokens))
      local handed, repeated, saves = judge(folder .. "/log")
      local lost, wrong, times = {}, {}, 0
      for id, word in pairs(cjson.decode(service:call())) do
        if word == "came in" and not handed[id] then lost[#lost + 1] = id end
        if word == "sent" and handed[id] then wrong[#wrong + 1] = id end
        times = times + (handed[id] or 0)
      end
      assert.same({ 0, 0, 0 }, { #lost, #repeated, #wrong }, lost[1] or repeated[1] or wrong[1])
      assert.is_true(runs > 3 and saves > MAILS / 10 and times > MAILS * 0.8)
      if ALL then print(("%d runs, %d saves, %d mails handed out"):format(runs, saves, times)) end
    end)
  end
end)
