-- SPDX-License-Identifier: MIT
local helper = require "spec.support.helper"
local operations = require "agentmail.api.operations"

local function walk(client, name)
  local node = client
  for word in name:gmatch("[^.]+") do node = node[word] end
  return node
end

describe("collections", function()
  it("hold every operation", function()
    local client = helper.scripted {}
    for name in pairs(operations) do assert.is_function(walk(client, name), name) end
  end)

  it("of an inbox hold every operation below inboxes", function()
    local inbox = helper.scripted({}):inbox "a@b.c"
    for name in pairs(operations) do
      local below = name:match("^inboxes%.([%w_]+%.[%w_]+)$")
      if below then assert.is_function(walk(inbox, below), name) end
    end
  end)

  it("of a pod hold every operation below pods", function()
    local pod = helper.scripted({}):pod "p1"
    for name in pairs(operations) do
      local below = name:match("^pods%.([%w_]+%.[%w_]+)$")
      if below then assert.is_function(walk(pod, below), name) end
    end
  end)

  it("make the same request from the client and from an inbox", function()
    local client, log = helper.scripted { { body = { drafts = {} } }, { body = { drafts = {} } } }
    local fields = { limit = 3 }
    client:inbox("a@b.c").drafts:list(fields)
    client.inboxes.drafts:list { inbox_id = "a@b.c", limit = 3 }
    assert.equal(log[1].target, log[2].target)
    assert.equal("/v0/inboxes/a%40b.c/drafts?limit=3", log[1].target)
  end)

  it("are created once for each client or object", function()
    local client = helper.scripted {}
    assert.equal(client.inboxes, client.inboxes)
    assert.equal(client.inboxes.drafts, client.inboxes.drafts)
    local inbox = client:inbox "a@b.c"
    assert.equal(inbox.messages, inbox.messages)
    assert.equal(client.inboxes.get, client.inboxes.get)
  end)

  it("suggest the nearest name for an unknown one", function()
    local client = helper.scripted {}
    assert.equal("inboxes has no 'gte' (did you mean 'get'?)",
                 helper.mistake(function() return client.inboxes.gte end))
    assert.equal("inboxes.messages has no 'replyAll' (did you mean 'reply_all'?)",
                 helper.mistake(function() return client.inboxes.messages.replyAll end))
    assert.equal("inboxes.messages has no 'eahc' (did you mean 'each'?)",
                 helper.mistake(function() return client.inboxes.messages.eahc end))
    assert.equal("a client has no 'messages'; it is client.inboxes.messages",
                 helper.mistake(function() return client.messages end))
    assert.equal("drafts has no 'create'; it is client.inboxes.drafts.create",
                 helper.mistake(function() return client.drafts:create {} end))
    assert.equal("a client has no 'foo'", helper.mistake(function() return client.foo end))
    assert.equal("a client has no 'inbxes' (did you mean 'inboxes'?)",
                 helper.mistake(function() return client.inbxes end))
  end)

  it("are named by tostring", function()
    assert.equal("agentmail collection inboxes.messages",
                 tostring(helper.scripted({}):inbox("a").messages))
  end)

  it("raise a mistake at the caller's line", function()
    local client = helper.scripted {}
    local line = debug.getinfo(1, "l").currentline + 1
    local _, message = pcall(function() local a = client.inboxes:get { x = 1 } return a end)
    local words = "collection_spec.lua:" .. line .. ": inboxes.get: unknown parameter 'x'"
    assert.is_truthy(message:find(words, 1, true), message)
  end)
end)
