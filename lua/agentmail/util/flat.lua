-- SPDX-License-Identifier: MIT
-- Arguments without metamethods. The encoder reads tables raw; a table with metamethods is copied
-- first, with the values that these return.

local core = require "agentmail.core"

local array_mt = core.array_mt

-- Deeper than the limit of the encoder, which refuses deeper values.
local DEPTH <const> = 200

-- The fields of a metatable that the encoder reads. A copy has no others: it is not finalized.
local function marks(of)
  local meta = getmetatable(of)
  if meta == array_mt then return meta end
  local name = type(meta) == "table" and rawget(meta, "__name")
  return name and { __name = name } or nil
end

-- `seen`: the copies so far, as a table may be in several places, or in itself.
local function copy(of, seen, depth)
  if type(of) ~= "table" then return of end
  local made = seen[of]
  if made then return made end
  made = {}
  seen[of] = made
  if depth > DEPTH then return made end
  for i = 1, #of do made[i] = copy(of[i], seen, depth + 1) end
  for name, member in pairs(of) do
    if made[name] == nil then
      local indexed = of[name]
      if indexed == nil then indexed = member end
      made[name] = copy(indexed, seen, depth + 1)
    end
  end
  return setmetatable(made, marks(of))
end

--- A value without metamethods that change its contents.
---@param of any
---@return any
local function value(of) return copy(of, {}, 0) end

-- Members are read by name, so that a record with only __index works.
local function with_members(names, of)
  local made = value(of)
  for _, name in ipairs(names) do
    if made[name] == nil then made[name] = value(of[name]) end
  end
  return made
end

local SOURCES = { "path", "data", "content", "url" }
local ATTACHMENT = { "content", "url", "filename", "content_type", "content_disposition",
                     "content_id" }

-- For a file or bytes, only the SOURCES may come from __index.
local function attachment(of)
  local is_encoded = of.path ~= nil or of.data ~= nil
  return with_members(is_encoded and SOURCES or ATTACHMENT, of)
end

local function each(flatten)
  return function(of)
    local made = value(of)
    for i in ipairs(made) do
      local item = of[i]
      if type(item) == "table" then made[i] = flatten(item) end
    end
    return made
  end
end

local function record(name)
  return function(of) return with_members(core.record(name), of) end
end

-- Fields whose members have names of the API.
local records = {
  public_key = record "jwk",
  recurrence = record "recurrence_input",
  attendees = each(record "attendee_input"),
  permissions = function(of) return with_members(core.permissions(), of) end,
  attachments = each(attachment),
  add_attachments = each(attachment),
}

local function field(name, of)
  if type(of) ~= "table" then return of end
  return (records[name] or value)(of)
end

--- The arguments of an operation: the fields that are there, and what metamethods return for the
--- other names that the operation takes.
---@param known table<string, string>
---@param of table
---@return table
local function arguments(known, of)
  local made = {}
  for name, member in next, of do made[name] = field(name, member) end
  if getmetatable(of) == nil then return made end
  for _, name in next, known do
    if made[name] == nil and made[name .. "_"] == nil then made[name] = field(name, of[name]) end
  end
  return setmetatable(made, marks(of)) -- a mistake names its class
end

--- The ids of an object that complete a path, its etag, and the client_id for the key of a draft.
---@param params string[]
---@param of table
---@return table
local function owner(params, of)
  local made = { client_id = of.client_id, etag = of.etag }
  for _, name in ipairs(params) do made[name] = of[name] end
  return made
end

return { arguments = arguments, owner = owner, value = value }
