-- SPDX-License-Identifier: MIT
-- Shared by the operations on all kinds of resources. A kind has a table with org, id and
-- created_at; a scope says which rows of it a request may see, see access.lua.

local access = require "agentmail.sandbox.http.access"
local conditions = require "agentmail.sandbox.store.conditions"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local labels = require "agentmail.sandbox.mail.labels"
local paging = require "agentmail.sandbox.http.paging"

--- A function that finds the row that the path names.
---@param what string      for the refusal: "Webhook"
---@param table string
---@param param string     of the path: "webhook_id"
---@param scope_of fun(ctx): table?, table?  the scope, or nil and a refusal
---@param condition string? on ?2, the parameter; the column of its name by default
---@return fun(ctx): table?, table? find  returns a row, or nil and a refusal
local function finder(what, table, param, scope_of, condition)
  local sql = ("SELECT * FROM %s WHERE org = ?1 AND (%s)"):format(table,
                                                                 condition or param .. " = ?2")
  return function(ctx)
    local scope, refusal = scope_of(ctx)
    if not scope then return nil, refusal end
    local id = ctx.params[param]
    local row = ctx.db:row(sql, ctx.org.id, id)
    if row and access.within(scope, row) then return row end
    return nil, errors.not_found(what, id)
  end
end

--- The operation get.
---@param find fun(ctx): table?, table?
---@param encode fun(row: table, ctx: table): string
local function get(find, encode)
  return function(ctx)
    local row, refusal = find(ctx)
    if not row then return nil, refusal end
    return 200, encode(row, ctx)
  end
end

--- The operation delete.
---@param find fun(ctx): table?, table?
---@param remove fun(ctx, row: table): table?  may return a refusal
local function delete(find, remove)
  return function(ctx)
    local row, refusal = find(ctx)
    if not row then return nil, refusal end
    refusal = remove(ctx, row)
    if refusal then return nil, refusal end
    ctx.effect = "changed"
    return 204
  end
end

--- The operation list.
---@param name string      the plural
---@param listing_of fun(ctx): agentmail.sandbox.Listing?, table?  or nil and a refusal
---@param encode fun(row: table, ctx: table): string
local function list(name, listing_of, encode)
  return function(ctx)
    local listing, refusal = listing_of(ctx)
    if not listing then return nil, refusal end
    return paging.answer(ctx, name, listing, encode)
  end
end

--- The rows of a scope in a table with pod_id and inbox_id.
---@param scope { pod_id: string?, inbox_id: string? }
---@return agentmail.sandbox.Listing
local function listing_in(ctx, scope)
  local listing = conditions.new("org = ?", ctx.org.id)
  for _, name in ipairs { "pod_id", "inbox_id" } do
    if scope[name] then listing:add(name .. " = ?", scope[name]) end
  end
  return listing
end

--- The same as an argument of list().
---@param scope_of fun(ctx): table?, table?
---@return fun(ctx): agentmail.sandbox.Listing?, table? listing_of
local function rows_of(scope_of)
  return function(ctx)
    local scope, refusal = scope_of(ctx)
    if not scope then return nil, refusal end
    return listing_in(ctx, scope)
  end
end

--- Keeps rows whose text contains each of the values, ignoring case.
---@param listing agentmail.sandbox.Listing
---@param column string
---@param values string[]?
local function contain(listing, column, values)
  for _, value in ipairs(values or {}) do
    listing:add(("instr(lower(coalesce(%s, '')), lower(?)) > 0"):format(column), value)
  end
end

--- Keeps rows whose column `labels` holds each of the labels.
---@param listing agentmail.sandbox.Listing
---@param wanted string[]?
local function carry(listing, wanted)
  for _, label in ipairs(wanted or {}) do
    local column, folded = labels.comparable("labels", label)
    listing:add("instr(" .. column .. ", ?) > 0", json.string(folded))
  end
end

return {
  finder = finder, get = get, delete = delete, list = list, listing_in = listing_in,
  rows_of = rows_of, contain = contain, carry = carry,
}
