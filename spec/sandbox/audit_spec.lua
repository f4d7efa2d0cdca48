-- SPDX-License-Identifier: MIT
-- The audit must be correct: compared with counts made here, and with damage done directly to the
-- store.
local http = require "spec.support.http"
local sandboxes = require "agentmail.sandbox"
local sqlite = require "agentmail.sandbox.sqlite"

describe("the sandbox's audit", function()
  local A = "/v0/inboxes/a@agentmail.to"
  local SEND = A .. "/messages/send"
  local sandbox, api, path

  before_each(function()
    path = os.tmpname()
    os.remove(path)
    sandbox = assert(sandboxes.start { namespace = "audit", seed = 3, path = path,
                                       clock = "2030-05-01T12:00:00Z" })
    api = http.api(sandbox)
    api("POST", "/v0/inboxes", { username = "a" })
  end)

  after_each(function()
    sandbox:close()
    for _, suffix in ipairs { "", "-wal", "-shm" } do os.remove(path .. suffix) end
  end)

  local function send(body, key)
    return (api("POST", SEND, body, key and { ["Idempotency-Key"] = key }))
  end

  it("reports nothing after a run without faults", function()
    send({ to = "x@y.zz", subject = "1" }, "k1")
    send({ to = "x@y.zz", subject = "1" }, "k1")
    send({ to = "x@y.zz", subject = "1" }, "k2")
    send { to = "x@y.zz", subject = "2" }
    local audit = sandbox:audit()
    assert.same({ 3, 0, 0, 0, 0, 3 }, { audit.sent, audit.extra_mails, #audit.duplicates,
                                        #audit.losses, #audit.unsent, audit.seed })
  end)

  it("finds a mail sent twice by its content, name, draft or key", function()
    for _ = 1, 3 do send { to = "x@y.zz", subject = "unkeyed" } end
    send({ to = "x@y.zz", headers = { ["x-sandbox-op"] = "order-7" }, text = "a" }, "k1")
    send({ to = "x@y.zz", headers = { ["X-Sandbox-Op"] = "order-7" }, text = "b" }, "k2")
    sandbox:switch { draft_client_id = "recreate" }
    for _ = 1, 2 do
      local _, draft = api("POST", A .. "/drafts", { to = { "x@y.zz" }, client_id = "d" })
      api("POST", A .. "/drafts/" .. draft.draft_id .. "/send")
    end
    local audit, by_name = sandbox:audit(), {}
    for _, group in ipairs(audit.duplicates) do
      for _, name in ipairs(group.names) do by_name[name:match "^%S+ %S*"] = group.extra end
    end
    assert.equal(4, audit.extra_mails)
    assert.same({ ["content inboxes.messages.send"] = 2, ["operation order-7"] = 1, ["key k1"] = 1,
                  ["key k2"] = 1, ["draft client_id"] = 1 }, by_name)
  end)

  it("joins mails that share one name with those that share another", function()
    local op = { ["X-Sandbox-Op"] = "op" }
    send({ to = "x@y.zz", text = "1" }, "k1")
    send({ to = "x@y.zz", text = "2", headers = op }, "k2")
    sandbox:advance "25h"
    send({ to = "x@y.zz", text = "3", headers = op }, "k1")
    local audit = sandbox:audit()
    assert.equal(1, #audit.duplicates)
    assert.equal(2, audit.extra_mails)
    assert.same({ "key k1", "key k2", "operation op" }, audit.duplicates[1].names)
  end)

  it("merges two groups of duplicates that turn out to be one", function()
    local op = { ["X-Sandbox-Op"] = "op" }
    for _ = 1, 2 do
      send({ to = "x@y.zz", text = "1" }, "k1")
      send({ to = "x@y.zz", text = "2", headers = op }, "k2")
      sandbox:advance "25h"
    end
    assert.equal(2, #sandbox:audit().duplicates)
    send({ to = "x@y.zz", text = "3", headers = op }, "k1")
    local audit = sandbox:audit()
    assert.same({ 1, 4, 5 }, { #audit.duplicates, audit.extra_mails, #audit.duplicates[1].mails })
  end)

  it("lists the keys that sent no mail", function()
    sandbox:fault { ["do"] = "503", ["until"] = { hits = 2 }, match = { key = "lost" } }
    send({ to = "x@y.zz" }, "lost")
    send({ to = "x@y.zz" }, "lost")
    send({ to = "x@y.zz" }, "fine")
    local unsent = sandbox:audit().unsent
    assert.equal(1, #unsent)
    assert.same({ "lost", 2 }, { unsent[1].key, unsent[1].attempts })
    send({ to = "x@y.zz" }, "lost")
    assert.same({}, sandbox:audit().unsent)
  end)

  it("finds a loss and a duplicate made directly in the store", function()
    send({ to = "x@y.zz", subject = "gone" }, "k1")
    send({ to = "x@y.zz", subject = "twice" }, "k2")
    local db = assert(sqlite.open(path, { busy_timeout = 2 }))
    db:run "DELETE FROM sent WHERE key = 'k1'"
    db:run([[INSERT INTO sent (org, at, operation, inbox_id, message_id, thread_id, recipients, key,
      digest, target) SELECT org, at, operation, inbox_id, '<other>', thread_id, recipients, key,
      digest, target FROM sent WHERE key = 'k2']])
    db:close()
    local audit = sandbox:audit()
    assert.equal(1, #audit.losses)
    assert.equal("k1", audit.losses[1].key)
    assert.equal(1, audit.extra_mails)
    assert.same({ "key k2" }, audit.duplicates[1].names)
  end)

  it("counts a mail that was deleted afterwards", function()
    send({ to = "x@y.zz" }, "k")
    local id = sandbox:sent()[1].message_id
    assert.equal(204, (api("DELETE", A .. "/messages/" .. http.escape(id))))
    assert.same({ 1, 0 }, { sandbox:audit().sent, #sandbox:audit().losses })
  end)

  it("agrees with a client that counts for itself, through random faults", function()
    sandbox:faults {
      { name = "r", match = { sends = true }, at = "before", ["do"] = "reset",
        when = { probability = 0.1 }, ["until"] = { hits = 100 } },
      { name = "s", match = { sends = true }, at = "before", ["do"] = "503",
        when = { probability = 0.1 }, ["until"] = { hits = 100 } },
      { name = "c", match = { sends = true }, at = "commit", ["do"] = "reset",
        when = { probability = 0.2 }, ["until"] = { hits = 100 } },
      { name = "t", match = { sends = true }, at = "commit", ["do"] = "truncate",
        when = { probability = 0.1 }, ["until"] = { hits = 100 } },
    }
    local requests, ids, unkeyed = 0, {}, 0
    for i = 1, 200 do
      local key = i % 4 > 0 and "k" .. i or nil -- every fourth is from a naive client
      local status, body
      repeat
        requests = requests + 1
        status, body = api("POST", SEND, { to = "x@y.zz", subject = "mail " .. i },
                           key and { ["Idempotency-Key"] = key })
      until status == 200
      ids[body.message_id] = true
      if not key then unkeyed = unkeyed + 1 end
    end
    local audit, sent = sandbox:audit(), sandbox:sent()
    local by_subject, attempts = {}, 0
    for _, row in ipairs(sent) do
      by_subject[row.subject] = (by_subject[row.subject] or 0) + 1
      ids[row.message_id] = nil
    end
    local extra, seen = 0, {}
    for i = 1, 200 do extra = extra + by_subject["mail " .. i] - 1 end
    for _, row in ipairs(sent) do
      if not seen[row.subject] then
        seen[row.subject] = true
        attempts = attempts + #row.attempts
      end
    end
    assert.is_true(extra > 3)
    assert.equal(extra, audit.extra_mails)
    for _, group in ipairs(audit.duplicates) do
      assert.matches("^content ", group.names[1]) -- never one with a key
    end
    assert.same({}, ids)
    assert.equal(requests, attempts)
    assert.equal(requests + 1, audit.requests)
    assert.same({}, audit.losses)
    assert.same({}, audit.unsent)
  end)
end)
