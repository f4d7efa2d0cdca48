-- SPDX-License-Identifier: MIT
local answer = require "agentmail.call.answer"
local models = require "agentmail.api.models"
local operations = require "agentmail.api.operations"
local schema = require "agentmail.api.plan"

-- The types of operations.lua except the enums, and `labels`.
local types = { labels = true }
for word in ("string integer number boolean line datetime strings lines map<string> metadata "
  .. "permissions attachment any"):gmatch "%S+" do
  types[word] = true
end

describe("the models of answers", function()
  it("use only types that exist", function()
    for name, model in pairs(models.models) do
      if model[1] then
        local words = 0
        for _ in model[1]:gmatch("%S+") do words = words + 1 end
        local fields = schema.fields(model[1])
        assert.equal(words, #fields, name)
        for _, field in ipairs(fields) do
          local known = types[field.type] or models.models[field.type] or models.enums[field.type]
            or models.records[field.type]
          assert.is_truthy(known, name .. "." .. field.name .. ": " .. field.type)
        end
      end
      if model.page then assert.is_truthy(model[1]:find(model.page .. "!:", 1, true), name) end
    end
  end)

  it("are all used by an operation or another model", function()
    local used = { MetricBucket = true, UsagePoint = true, RatePoint = true, Event = true,
                   UnknownEvent = true }
    for _, row in pairs(operations) do
      if row.returns then used[row.returns] = true end
    end
    for _, model in pairs(models.models) do
      for _, field in ipairs(schema.fields(model[1] or "")) do used[field.type] = true end
    end
    for name in pairs(models.models) do assert.is_true(used[name], name) end
  end)

  it("have records whose members have types", function()
    for name, declaration in pairs(models.records) do
      for _, field in ipairs(schema.fields(declaration)) do
        assert.is_truthy(types[field.type] or models.enums[field.type], name .. "." .. field.name)
      end
    end
  end)

  it("each have a decoder", function()
    local scope = { ids = {}, client = { json_depth = 100 } }
    for name, model in pairs(models.models) do
      if not model.file then
        local value, problem = answer.decode(name, "[1", scope)
        assert.is_nil(value)
        assert.is_truthy(problem:find("not JSON", 1, true), name)
      end
    end
  end)

  it("have as many events and permissions as the API", function()
    assert.equal(20, #models.enums.event_type)
    assert.equal(10, #models.enums.metric_event_type)
    assert.equal(48, #models.enums.permission)
  end)
end)
