-- SPDX-License-Identifier: MIT
-- What counts as an answer to client:request without a model:
--
--   204, or a 2xx without a byte        true
--   JSON                                its value; null is agentmail.null, and true for a DELETE,
--                                       whose JSON must not be an error of the service either
--   to a read, anything else            its bytes
--   if an Accept header names other     the bytes as stored, without content coding; for a write
--   types, and not JSON                 only if they have such a type
--
-- A 206 is partial, and refused unless the caller's headers ask for a Range. A write needs proof
-- that it was done, so an HTML page must not pass for its answer.

local answers = require "agentmail.call.answer"
local integers = require "agentmail.util.integers"
local json = require "agentmail.util.json"

-- The value of one of the caller's headers, in lower case.
local function own_header(headers, wanted)
  for name, value in pairs(headers or {}) do
    if name:lower() == wanted then return value:lower() end
  end
end

-- The caller's Accept header; nil when it is absent or allows JSON.
local function accepted(headers)
  local text = own_header(headers, "accept")
  local is_any = text and (text:find("json", 1, true) or text:find "%*/%*"
                           or text:find "application/%*")
  return not is_any and text or nil
end

-- Whether an Accept header, in lower case, names a content type.
local function names(accept, kind)
  local main, sub = kind:lower():match "^%s*([^/%s;]+)/([^%s;]+)"
  for range in main and accept:gmatch "[^,]+" or function() end do
    local range_main, range_sub = range:match "^%s*([^/%s;]+)/([^%s;]+)"
    if range_main == main and (range_sub == sub or range_sub == "*") then return true end
  end
  return false
end

-- A reader for requests that accept JSON. null is agentmail.null, and true for a DELETE.
local function json_reader(method, reads)
  return function(_, body, scope, handle, status)
    if status == 204 or handle:received() == 0 or reads and body == "" then return true end
    local kind = handle:header "content-type" or "application/json"
    if reads and not kind:lower():find("json", 1, true) then return body end
    local depth = scope.client.json_depth
    local value, problem, is_null
    if method == "DELETE" then
      value, problem = answers.decode_confirmation(body, depth)
      return value == json.null or value, problem
    end
    value, problem, is_null = json.decode(body, depth)
    if is_null then return json.null end
    if value == nil then return nil, "the answer " .. problem end
    if type(value) == "table" then integers.make(value) end
    return value
  end
end

-- A reader for requests that accept only other types: it returns the bytes unchanged.
local function bytes_reader(accept, reads)
  return function(_, body, _, handle, status)
    if status == 204 or handle:received() == 0 then return true end
    local kind = handle:header "content-type" or "of no type"
    if reads or names(accept, kind) then return body end
    return nil, ("the answer is %s, not %s"):format(kind, accept)
  end
end

--- The reader for a request, and whether the request asks for bytes without content coding.
---@param method string
---@param is_safe boolean
---@param headers table<string, string>?
---@return function read  see agentmail.Plan
---@return true? identity
local function reader_of(method, is_safe, headers)
  local accept, reads = accepted(headers), is_safe or method == "GET"
  local read = accept and bytes_reader(accept, reads) or json_reader(method, reads)
  local in_parts = own_header(headers, "range") ~= nil
  return function(returns, body, scope, handle, status)
    if status == 206 and not in_parts then
      return nil, "the answer is partial, but no Range was asked for"
    end
    return read(returns, body, scope, handle, status)
  end, accept and true
end

return { reader_of = reader_of }
