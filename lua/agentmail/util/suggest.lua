-- SPDX-License-Identifier: MIT
-- The nearest known name, for errors about a misspelt one.

local format = string.format

-- Edit distance, in which swapping two neighbours is one step.
local function distance(a, b)
  local before, last = {}, {}
  for j = 0, #b do last[j] = j end
  for i = 1, #a do
    local row = { [0] = i }
    for j = 1, #b do
      local same = a:byte(i) == b:byte(j)
      row[j] = math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same and 0 or 1))
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        row[j] = math.min(row[j], before[j - 2] + 1)
      end
    end
    before, last = last, row
  end
  return last[#b]
end

--- Names that other libraries and people use.
local ELSEWHERE = {
  timeout = "deadline", max_retries = "attempts", retries = "attempts", body = "text",
  content = "text", recipient = "to", recipients = "to", sender = "from", file = "path",
  token = "api_key", key = "api_key", url = "base_url", page_size = "limit", max_results = "limit",
}

--- Our name for something with another name elsewhere; nil when there is none.
---@param name any
---@return string?
local function own_name(name) return ELSEWHERE[tostring(name):lower()] end

--- " (did you mean 'subject'?)" when a known name is near, else "".
---@param name any the caller's spelling
---@param known table<string, any> the known names, as keys
---@return string
local function suggestion(name, known)
  if type(name) ~= "string" then return "" end
  local own = own_name(name)
  if own and known[own] then return format(" (did you mean '%s'?)", own) end
  local best, least = nil, (#name <= 3 and 1 or math.max(2, #name // 3)) + 1
  for candidate in pairs(known) do
    if type(candidate) == "string" then
      local steps = distance(name:lower(), candidate:lower())
      if steps < least or (steps == least and best and candidate < best) then
        best, least = candidate, steps
      end
    end
  end
  return best and format(" (did you mean '%s'?)", best) or ""
end

--- The mistake of an unknown name.
---@param name any
---@param known table<string, any>
---@param what string "parameter", "option", …
---@return nil, string mistake
local function unknown(name, known, what)
  local hint = suggestion(name, known)
  if hint == "" then
    local names = {}
    for other in pairs(known) do names[#names + 1] = other end
    table.sort(names)
    hint = #names == 0 and "; it takes none" or "; known: " .. table.concat(names, ", ")
  end
  return nil, format("unknown %s '%s'%s", what, tostring(name), hint)
end

return { own_name = own_name, suggestion = suggestion, unknown = unknown }
