-- SPDX-License-Identifier: MIT
-- Etags: the revision in one, and the one of the current state in an answer 412.

local format = string.format

--- The revision in `"rv-7"`, which the service increments with each change; nil: the etag has none,
--- such as that of one date of a series.
---@param etag any
---@return integer?
local function revision(etag)
  local digits = type(etag) == "string" and etag:match '^W?/?"?rv%-(%d+)"?$'
  return digits and math.tointeger(tonumber(digits)) or nil
end

--- The etag of the state that an update found, from the header ETag or the body's
--- current_revision: a number, `rv-7`, or the etag itself.
---@param header string?
---@param said table?  the error
---@return string?
local function current(header, said)
  if header and header ~= "" then return header end
  local told = said and said.current_revision
  if math.type(told) == "integer" then return format('"rv-%d"', told) end
  if type(told) ~= "string" or told == "" then return nil end
  return told:find '"' and told or format('"%s"', told:find "^%d+$" and "rv-" .. told or told)
end

return { revision = revision, current = current }
