-- SPDX-License-Identifier: MIT
-- Attachments of outgoing mail, in four forms:
--
--   { path = "report.pdf" }               a file, streamed: it is never in memory as a whole
--   { data = bytes, filename = "a.csv" }  bytes that are in memory already
--   { content = base64, … }, { url = "https://…", … }           the API's own forms
--
-- The core encodes base64 while it sends. So a body with a path or data is not a string but an
-- array of pieces (util/pieces.lua). Each attempt sends the same bytes, or the call fails.

local content_type = require "agentmail.api.content_type"
local copy = require "agentmail.util.copy".copy
local must = require "agentmail.util.mistakes".must
local types = require "agentmail.api.types"

local find, format, sub = string.find, string.format, string.sub

---@class agentmail.Attachment.Outgoing
---@field path string?                  a file; its name is the default filename
---@field data string?                  bytes
---@field content string?               base64
---@field url string?                   the URL that the service fetches it from
---@field filename string?
---@field content_type string?          default for a path or data: derived from the filename
---@field content_disposition "inline"|"attachment"|nil
---@field content_id string?

local function base64(value, lenient)
  if type(value) == "string" and not lenient and find(value, "[^%w+/=_%s-]") then
    return nil, "is not base64; pass raw bytes as data = …"
  end
  return types.types.string(value)
end

local encode_record = types.record({
  { "filename", types.types.line }, { "content_type", types.types.line },
  { "content_disposition", types.types.content_disposition }, { "content_id", types.types.line },
  { "content", base64 }, { "url", types.types.string },
}, { path = true, data = true })

local SOURCES = { "path", "data", "content", "url" }
local ADVICE = "needs exactly one of path (a file), data (bytes), content (base64) and url"

-- The field that holds the bytes; nil and the problem unless there is exactly one.
local function source_of(value)
  local found
  for _, name in ipairs(SOURCES) do
    if value[name] ~= nil then
      if found then return nil, format("has both %s and %s; it %s", found, name, ADVICE) end
      found = name
    end
  end
  if not found then return nil, ADVICE end
  return found
end

-- The filename of a path; or nil and the problem.
local function name_of(path)
  local name = path:match("[^/]+$")
  local ok, problem = types.types.line(name)
  if ok then return name end
  return nil, format('.path ends in a name that %s; give filename = "…" besides',
                     problem:gsub("; .*", ""))
end

-- A copy without the bytes, which the core encodes, and with the defaults that the name gives.
local function described(value, source)
  local made = copy(value)
  made[source] = nil
  if source == "path" and made.filename == nil then
    local name, problem = name_of(value.path)
    if not name then return nil, problem end
    made.filename = name
  end
  if made.content_type == nil and type(made.filename) == "string" then
    made.content_type = content_type.of(made.filename)
  end
  return made
end

--- The JSON of an attachment: a string or an array of pieces; or nil and the problem.
---@param value agentmail.Attachment.Outgoing
---@param lenient boolean?  unknown fields pass as they are
---@return string|table|nil json, string? problem
local function encode(value, lenient)
  if type(value) ~= "table" then return must("a table", value) end
  local source, problem = source_of(value)
  if not source then
    local _, unknown = encode_record(value, lenient)
    return nil, unknown or problem
  end
  if source == "content" or source == "url" then return encode_record(value, lenient) end
  local raw = value[source]
  if type(raw) ~= "string" then
    local _, wrong = must("a string", raw)
    return nil, format(".%s %s", source, wrong)
  end
  if source == "path" and (raw == "" or find(raw, "[%z]") or find(raw, "/$")) then
    return nil, format(".path must be the name of a file, not %q", raw)
  end
  local named, text
  named, problem = described(value, source)
  if not named then return nil, problem end
  text, problem = encode_record(named, lenient)
  if not text then return nil, problem end
  local separator = text == "{}" and "" or ","
  return { sub(text, 1, -2) .. separator .. '"content":"', { [source] = raw, base64 = true }, '"}' }
end

return { encode = encode }
