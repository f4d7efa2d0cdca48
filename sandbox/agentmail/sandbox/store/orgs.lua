-- SPDX-License-Identifier: MIT
-- Organizations. A key "am_test_<namespace>" makes its own on first use, so specs that run side by
-- side never meet.

local clock = require "agentmail.sandbox.store.clock"
local errors = require "agentmail.sandbox.http.errors"
local store = require "agentmail.sandbox.store.store"

local orgs = {}

local DOCS_KEY = "In the sandbox any key of the form am_test_<namespace> works, for instance "
  .. "am_test_demo."

local function create(app, namespace)
  local now = app.host.now()
  if app.config.frozen_at then now = app.config.frozen_at end
  app.db:run([[INSERT INTO organizations
    (namespace, organization_id, pod_id, offset, frozen, created_at) VALUES (?, ?, ?, 0, ?, ?)]],
    namespace, "org_" .. app.ids:uuid(), app.ids:uuid(), app.config.frozen_at, now)
  store.add_first_pod(app.db, app.db:last_id())
end

--- The organization of a namespace, made when it is new.
---@return table org
function orgs.of(app, namespace)
  local org = app.orgs[namespace]
  if org then return org end
  local select = "SELECT * FROM organizations WHERE namespace = ?"
  org = app.db:row(select, namespace)
  if not org then
    create(app, namespace)
    org = app.db:row(select, namespace)
  end
  app.orgs[namespace] = org
  return org
end

--- Is this a name an API key can carry?
function orgs.valid_namespace(namespace)
  return type(namespace) == "string" and #namespace <= 128 and namespace:find "^[%w._~-]+$" ~= nil
end

--- Who asks: an organization, or a refusal.
---@return table? org, table? refusal
function orgs.authenticate(app, authorization)
  if not authorization then
    return nil, errors.refusal(401, "missing_authorization", "No Authorization header was sent.",
      "Send Authorization: Bearer <api key>. " .. DOCS_KEY)
  end
  local token = authorization:match "^Bearer +(.+)$"
  if not token then
    return nil, errors.refusal(401, "unauthorized", "The Authorization header is not a Bearer "
      .. "token.", "Send Authorization: Bearer <api key>. " .. DOCS_KEY)
  end
  local namespace = token:match "^am_test_(.+)$"
  if namespace and orgs.valid_namespace(namespace) then return orgs.of(app, namespace) end
  if token:find "^eyJ" then
    return nil, errors.refusal(401, "invalid_token_type", "This is a session token, not an API "
      .. "key.", DOCS_KEY)
  end
  return nil, errors.refusal(401, "unknown_api_key", "The API key is not known.", DOCS_KEY)
end

---@return integer ms
function orgs.now(app, org)
  return clock.now(org, app.host.now())
end

--- The seed of this organization's random faults.
function orgs.seed(app, org) return org.seed or app.seed end

function orgs.set_seed(app, org, seed)
  org.seed = seed
  app.db:run("UPDATE organizations SET seed = ? WHERE id = ?", seed, org.id)
end

--- Writes the clock of an organization, after org.offset or org.frozen was changed.
function orgs.save_clock(app, org)
  app.db:run("UPDATE organizations SET offset = ?, frozen = ? WHERE id = ?",
             org.offset, org.frozen, org.id)
end

return orgs
