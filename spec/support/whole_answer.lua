-- SPDX-License-Identifier: MIT
-- JSON that satisfies every operation: all required fields of all models, nested ones included.

local cjson = require "cjson"
local models = require "agentmail.api.models".models
local schema = require "agentmail.api.plan"

local SAMPLES = { boolean = true, integer = 1, number = 1 }

local function sample(field)
  if field.list then return {} end
  local model = models[field.type]
  if not model then return SAMPLES[field.type] or "x" end
  local value = {}
  for _, member in ipairs(schema.fields(model[1])) do
    if member.required then value[member.name] = sample(member) end
  end
  return next(value) and value or cjson.decode '{"x":1}'
end

return function()
  local answer = {}
  for _, model in pairs(models) do
    for _, field in ipairs(schema.fields(model[1] or "")) do
      if field.required then answer[field.name] = sample(field) end
    end
  end
  return (cjson.encode(answer):gsub(":{}", ":[]"))
end
