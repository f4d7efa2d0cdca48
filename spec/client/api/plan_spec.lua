-- SPDX-License-Identifier: MIT
local helper = require "spec.support.helper"
local null = require "agentmail".null
local schema = require "agentmail.api.plan"

describe("a declaration of fields", function()
  it("gives name, type, required, list and nullable of each", function()
    local fields = schema.fields "q!:string labels:string[] to:string[]? headers:map<string>"
    assert.equal(4, #fields)
    assert.is_true(fields[1].required)
    assert.is_true(fields[2].list)
    assert.is_false(fields[2].nullable)
    assert.is_true(fields[3].list and fields[3].nullable)
    assert.equal("map<string>", fields[4].type)
  end)

  it("keeps their order", function()
    local names = {}
    for i, field in ipairs(schema.fields "c:string a:string b:string") do names[i] = field.name end
    assert.same({ "c", "a", "b" }, names)
  end)
end)

describe("the plan of an operation", function()
  local function field(list, name)
    for _, candidate in ipairs(list) do
      if candidate.name == name then return candidate end
    end
  end

  it("holds its path in pieces, split at the parameters", function()
    local plan = schema.plan "inboxes.messages.get_attachment"
    assert.same({ "inbox_id", "message_id", "attachment_id" }, plan.params)
    assert.same({ "/v0/inboxes/", "/messages/", "/attachments/", "" }, plan.pieces)
    assert.same({ "/v0/organizations" }, schema.plan("organizations.get").pieces)
  end)

  it("is made once", function()
    assert.equal(schema.plan "inboxes.get", schema.plan "inboxes.get")
    assert.is_truthy(helper.mistake(schema.plan, "inboxes.gte"):find("no operation inboxes.gte"))
  end)

  it("encodes a query's values as text, and a list as one JSON array", function()
    local query = schema.plan("inboxes.messages.list").query
    assert.equal("%5B%22a%20b%22%2C%22c%22%5D", (field(query, "labels").encode { "a b", "c" }))
    assert.equal("%5B%22a%22%5D", (field(query, "labels").encode "a"))
    assert.equal("5", (field(query, "limit").encode(5)))
    assert.equal("true", (field(query, "ascending").encode(true)))
    assert.equal("a%2Fb%26c", (field(query, "page_token").encode "a/b&c"))
    assert.equal("1970-01-01T00%3A00%3A00.000Z", (field(query, "before").encode(0)))
    assert.equal("%22", (field(schema.plan("inboxes.messages.search").query, "q").encode '"'))
  end)

  it("takes a parameter named like a Lua keyword with an underscore", function()
    local plan = schema.plan "metrics.query_events"
    assert.equal("end", plan.known.end_)
    assert.equal("end", plan.known["end"])
    assert.is_nil(plan.known.start_)
  end)

  it("lets null clear only a nullable field", function()
    local body = schema.plan("inboxes.drafts.update").body
    assert.equal("null", (field(body, "to").encode(null)))
    assert.equal("[]", (field(body, "to").encode {}))
    assert.is_nil((field(body, "add_labels").encode(null)))
  end)
end)

describe("a path segment", function()
  it("is percent-encoded like the official clients do", function()
    assert.equal("a%40b.c", (schema.segment("inbox_id", "a@b.c")))
    assert.equal("%3Cabc%2F1%40x.to%3E", (schema.segment("message_id", "<abc/1@x.to>")))
    assert.equal("%C3%A9%20%00", (schema.segment("entry", "é \0")))
    assert.equal("-_.!~*'()", (schema.segment("entry", "-_.!~*'()")))
  end)

  it("never becomes another path", function()
    assert.equal("must not be empty", select(2, schema.segment("inbox_id", "")))
    assert.equal('must not be ".": that would be another path',
                 select(2, schema.segment("inbox_id", ".")))
    assert.equal('must not be "..": that would be another path',
                 select(2, schema.segment("inbox_id", "..")))
    assert.equal("must be a string, not a number (7)", select(2, schema.segment("inbox_id", 7)))
    assert.equal("...", (schema.segment("inbox_id", "...")))
  end)

  it("must be a known word if the API has an enum of them", function()
    assert.equal("send", (schema.segment("direction", "send")))
    local _, problem = schema.segment("type", "alow")
    assert.is_truthy(problem:find("did you mean 'allow'", 1, true))
  end)
end)
