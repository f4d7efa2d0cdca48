-- SPDX-License-Identifier: MIT
-- Protection that makes a repeat of a request harmless: a client_id, an Idempotency-Key, or none.

local agentmail = require "agentmail"
local cjson = require "cjson"
local copy = require "agentmail.util.copy".copy
local encoder = require "spec.support.encoder"
local operations = require "agentmail.api.operations"
local random_arguments = require "spec.support.random_arguments"

-- Required arguments, for cases that test something else.
local NEEDED = {
  ["inboxes.messages.send"] = { to = "x@y.z" },
  ["webhooks.create"] = { event_types = { "message.received" } },
}

-- arguments as they are sent, protection, key, client_id
local function settle(name, arguments, options, owner)
  local given = copy(arguments or {})
  for field, value in pairs(NEEDED[name] or {}) do given[field] = value end
  local request, problem = encoder.request(name, given, false, options, owner)
  if not request then return nil, problem end
  local sent = cjson.decode(encoder.text(request.body) or "{}")
  for field in pairs(NEEDED[name] or {}) do sent[field] = nil end
  return sent, request.protection, request.key, request.client_id
end

local UUID = "^%x+%-%x+%-4%x+%-[89ab]%x+%-%x+$"

describe("a send", function()
  it("gets a UUID as its key when it has none", function()
    local _, word, key = settle("inboxes.messages.send")
    assert.equal("idempotency_key", word)
    assert.is_truthy(key:find(UUID))
    local _, _, other = settle("inboxes.messages.send")
    assert.is_not.equal(key, other)
  end)

  it("keeps the key that the caller gave as a parameter or as an option", function()
    local _, _, key = settle("inboxes.messages.reply", { idempotency_key = "mine-1" })
    assert.equal("mine-1", key)
    _, _, key = settle("inboxes.messages.reply", {}, { idempotency_key = "mine-2" })
    assert.equal("mine-2", key)
  end)

  it("has no key only when idempotency_key is false", function()
    local _, word, key = settle("inboxes.messages.send", { idempotency_key = false })
    assert.equal("none", word)
    assert.is_nil(key)
  end)

  it("refuses a key that the service would refuse", function()
    for bad, words in pairs {
      ["a@b"] = "'idempotency_key' holds '@' at position 2: use only A-Z a-z 0-9 - . _ ~",
      [""] = "'idempotency_key' is empty: use 1 to 256 of A-Z a-z 0-9 - . _ ~",
      [7] = "'idempotency_key' must be a string, not a number",
    } do
      local arguments, problem = settle("inboxes.messages.send", { idempotency_key = bad })
      assert.is_nil(arguments)
      assert.equal(words, problem)
    end
    local _, problem = settle("inboxes.messages.send", { idempotency_key = ("x"):rep(257) })
    assert.equal("'idempotency_key' is 257 characters long: at most 256 are allowed", problem)
  end)
end)

describe("the send of a draft", function()
  it("derives its key from the draft's client_id", function()
    local draft = { draft_id = "d1", client_id = "order-123" }
    local _, _, key = settle("inboxes.drafts.send", {}, nil, draft)
    assert.equal(agentmail.key("drafts.send", "in@box.to", "client_id", "order-123"), key)
  end)

  it("derives its key from the draft's id if there is no client_id", function()
    local _, _, key = settle("inboxes.drafts.send", { draft_id = "d1" })
    local _, _, same = settle("inboxes.drafts.send", {}, nil, { draft_id = "d1" })
    assert.equal(agentmail.key("drafts.send", "in@box.to", "draft_id", "d1"), key)
    assert.equal(key, same)
  end)
end)

describe("a create", function()
  it("gets a client_id when it has none, in a copy of the arguments", function()
    local arguments = { username = "x" }
    local sent, word, key, client_id = settle("inboxes.create", arguments)
    assert.equal("client_id", word)
    assert.is_nil(key)
    assert.is_truthy(client_id:find(UUID))
    assert.same({ username = "x", client_id = client_id }, sent)
    assert.same({ username = "x" }, arguments)
  end)

  it("keeps the client_id that the caller gave", function()
    local sent, word, _, made = settle("pods.create", { client_id = "pod-1" })
    assert.equal("client_id", word)
    assert.equal("pod-1", sent.client_id)
    assert.is_nil(made)
  end)

  it("has no client_id only when client_id is false", function()
    local arguments = { url = "u", client_id = false }
    local sent, word = settle("webhooks.create", arguments)
    assert.equal("none", word)
    assert.same({ url = "u" }, sent)
    assert.is_false(arguments.client_id)
  end)

  it("refuses a client_id that the service would refuse", function()
    local _, problem = settle("inboxes.create", { client_id = "a:b" })
    assert.equal("'client_id' holds ':' at position 2: use only A-Z a-z 0-9 - . _ ~", problem)
  end)
end)

-- The etag comes from the object whose method is called, unless the caller gives one.
describe("an update that can carry an etag", function()
  local EVENT = { event_id = "e", etag = '"rv-3"' }
  local UPDATE, RESPOND = "inboxes.calendar.update_event", "inboxes.calendar.respond_to_event"

  -- The value of If-Match, and the protection.
  local function match(name, arguments, owner)
    local request, problem = encoder.request(name, arguments, false, nil, owner)
    if not request then return nil, problem end
    return request.etag, request.protection, request.key
  end

  it("sends the object's own, the caller's, or none", function()
    assert.equal('"rv-3"', (match(UPDATE, { title = "x" }, EVENT)))
    assert.equal("*", (match(UPDATE, { title = "x", if_match = "*" }, EVENT)))
    assert.is_nil((match(UPDATE, { title = "x", if_match = false }, EVENT)))
    assert.is_nil((match(UPDATE, { title = "x" }, { event_id = "e" })))
    assert.equal("W/1", (match("inboxes.calendar.update", { timezone = "UTC", if_match = "W/1" })))
  end)

  it("is sent once if it mails people and carries none", function()
    for _, case in ipairs {
      { UPDATE, { title = "x" }, "idempotent" }, { UPDATE, { send_invites = false }, "idempotent" },
      { UPDATE, { send_invites = true }, "none" }, { RESPOND, { status = "accepted" }, "none" },
      { RESPOND, { status = "accepted", send_reply = true }, "none" },
      { RESPOND, { status = "accepted", send_reply = false }, "idempotent" },
      { "inboxes.calendar.update", { timezone = "UTC" }, "idempotent" },
    } do
      local _, word = match(case[1], case[2])
      assert.equal(case[3], word, case[1])
    end
    local _, word = match(UPDATE, { send_invites = true }, EVENT)
    assert.equal("if_match", word)
    _, word = match(UPDATE, { send_invites = true, if_match = "*" }, EVENT)
    assert.equal("none", word)
  end)

  it("refuses what is no etag", function()
    for _, bad in ipairs { "", " a", "a\nb", "a\0", "é", 5, true, agentmail.null } do
      local _, problem = match(UPDATE, { title = "x", if_match = bad })
      assert.matches("^'if_match' must be an etag as the service sent it, or false, not ", problem)
    end
  end)

  it("is not a delete, which takes an etag and a key only from the caller", function()
    local DELETE = "inboxes.calendar.delete_event"
    assert.same({ nil, "idempotent", nil }, { match(DELETE, {}, EVENT) })
    assert.same({ '"rv-1"', "idempotent", "a:b/c" },
                { match(DELETE, { if_match = '"rv-1"', idempotency_key = "a:b/c" }, EVENT) })
    local blank = "holds a blank, or what is no ASCII, at position %d: use only visible ASCII"
    for bad, words in pairs {
      ["a b"] = blank:format(2), ["é"] = blank:format(1), [""] = "must not be empty",
      [("x"):rep(129)] = "is 129 characters long: at most 128 are allowed",
    } do
      local _, problem = match(DELETE, { idempotency_key = bad })
      assert.equal("'idempotency_key' " .. words, problem)
    end
    local _, problem = match(DELETE, { idempotency_key = 5 })
    assert.equal("'idempotency_key' must be a string, not a number", problem)
  end)
end)

describe("protection", function()
  it("of a draft's update is none if it adds attachments: a repeat would add two", function()
    local _, word = settle("inboxes.drafts.update", { subject = "x" })
    assert.equal("idempotent", word)
    _, word = settle("inboxes.drafts.update", { add_attachments = { { url = "u" } } })
    assert.equal("none", word)
  end)

  it("of a new API key is none, except for a public key with a client_id", function()
    for name, word in pairs {
      none = { name = "bearer" }, client_id = { public_key = {}, client_id = "k" },
    } do
      local _, protected = settle("api_keys.create", word)
      assert.equal(name, protected)
    end
    for _, name in ipairs { "pods.api_keys.create", "inboxes.api_keys.create" } do
      local _, word = settle(name, { public_key = {} })
      assert.equal("none", word)
    end
  end)

  it("depends on the arguments of no other operation", function()
    local depends = { ["inboxes.drafts.update"] = true, ["api_keys.create"] = true,
                      ["pods.api_keys.create"] = true, ["inboxes.api_keys.create"] = true,
                      ["inboxes.calendar.delete_event"] = true }
    local names, seen = {}, {}
    for name in pairs(operations) do names[#names + 1] = name end
    table.sort(names)
    math.randomseed(20250101)
    for _, name in ipairs(names) do
      local declared = operations[name][3]
      local settled = { client_id = true, idempotency_key = true, if_match = true }
      if not depends[name] and not settled[declared] then
        for _ = 1, 30 do
          local arguments, _, lenient = random_arguments.of(name)
          local request = encoder.request(name, arguments, lenient)
          if request then
            seen[name] = true
            assert.same({ declared }, { request.protection, request.key, request.client_id })
          end
        end
      end
    end
    for _, name in ipairs { "inboxes.get", "agent.sign_up", "pods.api_keys.update" } do
      assert.is_true(seen[name], name)
    end
  end)
end)
