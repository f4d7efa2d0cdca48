-- SPDX-License-Identifier: MIT
-- Allow and block lists of the organization, its pods and its inboxes, and their decisions about
-- mail. The most specific scope with an opinion wins.

local addresses = require "agentmail.sandbox.mail.addresses"
local errors = require "agentmail.sandbox.http.errors"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local paging = require "agentmail.sandbox.http.paging"
local resource = require "agentmail.sandbox.api.resource"
local sets = require "agentmail.sandbox.store.sets"

local base = "entry organization_id reason? direction list_type entry_type created_at:time "
  .. "read_only?:boolean"
local encode = json.shape(base .. " pod_id? inbox_id?")

local DIRECTIONS, TYPES = sets.words("send receive reply"), sets.words("allow block")

local function owner_of(scope) return scope.inbox_id or scope.pod_id or "" end

local function encoded(row, ctx)
  row.organization_id = ctx.org.organization_id
  return encode(row)
end

-- The scope of the list that the path names, after checking direction and type.
local function addressed(ctx)
  local params = ctx.params
  if not DIRECTIONS[params.direction] then
    return nil, errors.invalid_field("expected receive, reply or send", "direction")
  end
  if not TYPES[params.type] then
    return nil, errors.invalid_field("expected allow or block", "type")
  end
  return inboxes.scope(ctx)
end

local function kind_of(entry)
  if addresses.bare(entry) and not entry:find("[<>]") then return "email" end
  if addresses.is_domain(entry) then return "domain" end
end

local function row_of(ctx, scope, entry)
  return ctx.db:row([[SELECT * FROM list_entries WHERE org = ? AND owner = ? AND direction = ?
    AND list_type = ? AND entry = ?]], ctx.org.id, owner_of(scope), ctx.params.direction,
    ctx.params.type, entry:lower())
end

local function insert(ctx, scope, direction, list_type, entry, reason, read_only)
  ctx.db:run([[INSERT OR IGNORE INTO list_entries (org, pod_id, inbox_id, owner, direction,
    list_type, entry, entry_type, reason, read_only, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)]], ctx.org.id, scope.pod_id, scope.inbox_id,
    owner_of(scope), direction, list_type, entry, kind_of(entry), reason, read_only, ctx.now)
end

local function create(ctx)
  local scope, refusal = addressed(ctx)
  if not scope then return nil, refusal end
  local entry = ctx.body.entry:lower()
  if not kind_of(entry) then
    return nil, errors.invalid_field("expected an email address or a domain", "entry")
  end
  if ctx.body.reason and ctx.params.type == "allow" then
    return nil, errors.invalid_field("only entries of block lists have a reason", "reason")
  end
  if row_of(ctx, scope, entry) then
    return nil, errors.refusal(403, "already_exists", entry .. " is already in this list.",
                               "No action is needed.")
  end
  insert(ctx, scope, ctx.params.direction, ctx.params.type, entry, ctx.body.reason)
  ctx.effect = "created"
  return 200, encoded(row_of(ctx, scope, entry), ctx)
end

-- The entry that the path names.
local function find(ctx)
  local scope, refusal = addressed(ctx)
  if not scope then return nil, refusal end
  local row = row_of(ctx, scope, ctx.params.entry)
  if row then return row end
  return nil, errors.not_found("List entry", ctx.params.entry)
end

-- Sorted by entry; the token is the number of entries shown.
local function list(ctx)
  local scope, refusal = addressed(ctx)
  if not scope then return nil, refusal end
  local rows = ctx.db:rows([[SELECT * FROM list_entries WHERE org = ? AND owner = ?
    AND direction = ? AND list_type = ? ORDER BY entry]], ctx.org.id, owner_of(scope),
    ctx.params.direction, ctx.params.type)
  local i = 0
  return paging.answer_each(ctx, "entries", function()
    i = i + 1
    return rows[i] and encoded(rows[i], ctx)
  end)
end

local function remove(ctx, row)
  if row.read_only then
    return errors.refusal(403, "cannot_delete", row.entry .. " was added by the service.",
                          "The entry is read-only.")
  end
  ctx.db:run("DELETE FROM list_entries WHERE id = ?", row.id)
end

-- Decisions -------------------------------------------------------------------------------------

-- The decision of one scope on an address: "allow", "block" or nothing. An entry for an address is
-- more specific than one for its domain; a scope with an allow list blocks everyone else.
local function opinion(ctx, owner, direction, address)
  local rows = ctx.db:rows([[SELECT list_type, entry_type FROM list_entries WHERE org = ?
    AND owner = ? AND direction = ? AND entry IN (?, ?) ORDER BY entry_type DESC, list_type DESC]],
    ctx.org.id, owner, direction, address, address:match("@(.*)$") or "")
  if rows[1] then return rows[1].list_type end
  return ctx.db:values([[SELECT 'block' FROM list_entries WHERE org = ? AND owner = ?
    AND direction = ? AND list_type = 'allow' LIMIT 1]], ctx.org.id, owner, direction)
end

--- True if mail between this inbox and an address is blocked in a direction.
---@param direction "send"|"receive"|"reply"
---@return boolean
local function blocks(ctx, inbox, direction, address)
  if not ctx.db:values("SELECT 1 FROM list_entries WHERE org = ? LIMIT 1", ctx.org.id) then
    return false
  end
  for _, owner in ipairs { inbox.inbox_id, inbox.pod_id, "" } do
    local says = opinion(ctx, owner, direction, address)
    if says then return says == "block" end
  end
  return false
end

--- Refuses a letter to a recipient that the lists block.
---@return table? refusal
local function refuse(ctx, inbox, recipients)
  for _, address in ipairs(recipients) do
    if blocks(ctx, inbox, "send", address) then
      return errors.refusal(403, "message_rejected", "The lists block mail to " .. address
        .. ".", ("DELETE /v0/lists/send/block/%s, or allow it for this inbox."):format(address))
    end
  end
end

--- Mail to this address bounced, or its owner complained: the service stops sending to it.
local function suppress(ctx, address, reason)
  insert(ctx, {}, "send", "block", address, reason, 1)
end

return {
  create = create, get = resource.get(find, encoded), list = list,
  delete = resource.delete(find, remove), blocks = blocks, refuse = refuse, suppress = suppress,
}
