-- SPDX-License-Identifier: MIT
-- Sets: tables whose keys are the members.

--- The set of a list's values.
---@param list any[]?
---@return table<any, true>
local function of(list)
  local set = {}
  for _, value in ipairs(list or {}) do set[value] = true end
  return set
end

--- The set of the words in a text.
---@param text string
---@return table<string, true>
local function words(text)
  local set = {}
  for word in text:gmatch("%S+") do set[word] = true end
  return set
end

--- The names in a set as one text, for an error.
---@param set table<string, any>
---@return string
local function names(set)
  local list = {}
  for name in pairs(set) do list[#list + 1] = tostring(name) end
  table.sort(list)
  return table.concat(list, ", ")
end

local function itself(value) return value end

--- The values of two lists, in order and each once, except those of a third.
---@param list any[]
---@param more any[]?
---@param without any[]?
---@param key? fun(value: any): any  equal for values that count as one; default: the value itself
---@return any[]
local function union(list, more, without, key)
  key = key or itself
  local skipped, result = {}, {}
  for _, value in ipairs(without or {}) do skipped[key(value)] = true end
  for _, values in ipairs { list, more } do
    for _, value in ipairs(values) do
      if not skipped[key(value)] then
        skipped[key(value)] = true
        result[#result + 1] = value
      end
    end
  end
  return result
end

return { of = of, words = words, names = names, union = union }
