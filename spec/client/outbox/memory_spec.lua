-- SPDX-License-Identifier: MIT
-- Each allocation of Lua in a send with an outbox fails, once and for good: nothing goes out
-- unrecorded, the row tells the truth, and the next call goes on at once.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local outbox_file = require "spec.support.outbox_file"
local scarce = require "spec.support.scarce"

describe("a send with an outbox, out of memory #hooks", function()
  local path, client, view, key, inbox_id, now

  before_each(function()
    path = outbox_file.path()
    client, key, view = helper.client()
    inbox_id = assert(client.inboxes:create { username = "orders" }).inbox_id
    client:close()
  end)

  after_each(function()
    collectgarbage "restart"
    client:close()
    outbox_file.remove(path)
  end)

  local function open()
    now = os.time()
    client = agentmail.new { base_url = view.url, api_key = key,
                             outbox = { path = path, clock = function() return now end },
                             limits = { backoff_base = 0.001, backoff_cap = 0.002 } }
  end

  local function send(name, options)
    return client:inbox(inbox_id).messages:send({
      to = "ann@example.com", subject = name, text = "Paid.", idempotency_key = name }, options)
  end

  -- Leaves a mail to be gone on with by a resume.
  local function prepare(name)
    view:fault { at = "before", ["do"] = "429", match = { sends = true },
                 ["until"] = { total = 1 } }
    assert.is_nil((send(name, { attempts = 1 })))
    now = now + 7200
  end

  local function resume() return assert(client.outbox:resume()).sent == 1 end

  -- What the n-th allocation of a function fails in, and perhaps all later ones: how many there
  -- were, and what it says.
  local function starve(n, for_good, f, ...)
    collectgarbage "stop"
    scarce.refuse(n, for_good)
    local done, sent, _, failure = pcall(f, ...)
    local seen = scarce.allow()
    collectgarbage "restart"
    return seen, done and (sent and "applied" or failure and failure.outcome) or "raised"
  end

  -- How many allocations a send had that lacked the n-th.
  local function short_of(n, for_good, options)
    local name = ("mail-%d-%s"):format(n, for_good)
    local seen, said
    if options.resumed then
      prepare(name)
      seen, said = starve(n, for_good, resume)
    else
      seen, said = starve(n, for_good, send, name, options)
    end
    local copies = #view:sent { subject = name }
    local row = client.outbox:get(name, inbox_id)
    assert(row or copies == 0, name .. " was sent and is not recorded")
    for _, outcome in ipairs { said, row and row.outcome or "not_applied" } do
      assert(outcome ~= "not_applied" or copies == 0, name .. " was sent")
      assert(outcome ~= "applied" or copies == 1, name .. " was not sent")
    end
    assert(send(name))
    assert(#view:sent { subject = name } == 1, name .. " was sent twice")
    return seen
  end

  for name, options in pairs {
    usual = {}, observed = { on_attempt = function() end }, ["looked for"] = { caused_at = false },
    resumed = { resumed = true },
  } do
    it("goes on, if it is " .. name, function()
      open()
      for i = 1, 2 do
        local warm = "warm-" .. i
        if options.resumed then
          prepare(warm)
          assert(resume())
        else
          assert(send(warm, options))
        end
      end
      for _, for_good in ipairs { false, true } do
        local n = 0
        repeat n = n + 1 until short_of(n, for_good, options) < n
        assert.is_true(n > 20, n)
      end
    end)
  end
end)
