-- SPDX-License-Identifier: MIT
local core = require "agentmail.core"
local encoder = require "spec.support.encoder"
local helper = require "spec.support.helper"
local models = require "agentmail.api.models"
local null = require "agentmail".null
local operations = require "agentmail.api.operations"
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
  it("holds its path in pieces, split at the parameters", function()
    local plan = schema.plan "inboxes.messages.get_attachment"
    assert.same({ "inbox_id", "message_id", "attachment_id" }, plan.params)
    assert.same({ "/v0/inboxes/", "/messages/", "/attachments/", "" }, plan.pieces)
    assert.same({ "/v0/organizations" }, schema.plan("organizations.get").pieces)
  end)

  it("has what operations.lua says of it", function()
    for name, row in pairs(operations) do
      local plan, names = schema.plan(name), {}
      local path = plan.pieces[1]
      for n, param in ipairs(plan.params) do
        path = path .. "{" .. param .. "}" .. plan.pieces[n + 1]
      end
      for n, field in ipairs(schema.fields(row.body or row.query or "")) do
        names[n] = field.name
      end
      assert.same({ row[1], row[2], row[3], row.returns, row.auth == false },
                  { plan.method, path, plan.protection, plan.returns, plan.options.anonymous },
                  name)
      assert.same(names, plan.fields, name)
    end
  end)

  it("is found by its collection, and by a parameter of its path", function()
    for name, row in pairs(operations) do
      local collection, method = name:match "^(.*)%.([%w_]+)$"
      assert.equal(name, core.members(collection)[method])
      for param in row[2]:gmatch "{([%w_]+)}" do
        assert.equal(name, core.members(collection, param)[method])
      end
      assert.is_nil(core.members(collection, "api_key")[method])
    end
    assert.is_nil(core.operation "inboxes.gte")
  end)

  it("takes records with the members that models.lua gives them", function()
    for name, declaration in pairs(models.records) do
      local names = {}
      for n, field in ipairs(schema.fields(declaration)) do names[n] = field.name end
      assert.same(names, core.record(name), name)
    end
    assert.same(models.enums.permission, core.permissions())
    assert.is_nil(core.record "Inbox")
  end)

  it("is made once", function()
    assert.equal(schema.plan "inboxes.get", schema.plan "inboxes.get")
    assert.is_truthy(helper.mistake(schema.plan, "inboxes.gte"):find("no operation inboxes.gte"))
  end)

  it("encodes a query's values as text, and a list as one JSON array", function()
    local function query(name, value)
      return encoder.field("inboxes.messages.list", name, value)
    end
    assert.equal("%5B%22a%20b%22%2C%22c%22%5D", (query("labels", { "a b", "c" })))
    assert.equal("%5B%22a%22%5D", (query("labels", "a")))
    assert.equal("5", (query("limit", 5)))
    assert.equal("true", (query("ascending", true)))
    assert.equal("a%2Fb%26c", (query("page_token", "a/b&c")))
    assert.equal("1970-01-01T00%3A00%3A00.000Z", (query("before", 0)))
    assert.equal("%22", (encoder.field("inboxes.messages.search", "q", '"')))
  end)

  it("takes a parameter named like a Lua keyword with an underscore", function()
    local plan = schema.plan "metrics.query_events"
    assert.equal("end", plan.known.end_)
    assert.equal("end", plan.known["end"])
    assert.is_nil(plan.known.start_)
  end)

  it("lets null clear only a field that may be cleared", function()
    local function update(name, value)
      return encoder.field("inboxes.drafts.update", name, value)
    end
    assert.equal("null", (update("to", null)))
    assert.equal("[]", (update("to", {})))
    local text, words = update("add_labels", null)
    assert.is_nil(text)
    assert.equal("cannot be cleared with agentmail.null here", words)
  end)
end)

describe("a path segment", function()
  it("is percent-encoded as the official clients do it", function()
    assert.equal("a%40b.c", (encoder.segment("inbox_id", "a@b.c")))
    assert.equal("%3Cabc%2F1%40x.to%3E", (encoder.segment("message_id", "<abc/1@x.to>")))
    assert.equal("%C3%A9%20%00", (encoder.segment("entry", "é \0")))
    assert.equal("-_.!~*'()", (encoder.segment("entry", "-_.!~*'()")))
  end)

  it("never becomes another path", function()
    assert.equal("must not be empty", select(2, encoder.segment("inbox_id", "")))
    assert.equal('must not be ".": that would be another path',
                 select(2, encoder.segment("inbox_id", ".")))
    assert.equal('must not be "..": that would be another path',
                 select(2, encoder.segment("inbox_id", "..")))
    assert.equal("must be a string, not a number (7)", select(2, encoder.segment("inbox_id", 7)))
    assert.equal("...", (encoder.segment("inbox_id", "...")))
  end)

  it("must be a known word where the API has a list of them", function()
    assert.equal("send", (encoder.segment("direction", "send")))
    local _, problem = encoder.segment("type", "alow")
    assert.is_truthy(problem:find("did you mean 'allow'", 1, true))
  end)
end)
