-- SPDX-License-Identifier: MIT
-- Domains: registered, described by DNS records, and verified if the control interface says so.
-- Nothing is looked up.

local access = require "agentmail.sandbox.http.access"
local addresses = require "agentmail.sandbox.mail.addresses"
local errors = require "agentmail.sandbox.http.errors"
local event_queue = require "agentmail.sandbox.events.queue"
local json = require "agentmail.sandbox.http.json"
local resource = require "agentmail.sandbox.api.resource"
local statuses = require "agentmail.api.models".enums.domain_status

local item = "pod_id? domain_id domain feedback_enabled:boolean subdomains_enabled:boolean "
  .. "tracking_enabled:boolean"
local stamps = " updated_at:time created_at:time"
local encode_item = json.shape(item .. stamps)
local encode = json.shape(item .. " status reason? records:json" .. stamps)

-- What the domain's status means for its records.
local RECORD_STATUS = { VERIFIED = "VALID", VERIFYING = "VALID", INVALID = "INVALID",
                        FAILED = "INVALID" }

local function records_of(row)
  local name = row.domain
  local records = {
    { type = "TXT", name = name, value = "v=spf1 include:agentmail.to ~all" },
    { type = "TXT", name = "_dmarc." .. name, value = "v=DMARC1; p=reject;" },
    { type = "CNAME", name = "agentmail._domainkey." .. name, value = "dkim.agentmail.to" },
    { type = "MX", name = name, value = "inbound.agentmail.to", priority = 10 },
  }
  if row.subdomains_enabled == 1 then
    records[#records + 1] =
      { type = "MX", name = "*." .. name, value = "inbound.agentmail.to", priority = 10 }
  end
  if row.tracking_enabled == 1 then -- the host of the pixel in mails with open tracking
    records[#records + 1] = { type = "CNAME", name = "link." .. name, value = "link.agentmail.to" }
  end
  for _, record in ipairs(records) do record.status = RECORD_STATUS[row.status] or "MISSING" end
  return records
end

local function encoded(row)
  row.records = json.encode(records_of(row))
  return encode(row)
end

local find = resource.finder("Domain", "domains", "domain_id", access.scope,
                             "domain_id = lower(?2)")

local function truth(value, otherwise)
  if value == nil then return otherwise end
  return value and 1 or 0
end

local function create(ctx)
  local body = ctx.body
  local name = body.domain:lower()
  if #name > 253 or not addresses.is_domain(name) or name:find("..", 1, true) then
    return nil, errors.invalid_field("must be a domain name", "domain")
  end
  if access.scope(ctx).inbox_id then return nil, access.organization_only(ctx) end
  if ctx.db:values("SELECT 1 FROM domains WHERE org = ? AND domain = ?", ctx.org.id, name) then
    return nil, errors.refusal(403, "already_exists", "The domain " .. name .. " exists already.",
                               "Get it, or delete it first.")
  end
  ctx.db:run([[INSERT INTO domains (org, domain_id, domain, pod_id, status, reason,
    feedback_enabled, subdomains_enabled, tracking_enabled, created_at, updated_at)
    VALUES (?, ?, ?, ?, 'NOT_STARTED', 'dns_records_missing', ?, ?, ?, ?, ?)]], ctx.org.id, name,
    name, access.scope(ctx).pod_id, truth(body.feedback_enabled, 1),
    truth(body.subdomains_enabled, 0), truth(body.tracking_enabled, 0), ctx.now, ctx.now)
  ctx.effect = "created"
  return 200, encoded(ctx.db:row("SELECT * FROM domains WHERE id = ?", ctx.db:last_id()))
end

local function update(ctx)
  local body = ctx.body
  local row, refusal = find(ctx)
  if not row then return nil, refusal end
  ctx.db:run([[UPDATE domains SET feedback_enabled = ?, subdomains_enabled = ?,
    tracking_enabled = ?, updated_at = ? WHERE id = ?]],
    truth(body.feedback_enabled, row.feedback_enabled),
    truth(body.subdomains_enabled, row.subdomains_enabled),
    truth(body.tracking_enabled, row.tracking_enabled), ctx.now, row.id)
  ctx.effect = "changed"
  return 200, encoded(ctx.db:row("SELECT * FROM domains WHERE id = ?", row.id))
end

--- Starts the checks; the control interface decides how they end.
local function verify(ctx)
  local row, refusal = find(ctx)
  if not row then return nil, refusal end
  if row.status ~= "VERIFIED" then
    ctx.db:run("UPDATE domains SET status = 'PENDING', updated_at = ? WHERE id = ?", ctx.now,
               row.id)
  end
  ctx.effect = "changed"
  return 204
end

local function remove(ctx, row)
  ctx.db:run("DELETE FROM domains WHERE id = ?", row.id)
end

--- A BIND zone file with the records.
local function get_zone_file(ctx)
  local row, refusal = find(ctx)
  if not row then return nil, refusal end
  local lines = { "$ORIGIN " .. row.domain .. ".", "$TTL 3600" }
  for _, record in ipairs(records_of(row)) do
    local value = record.type == "TXT" and '"' .. record.value .. '"' or record.value .. "."
    lines[#lines + 1] = ("%s. IN %s %s%s"):format(record.name, record.type,
      record.priority and record.priority .. " " or "", value)
  end
  ctx.headers = { ["Content-Type"] = "text/plain" }
  return 200, table.concat(lines, "\n") .. "\n"
end

local function get_setup_link(ctx)
  local row, refusal = find(ctx)
  if not row then return nil, refusal end
  return 200, '{"supported":false}'
end

--- Sets the result of the checks: { status, reason }. A verified domain causes an event.
---@return table? state, table? refusal
local function set_status(ctx, domain, wanted)
  local row = ctx.db:row("SELECT * FROM domains WHERE org = ? AND domain = ?", ctx.org.id,
                         domain:lower())
  if not row then return nil, errors.not_found("Domain", domain) end
  local known = false
  for _, status in ipairs(statuses) do known = known or status == wanted.status end
  if not known then
    return nil, errors.invalid_field("expected one of " .. table.concat(statuses, ", "), "status")
  end
  local was = row.status
  ctx.db:run("UPDATE domains SET status = ?, reason = ?, updated_at = ? WHERE id = ?",
             wanted.status, wanted.reason, ctx.now, row.id)
  row = ctx.db:row("SELECT * FROM domains WHERE id = ?", row.id)
  if wanted.status == "VERIFIED" and was ~= "VERIFIED" then
    event_queue.emit(ctx, "domain.verified", '"domain":' .. encoded(row), { pod_id = row.pod_id })
  end
  return { domain = row.domain, status = row.status, reason = row.reason }
end

--- Refuses inboxes at a domain that is registered but not verified.
---@param name string
---@return table? refusal
local function refuse(ctx, name)
  local status = ctx.db:values("SELECT status FROM domains WHERE org = ? AND domain = ?",
                               ctx.org.id, name)
  if status and status ~= "VERIFIED" then
    return errors.refusal(403, "domain_not_verified", "The domain " .. name .. " is " .. status
      .. ".", "Verify it first; in the sandbox, PUT /_sandbox/v1/domains/" .. name .. ".")
  end
end

return {
  create = create, update = update, verify = verify, get = resource.get(find, encoded),
  list = resource.list("domains", resource.rows_of(access.pod_scope), encode_item),
  delete = resource.delete(find, remove), get_zone_file = get_zone_file,
  get_setup_link = get_setup_link, set_status = set_status, refuse = refuse,
}
