-- SPDX-License-Identifier: MIT
-- Message ids, as in Message-ID, In-Reply-To and References: with angle brackets, as the API names
-- messages, even if the sender omitted them.

-- "<a@b" and "a@b>" are ids too.
local function in_brackets(word)
  local id = word:gsub("[<>%s%c]", "")
  return id ~= "" and "<" .. id .. ">" or nil
end

--- The ids in brackets, or else all words that could be ids.
---@param value string?
---@return string[]
local function all(value)
  local list = {}
  for id in (value or ""):gmatch("<[^<>]*>") do list[#list + 1] = in_brackets(id) end
  if #list > 0 then return list end
  local bare = (value or ""):gsub("%b()", " "):gsub('"[^"]*"', " ")
  for word in bare:gmatch("[^%s,;]+") do
    if word:find("@", 1, true) then list[#list + 1] = in_brackets(word) end
  end
  return list
end

--- The ids of a list in order, each with or without brackets.
---@param value string?
---@return string[]
local function list(value)
  local result = {}
  for word in (value or ""):gsub("%b<>", function(id) return " " .. id:gsub("%s", "") .. " " end)
    :gmatch("[^%s,;]+") do
    if word:find("[<@]") then result[#result + 1] = in_brackets(word) end
  end
  return result
end

--- The single id of a Message-ID, which need not have an @; nil if there is none.
---@param value string?
---@return string?
local function one(value)
  return all(value)[1] or in_brackets((value or ""):match("^%s*([^%s()]+)") or "")
end

return { all = all, list = list, one = one }
