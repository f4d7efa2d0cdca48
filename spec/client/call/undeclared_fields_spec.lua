-- SPDX-License-Identifier: MIT
-- What checks = false accepts.

local helper = require "spec.support.helper"
local agentmail = require "agentmail"

local function many(count)
  local list = {}
  for i = 1, count do list[i] = ("p%d@example.com"):format(i) end
  return list
end

describe("checks = false", function()
  local SENT = { body = { message_id = "m", thread_id = "t" } }

  it("sends unknown fields after the known ones", function()
    local open, seen = helper.scripted({ SENT, SENT, { body = { messages = {} } },
                                         { body = { inbox_id = "a" } } }, { checks = false })
    local messages = open:inbox("a").messages
    assert(messages:send { text = "t", zone = { b = { 1, 2.5 }, a = agentmail.null, e = {} },
                           answer = 42, list = agentmail.array() })
    assert.equal('{"text":"t","answer":42,"list":[],"zone":{"a":null,"b":[1,2.5],"e":{}}}',
                 seen[1].body)
    assert(messages:send { priority = "high", attachments = { { data = "x", scan = true } } })
    assert.equal('{"attachments":[{"scan":true,"content":"eA=="}],"priority":"high"}', seen[2].body)
    messages:list { limit = 1, sort = "size", facets = { "from", "to" } }
    assert.equal("/v0/inboxes/a/messages?limit=1&facets=%5B%22from%22%2C%22to%22%5D&sort=size",
                 seen[3].target)
    open.inboxes:create { client_id = "c", colour = "red" }
    assert.equal('{"client_id":"c","colour":"red"}', seen[4].body)
    open:inbox("a"):message("m"):reply { h = 1, g = 2, f = 3, e = 4, d = 5, c = 6, b = 7, a = 8 }
    assert.equal('{"a":8,"b":7,"c":6,"d":5,"e":4,"f":3,"g":2,"h":1}', seen[5].body)
    open.inboxes:list { h = 1, g = 2, f = 3, e = 4, d = 5, c = 6, b = 7, a = 8 }
    assert.equal("/v0/inboxes?a=8&b=7&c=6&d=5&e=4&f=3&g=2&h=1", seen[6].target)
  end)

  it("accepts unknown words, and more than the limits allow", function()
    local open, seen = helper.scripted({ { body = { webhook_id = "w" } }, SENT },
                                       { checks = false })
    assert(open.webhooks:create { url = "https://example.com/", event_types = "message.imagined",
                                  client_id = "c" })
    assert.equal('{"url":"https://example.com/","event_types":["message.imagined"],'
      .. '"client_id":"c"}', seen[1].body)
    assert(open:inbox("a").messages:send { to = many(51) })
  end)

  it("still checks the types of known fields, and that the others fit into JSON", function()
    local open = helper.scripted({}, { checks = false })
    assert.equal("inboxes.messages.send: 'to' must be a string or a list of strings, "
      .. "not a number (7)",
      helper.mistake(function() return open:inbox("a").messages:send { to = 7 } end))
    assert.equal("inboxes.messages.send: unknown field [\"x\"] is a function, which JSON cannot "
      .. "hold",
      helper.mistake(function() return open:inbox("a").messages:send { x = print } end))
  end)
end)
