-- SPDX-License-Identifier: MIT
-- Agents that sign up by themselves: an organization for each human's address, an inbox, and a new
-- key for each call; or, without a human, another organization for each call. The control interface
-- shows the code that the human would get.

local addresses = require "agentmail.sandbox.mail.addresses"
local api_keys = require "agentmail.sandbox.api.api_keys"
local chance = require "agentmail.sandbox.store.chance"
local digest = require "agentmail.sandbox.store.digest"
local errors = require "agentmail.sandbox.http.errors"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"

local CODE_LIFE = 24 * 3600 * 1000
local MOST_TRIES, MOST_HUMANS, LONGEST_REFERRER = 10, 2, 2048

local function new_code(ctx)
  return ("%06d"):format(chance.draw(ctx.app.seed, "otp", ctx.app.ids:token()) % 1000000)
end

-- A human's address without a name; nil, refusal if it is none.
local function human_of(text, field)
  local human = addresses.bare(text)
  if human then return human end
  return nil, errors.invalid_field("is not an email address", field)
end

-- An address belongs to the first organization that took it.
local function is_taken(ctx, username)
  return ctx.db:values([[SELECT 1 FROM inboxes i JOIN agents a ON a.org = i.org
    WHERE i.inbox_id = ?]], username:lower() .. "@agentmail.to") ~= nil
end

local function add_inbox(ctx, org, username, now)
  local address = username:lower() .. "@agentmail.to"
  ctx.db:run([[INSERT OR IGNORE INTO inboxes (org, inbox_id, pod_id, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?)]], org.id, address, org.pod_id, now, now)
  return address
end

--- The operation agent.sign_up.
local function sign_up(ctx)
  local body = ctx.body
  local human, refusal
  if body.human_email then
    human, refusal = human_of(body.human_email, "human_email")
    if not human then return nil, refusal end
  end
  if not addresses.is_local_part(body.username) then
    return nil, errors.invalid_field("must be the part of an address before the @", "username")
  end
  if utf8.len(body.referrer or "") > LONGEST_REFERRER then
    return nil, errors.invalid_field("at most 2048 characters", "referrer")
  end
  if not human and is_taken(ctx, body.username) then
    return nil, errors.invalid_field("is taken", "username")
  end
  local org = orgs.of(ctx.app, "agent-" .. digest.sha256(human or ctx.app.ids:token()):sub(1, 16))
  local now = orgs.now(ctx.app, org)
  local inbox_id = add_inbox(ctx, org, body.username, now)
  ctx.db:run([[INSERT INTO agents (org, human_email, otp_code, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (org) DO UPDATE SET otp_code = excluded.otp_code, tries = 0,
    expires_at = excluded.expires_at]], org.id, human, human and new_code(ctx), now + CODE_LIFE)
  ctx.db:run("DELETE FROM api_keys WHERE org = ? AND name = 'Agent'", org.id)
  local _, secret = api_keys.insert({ app = ctx.app, db = ctx.db, org = org, now = now }, {},
                                    { type = "bearer", name = "Agent" })
  ctx.effect = "created"
  return 200, ('{"organization_id":%s,"inbox_id":%s,"api_key":%s}'):format(
    json.string(org.organization_id), json.string(inbox_id), json.string(secret))
end

--- The operation agent.verify. A wrong code counts as an attempt, and is not an HTTP error.
local function verify(ctx)
  local row = ctx.db:row("SELECT * FROM agents WHERE org = ?", ctx.org.id)
  if not row then
    return nil, errors.refusal(403, "forbidden", "This organization did not sign up as an agent.")
  end
  if not row.otp_code or row.tries >= MOST_TRIES or ctx.now >= row.expires_at then
    return nil, errors.refusal(403, "forbidden", "There is no code, or it is used up or too old.",
                               "Get a new one: POST /v0/agent/human.")
  end
  local fine = ctx.body.otp_code == row.otp_code
  ctx.db:run("UPDATE agents SET tries = tries + ?, verified = max(verified, ?) WHERE id = ?",
             fine and 0 or 1, fine and 1 or 0, row.id)
  ctx.effect = "changed"
  return 200, ('{"verified":%s}'):format(fine and "true" or "false")
end

--- The operation agent.attach_human. The same human keeps a code that has not expired.
local function attach_human(ctx)
  local human, refusal = human_of(ctx.body.human_email, "human_email")
  if not human then return nil, refusal end
  local row = ctx.db:row("SELECT * FROM agents WHERE org = ?", ctx.org.id)
  if not row or row.verified == 1 then
    return nil, errors.conflict("Only an unverified organization of an agent names its human.")
  end
  local other = row.human_email and row.human_email ~= human
  if other and row.replaced >= MOST_HUMANS then
    return nil, errors.conflict("The human was replaced twice already.")
  end
  if row.human_email ~= human or ctx.now >= row.expires_at then
    ctx.db:run([[UPDATE agents SET human_email = ?, otp_code = ?, tries = 0, expires_at = ?,
      replaced = replaced + ? WHERE id = ?]], human, new_code(ctx), ctx.now + CODE_LIFE,
      other and 1 or 0, row.id)
  end
  ctx.effect = "changed"
  return 200, ('{"human_email":%s,"instructions":"Ask the human for the code, and verify it."}')
    :format(json.string(human))
end

return { sign_up = sign_up, verify = verify, attach_human = attach_human }
