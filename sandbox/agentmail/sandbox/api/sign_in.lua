-- SPDX-License-Identifier: MIT
-- AgentID state: providers, which are apps now; the accounts of inboxes at them; and the pending
-- keys that a sign-in leaves. Makes no outgoing calls.

local access = require "agentmail.sandbox.http.access"
local api_keys = require "agentmail.sandbox.api.api_keys"
local client_ids = require "agentmail.sandbox.http.client_ids"
local clock = require "agentmail.sandbox.store.clock"
local conditions = require "agentmail.sandbox.store.conditions"
local errors = require "agentmail.sandbox.http.errors"
local fields = require "agentmail.sandbox.http.fields"
local hosts = require "agentmail.sandbox.http.hosts"
local inboxes = require "agentmail.sandbox.api.inboxes"
local json = require "agentmail.sandbox.http.json"
local paging = require "agentmail.sandbox.http.paging"
local resource = require "agentmail.sandbox.api.resource"

local encode_provider = json.shape("provider_id name? description? updated_at:time")
local encode_account = json.shape("account_id app_id app_name? provider_id provider_name? "
  .. "inbox_id pod_id organization_id first_signed_in_at:time last_signed_in_at:time "
  .. "sign_in_count:integer status? disabled_at?:time")

local TOKEN_LENGTH = 22
local LINK_LIFE = 5 * 60 * 1000
local SIGN_IN = '{"app_connect":true,"app_share_owner":true}'

local function find_provider(ctx, id)
  local row = ctx.db:row("SELECT * FROM providers WHERE org = ? AND provider_id = ?", ctx.org.id,
                         id)
  if row then return row end
  return nil, errors.not_found("Provider", id)
end

local function addressed_provider(ctx) return find_provider(ctx, ctx.params.provider_id) end

local addressed_account = resource.finder("Account", "accounts", "account_id", inboxes.scope)

local function encoded_account(row, ctx)
  row.organization_id = ctx.org.organization_id
  row.app_id, row.app_name = row.provider_id, row.provider_name
  row.status = row.disabled_at and "disabled" or nil
  return encode_account(row)
end

local function accounts_in_scope(ctx)
  local scope, refusal = inboxes.scope(ctx)
  if not scope then return nil, refusal end
  local listing = resource.listing_in(ctx, scope)
  listing.sort, listing.made = "first_signed_in_at", "first_signed_in_at"
  return listing
end

local function all_providers(ctx)
  local listing = conditions.new("org = ?", ctx.org.id)
  listing.sort, listing.made = "updated_at", "updated_at"
  return listing
end

local function search_providers(ctx)
  local limit, refusal = paging.limit(ctx)
  if not limit then return nil, refusal end
  local items = {}
  for row in ctx.db:each([[SELECT * FROM providers WHERE org = ?1
    AND (instr(lower(provider_id), ?2) OR instr(lower(coalesce(name, '')), ?2)) LIMIT ?3]],
    ctx.org.id, ctx.query.q:lower(), limit) do
    items[#items + 1] = encode_provider(row)
  end
  return 200, paging.envelope("providers", items, limit)
end

--- The accounts at a provider, as the answer of a list.
---@return integer? status, string|table answer_or_refusal
local function accounts_at(ctx, provider_id)
  local listing, refusal = accounts_in_scope(ctx)
  if not listing then return nil, refusal end
  listing:add("provider_id = ?", provider_id)
  return paging.answer(ctx, "accounts", listing, encoded_account)
end

-- Disables an account, or enables it again. One that is disabled already keeps its time.
local function update_account(ctx)
  local row, refusal = addressed_account(ctx)
  if not row then return nil, refusal end
  local status = ctx.body.status
  if status == "enabled" then row.disabled_at = nil end
  if status == "disabled" then row.disabled_at = row.disabled_at or ctx.now end
  ctx.db:run("UPDATE accounts SET disabled_at = ? WHERE id = ?", row.disabled_at, row.id)
  ctx.effect = "changed"
  return 200, encoded_account(row, ctx)
end

local function provider_accounts(ctx)
  local row, refusal = addressed_provider(ctx)
  if not row then return nil, refusal end
  local status, answer = accounts_at(ctx, row.provider_id)
  if not status then return nil, answer end
  return 200, ('{"provider":%s,%s'):format(encode_provider(row), answer:sub(2))
end

-- A key that waits for its client.
local function pending_key(ctx, inbox)
  return (api_keys.insert(ctx, { pod_id = inbox.pod_id, inbox_id = inbox.inbox_id }, {
    type = "public_key", name = "AgentID sign-in", status = "pending", permissions = SIGN_IN,
    expires_at = ctx.now + LINK_LIFE,
  }))
end

--- A pending key for an inbox, and the link that its owner opens.
local function connect(ctx)
  local inbox_id = ctx.body.inbox_id or access.scope(ctx).inbox_id
  if not inbox_id then
    return nil, errors.invalid_field("is required with this key", "inbox_id")
  end
  local inbox, refusal = inboxes.find(ctx, inbox_id)
  if not inbox then return nil, refusal end
  local key = pending_key(ctx, inbox)
  local magic = hosts.base(ctx.app, ctx.request) .. "/_sandbox/sign-in/" .. ctx.app.ids:token()
  return 202, ('{"api_key_id":%s,"magic_url":%s,"expires_at":"%s"}'):format(
    json.string(key.api_key_id), json.string(magic), clock.text(key.expires_at))
end

local function connect_provider(ctx)
  local provider, refusal = addressed_provider(ctx)
  if not provider then return nil, refusal end
  return connect(ctx)
end

--- The operation inboxes.authorize: a repeat with the same token by the same key gets the same key.
local function authorize(ctx)
  local inbox, refusal = inboxes.addressed(ctx)
  if not inbox then return nil, refusal end
  local token = ctx.body.auth_token
  if #token ~= TOKEN_LENGTH or token:find "[^%w_-]" then
    return nil, errors.invalid_field("must have 22 characters of A-Z a-z 0-9 - _", "auth_token")
  end
  local scope = ("authorize %s %s"):format(inbox.inbox_id,
    ctx.identity and ctx.identity.api_key_id or "root")
  local made = client_ids.find(ctx, scope, token)
  local key_id = made and made.resource or pending_key(ctx, inbox).api_key_id
  client_ids.remember(ctx, scope, token, key_id, "")
  ctx.effect = made and "replayed" or "created"
  return 200, ('{"api_key_id":%s,"instructions":"Authorization complete. Return to browser."}')
    :format(json.string(key_id))
end

-- Through the control interface ------------------------------------------------------------------

local function read(declaration)
  local check = fields.record(declaration, fields.checks)
  return function(written)
    local problems = {}
    local body = check(written, {}, problems)
    if problems[1] then return nil, errors.invalid(problems) end
    return body
  end
end

local read_provider = read("provider_id!:string name:string description:string ")
local read_account = read("provider_id!:string inbox_id!:string ")

--- Creates or changes a provider.
local function add_provider(ctx, written)
  local body, refusal = read_provider(written)
  if not body then return nil, refusal end
  ctx.db:run([[INSERT INTO providers (org, provider_id, name, description, updated_at)
    VALUES (?, ?, ?, ?, ?) ON CONFLICT (org, provider_id) DO UPDATE SET name = excluded.name,
    description = excluded.description, updated_at = excluded.updated_at]], ctx.org.id,
    body.provider_id, body.name, body.description, ctx.now)
  return { encoded = encode_provider((find_provider(ctx, body.provider_id))) }
end

--- Signs an inbox in at a provider.
local function add_account(ctx, written)
  local body, refusal = read_account(written)
  if not body then return nil, refusal end
  local provider, inbox
  provider, refusal = find_provider(ctx, body.provider_id)
  if not provider then return nil, refusal end
  inbox, refusal = inboxes.find(ctx, body.inbox_id)
  if not inbox then return nil, refusal end
  local select = "SELECT * FROM accounts WHERE org = ? AND provider_id = ? AND inbox_id = ?"
  local row = ctx.db:row(select, ctx.org.id, body.provider_id, inbox.inbox_id)
  if row then
    ctx.db:run([[UPDATE accounts SET sign_in_count = sign_in_count + 1, last_signed_in_at = ?
      WHERE id = ?]], ctx.now, row.id)
  else
    ctx.db:run([[INSERT INTO accounts (org, account_id, provider_id, provider_name, inbox_id,
      pod_id, first_signed_in_at, last_signed_in_at, sign_in_count)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)]], ctx.org.id, ctx.app.ids:uuid(), provider.provider_id,
      provider.name, inbox.inbox_id, inbox.pod_id, ctx.now, ctx.now)
  end
  row = ctx.db:row(select, ctx.org.id, body.provider_id, inbox.inbox_id)
  return { encoded = encoded_account(row, ctx) }
end

return {
  list_accounts = resource.list("accounts", accounts_in_scope, encoded_account),
  get_account = resource.get(addressed_account, encoded_account),
  list_providers = resource.list("providers", all_providers, encode_provider),
  search_providers = search_providers,
  get_provider = resource.get(addressed_provider, encode_provider),
  provider_accounts = provider_accounts, connect = connect, connect_provider = connect_provider,
  authorize = authorize, accounts_at = accounts_at, update_account = update_account,
  add_provider = add_provider, add_account = add_account,
}
