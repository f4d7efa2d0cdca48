-- SPDX-License-Identifier: MIT
-- client.outbox:resume beside rows that others hold, and what an observer hears of it.

local agentmail = require "agentmail"
local begin = require "spec.support.outbox_mails"

local run, spawn, sleep = agentmail.run, agentmail.spawn, agentmail.sleep

describe("a resume of the outbox", function()
  local mails, client, view, events

  before_each(function()
    mails, events = begin(), {}
    mails:open { on_attempt = function(event) events[#events + 1] = event end }
    client, view = mails.client, mails.view
  end)

  after_each(function() mails:finish() end)

  local function state(key) return mails:row(key).state end

  it("may have any time for it, more than one request can take", function()
    mails:postpone "any"
    agentmail.sleep(1.01)
    assert.equal(1, assert(client.outbox:resume { deadline = math.huge }).sent)
    assert.equal("sent", state "any")
  end)

  for name, case in pairs {
    ["what was sent as sent"] = { 1, nil, 1 },
    ["what may be sent as unknown"] = { nil, "unknown", 1, at = "commit", deed = "reset" },
    ["what was not sent as that"] = { nil, "not_applied", 0, at = "before", deed = "429" },
  } do
    it("tells " .. name .. ", although that cannot be recorded", function()
      mails:postpone "lost"
      agentmail.sleep(1.01)
      events = setmetatable({}, { __newindex = function(_, _, event)
        if event.event == "done" then os.rename(mails.path, mails.path .. "-gone") end
      end })
      if case.at then
        view:fault { at = case.at, ["do"] = case.deed, match = { sends = true },
                     ["until"] = { total = 10 } }
      end
      local report, _, failure = client.outbox:resume()
      assert.same(case, { report and report.sent, failure and failure.outcome,
                          mails:copies "lost", at = case.at, deed = case.deed })
    end)
  end

  it("withdraws no row that cannot be read, and does not say so", function()
    mails:postpone "a"
    local row = mails:row "a"
    os.rename(mails.path, mails.path .. "-gone")
    local done, _, failure = row:cancel()
    assert.same({ nil, "storage", "unknown" }, { done, failure.code, failure.outcome })
    _, _, failure = client.outbox:prune { older_than = 1e6 }
    assert.same({ "storage", "unknown" }, { failure.code, failure.outcome })
  end)

  it("passes those that others hold, and comes again when something is free", function()
    mails:postpone "due-1"
    mails:postpone "due-2"
    run(function()
      view:fault { at = "commit", ["do"] = { kind = "delay", seconds = 3 },
                   match = { sends = true }, ["until"] = { total = 3 } }
      local held = {}
      for i = 1, 3 do held[i] = spawn(mails.send, mails, "held-" .. i) end
      sleep(1.1)
      -- those in hand have been due for longer than the others, which come after their back-off
      local report = assert(client.outbox:resume { limit = 1 })
      assert.same({ 1, 0 }, { report.sent, report.next_due })
      report = assert(client.outbox:resume { limit = 1 })
      assert.equal(1, report.sent)
      assert.is_true(report.next_due > 1, report.next_due)
      assert.same({ "sent", "sent", "sending" }, { state "due-1", state "due-2", state "held-1" })
      report = assert(client.outbox:resume { limit = 1 })
      assert.same({ 0, true }, { report.sent, report.next_due > 1 })
      for i = 1, 3 do held[i]:join() end
    end)
    for _, key in ipairs { "due-1", "due-2", "held-1", "held-2", "held-3" } do
      assert.equal(1, mails:copies(key))
    end
  end)

  local function heard()
    local words = {}
    for i, event in ipairs(events) do
      assert.is_true(event.at >= 0 and event.at < 60)
      words[i] = event.event .. " " .. (event.state or event.operation)
    end
    events = {}
    return table.concat(words, ", ")
  end

  it("lets the client's on_attempt hear of attempts, looks and settlements", function()
    mails:postpone "k"
    sleep(1.01)
    events = {}
    assert.equal(1, assert(client.outbox:resume()).sent)
    assert.equal("attempt inboxes.messages.send, answer inboxes.messages.send, "
      .. "done inboxes.messages.send, settled sent", heard())
    view:fault { at = "before", ["do"] = "503", match = { operation = "inboxes.messages.list" },
                 ["until"] = { total = 1 } }
    mails:send("old", { caused_at = false, attempts = 1, deadline = 0.5 })
    assert.equal("waiting", state "old")
    sleep(1.01)
    events = {}
    assert.equal(1, assert(client.outbox:resume()).sent)
    assert.equal("look waiting, settled waiting, attempt inboxes.messages.send, "
      .. "answer inboxes.messages.send, done inboxes.messages.send, settled sent", heard())
  end)
end)
