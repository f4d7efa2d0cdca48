-- SPDX-License-Identifier: MIT
-- Paginated lists. A token names the last row seen and belongs to one query; with any other query,
-- or when invented, it is refused. The switch page_tokens = "offset" counts rows instead, as some
-- services do, so rows inserted or deleted meanwhile cause repeated or skipped rows.

local chance = require "agentmail.sandbox.store.chance"
local conditions = require "agentmail.sandbox.store.conditions"
local errors = require "agentmail.sandbox.http.errors"
local switches = require "agentmail.sandbox.control.switches"

local concat, format = table.concat, string.format

local DEFAULT_LIMIT, MAX_LIMIT = 20, 100

-- A token is valid only for one operation, its parameters and one organization.
local function fingerprint(ctx)
  local parts = { ctx.route.name, ctx.org.id }
  for _, name in ipairs(ctx.route.params) do parts[#parts + 1] = ctx.params[name] end
  local names = {}
  for name in pairs(ctx.query) do
    if name ~= "limit" and name ~= "page_token" then names[#names + 1] = name end
  end
  table.sort(names)
  for _, name in ipairs(names) do
    local value = ctx.query[name]
    parts[#parts + 1] = name .. "=" .. (type(value) == "table" and concat(value, "\0")
                                        or tostring(value))
  end
  return concat(parts, "\1")
end

local function seal(ctx, payload)
  return format("%s.%016x", payload, chance.draw(ctx.app.seed, "page", payload, fingerprint(ctx)))
end

-- The payload of the request's token; nil when there is none; a refusal when it is invalid.
local function opened(ctx)
  local token = ctx.query.page_token
  if not token then return nil end
  if ctx.token_gone then token = "" end -- a fault took it
  local payload = token:match("^(.*)%.%x+$")
  if payload and seal(ctx, payload) == token then return payload end
  return nil, errors.invalid_field(
    "this page token is not valid here; leave page_token out to start again", "page_token")
end

--- The limit that applies, or a refusal.
---@return integer? limit, table? refusal
local function limit_of(ctx)
  local limit = ctx.query.limit
  if limit == nil then return DEFAULT_LIMIT end
  if limit < 1 then return nil, errors.invalid_field("must be at least 1", "limit") end
  return math.min(limit, MAX_LIMIT)
end

---@class agentmail.sandbox.Listing: agentmail.sandbox.Conditions
--- An index holds the rows that the conditions select in the order of `sort`.
---@field from string?      table; for answer() the name of the list by default
---@field columns string?   default *
---@field sort string?      column, default created_at; `id` breaks ties
---@field made string?      column: when the row was created; default created_at
---@field ascending boolean?
---@field limit_untold boolean? the answer omits the limit

-- The first rows of a listing within some bounds, or of one time beyond an id.
local function fetch(ctx, listing, limit, bounds, moment, id, offset)
  local wanted = conditions.copy(listing)
  wanted:between(bounds, listing.sort)
  local order, beyond = "DESC", "<"
  if listing.ascending then order, beyond = "ASC", ">" end
  if moment then wanted:add(format("%s = ? AND id %s ?", listing.sort, beyond), moment, id) end
  local sql = format("SELECT %s FROM %s WHERE %s ORDER BY %s %s, id %s LIMIT ?%s",
    listing.columns or "*", listing.from, wanted:sql(), listing.sort, order, order,
    offset and " OFFSET ?" or "")
  local arguments = wanted.arguments
  arguments[#arguments + 1] = limit
  arguments[#arguments + 1] = offset
  return ctx.db:rows(sql, table.unpack(arguments))
end

-- First the remaining rows with the time of the last row seen, then the rows beyond it: two index
-- searches. For (time, id) < (?, ?), SQLite would search by time alone, and a stopped clock gives
-- all rows the same time.
local function by_cursor(ctx, listing, payload, limit)
  local query = ctx.query
  if not payload then return fetch(ctx, listing, limit, query) end
  local value, id = payload:match("^c%.(-?%d+)%.(%d+)$")
  if not value then return nil, errors.invalid_field("not a page token", "page_token") end
  value, id = math.tointeger(value), math.tointeger(id)
  local rows = listing.sort ~= "id" and fetch(ctx, listing, limit, {}, value, id) or {}
  if #rows < limit then
    local bounds = listing.ascending and { after = value, before = query.before }
      or { before = value, after = query.after }
    local more = fetch(ctx, listing, limit - #rows, bounds)
    table.move(more, 1, #more, #rows + 1, rows)
  end
  return rows
end

local function by_offset(ctx, listing, payload, limit)
  local offset = payload and math.tointeger(payload:match("^o%.(%d+)$")) or 0
  return fetch(ctx, listing, limit, ctx.query, nil, nil, offset), offset
end

--- One page of rows, between the query's `before` and `after` if given. It changes the listing,
--- which must therefore not be shared.
---@param listing agentmail.sandbox.Listing
---@return table? rows, integer|table limit_or_refusal, string? next_token
local function rows_of(ctx, listing)
  local limit, refusal = limit_of(ctx)
  if not limit then return nil, refusal end
  local payload
  payload, refusal = opened(ctx)
  if refusal then return nil, refusal end
  if ctx.newest then -- a fault hides newer rows
    listing:add((listing.made or "created_at") .. " <= ?", ctx.newest)
  end
  local rows, offset
  if switches.value(ctx, "page_tokens") == "offset" then
    rows, offset = by_offset(ctx, listing, payload, limit + 1)
  else
    rows, refusal = by_cursor(ctx, listing, payload, limit + 1)
    if not rows then return nil, refusal end
  end
  if #rows <= limit then return rows, limit end
  rows[#rows] = nil
  local last = rows[limit]
  local payload_next = offset and format("o.%d", offset + limit)
    or format("c.%d.%d", last[listing.sort], last.id)
  return rows, limit, seal(ctx, payload_next)
end

--- The envelope of a list.
---@param name string the plural
---@param items string[] encoded
---@param limit integer|false|nil
---@param token string?
---@return string
local function envelope(name, items, limit, token)
  return format('{"count":%d,%s%s"%s":[%s]}', #items, limit and format('"limit":%d,', limit) or "",
    token and format('"next_page_token":"%s",', token) or "", name, concat(items, ","))
end

--- The answer of a list operation: one page of rows, encoded.
---@param name string the plural
---@param listing agentmail.sandbox.Listing
---@param encode fun(row: table, ctx: table): string
---@return integer? status, string|table answer_or_refusal
local function answer(ctx, name, listing, encode)
  listing.from, listing.sort = listing.from or name, listing.sort or "created_at"
  listing.ascending = ctx.query.ascending
  local rows, limit, token = rows_of(ctx, listing)
  if not rows then return nil, limit end
  for i = 1, #rows do rows[i] = encode(rows[i], ctx) end
  return 200, envelope(name, rows, not listing.limit_untold and limit, token)
end

-- A page of the encoded items that `each` returns one by one. The token is the number of items
-- already returned.
local function collect(ctx, each)
  local limit, refusal = limit_of(ctx)
  if not limit then return nil, refusal end
  local payload
  payload, refusal = opened(ctx)
  if refusal then return nil, refusal end
  local skip = payload and math.tointeger(payload:match("^s%.(%d+)$")) or 0
  local items, seen = {}, 0
  for item in each do
    seen = seen + 1
    if seen > skip then
      if #items == limit then
        return items, limit, seal(ctx, format("s.%d", skip + limit))
      end
      items[#items + 1] = item
    end
  end
  return items, limit
end

--- The answer of an operation whose items no SQL query can select (a search): one page of them.
---@param name string the plural
---@param each fun(): string?  the next item, encoded
---@return integer? status, string|table answer_or_refusal
local function answer_each(ctx, name, each)
  local items, limit, token = collect(ctx, each)
  if not items then return nil, limit end
  return 200, envelope(name, items, limit, token)
end

return {
  limit = limit_of, rows = rows_of, answer = answer, answer_each = answer_each,
  envelope = envelope,
}
