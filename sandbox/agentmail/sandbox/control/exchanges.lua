-- SPDX-License-Identifier: MIT
-- The newest requests and their answers, with headers and bodies, for people who read the journal.
-- They are kept in memory and end with the process; the journal's rows stay.

local json = require "agentmail.sandbox.http.json"

local KEPT = 200        -- exchanges, over all organizations
local LONGEST = 16384   -- bytes kept of a body

-- Headers that contain a credential: their values are not shown.
local SECRET = { authorization = true, cookie = true, ["set-cookie"] = true }

-- Valid UTF-8, with a replacement for each byte that is not.
local function readable(text)
  if utf8.len(text) then return text end
  local parts, from = {}, 1
  while from <= #text do
    local _, bad = utf8.len(text, from)
    parts[#parts + 1] = text:sub(from, (bad or #text + 1) - 1)
    if not bad then break end
    parts[#parts + 1] = "\u{FFFD}"
    from = bad + 1
  end
  return table.concat(parts)
end

local function headers_of(headers)
  local list = {}
  for name, value in pairs(headers or {}) do
    if SECRET[name:lower()] then value = "(hidden)" end
    list[#list + 1] = { name = name, value = readable(tostring(value)) }
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return json.array(list)
end

-- One side of an exchange as it is kept: only the beginning of a large body.
local function side(headers, body)
  return { headers = headers, body = body and body:sub(1, LONGEST), size = body and #body }
end

local function shown(one)
  return { status = one.status, headers = headers_of(one.headers), size = one.size,
           body = one.body and readable(one.body) or nil }
end

--- Keeps a request and its answer.
---@param ctx agentmail.sandbox.Context  after the answer was decided
---@param status integer?  what is sent, as are `body` and `headers`
---@param body string?
---@param headers table?
local function keep(ctx, status, body, headers)
  local ring = ctx.app.exchanges
  ring.at = (ring.at or 0) % KEPT + 1
  local one = { seq = ctx.seq, org = ctx.org and ctx.org.id,
                request = side(ctx.request.headers, ctx.request.body),
                answer = side(headers, body) }
  one.answer.status = status
  if ctx.decided ~= body then one.lost = side(nil, ctx.decided) end
  ring[ring.at] = one
end

--- The exchange of a journal row; nil if it is no longer kept. `lost` is the decided answer if a
--- fault kept it from being sent.
---@param seq integer
---@return { request: table, answer: table, lost: table? }?
local function of(app, org, seq)
  for _, one in ipairs(app.exchanges) do
    if one.seq == seq and one.org == org.id then
      return { request = shown(one.request), answer = shown(one.answer),
               lost = one.lost and shown(one.lost) or nil }
    end
  end
end

return { keep = keep, of = of }
