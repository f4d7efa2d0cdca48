-- SPDX-License-Identifier: MIT
-- Every operation, called in its long form against the sandbox: the result matches its row in
-- operations.lua and its model in models.lua, member by member, and nothing is lost.

local agentmail = require "agentmail"
local cjson = require "cjson"
local helper = require "spec.support.helper"
local models = require "agentmail.api.models"
local operations = require "agentmail.api.operations"
local schema = require "agentmail.api.plan"

-- The steps ---------------------------------------------------------------------------------------

-- The initial state: a pod with two inboxes, mail between them with attachments, drafts.
local function new_world()
  local client, _, view = helper.client()
  local w = { client = client, view = view, made = {} }
  w.pod_id = assert(client.pods:create { name = "P" }).pod_id
  w.a = assert(client.pods.inboxes:create { pod_id = w.pod_id, username = "a" })
  w.b = assert(client.pods.inboxes:create { pod_id = w.pod_id, username = "b" })
  w.inbox_id = w.b.inbox_id
  local mail = { to = w.b.inbox_id, cc = "c@example.com", subject = "Invoice", text = "pay me",
                 html = "<p>pay me</p>", labels = { "bills" },
                 attachments = { { data = "hello", filename = "a.txt" } } }
  for _ = 1, 4 do assert(w.a.messages:send(mail)) end
  w.mails = assert(w.b.messages:list()) -- each in its own thread
  w.message_id, w.thread_id = w.mails[1].message_id, w.mails[1].thread_id
  w.attachment_id = w.mails[1].attachments[1].attachment_id
  w.draft = assert(w.b.drafts:create { to = w.a.inbox_id, subject = "D", text = "t", html = "<p>",
    reply_to = { "r@example.com" }, send_at = os.time() + 3600, client_id = "d-1",
    attachments = { { data = "x", filename = "x.txt" } } })
  w.draft_id, w.draft_attachment = w.draft.draft_id, w.draft.attachments[1].attachment_id
  assert(w.b:message(w.message_id):relabel { add = "paid" })
  view:_control("POST", "providers", { provider_id = "shop", name = "Shop", description = "sells" })
  view:_control("POST", "accounts", { provider_id = "shop", inbox_id = w.inbox_id })
  view:_control("POST", "scans", { inbox_id = w.inbox_id, message_id = w.message_id,
                                   verdict = "review", held = true })
  w.invitation = view:_control("POST", "invitations", { inbox_id = w.inbox_id, title = "Talk",
    start = "2026-10-15T11:00:00", ["end"] = "2026-10-15T12:00:00", organizer = "o@example.com" })
  return w
end

local JWK = { kty = "EC", crv = "P-256", x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
              y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" }

-- Operations of the three scopes, each with the ids of its scope.
local SCOPES = {
  { "", function() return {} end },
  { "pods.", function(w) return { pod_id = w.pod_id } end },
  { "inboxes.", function(w) return { inbox_id = w.inbox_id } end },
}

local function joined(first, second)
  local made = {}
  for name, value in pairs(first) do made[name] = value end
  for name, value in pairs(second) do made[name] = value end
  return made
end

-- { operation, world → arguments }, in the order of the calls. Each result is stored in world.made
-- under the operation's name.
local steps = {}

local function step(name, arguments)
  if type(arguments) == "table" then
    local given = arguments
    arguments = function() return given end
  end
  steps[#steps + 1] = { name, arguments }
end

-- The same for each scope that has the operation; `arguments`: world, scope → arguments.
local function each_scope(name, arguments)
  for _, scope in ipairs(SCOPES) do
    local full = scope[1] .. name
    if operations[full] then
      step(full, function(w) return joined(scope[2](w), arguments(w, scope[1])) end)
    end
  end
end

local function nothing() return {} end
local function of_inbox(w) return { inbox_id = w.inbox_id } end
local function of_message(w) return { inbox_id = w.inbox_id, message_id = w.message_id } end
local function of_thread(w) return { thread_id = w.thread_id } end
local function of_draft(w) return { draft_id = w.draft_id } end

step("auth.me", {})
step("organizations.get", {})
step("agent.sign_up", { human_email = "h@example.com", username = "u" })
step("agent.verify", { otp_code = "000000x" })
step("agent.attach_human", { human_email = "h@example.com" })

step("pods.create", { name = "Other", client_id = "pod-2" })
step("pods.list", {})
step("pods.get", function(w) return { pod_id = w.pod_id } end)
each_scope("inboxes.create", function(_, scope)
  return { username = "new" .. #scope, display_name = "New", client_id = "i" .. #scope,
           metadata = { n = 5, half = 0.5, on = true } }
end)
each_scope("inboxes.list", nothing)
each_scope("inboxes.search", function() return { q = "new" } end)
each_scope("inboxes.get", of_inbox)
each_scope("inboxes.update", function(w)
  return { inbox_id = w.inbox_id, metadata = { big = 2 ^ 53 | 0 } }
end)
step("inboxes.authorize", function(w)
  return { inbox_id = w.inbox_id, auth_token = "abcdefghij0123456789_-" }
end)
step("inboxes.events.list", of_inbox)

local function send(w)
  return { inbox_id = w.inbox_id, to = "x@example.com", subject = "S", text = "t" }
end
step("inboxes.messages.list", of_inbox)
step("inboxes.messages.search", function(w) return { inbox_id = w.inbox_id, q = "invoice" } end)
step("inboxes.messages.send", send)
step("inboxes.messages.get", of_message)
step("inboxes.messages.get_raw", of_message)
step("inboxes.messages.get_attachment", function(w)
  return joined(of_message(w), { attachment_id = w.attachment_id })
end)
step("inboxes.messages.reply", function(w) return joined(of_message(w), { text = "r" }) end)
step("inboxes.messages.reply_all", function(w) return joined(of_message(w), { text = "r" }) end)
step("inboxes.messages.forward", function(w) return joined(of_message(w), { to = "x@y.zz" }) end)
step("inboxes.messages.update", function(w)
  return joined(of_message(w), { add_labels = "Seen", remove_labels = "unread" })
end)
step("inboxes.messages.batch_get", function(w)
  return { inbox_id = w.inbox_id, message_ids = { w.message_id, w.mails[2].message_id, "<no>" } }
end)
step("inboxes.messages.batch_update", function(w)
  return { inbox_id = w.inbox_id, message_ids = { w.message_id }, add_labels = "batch" }
end)

step("inboxes.messages.create_agent_armor_feedback", function(w)
  return joined(of_message(w), { feedback = "correct_review", notes = "right" })
end)
step("inboxes.messages.get", of_message)
step("inboxes.messages.release_agent_armor_message", function(w)
  return joined(of_message(w), { reason = "I know them" })
end)

step("inboxes.calendar.get", of_inbox)
step("inboxes.calendar.update", function(w)
  return { inbox_id = w.inbox_id, timezone = "Europe/Berlin",
           if_match = w.made["inboxes.calendar.get"].etag }
end)
step("inboxes.calendar.create_event", function(w)
  return { inbox_id = w.inbox_id, title = "Series", start = "2030-10-15T09:00:00",
           end_ = "2030-10-15T10:00:00", timezone = "Europe/Berlin", metadata = { 1, { a = 0.5 } },
           recurrence = { rule = "FREQ=DAILY;COUNT=2", rdates = { "2030-10-20T09:00:00" } },
           attendees = { { email = "ann@example.com", name = "Ann", role = "required" } } }
end)
local function of_series(w)
  return { inbox_id = w.inbox_id, after = "2030-10-01T00:00:00Z",
           event_id = w.made["inboxes.calendar.create_event"].event.event_id }
end
step("inboxes.calendar.list_event_instances", of_series)
step("inboxes.calendar.get_event", function(w)
  return { inbox_id = w.inbox_id,
           event_id = w.made["inboxes.calendar.list_event_instances"][1].event_id }
end)
step("inboxes.calendar.delete_event", function(w)
  return { inbox_id = w.inbox_id,
           event_id = w.made["inboxes.calendar.list_event_instances"][2].event_id }
end)
step("inboxes.calendar.create_event", function(w)
  return { inbox_id = w.inbox_id, title = "Day", start = "2026-10-16", end_ = "2026-10-17",
           all_day = true, description = "long", location = "here", client_id = "event-1" }
end)
local function of_event(w)
  return { inbox_id = w.inbox_id,
           event_id = w.made["inboxes.calendar.create_event"].event.event_id }
end
step("inboxes.calendar.get_event", of_event)
step("inboxes.calendar.update_event", function(w)
  return joined(of_event(w), { title = "Days", location = agentmail.null })
end)
step("inboxes.calendar.respond_to_event", function(w)
  return { inbox_id = w.inbox_id, event_id = w.invitation.event_id, status = "accepted" }
end)
step("inboxes.calendar.list_events", of_inbox)
step("inboxes.calendar.get_agenda", function(w)
  return { inbox_id = w.inbox_id, after = "2026-10-01T00:00:00Z" }
end)
step("inboxes.calendar.delete_event", of_event)

each_scope("threads.list", nothing)
each_scope("threads.search", function() return { q = "invoice" } end)
each_scope("threads.get", of_thread)
each_scope("threads.get_attachment", function(w)
  return { thread_id = w.thread_id, attachment_id = w.attachment_id }
end)
each_scope("threads.update", function(w, scope)
  return { thread_id = w.thread_id, add_labels = { "t" .. #scope } }
end)

step("inboxes.drafts.create", function(w)
  return { inbox_id = w.inbox_id, to = "x@example.com", subject = "D2", client_id = "d-2" }
end)
each_scope("drafts.list", nothing)
each_scope("drafts.get", of_draft)
each_scope("drafts.get_attachment", function(w)
  return { draft_id = w.draft_id, attachment_id = w.draft_attachment }
end)
step("inboxes.drafts.update", function(w)
  return { inbox_id = w.inbox_id, draft_id = w.draft_id, subject = "D1" }
end)
step("inboxes.drafts.send", function(w) return { inbox_id = w.inbox_id, draft_id = w.draft_id } end)

each_scope("webhooks.create", function(_, scope)
  return { url = "https://hooks.example.com/x", event_types = { "message.received" },
           headers = { ["X-A"] = "1" }, client_id = "w" .. #scope }
end)
each_scope("webhooks.polling.create", function(_, scope)
  return { event_types = { "message.received", "calendar.event.created" },
           client_id = "p" .. #scope }
end)
local function of_polling(w, scope)
  return { webhook_id = w.made[scope .. "webhooks.polling.create"].webhook_id }
end
each_scope("webhooks.polling.list", nothing)
each_scope("webhooks.polling.get", of_polling)
each_scope("webhooks.polling.delete", of_polling)

local function of_hook(w, scope)
  return { webhook_id = w.made[scope .. "webhooks.create"].webhook_id }
end
each_scope("webhooks.list", nothing)
each_scope("webhooks.get", of_hook)
each_scope("webhooks.update", function(w, scope)
  return joined(of_hook(w, scope), { event_types = { "message.sent" } })
end)
each_scope("webhooks.get_headers", of_hook)
each_scope("webhooks.update_headers", function(w, scope)
  return joined(of_hook(w, scope), { headers = { ["X-B"] = "2" } })
end)
each_scope("webhooks.delete", of_hook)

each_scope("domains.create", function(_, scope)
  return { domain = "d" .. #scope .. ".example.org" }
end)
local function of_domain(w, scope)
  return { domain_id = w.made[scope .. "domains.create"].domain_id }
end
each_scope("domains.list", nothing)
each_scope("domains.get", of_domain)
each_scope("domains.get_zone_file", of_domain)
each_scope("domains.get_setup_link", of_domain)
each_scope("domains.update", function(w, scope)
  return joined(of_domain(w, scope), { feedback_enabled = false })
end)
each_scope("domains.verify", of_domain)
each_scope("domains.delete", of_domain)

local LIST = { direction = "receive", type = "block" }
local function of_entry() return joined(LIST, { entry = "spam@example.net" }) end
each_scope("lists.create", function() return joined(of_entry(), { reason = "spam" }) end)
each_scope("lists.list", function() return LIST end)
each_scope("lists.get", of_entry)
each_scope("lists.delete", of_entry)

step("api_keys.create", { public_key = JWK, client_id = "public-1" })
each_scope("api_keys.create", function()
  return { name = "k", permissions = { inbox_read = true } }
end)
local function of_key(w, scope)
  return { api_key_id = w.made[scope .. "api_keys.create"].api_key_id }
end
each_scope("api_keys.list", nothing)
each_scope("api_keys.get", of_key)
each_scope("api_keys.update", function(w, scope)
  return joined(of_key(w, scope), { name = "renamed" })
end)
each_scope("api_keys.delete", of_key)

each_scope("metrics.query_events", function() return { period = 3600 } end)
each_scope("metrics.query_usage", nothing)
each_scope("metrics.query_rates", function() return { rate_types = { "bounce" } } end)

local function of_account(w) return { account_id = w.made["accounts.list"][1].account_id } end
each_scope("accounts.list", nothing)
each_scope("accounts.get", of_account)
step("accounts.update", function(w) return joined(of_account(w), { status = "disabled" }) end)
step("apps.list", { limit = 2 })
step("apps.list", { category = "payments" })
step("apps.search", { q = "quick" })
step("apps.get", { app_id = "Quick search" })
step("apps.get", { app_id = "shop" })
step("apps.list_accounts", { app_id = "shop" })
step("apps.connect", function(w) return { app_id = "pay-desk", inbox_id = w.inbox_id } end)
step("providers.list", {})
step("providers.search", { q = "sh" })
step("providers.get", { provider_id = "shop" })
step("providers.list_accounts", { provider_id = "shop" })
step("providers.connect", function(w) return { provider_id = "shop", inbox_id = w.inbox_id } end)

step("inboxes.messages.delete", of_message)
step("inboxes.threads.delete", function(w)
  return { inbox_id = w.inbox_id, thread_id = w.mails[2].thread_id }
end)
step("pods.threads.delete", function(w)
  return { pod_id = w.pod_id, thread_id = w.mails[3].thread_id }
end)
step("threads.delete", function(w) return { thread_id = w.mails[4].thread_id } end)
step("inboxes.drafts.delete", function(w)
  return { inbox_id = w.inbox_id, draft_id = w.made["inboxes.drafts.create"].draft_id }
end)
step("pods.inboxes.delete", function(w) return { pod_id = w.pod_id, inbox_id = w.inbox_id } end)
step("inboxes.delete", function(w) return { inbox_id = w.a.inbox_id } end)
step("pods.delete", function(w) return { pod_id = w.made["pods.create"].pod_id } end)

-- Checks ------------------------------------------------------------------------------------------

local KINDS = {
  integer = function(value) return math.type(value) == "integer" end,
  number = function(value) return type(value) == "number" end,
  boolean = function(value) return type(value) == "boolean" end,
  datetime = function(value) return tostring(value):find "^%d+%-%d+%-%d+T[%d:.]+Z$" end,
  labels = function(value) return value[1] == nil or value[value[1]] end,
}
for _, kind in ipairs { "metadata", "permissions", "jwk", "map<string>" } do
  KINDS[kind] = function(value) return type(value) == "table" end
end
KINDS.any = function() return true end

local function is_word(enum, value)
  for _, word in ipairs(enum) do
    if word == value then return true end
  end
end

local assert_model

local function assert_value(kind, value, raw, where)
  if models.models[kind] then return assert_model(kind, value, raw, where) end
  local fine = KINDS[kind] or function(text) return type(text) == "string" end
  if models.enums[kind] then fine = function(word) return is_word(models.enums[kind], word) end end
  assert.is_truthy(fine(value), ("%s is no %s: %s"):format(where, kind, tostring(value)))
  if type(raw) ~= "table" then assert.equal(raw, value, where) end
end

local function assert_list(kind, value, raw, where)
  assert.equal(#raw, #value, where)
  for i = 1, #raw do assert_value(kind, value[i], raw[i], where .. "[" .. i .. "]") end
end

-- Asserts that a member of the value matches the model and what the service sent.
local function assert_field(field, value, raw, where)
  local sent = raw[field.name]
  if sent == cjson.null then sent = nil end
  if sent == nil then
    assert.is_true(field.nullable, where .. " is not in the answer, and is no optional one")
    return assert.is_nil(value[field.name], where)
  end
  if field.list then return assert_list(field.type, value[field.name], sent, where) end
  assert_value(field.type, value[field.name], sent, where)
end

function assert_model(name, value, raw, where)
  local model, declared = models.models[name], {}
  for _, field in ipairs(schema.fields(model[1])) do
    declared[field.name] = true
    if field.name == model.page then
      assert.is_true(#value > 0, where .. " lists nothing: there is nothing to look at")
      assert_list(field.type, value, raw[model.page], where)
    else
      assert_field(field, value, raw, where .. "." .. field.name)
    end
  end
  for key in pairs(raw) do
    assert.is_true(declared[key], where .. "." .. key .. " is undeclared")
  end
  for key in pairs(value) do
    assert.is_truthy(type(key) == "number" or declared[key], where .. " got a " .. tostring(key))
  end
  local class = model.page and "Page" or model.object
  local mt = getmetatable(value)
  assert.equal(class and "agentmail." .. class, mt and mt.__name, where)
  assert.equal(("agentmail.%s {"):format(class or name), tostring(value):match "^%S+ {", where)
end

local function assert_map(item, value, raw, where)
  local count = 0
  for key, list in pairs(raw) do
    assert_list(item, value[key], list, where .. "." .. key)
    count = count + #list
  end
  assert.is_true(count > 0, where .. " lists nothing: there is nothing to look at")
end

local function assert_answer(result)
  local row = operations[result.name]
  assert.is_truthy(result.value ~= nil, tostring(result.receipt))
  local response = result.receipt.response
  assert.equal("applied", result.receipt.outcome)
  assert.is_true(response.status == (row.status or 200) or response.status == 204)
  if not row.returns then return assert.is_true(result.value) end
  local model = models.models[row.returns]
  if model.file then return assert.equal(response.body, result.value) end
  local raw = cjson.decode(response.body)
  if model.map then return assert_map(model.map, result.value, raw, result.name) end
  assert_model(row.returns, result.value, raw, result.name)
end

-- -------------------------------------------------------------------------------------------------

describe("the answer to", function()
  local results, world = {}, nil

  local function run(name, arguments)
    local collection = world.client
    for word in name:gmatch "([%w_]+)%." do collection = collection[word] end
    -- A sign-up makes a new organization, and only its key can verify it.
    if name == "agent.verify" or name == "agent.attach_human" then
      collection = agentmail.new { base_url = world.view.url,
                                   api_key = results["agent.sign_up"][1].value.api_key }.agent
    end
    local value, receipt = collection[name:match "[%w_]+$"](collection, arguments, { raw = true })
    results[name] = results[name] or {}
    table.insert(results[name], { name = name, value = value, receipt = receipt })
    return value
  end

  setup(function()
    world = new_world()
    for _, one in ipairs(steps) do
      world.made[one[1]] = run(one[1], one[2](world))
    end
  end)

  teardown(function() world.client:close() end)

  local names = {}
  for name in pairs(operations) do names[#names + 1] = name end
  table.sort(names)

  for _, name in ipairs(names) do
    it(name .. " matches its row in operations.lua", function()
      assert.is_table(results[name], "nobody called it")
      for _, result in ipairs(results[name]) do assert_answer(result) end
    end)
  end
end)
