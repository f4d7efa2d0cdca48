-- SPDX-License-Identifier: MIT
-- Every operation once in a dry run: reads are sent, all others are answered as their models say.

local helper = require "spec.support.helper"
local models = require "agentmail.api.models"
local operations = require "agentmail.api.operations"
local schema = require "agentmail.api.plan"

--- The arguments of operations; other required parameters get "x".
local VALUES = {
  direction = "receive", type = "block", message_ids = { "m", "n" }, entry = "spam@example.net",
  event_types = { "message.received" }, url = "https://hooks.example.com/x", username = "ann",
  human_email = "h@example.com", domain = "example.org",
}

--- Arguments that operations need, by the end of their names, though no single one is required.
local MORE = {
  ["messages.send"] = { to = "a@b.c", text = "t" }, ["messages.reply"] = { text = "t" },
  ["messages.reply_all"] = { text = "t" }, ["messages.forward"] = { to = "a@b.c" },
  ["messages.update"] = { add_labels = "x" }, ["messages.batch_update"] = { add_labels = "x" },
  ["threads.update"] = { add_labels = { "x" } }, ["inboxes.update"] = { display_name = "x" },
  ["webhooks.update_headers"] = { headers = { ["X-A"] = "1" } },
}

local function arguments_of(name)
  local plan, arguments = schema.plan(name), {}
  for _, param in ipairs(plan.params) do arguments[param] = VALUES[param] or "x" end
  local row = operations[name]
  for _, field in ipairs(schema.fields((row.query or "") .. (row.body or ""))) do
    local words = models.enums[field.type]
    local value = VALUES[field.name] or words and words[1] or "x"
    if field.required then arguments[field.name] = value end
  end
  local more = MORE[name:match "[%w_]+%.[%w_]+$"]
  for field, value in pairs(more or {}) do arguments[field] = value end
  return arguments
end

local function call(client, name)
  local collection = client
  for word in name:gmatch "([%w_]+)%." do collection = collection[word] end
  return collection[name:match "[%w_]+$"](collection, arguments_of(name))
end

local KINDS = {
  integer = function(value) return math.type(value) == "integer" end,
  boolean = function(value) return type(value) == "boolean" end,
  datetime = function(value) return tostring(value):find "^%d%d%d%d%-%d%d%-%d%dT[%d:.]+Z$" end,
  labels = function(value) return getmetatable(value).__name == "agentmail.Labels" end,
  metadata = function(value) return type(value) == "table" end,
}

local assert_model

local function is_word(words, value)
  for _, word in ipairs(words) do
    if word == value then return true end
  end
end

-- Asserts that all fields but optional ones are there, each of its kind, and no others.
function assert_model(name, value)
  local model, declared = models.models[name], {}
  for _, field in ipairs(schema.fields(model[1])) do
    local where, member = name .. "." .. field.name, value[field.name]
    declared[field.name] = true
    if field.name == model.page then
      assert.is_true(#value > 0, where)
    elseif member == nil then
      assert.is_true(field.nullable, where .. " is not there")
    elseif field.list then
      assert.is_table(member, where)
    elseif models.models[field.type] then
      assert_model(field.type, member)
    elseif models.enums[field.type] then
      assert.is_true(is_word(models.enums[field.type], member), where)
    else
      local fine = KINDS[field.type] or function(text) return type(text) == "string" end
      assert.is_truthy(fine(member), where .. " is " .. tostring(member))
    end
  end
  for key in pairs(value) do
    assert.is_truthy(math.type(key) or declared[key], name .. " got " .. tostring(key))
  end
  local class = model.page and "Page" or model.object
  assert.equal(class and "agentmail." .. class, (getmetatable(value) or {}).__name)
end

local names = {}
for name in pairs(operations) do names[#names + 1] = name end
table.sort(names)

describe("a dry run", function()
  local client, log, told

  before_each(function()
    told = {}
    client, log = helper.scripted({}, { dry = function(request) told[#told + 1] = request end })
  end)

  after_each(function() client:close() end)

  for _, name in ipairs(names) do
    local row = operations[name]
    if row[3] == "safe" then
      it("sends " .. name, function()
        local value, _, failure = call(client, name)
        assert.is_nil(value)
        assert.same({ 500, 1, nil }, { failure.status, failure.attempts, failure.dry })
        assert.same({ 1, row[1], 0 }, { #log, log[1].method, #told })
      end)
    else
      it("answers " .. name .. " by itself", function()
        local value, receipt = call(client, name)
        assert.is_truthy(value, tostring(receipt))
        assert.same({ true, "not_applied", 0, 0 },
                    { receipt.dry, receipt.outcome, receipt.attempts, #log })
        assert.same({ 1, name, row[1] }, { #told, told[1].operation, told[1].method })
        assert.equal(receipt.idempotency_key, told[1].idempotency_key)
        if not row.returns then return assert.is_true(value) end
        assert_model(row.returns, value)
      end)
    end
  end
end)
