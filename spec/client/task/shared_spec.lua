-- SPDX-License-Identifier: MIT
-- Loops of the library that several tasks draw from: each item goes to one of them.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local run, spawn, sleep = agentmail.run, agentmail.spawn, agentmail.sleep

local MAILS, TASKS = 6, 3
local BUSY = "the next item is being fetched, which cannot be waited for here"

-- A mailbox with mail of its own, whose requests take a while.
local function mailbox(seconds)
  local client, _, view = helper.client { limits = { poll_base = 0.001, poll_cap = 0.002 } }
  local inbox = assert(client.inboxes:create { username = "shared" })
  for n = 1, MAILS do assert(inbox.messages:send { to = inbox.inbox_id, text = "hello " .. n }) end
  view:fault { at = "before", ["do"] = { kind = "delay", seconds = seconds or 0.005 },
               ["until"] = { total = 10000 } }
  return inbox, client, view
end

-- What tasks draw from a loop until it ends, or until so many are drawn: id → how often; how many.
local function draw(next_item, most)
  local seen, count = {}, 0
  run(function()
    local tasks = {}
    for i = 1, TASKS do
      tasks[i] = spawn(function()
        for item in next_item do
          seen[item.message_id], count = (seen[item.message_id] or 0) + 1, count + 1
          if count == most then break end
          sleep(0)
        end
        if count == most then
          for _, task in ipairs(tasks) do task:cancel() end
        end
      end)
    end
  end)
  return seen, count
end

describe("tasks that share", function()
  for name, loop in pairs {
    ["messages:each()"] = function(inbox) return inbox.messages:each { limit = 2 } end,
    ["messages:each { full = true }"] = function(inbox)
      return inbox.messages:each { limit = 3, full = true }
    end,
    ["page:each()"] = function(inbox) return assert(inbox.messages:list { limit = 2 }):each() end,
    ["messages:watch()"] = function(inbox)
      return inbox.messages:watch { after = 0, sent = true }, MAILS
    end,
    ["inboxes:watch()"] = function(inbox, client)
      return client.inboxes:watch { inboxes = { inbox.inbox_id }, after = 0, sent = true }, MAILS
    end,
  } do
    it(name .. " get each item once", function()
      local inbox, client = mailbox()
      local total = #assert(inbox.messages:all())
      local function next_item_of(next_item, _, _, _) return next_item end
      local next_item, most = loop(inbox, client)
      local seen, count = draw(next_item_of(next_item), most)
      assert.equal(most or total, count)
      for id, times in pairs(seen) do assert.equal(1, times, id) end
      client:close()
    end)
  end

  it("a loop are each told of a page that fails", function()
    local server <close> = raw_server.start {
      { bytes = raw.json(200, '{"count":1,"next_page_token":"t","messages":[{"message_id":"m",'
        .. '"inbox_id":"a@b.c"}]}') },
      { bytes = raw.json(500, "{}") } }
    local client = server:client { attempts = 1 }
    local next_item = client:inbox "a@b.c".messages:each()
    local items, told = 0, 0
    run(function()
      for _ = 1, TASKS do
        spawn(function()
          local done, item = pcall(next_item)
          if done and item then items = items + 1 end
          done, item = pcall(next_item)
          if not done then
            assert.matches("HTTP 500", item)
            told = told + 1
          end
        end)
      end
    end)
    assert.same({ 1, TASKS }, { items, told })
    assert.equal(2 * TASKS, #server:log())
  end)

  it("a loop wait with a cancel and a deadline, and go on when one has ended", function()
    local inbox, client = mailbox(0.3)
    local next_item = inbox.messages:each { limit = 2 }
    run(function()
      local first = spawn(pcall, next_item)
      while first.state ~= "waiting" do sleep(0) end
      local late, cancelled, third = spawn(pcall, agentmail.within, 0.001, next_item),
                                     spawn(next_item), spawn(next_item)
      sleep(0)
      cancelled:cancel()
      local _, problem = late:join()
      assert.matches("the time given to agentmail.within is over", problem)
      assert.matches("this task is cancelled", helper.mistake(cancelled.join, cancelled))
      first:cancel() -- the others request the page themselves
      assert.is_truthy(third:join())
    end)
    client:close()
  end)

  for name, cut in pairs {
    ["is cancelled"] = function(first) first:cancel() end,
    ["has no time left"] = function() end,
  } do
    it("a loop of complete items get those of one who " .. name .. " as they fetch them", function()
      local inbox, client, view = mailbox()
      view:heal()
      view:fault { at = "before", ["do"] = { kind = "delay", seconds = 1 },
                   match = { operation = "inboxes.messages.get" }, ["until"] = { total = 3 } }
      local next_item = inbox.messages:each { limit = 3, full = true }
      local seen, count = {}, 0
      run(function()
        local before = #view:requests { operation = "inboxes.messages.get" }
        local first = spawn(pcall, agentmail.within, name == "has no time left" and 0.5 or 60,
                            next_item)
        repeat sleep(0.005)
        until #view:requests { operation = "inboxes.messages.get" } == before + 3
        local second = spawn(function()
          for item in next_item do
            assert.is_nil(seen[item.message_id])
            seen[item.message_id], count = true, count + 1
            assert.is_string(item.text)
          end
        end)
        sleep(0)
        cut(first)
        assert.is_false((first:join()))
        second:join()
      end)
      assert.equal(MAILS, count)
      client:close()
    end)
  end

  it("a loop draw no more once it is closed, also while one waits for an item", function()
    local inbox, client = mailbox(0.02)
    local next_item, _, _, closing = inbox.messages:each { limit = 2 }
    run(function()
      local first = spawn(next_item)
      while first.state ~= "waiting" do sleep(0) end
      do local _ <close> = closing end
      assert.is_nil((next_item()))
      first:join()
      assert.is_nil((next_item()))
    end)
    client:close()
  end)

  it("a loop are told where they cannot wait, or would wait for themselves", function()
    local problems, next_item, other = {}, nil, nil
    local client, _, view = helper.client { on_attempt = function(event) -- whose waits block
      if event.event == "attempt" then problems.again = select(2, pcall(next_item)) end
      if event.event == "done" then problems.by_join = select(2, pcall(other.join, other)) end
    end }
    view:fault { at = "before", ["do"] = { kind = "delay", seconds = 0.5 },
                 ["until"] = { total = 1 } }
    next_item = client.inboxes:each()
    run(function()
      local first = spawn(next_item)
      other = spawn(function()
        while not problems.again do sleep(0) end;
        ("x"):gsub("x", function() problems.in_c = select(2, pcall(next_item)) end)
        return next_item()
      end)
      assert.is_nil(first:join())
      assert.is_nil(other:join())
    end)
    client:close()
    assert.matches(BUSY, problems.again, 1, true)
    assert.matches(BUSY, problems.in_c, 1, true)
    assert.matches("would wait for itself", problems.by_join)
  end)
end)
