-- SPDX-License-Identifier: MIT
-- client.outbox: what is recorded, and what people do with it. No service is asked.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local outbox_core = require "agentmail.outbox_core"
local outbox_file = require "spec.support.outbox_file"

local INBOX, SERVICE = "a@example.com", "http://127.0.0.1:9"

describe("client.outbox", function()
  local path, client, box, now

  local function put(key, answer)
    local job = assert(box:put { inbox_id = INBOX, key = key, operation = "inboxes.messages.send",
                                 method = "POST", target = "/v0/x", time = 60 })
    job:claim(60)
    if answer then job:settle(answer) end
  end

  before_each(function()
    path, now = outbox_file.path(), 1.8e9
    local clock = function() return now end
    client = agentmail.new { api_key = "k", base_url = SERVICE, proxy = "",
                             limits = { attempts = 1 }, outbox = { path = path, clock = clock } }
    box = assert(outbox_core.open { path = path, service = SERVICE, clock = clock })
    put("sent", { outcome = "applied", message_id = "<m>", thread_id = "t" })
    put("waiting", { outcome = "not_applied", code = "dns" })
    put("refused", { outcome = "not_applied", code = "rejected", status = 422, said = "bad" })
    put("doubtful", { outcome = "unknown", code = "timeout" })
  end)

  after_each(function()
    box:close()
    client:close()
    outbox_file.remove(path)
  end)

  it("lists rows as plain data, in pages", function()
    local rows = assert(client.outbox:list())
    assert.same({ "sent", "waiting", "refused", "doubtful" },
      { rows[1].key, rows[2].key, rows[3].key, rows[4].key })
    assert.same({ "refused", "not_applied", false, "bad", 422, 1.8e9, 1, nil },
      { rows[3].state, rows[3].outcome, rows[3].pending, rows[3].reason, rows[3].status,
        rows[3].created_at, rows[3].tries, rows[3].code })
    assert.equal("agentmail.OutboxRow: sent in a@example.com, sent", tostring(rows[1]))
    rows = client.outbox:list { limit = 3 }
    assert.equal("doubtful", client.outbox:list { after = rows.after }[1].key)
    assert.equal(1, #client.outbox:list { state = "waiting" })
  end)

  it("gets one row, or none", function()
    assert.equal("<m>", client.outbox:get("sent", INBOX).message_id)
    assert.same({ nil, nil }, { client.outbox:get("none", INBOX) })
  end)

  it("cancels what is proven unsent, and nothing else", function()
    local row = client.outbox:get("waiting", INBOX)
    assert.is_true(row:cancel())
    assert.same({ "cancelled", false }, { row.state, row.pending })
    local done, message, failure = client.outbox:get("doubtful", INBOX):cancel()
    assert.is_nil(done)
    assert.matches("a row that is doubtful cannot be cancelled", message)
    assert.equal("busy", failure.code)
  end)

  it("takes a person's word", function()
    local row = client.outbox:get("doubtful", INBOX)
    assert.is_true(row:resolve "sent")
    assert.same({ "sent", "applied" }, { row.state, row.outcome })
    assert.matches("takes \"sent\" or \"not_sent\", not maybe",
                   helper.mistake(row.resolve, row, "maybe"))
  end)

  it("prunes what has been finished for a day and an hour", function()
    assert.equal(0, client.outbox:prune { older_than = 0 })
    now = now + 26 * 3600
    assert.equal(2, client.outbox:prune { older_than = 0 })
    assert.equal(2, #client.outbox:list())
    assert.matches("older_than", helper.mistake(client.outbox.prune, client.outbox))
  end)

  it("resumes what is due, and says when to come again", function()
    now = now + 1
    local report = assert(client.outbox:resume { limit = 10 })
    assert.same({ 0, 1, 1, 0 }, { report.sent, report.waiting, report.doubtful, #report })
    assert.is_true(report.next_due > 0)
    assert.equal(2, client.outbox:get("waiting", INBOX).tries)
    assert.matches("unknown parameter 'deadlin'",
                   helper.mistake(client.outbox.resume, client.outbox, { deadlin = 1 }))
  end)

  it("says that its file is of another service", function()
    local other <close> = agentmail.new { api_key = "k", base_url = "http://127.0.0.1:10",
                                          outbox = path }
    local rows, message, failure = other.outbox:list()
    assert.is_nil(rows)
    assert.matches(SERVICE, message, 1, true)
    assert.equal("storage", failure.code)
  end)

  it("does nothing once its client is closed", function()
    client:close()
    local _, _, failure = client.outbox:list()
    assert.equal("closed", failure.code)
  end)

  it("is missing without the option", function()
    local other <close> = agentmail.new { api_key = "k" }
    assert.matches("a client has no 'outbox'", helper.mistake(function() return other.outbox end))
  end)

  it("goes on with a row that a C program named in its own words", function()
    local intent = { inbox_id = INBOX, key = "c", operation = "receipt", method = "POST",
                     target = "/v0/x", time = 60 }
    assert(box:put(intent)):settle { outcome = "not_applied", code = "cancelled" }
    now = now + 3600
    local report = assert(client.outbox:resume { deadline = 5 })
    assert.same({ "doubtful", "waiting" }, { client.outbox:get("doubtful", INBOX).state,
                                             client.outbox:get("c", INBOX).state })
    assert.equal(2, report.waiting)
    assert.is_true(client.outbox:get("c", INBOX).tries == 2)
  end)

  it("comes again when another is done with what it has in hand", function()
    local held = assert(box:put { inbox_id = INBOX, key = "held", operation = "receipt",
                                  method = "POST", target = "/v0/x", time = 60 })
    held:claim(60)
    for _, key in ipairs { "waiting", "doubtful" } do
      box:cancel(INBOX, key)
      box:resolve(INBOX, key, true)
    end
    local report = assert(client.outbox:resume())
    assert.is_true(report.next_due > 60 and report.next_due <= 90, report.next_due)
  end)
end)
