-- SPDX-License-Identifier: MIT
-- The control interface under /_sandbox/v1: the same actions serve HTTP and the Lua handle. All but
-- health and coverage concern one organization, named by its namespace. An action is a
--
--   "METHOD path/{param}" → function(app, org, body, filters, params)
--
-- in the file of its subject. It returns a table, which is already JSON if it has the field
-- `encoded`, or nil and a refusal.

local clock_actions = require "agentmail.sandbox.control.clock_actions"
local domain_actions = require "agentmail.sandbox.control.domain_actions"
local errors = require "agentmail.sandbox.http.errors"
local fault_actions = require "agentmail.sandbox.control.fault_actions"
local json = require "agentmail.sandbox.http.json"
local labs_actions = require "agentmail.sandbox.control.labs_actions"
local mail_actions = require "agentmail.sandbox.control.mail_actions"
local orgs = require "agentmail.sandbox.store.orgs"
local paths = require "agentmail.sandbox.http.paths"
local record_actions = require "agentmail.sandbox.control.record_actions"
local schedule = require "agentmail.sandbox.schedule"
local sets = require "agentmail.sandbox.store.sets"
local sign_in_actions = require "agentmail.sandbox.control.sign_in_actions"
local state_actions = require "agentmail.sandbox.control.state_actions"
local webhook_actions = require "agentmail.sandbox.control.webhook_actions"

local root = paths.new()
local known = { ["POST expect"] = true } -- expect.lua serves this one: it may have to wait

for _, subject in ipairs { clock_actions, domain_actions, fault_actions, labs_actions,
                           mail_actions, record_actions, sign_in_actions, state_actions,
                           webhook_actions } do
  for name, action in pairs(subject) do
    local method, path = name:match("^(%u+) (.*)$")
    paths.add(root, method, path, action)
    known[name:gsub("{[%w_]+}", "{}")] = true
  end
end

-- The body of a request, or a whole message as its bytes; or nil and a refusal.
local function read_body(path, bytes, media_type)
  if path == "inbound" and (media_type or ""):lower():find("^message/rfc822") then return bytes end
  if bytes == "" then return {} end
  local body, problem = json.decode(bytes)
  if body == nil or body == json.null then
    return nil, errors.invalid_field(problem or "null", "body")
  end
  if type(body) ~= "table" and not path:find("^faults") then
    return nil, errors.invalid_field("expected an object", "body")
  end
  return body
end

-- Runs the action after /_sandbox/v1/, inside its transaction.
local function perform(app, method, path, filters, bytes, namespace, media_type)
  local action, params = paths.find(root, method, path)
  if not action then
    return nil, errors.refusal(404, "not_found", ("No control action %s %s"):format(method, path),
                               "Known: " .. sets.names(known))
  end
  if not orgs.valid_namespace(namespace) then return nil, errors.invalid_namespace() end
  local body, refusal = read_body(path, bytes, media_type)
  if body == nil then return nil, refusal end
  return action(app, orgs.of(app, namespace), body, filters, params)
end

--- Runs a control action.
---@param method string
---@param path string     what follows /_sandbox/v1/
---@param filters table<string, string>  the query
---@param bytes string    the body
---@param namespace string
---@param media_type string?
---@return integer status, string body
local function run(app, method, path, filters, bytes, namespace, media_type)
  local answer, refusal
  app.db:run("BEGIN IMMEDIATE")
  local ok, problem = xpcall(function()
    answer, refusal = perform(app, method, path, filters, bytes, namespace, media_type)
  end, debug.traceback)
  app.db:run(ok and answer and "COMMIT" or "ROLLBACK")
  if not ok or not answer then app.forget_cache() end
  if not ok then
    app.report(problem)
    refusal = errors.refusal(500, "internal_error", tostring(problem):match("^[^\n]*"))
  end
  if not answer then return errors.answer(refusal) end
  if app.queued then schedule.arm(app) end
  return 200, answer.encoded or json.encode(answer)
end

return { run = run }
