-- SPDX-License-Identifier: MIT
-- Reads the contents of a request back from the bytes that would be sent.

local cjson = require "cjson"

-- An instance of our own, see util/json.lua. Unlike there, null does not mean absent: in a
-- request, it clears a field.
local codec = cjson.new()

local function unescaped(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

--- The path of a request, percent-encoded.
local function path_of(request) return request.target:match "^[^?]*" end

--- The segments of the path, decoded.
---@return string[]
local function segments_of(request)
  local segments = {}
  for segment in path_of(request):gmatch "[^/]+" do segments[#segments + 1] = unescaped(segment) end
  return segments
end

--- The parameters of a path, by name. Only a plan of operations.lua knows them.
---@return table<string, string>
local function ids_of(request)
  local ids, plan = {}, request.plan
  local at = plan.params and #plan.pieces[1] + 1
  for i, name in ipairs(plan.params or {}) do
    local ends = request.target:find("[/?]", at) or #request.target + 1
    ids[name] = unescaped(request.target:sub(at, ends - 1))
    at = ends + #plan.pieces[i + 1]
  end
  return ids
end

--- The JSON of a body, without the bytes of its files; {} if it is not a JSON object.
---@param body string|table|nil
---@return table
local function json_of(body)
  if type(body) == "table" then
    local texts = {}
    for i, piece in ipairs(body) do texts[i] = type(piece) == "string" and piece or "" end
    body = table.concat(texts)
  end
  local ok, value = pcall(codec.decode, body or "")
  return ok and type(value) == "table" and value or {}
end

--- Appends the recipients of a mail with these fields to a list.
---@return string[] list
local function recipients_of(fields, list)
  for _, name in ipairs { "to", "cc", "bcc" } do
    local value = fields[name]
    for _, address in ipairs(type(value) == "table" and value or { value }) do
      if type(address) == "string" then list[#list + 1] = address end
    end
  end
  return list
end

return {
  path_of = path_of, segments_of = segments_of, ids_of = ids_of, json_of = json_of,
  recipients_of = recipients_of,
}
