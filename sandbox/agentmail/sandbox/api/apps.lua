-- SPDX-License-Identifier: MIT
-- Apps that an inbox can sign in to: a small catalog, and what the control interface adds as
-- providers. An app is found by its id; one of the catalog by its slug, too.

local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local paging = require "agentmail.sandbox.http.paging"
local sign_in = require "agentmail.sandbox.api.sign_in"

-- Most popular first.
local CATALOG = {
  { app_id = "5a0b2c54-0f5e-4a8c-8a41-1f0a7c3f6e01", slug = "quick-search", name = "Quick Search",
    description = "Searches the web.", categories = { "search", "data" } },
  { app_id = "5a0b2c54-0f5e-4a8c-8a41-1f0a7c3f6e02", slug = "pay-desk", name = "Pay Desk",
    description = "Takes payments.", categories = { "payments", "finance" } },
  { app_id = "5a0b2c54-0f5e-4a8c-8a41-1f0a7c3f6e03", slug = "full-house", name = "Full House",
    description = "Takes no new sign-ups.", categories = { "other" }, owner_signup_limit = 0 },
}

local encode = json.shape("app_id slug? name? updated_at?:time description? categories?:json "
  .. "owner_signup_limit?:integer")

local function of_provider(row)
  return { app_id = row.provider_id, name = row.name, description = row.description,
           updated_at = row.updated_at }
end

local function of_catalog(entry)
  local app = { categories = json.strings(entry.categories) }
  for name, value in pairs(entry) do app[name] = app[name] or value end
  return app
end

-- All apps: those that were added, then the catalog.
local function all(ctx)
  local list = {}
  for row in ctx.db:each("SELECT * FROM providers WHERE org = ? ORDER BY id", ctx.org.id) do
    list[#list + 1] = of_provider(row)
  end
  for _, entry in ipairs(CATALOG) do list[#list + 1] = of_catalog(entry) end
  return list
end

local function folded(text) return (text:lower():gsub("[^%w]", "")) end

-- The app that the path names; nil if there is none, with a refusal if it cannot be one.
local function addressed(ctx)
  local id = ctx.params.app_id
  if folded(id) == "" then
    return nil, errors.invalid_field("is neither an id nor a slug", "app_id")
  end
  for _, app in ipairs(all(ctx)) do
    if app.app_id == id or app.slug and folded(app.slug) == folded(id) then return app end
  end
end

local function find(ctx)
  local app, refusal = addressed(ctx)
  if app then return app end
  return nil, refusal or errors.not_found("App", ctx.params.app_id)
end

local function has(list, word) return list ~= nil and list:find('"' .. word .. '"', 1, true) end

local function list(ctx)
  local apps, i, category = all(ctx), 0, ctx.query.category
  return paging.answer_each(ctx, "apps", function()
    repeat i = i + 1 until not apps[i] or not category or has(apps[i].categories, category)
    return apps[i] and encode(apps[i])
  end)
end

local function search(ctx)
  local limit, refusal = paging.limit(ctx)
  if not limit then return nil, refusal end
  local items, wanted = {}, ctx.query.q:lower()
  for _, app in ipairs(all(ctx)) do
    local name = (app.name or ""):lower()
    if name:sub(1, #wanted) == wanted and #items < limit then items[#items + 1] = encode(app) end
  end
  return 200, paging.envelope("apps", items, limit)
end

local function get(ctx)
  local app, refusal = find(ctx)
  if not app then return nil, refusal end
  return 200, encode(app)
end

local function connect(ctx)
  local app, refusal = find(ctx)
  if not app then return nil, refusal end
  if app.owner_signup_limit == 0 then
    refusal = errors.refusal(403, "limit_exceeded", "The app takes no new sign-ups.")
    refusal.name = "AppSignupLimitError"
    return nil, refusal
  end
  return sign_in.connect(ctx)
end

local function list_accounts(ctx)
  local app, refusal = addressed(ctx)
  if refusal then return nil, refusal end
  local status, answer = sign_in.accounts_at(ctx, app and app.app_id or "")
  if not status or not app then return status, answer end
  return status, ('{"app":%s,%s'):format(encode(app), answer:sub(2))
end

return {
  list = list, search = search, get = get, connect = connect, list_accounts = list_accounts,
}
