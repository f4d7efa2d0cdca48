-- SPDX-License-Identifier: MIT
-- Inboxes: one address each.

local access = require "agentmail.sandbox.http.access"
local addresses = require "agentmail.sandbox.mail.addresses"
local chance = require "agentmail.sandbox.store.chance"
local client_ids = require "agentmail.sandbox.http.client_ids"
local domains = require "agentmail.sandbox.api.domains"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local paging = require "agentmail.sandbox.http.paging"
local resource = require "agentmail.sandbox.api.resource"

local DOMAIN = "agentmail.to"

local encode = json.shape("pod_id inbox_id email display_name? client_id? metadata?:json status? "
  .. "updated_at:time created_at:time")

local function encoded(row)
  row.email = row.inbox_id
  return encode(row)
end

--- The row of an inbox of this organization, or a refusal. Addresses ignore case.
---@return table? row, table? refusal
local function find(ctx, inbox_id)
  local row = ctx.db:row("SELECT * FROM inboxes WHERE org = ? AND inbox_id = ?", ctx.org.id,
                         inbox_id)
  if not row then
    row = ctx.db:row("SELECT * FROM inboxes WHERE org = ? AND inbox_id = ?", ctx.org.id,
                     inbox_id:lower())
  end
  if row and access.within(access.scope(ctx), row) then return row end
  return nil, errors.not_found("Inbox", inbox_id)
end

--- The inbox that the path names.
---@return table? row, table? refusal
local function addressed(ctx) return find(ctx, ctx.params.inbox_id) end

--- The pod and the inbox that a request concerns, by its path or its key; neither: all of them.
---@return table? scope { pod_id, inbox_id, inbox }, table? refusal
local function scope_of(ctx)
  local scope = access.scope(ctx)
  local inbox_id = ctx.params.inbox_id or scope.inbox_id
  if not inbox_id then return { pod_id = scope.pod_id } end
  local inbox, refusal = find(ctx, inbox_id)
  if not inbox then return nil, refusal end
  return { pod_id = inbox.pod_id, inbox_id = inbox.inbox_id, inbox = inbox }
end

--- The rows that the request may see in a table with `org` and `inbox`: a condition and its one
--- argument; or nil and a refusal.
---@return string? condition, integer|string|table argument_or_refusal
local function reach(ctx)
  local scope, refusal = scope_of(ctx)
  if not scope then return nil, refusal end
  if scope.inbox then return "inbox = ?", scope.inbox.id end
  if scope.pod_id then -- the plus sign forces the organization's index, which is in order
    return ("org = %d AND +inbox IN (SELECT id FROM inboxes WHERE pod_id = ?)"):format(ctx.org.id),
      scope.pod_id
  end
  return "org = ?", ctx.org.id
end

--- The row that the path names, in such a table.
---@param what string  for the refusal: "Draft"
---@param table string
---@param param string of the path: "draft_id"
---@return table? row, table? refusal
local function find_in_reach(ctx, what, table, param)
  local condition, argument = reach(ctx)
  if not condition then return nil, argument end
  local id = ctx.params[param]
  local row = ctx.db:row(("SELECT * FROM %s WHERE %s = ? AND %s"):format(table, param, condition),
                         id, argument)
  if row then return row end
  return nil, errors.not_found(what, id)
end

local function check_display_name(name)
  if name and (name:find("[%c()<>\"]") or #name > 256) then
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
  if not addresses.is_local_part(username) then
    return nil, errors.invalid_field("must be the part of an address before the @", "username")
  end
  if not addresses.is_domain(domain) then
    return nil, errors.invalid_field("must be a domain name", "domain")
  end
  return username .. "@" .. domain
end

-- a null in metadata deletes its key; the rest is stored encoded, or NULL if empty
local function merged(current, changes)
  if changes == json.null then return nil end
  local result = current and json.decode(current) or {}
  for name, value in pairs(changes) do
    if value == json.null then result[name] = nil else result[name] = value end
  end
  return next(result) ~= nil and json.encode(result) or nil
end

-- Only a paused inbox has a status.
local function stored_status(status) return status == "paused" and status or nil end

--- Refuses to send from a paused inbox.
---@return table? refusal
local function refuse_paused(inbox)
  if inbox.status == "paused" then
    return errors.refusal(403, "inbox_paused", "The inbox " .. inbox.inbox_id .. " is paused.",
                          "Resume it first: PATCH it with the status active.")
  end
end

local function create(ctx)
  local body = ctx.body
  local refusal = client_ids.check(body.client_id) or check_display_name(body.display_name)
    or access.inbox_maker(ctx)
  if refusal then return nil, refusal end
  local made = client_ids.find(ctx, "inbox", body.client_id)
  if made then
    local row = find(ctx, made.resource)
    if row then
      ctx.effect = "replayed"
      return 200, encoded(row)
    end
  end
  local address
  address, refusal = address_of(ctx)
  if not address then return nil, refusal end
  refusal = domains.refuse(ctx, address:match("@(.*)$"))
  if refusal then return nil, refusal end
  if ctx.db:values("SELECT 1 FROM inboxes WHERE org = ? AND inbox_id = ?", ctx.org.id, address) then
    return nil, errors.refusal(403, "resource_taken", "The inbox " .. address .. " exists already.",
      "Choose another username, or leave it out to get one.")
  end
  ctx.db:run([[INSERT INTO inboxes (org, inbox_id, pod_id, display_name, client_id, metadata,
    status, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)]], ctx.org.id, address,
    access.scope(ctx).pod_id or ctx.org.pod_id, body.display_name, body.client_id,
    body.metadata and merged(nil, body.metadata), stored_status(body.status), ctx.now, ctx.now)
  local answer = encoded(find(ctx, address))
  client_ids.remember(ctx, "inbox", body.client_id, address, answer)
  ctx.effect = "created"
  return 200, answer
end

-- A word prefix of the address or the display name.
local function matches(row, wanted)
  local text = (row.inbox_id .. " " .. (row.display_name or "")):lower()
  for word in text:gmatch("[^%s@._+-]+") do
    if word:sub(1, #wanted) == wanted then return true end
  end
  return text:sub(1, #wanted) == wanted
end

local function search(ctx)
  local wanted = ctx.query.q:lower()
  local listing = resource.listing_in(ctx, access.scope(ctx))
  local rows = ctx.db:rows(("SELECT * FROM inboxes WHERE %s ORDER BY created_at DESC, id DESC")
    :format(listing:sql()), table.unpack(listing.arguments))
  local i = 0
  return paging.answer_each(ctx, "inboxes", function()
    repeat i = i + 1 until not rows[i] or matches(rows[i], wanted)
    return rows[i] and encoded(rows[i])
  end)
end

local function update(ctx)
  local body = ctx.body
  local row, refusal = addressed(ctx)
  if not row then return nil, refusal end
  refusal = check_display_name(body.display_name)
  if refusal then return nil, refusal end
  if body.display_name == nil and body.metadata == nil and body.status == nil then
    return nil, errors.invalid_field("display_name, metadata or status is needed", "display_name")
  end
  if type(body.metadata) == "table" and next(body.metadata) == nil then
    return nil, errors.invalid_field("must not be empty; null clears all of it", "metadata")
  end
  local metadata = row.metadata
  if body.metadata ~= nil then metadata = merged(metadata, body.metadata) end
  local status = row.status
  if body.status then status = stored_status(body.status) end
  ctx.db:run([[UPDATE inboxes SET display_name = ?, metadata = ?, status = ?, updated_at = ?
    WHERE id = ?]], body.display_name or row.display_name, metadata, status, ctx.now, row.id)
  ctx.effect = "changed"
  return 200, encoded(find(ctx, row.inbox_id))
end

local function remove(ctx, row)
  local db = ctx.db
  db:run([[DELETE FROM message_labels WHERE message IN
    (SELECT id FROM messages WHERE inbox = ?)]], row.id)
  for _, name in ipairs { "messages", "threads", "drafts" } do
    db:run("DELETE FROM " .. name .. " WHERE inbox = ?", row.id)
  end
  db:run("DELETE FROM inboxes WHERE id = ?", row.id)
  -- what belonged to the inbox
  for _, name in ipairs { "api_keys", "list_entries", "webhooks", "polling_webhooks" } do
    db:run("DELETE FROM " .. name .. " WHERE org = ? AND inbox_id = ?", ctx.org.id, row.inbox_id)
  end
  ctx.app.webhooks = nil
  client_ids.forget(ctx, "inbox", row.inbox_id)
end

return {
  find = find, addressed = addressed, scope = scope_of, reach = reach,
  find_in_reach = find_in_reach, refuse_paused = refuse_paused, create = create,
  get = resource.get(addressed, encoded),
  list = resource.list("inboxes", resource.rows_of(access.scope), encoded), search = search,
  update = update, delete = resource.delete(addressed, remove),
}
