-- SPDX-License-Identifier: MIT
-- Lists in pages. A token names the last row seen and belongs to one query; used with another, or
-- made up, it is refused. The switch page_tokens = "offset" counts rows instead, as some services
-- do, so that rows which come or go meanwhile are skipped or repeated.

local chance = require "agentmail.sandbox.chance"
local errors = require "agentmail.sandbox.errors"

local concat, format = table.concat, string.format

local DEFAULT_LIMIT, MAX_LIMIT = 20, 100

local page = {}

-- What a token is good for: this operation, these parameters, this organization.
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

--- The payload of the request's token; nil when there is none; a refusal when it is not ours.
local function opened(ctx)
  local token = ctx.query.page_token
  if not token then return nil end
  if ctx.token_gone then token = "" end -- a fault took it
  local payload = token:match "^(.*)%.%x+$"
  if payload and seal(ctx, payload) == token then return payload end
  return nil, errors.invalid_field(
    "this page token is not valid here; leave page_token out to start again", "page_token")
end

--- The limit that applies, or a refusal.
function page.limit(ctx)
  local limit = ctx.query.limit
  if limit == nil then return DEFAULT_LIMIT end
  if limit < 1 then return nil, errors.invalid_field("must be at least 1", "limit") end
  return math.min(limit, MAX_LIMIT)
end

---@class agentmail.sandbox.Listing
---@field from string       table
---@field columns string?   default *
---@field where string[]    conditions
---@field arguments any[]   their parameters
---@field sort string       column; `id` breaks ties
---@field ascending boolean?

local function by_cursor(ctx, listing, payload, limit)
  local where, arguments = listing.where, listing.arguments
  if payload then
    local value, id = payload:match "^c%.(-?%d+)%.(%d+)$"
    if not value then return nil, errors.invalid_field("not a page token", "page_token") end
    where[#where + 1] = format("(%s, id) %s (?, ?)", listing.sort,
                               listing.ascending and ">" or "<")
    arguments[#arguments + 1] = math.tointeger(value)
    arguments[#arguments + 1] = math.tointeger(id)
  end
  arguments[#arguments + 1] = limit + 1
  local order = listing.ascending and "ASC" or "DESC"
  return ctx.db:rows(format("SELECT %s FROM %s WHERE %s ORDER BY %s %s, id %s LIMIT ?",
    listing.columns or "*", listing.from, concat(where, " AND "), listing.sort, order, order),
    table.unpack(arguments))
end

local function by_offset(ctx, listing, payload, limit)
  local arguments = listing.arguments
  local offset = payload and math.tointeger(payload:match "^o%.(%d+)$") or 0
  arguments[#arguments + 1] = limit + 1
  arguments[#arguments + 1] = offset
  local order = listing.ascending and "ASC" or "DESC"
  return ctx.db:rows(format("SELECT %s FROM %s WHERE %s ORDER BY %s %s, id %s LIMIT ? OFFSET ?",
    listing.columns or "*", listing.from, concat(listing.where, " AND "), listing.sort, order,
    order), table.unpack(arguments)), offset
end

--- One page of rows. Conditions must not be shared: they are added to.
---@return table? rows, integer|table limit_or_refusal, string? next_token
function page.rows(ctx, listing)
  local limit, refusal = page.limit(ctx)
  if not limit then return nil, refusal end
  local payload
  payload, refusal = opened(ctx)
  if refusal then return nil, refusal end
  if ctx.newest then -- a fault: what is newer is not seen yet
    listing.where[#listing.where + 1] = "created_at <= ?"
    listing.arguments[#listing.arguments + 1] = ctx.newest
  end
  local rows, offset
  if ctx.app.config.page_tokens == "offset" then
    rows, offset = by_offset(ctx, listing, payload, limit)
  else
    rows, refusal = by_cursor(ctx, listing, payload, limit)
    if not rows then return nil, refusal end
  end
  if #rows <= limit then return rows, limit end
  rows[#rows] = nil
  local last = rows[limit]
  local payload_next = offset and format("o.%d", offset + limit)
    or format("c.%d.%d", last[listing.sort], last.id)
  return rows, limit, seal(ctx, payload_next)
end

--- A page from a stream of encoded items that the caller filters itself (search). The token is the
--- number of items already shown.
function page.collect(ctx, each)
  local limit, refusal = page.limit(ctx)
  if not limit then return nil, refusal end
  local payload
  payload, refusal = opened(ctx)
  if refusal then return nil, refusal end
  local skip = payload and math.tointeger(payload:match "^s%.(%d+)$") or 0
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

--- The envelope of a list.
---@param name string the plural
---@param items string[] encoded
function page.encode(name, items, limit, token)
  return format('{"count":%d,%s%s"%s":[%s]}', #items, limit and format('"limit":%d,', limit) or "",
    token and format('"next_page_token":"%s",', token) or "", name, concat(items, ","))
end

--- Adds the conditions of before and after, which are exclusive bounds on a time column.
function page.between(ctx, listing, column)
  for word, comparison in pairs { before = "<", after = ">" } do
    if ctx.query[word] then
      listing.where[#listing.where + 1] = format("%s %s ?", column, comparison)
      listing.arguments[#listing.arguments + 1] = ctx.query[word]
    end
  end
end

return page
