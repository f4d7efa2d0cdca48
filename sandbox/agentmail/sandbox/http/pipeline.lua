-- SPDX-License-Identifier: MIT
-- One request of the API, from its bytes to its answer. All its changes to the store, including the
-- fault counters and its journal row, are one transaction; it is committed before the answer, or
-- the fault in its place, reaches the connection.

local access = require "agentmail.sandbox.http.access"
local authentication = require "agentmail.sandbox.http.authentication"
local clock = require "agentmail.sandbox.store.clock"
local context = require "agentmail.sandbox.http.context"
local coverage = require "agentmail.sandbox.api.coverage"
local dates = require "agentmail.sandbox.http.dates"
local decide = require "agentmail.sandbox.faults.decide"
local digest = require "agentmail.sandbox.store.digest"
local errors = require "agentmail.sandbox.http.errors"
local exchanges = require "agentmail.sandbox.control.exchanges"
local idempotency = require "agentmail.sandbox.http.idempotency"
local journal = require "agentmail.sandbox.control.journal"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"
local outcomes = require "agentmail.sandbox.mail.outcomes"
local query = require "agentmail.sandbox.http.query"
local router = require "agentmail.sandbox.http.router"
local schedule = require "agentmail.sandbox.schedule"
local switches = require "agentmail.sandbox.control.switches"

local JSON = { ["Content-Type"] = "application/json" }
local BUSY_MS = 5000

local function unknown_route(ctx, broken)
  if broken then
    return errors.invalid_field("broken percent-encoding, or a control character", "path")
  end
  local nearest = router.nearest(ctx.request.method, ctx.path)
  local refusal = errors.refusal(404, "not_found", ("No route %s %s; the nearest is %s"):format(
    ctx.request.method, ctx.path:sub(1, 200), nearest), "Check the method and the path.")
  refusal.name = "RouteNotFoundError"
  return refusal
end

-- Identifies organization and operation: fills org, route, params, key; or returns a refusal.
local function recognize(ctx)
  local request = ctx.request
  ctx.path, ctx.query_text = query.split(request.target)
  local org, identity = authentication.authenticate(ctx)
  if not org then return identity end
  ctx.org, ctx.identity, ctx.now = org, identity, orgs.now(ctx.app, org)
  if request.too_large then
    return errors.refusal(413, "validation_error", "The request body is too large.",
                          "Send less; large attachments can be given by url.")
  end
  local route, params = router.find(request.method, ctx.path)
  if not route then return unknown_route(ctx, params) end
  ctx.route, ctx.params, ctx.key = route, params, request.headers["idempotency-key"]
  if not coverage[route.name] then
    return errors.refusal(501, "not_implemented", ("The sandbox does not serve %s yet."):format(
      route.name), "GET /_sandbox/v1/coverage lists what it serves.")
  end
  return access.admit(ctx)
end

-- Decodes the body, so that fault rules can inspect it. A problem is reported later.
local function decode_body(ctx)
  local bytes = ctx.request.body
  if bytes ~= "" then
    ctx.digest = digest.sha256(bytes)
    if ctx.route.read_body then ctx.raw_body, ctx.body_problem = json.decode(bytes) end
  elseif ctx.route.sends then
    ctx.digest = digest.EMPTY
  end
end

local function validate(ctx)
  local problems, lenient = {}, not switches.value(ctx, "strict")
  local values, problem = query.parse(ctx.query_text)
  if not values then return errors.invalid_field(problem, "query") end
  local route = ctx.route
  ctx.query = route.read_query(values, problems, lenient)
  ctx.body = {}
  if route.read_body then
    if ctx.body_problem then return errors.invalid_field(ctx.body_problem, "body") end
    if ctx.raw_body ~= nil then
      ctx.body = route.read_body(ctx.raw_body, {}, problems, lenient)
    elseif not route.body_optional then
      ctx.body = route.read_body({}, {}, problems, lenient)
    end
  end
  if problems[1] then
    for _, one in ipairs(problems) do
      if #one.path == 0 then one.path[1] = "body" end
    end
    return errors.invalid(problems)
  end
end

-- Performs the operation. A refusal changes nothing.
local function operate(ctx)
  local refusal = validate(ctx)
  if refusal then return nil, refusal end
  if ctx.unreadable then access.narrow(ctx) end
  local route, db = ctx.route, ctx.db
  local handler = coverage[route.name][2]
  if route.protection == "safe" then return handler(ctx) end
  if route.sends then
    local status, answer = idempotency.before(ctx)
    if status or answer then return status, answer end
  end
  db:run("SAVEPOINT operation")
  local status, answer = handler(ctx)
  if not status then
    db:run("ROLLBACK TO operation")
    ctx.effect, ctx.message_id = "none", nil
  end
  db:run("RELEASE operation")
  if route.sends then
    if status then
      idempotency.complete(ctx, status, answer)
    elseif switches.value(ctx, "record_rejections") then
      local code, body = errors.answer(answer)
      idempotency.complete(ctx, code, body)
    end
  end
  return status, answer
end

local function served(ctx)
  local status, answer = operate(ctx)
  if status then return status, answer, answer and (ctx.headers or JSON) or nil end
  local code, body = errors.answer(answer)
  return code, body, JSON
end

-- Places whose faults change what the operation finds or does.
local prepare = {}

function prepare.handoff(ctx, does) ctx.handoff = does end

function prepare.expired(ctx) idempotency.forget(ctx) end

function prepare.view(ctx, does)
  if does.kind == "lost_token" then
    ctx.token_gone = true
  else
    ctx.newest = ctx.now - (clock.duration(does.seconds or 0))
  end
end

-- Takes the key for a time.
local function reserve(ctx, does)
  local busy = does.busy and clock.duration(does.busy) or BUSY_MS
  idempotency.reserve(ctx, ctx.now + busy)
end

-- The faults that act before the operation; true: they replace it.
local function before(ctx, rule)
  if rule["do"].kind == "taken" then
    idempotency.take(ctx)
    return false
  elseif rule.at == "reserved" then
    reserve(ctx, rule["do"])
  elseif prepare[rule.at] then
    prepare[rule.at](ctx, rule["do"])
    return false
  elseif rule.at ~= "before" or rule["do"].kind == "delay" then
    return false
  end
  return true
end

-- A fault of successes needs a success, and a fault of mails needs a mail.
local function may_fire(ctx, rule, status)
  if rule.at == "handoff" then
    if ctx.effect ~= "created" then return false end
    if ctx.fingerprint then reserve(ctx, rule["do"]) end -- it was done, and that is forgotten
    return true
  end
  if rule.at == "outcome" then
    if ctx.effect ~= "created" then return false end
    outcomes.happen(ctx, rule["do"].kind)
    return true
  end
  return status < 300 or rule.at ~= "commit" and rule.at ~= "body"
end

local function act(ctx)
  local refusal = recognize(ctx)
  if refusal then
    local status, body = errors.answer(refusal)
    return status, status, body, JSON
  end
  decode_body(ctx)
  local rule = decide.plan(ctx)
  ctx.outcome, ctx.torn = rule and rule.at == "outcome", rule and rule.at == "commit"
  if rule and before(ctx, rule) then
    local seen, body, headers, effect = decide.fire(rule, ctx)
    return seen, seen, body, headers, effect
  end
  local status, body, headers = served(ctx)
  ctx.decided = body
  if rule and may_fire(ctx, rule, status) then
    return status, decide.fire(rule, ctx, status, body, headers)
  end
  return status, status, body, headers
end

local function transact(ctx, does)
  ctx.db:run("BEGIN IMMEDIATE")
  local status, seen, body, headers, effect = does(ctx)
  journal.write(ctx, status, seen)
  if ctx.scheduled then schedule.settle(ctx.app, ctx.org) end
  ctx.db:run("COMMIT")
  if ctx.scheduled or ctx.app.queued then schedule.arm(ctx.app) end
  return seen, body, headers, effect
end

-- A bug in the sandbox: the request's changes are undone, but it is reported and journalled.
local function failed(ctx, message)
  if ctx.db:in_transaction() then ctx.db:run("ROLLBACK") end
  ctx.app.forget_cache()
  ctx.app.report(message)
  ctx.effect, ctx.fault, ctx.place, ctx.message_id = "none", nil, nil, nil
  pcall(journal.write, ctx, 500, 500)
  local status, body = errors.answer(errors.refusal(500, "internal_error",
    "The sandbox itself failed: " .. tostring(message):match("^[^\n]*"), "Please report this."))
  return status, body, JSON
end

--- Answers a request of the listener: by the operation it names, or by what is given instead.
---@param does (fun(ctx: agentmail.sandbox.Context): integer?, integer?, string?, table?, table?)?
---@return integer? status, string? body, table? headers, table? effect
local function handle(app, request, does)
  app.seq = app.seq + 1
  local ctx = context.of_request(app, request)
  local ok, status, body, headers, effect = xpcall(transact, debug.traceback, ctx,
                                                  does or act)
  if not ok then status, body, headers = failed(ctx, status) end
  if ctx.org and status then headers = dates.add(headers, ctx.now) end
  exchanges.keep(ctx, status, body, headers)
  return status, body, headers, effect
end

return { handle = handle }
