-- SPDX-License-Identifier: MIT
-- Inboxes: one address each.

local access = require "agentmail.sandbox.http.access"
local chance = require "agentmail.sandbox.store.chance"
local client_ids = require "agentmail.sandbox.http.client_ids"
local domains = require "agentmail.sandbox.api.domains"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local page = require "agentmail.sandbox.http.paging"

local DOMAIN = "agentmail.to"

local encode = json.shape("pod_id inbox_id email display_name? client_id? metadata?:json "
  .. "updated_at:time created_at:time")

local inboxes = {}

local function encoded(row)
  row.email = row.inbox_id
  return encode(row)
end

--- The row of an inbox of this organization, or a refusal. Addresses know no case.
---@return table? row, table? refusal
function inboxes.find(ctx, inbox_id)
  local row = ctx.db:row("SELECT * FROM inboxes WHERE org = ? AND inbox_id = ?", ctx.org.id,
                         inbox_id)
  if not row then
    row = ctx.db:row("SELECT * FROM inboxes WHERE org = ? AND inbox_id = ?", ctx.org.id,
                     inbox_id:lower())
  end
  if row and access.reaches(ctx, row) then return row end
  return nil, errors.not_found("Inbox", inbox_id)
end

--- What the request may see of a table with `org` and `inbox`: a condition and its one argument; or
--- nil and a refusal.
---@return string? condition, integer|string|table argument_or_refusal
function inboxes.reach(ctx)
  local scope = ctx.scope or {}
  local inbox_id = ctx.params.inbox_id or scope.inbox_id
  if inbox_id then
    local inbox, refusal = inboxes.find(ctx, inbox_id)
    if not inbox then return nil, refusal end
    return "inbox = ?", inbox.id
  end
  if scope.pod_id then -- the plus sign: by the organization's index, which is in order
    return ("org = %d AND +inbox IN (SELECT id FROM inboxes WHERE pod_id = ?)"):format(ctx.org.id),
      scope.pod_id
  end
  return "org = ?", ctx.org.id
end

local function check_display_name(name)
  if name and (name:find "[%c()<>\"]" or #name > 256) then
    return errors.invalid_field('must have at most 256 characters and none of ( ) < > "',
                                "display_name")
  end
end

local words = { "amber", "brisk", "calm", "deft", "eager", "fair", "glad", "kind", "lucid", "neat" }

local function new_username(ctx)
  local number = chance.draw(ctx.app.seed, "username", ctx.app.ids:token())
  return ("%s-%06d"):format(words[(number >> 32) % #words + 1], number % 1000000)
end

local function address_of(ctx)
  local body = ctx.body
  local username = (body.username or new_username(ctx)):lower()
  local domain = (body.domain or DOMAIN):lower()
  if #username > 64 or not username:find "^[%w][%w._+-]*$" then
    return nil, errors.invalid_field("must be the part of an address before the @", "username")
  end
  if not domain:find "^[%w-]+%.[%w.-]*%w$" then
    return nil, errors.invalid_field("must be a domain name", "domain")
  end
  return username .. "@" .. domain
end

-- nulls in metadata delete; what is left is stored encoded, or not at all
local function merged(current, changes)
  if changes == json.null then return nil end
  local result = current and json.decode(current) or {}
  for name, value in pairs(changes) do
    if value == json.null then result[name] = nil else result[name] = value end
  end
  return next(result) ~= nil and json.encode(result) or nil
end

function inboxes.create(ctx)
  local body = ctx.body
  local refusal = client_ids.check(body.client_id) or check_display_name(body.display_name)
    or access.inbox_maker(ctx)
  if refusal then return nil, refusal end
  local made = client_ids.find(ctx, "inbox", body.client_id)
  if made then
    local row = inboxes.find(ctx, made.resource)
    if row then
      ctx.effect = "replayed"
      return 200, encoded(row)
    end
  end
  local address
  address, refusal = address_of(ctx)
  if not address then return nil, refusal end
  refusal = domains.refuse(ctx, address:match "@(.*)$")
  if refusal then return nil, refusal end
  if ctx.db:values("SELECT 1 FROM inboxes WHERE org = ? AND inbox_id = ?", ctx.org.id, address) then
    return nil, errors.refusal(403, "resource_taken", "The inbox " .. address .. " exists already.",
      "Choose another username, or leave it out to get one.")
  end
  ctx.db:run([[INSERT INTO inboxes (org, inbox_id, pod_id, display_name, client_id, metadata,
    created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)]], ctx.org.id, address,
    ctx.scope and ctx.scope.pod_id or ctx.org.pod_id,
    body.display_name, body.client_id, body.metadata and merged(nil, body.metadata), ctx.now,
    ctx.now)
  local answer = encoded(inboxes.find(ctx, address))
  client_ids.remember(ctx, "inbox", body.client_id, address, answer)
  ctx.effect = "created"
  return 200, answer
end

function inboxes.get(ctx)
  local row, refusal = inboxes.find(ctx, ctx.params.inbox_id)
  if not row then return nil, refusal end
  return 200, encoded(row)
end

function inboxes.list(ctx)
  return page.answer(ctx, "inboxes", access.listing(ctx, ctx.scope or {}), encoded)
end

-- A word prefix of the address or the display name.
local function matches(row, wanted)
  local text = (row.inbox_id .. " " .. (row.display_name or "")):lower()
  for word in text:gmatch "[^%s@._+-]+" do
    if word:sub(1, #wanted) == wanted then return true end
  end
  return text:sub(1, #wanted) == wanted
end

function inboxes.search(ctx)
  local wanted = ctx.query.q:lower()
  local listing = access.listing(ctx, ctx.scope or {})
  local rows = ctx.db:rows("SELECT * FROM inboxes WHERE " .. table.concat(listing.where, " AND ")
    .. " ORDER BY created_at DESC, id DESC", table.unpack(listing.arguments))
  local i = 0
  local items, limit, token = page.collect(ctx, function()
    repeat i = i + 1 until not rows[i] or matches(rows[i], wanted)
    return rows[i] and encoded(rows[i])
  end)
  if not items then return nil, limit end
  return 200, page.encode("inboxes", items, limit, token)
end

function inboxes.update(ctx)
  local body = ctx.body
  local row, refusal = inboxes.find(ctx, ctx.params.inbox_id)
  if not row then return nil, refusal end
  refusal = check_display_name(body.display_name)
  if refusal then return nil, refusal end
  if body.display_name == nil and body.metadata == nil then
    return nil, errors.invalid_field("display_name or metadata is needed", "display_name")
  end
  if type(body.metadata) == "table" and next(body.metadata) == nil then
    return nil, errors.invalid_field("must not be empty; null clears all of it", "metadata")
  end
  local metadata = row.metadata
  if body.metadata ~= nil then metadata = merged(metadata, body.metadata) end
  ctx.db:run("UPDATE inboxes SET display_name = ?, metadata = ?, updated_at = ? WHERE id = ?",
             body.display_name or row.display_name, metadata, ctx.now, row.id)
  ctx.effect = "changed"
  return 200, encoded(inboxes.find(ctx, row.inbox_id))
end

function inboxes.delete(ctx)
  local row, refusal = inboxes.find(ctx, ctx.params.inbox_id)
  if not row then return nil, refusal end
  local db = ctx.db
  db:run([[DELETE FROM message_labels WHERE message IN
    (SELECT id FROM messages WHERE inbox = ?)]], row.id)
  for _, name in ipairs { "messages", "threads", "drafts" } do
    db:run("DELETE FROM " .. name .. " WHERE inbox = ?", row.id)
  end
  db:run("DELETE FROM inboxes WHERE id = ?", row.id)
  -- what was the inbox's own
  for _, name in ipairs { "api_keys", "list_entries", "webhooks" } do
    db:run("DELETE FROM " .. name .. " WHERE org = ? AND inbox_id = ?", ctx.org.id, row.inbox_id)
  end
  ctx.app.webhooks = nil
  client_ids.forget(ctx, "inbox", row.inbox_id)
  ctx.effect = "changed"
  return 204
end

return inboxes
