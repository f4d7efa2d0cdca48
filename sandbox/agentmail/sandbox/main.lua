-- SPDX-License-Identifier: MIT
-- The sandbox as a program: lua5.4 -e 'require("agentmail.sandbox").main(arg)' - port=8025 Options
-- are name=value, as for start{…}; switches too (seed_era=true). It prints its address and runs
-- until SIGINT or SIGTERM.

local unknown = require "agentmail.util.suggest".unknown

local USAGE = [[
agentmail-sandbox [name=value ...]
  port=8025            a fixed port (default: a free one)
  control_port=8026    the same for the control address, which an outage leaves open
  host=127.0.0.1       the address to listen on
  hosts=a,b            further names it may be called by, as those of other containers are
  public_url=URL       what URLs in answers begin with (otherwise: as the client called it)
  tls=cert.pem,key.pem  speak TLS with this certificate; tls=self makes one, see GET info
  path=mail.db         keep the state in this file (default: in memory)
  namespace=local      the organization of the printed API key
  seed=42              makes ids and random faults repeatable
  clock=frozen         real (default), frozen, or a date and time to stand at
  fault=lost_ack       arm a fault from the start; may be repeated (flaky=2: fault=flaky=2)
  webhook_host=name    deliver webhooks to this host, too (otherwise to this machine only)
  draft_client_id=replay|recreate|not_found   draft_send=atomic|two_steps
  same_request=bytes|json   page_tokens=cursor|offset   record_rejections=false|true
  draft_labels=copied|dropped   past_send_at=send|refuse   signature_clock=wall|virtual
  seed_era=false|true   strict=true|false
]]

local readers = {
  port = "integer", control_port = "integer", seed = "integer", host = "string", path = "string",
  namespace = "string", clock = "string", fault = "fault", webhook_host = "host",
  hosts = "names", tls = "tls", public_url = "string",
  draft_client_id = "switch", draft_labels = "switch", draft_send = "switch",
  same_request = "switch",
  page_tokens = "switch", past_send_at = "switch", record_rejections = "switch",
  seed_era = "switch", signature_clock = "switch", strict = "switch",
}

local words = { ["true"] = true, ["false"] = false }

--- The options of a command line; nil and a message if it cannot be read.
local function parse(arguments)
  local options, faults = { switches = {} }, {}
  for _, argument in ipairs(arguments) do
    local name, value = argument:match("^%-*([%w_]+)=(.*)$")
    local kind = name and readers[name]
    if not name then return nil, "expected name=value, got " .. argument end
    if not kind then return nil, (select(2, unknown(name, readers, "option"))) end
    if kind == "integer" then
      options[name] = math.tointeger(tonumber(value))
      if not options[name] then return nil, name .. " must be a whole number" end
    elseif kind == "switch" then
      if words[value] ~= nil then value = words[value] end
      options.switches[name] = value
    elseif kind == "host" then
      options.webhook_hosts = options.webhook_hosts or {}
      table.insert(options.webhook_hosts, value)
    elseif kind == "names" then
      options[name] = options[name] or {}
      for one in value:gmatch("[^,]+") do table.insert(options[name], one) end
    elseif kind == "tls" then
      local certificate, key = value:match("^([^,]+),([^,]+)$")
      options.tls = certificate and { certificate = certificate, key = key } or value
    elseif kind == "fault" then
      faults[#faults + 1] = value
    else
      options[name] = value
    end
  end
  return options, faults
end

-- One line, as a log wants it.
local function fail(message, hint)
  local line = tostring(message):gsub("^%S+:%d+: ", ""):gsub("%s*\n%s*", " ")
  io.stderr:write("agentmail-sandbox: ", line, hint or "", "\n")
  return 2
end

--- Runs until a signal. Returns the exit status.
---@param arguments string[]
---@param start function
---@return integer
local function run(arguments, start)
  if arguments[1] == "help" or arguments[1] == "--help" then
    io.write(USAGE)
    return 0
  end
  local options, faults = parse(arguments)
  if not options then return fail(faults, " (agentmail-sandbox --help lists the options)") end
  local ok, sandbox, message = pcall(start, options)
  if not ok then return fail(sandbox) end
  if not sandbox then return fail(message) end
  for _, fault in ipairs(faults) do
    local armed, problem = pcall(sandbox.fault, sandbox, fault)
    if not armed then
      sandbox:close()
      return fail(problem)
    end
  end
  local control = sandbox.control_url
  io.write(("agentmail sandbox\n  url      %s\n  api_key  %s\n  seed     %d\n"):format(
    sandbox.url, sandbox.api_key, sandbox.seed))
  io.write(("  look at  %s/?namespace=%s\n  control  %s/_sandbox/v1/info\n"):format(control,
    sandbox.namespace, control))
  io.write(("\n  export AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s\n"):format(sandbox.url,
    sandbox.api_key))
  io.stdout:flush()
  local signal = sandbox:wait()
  sandbox:close()
  io.write("\nagentmail sandbox: stopped by ", signal, "\n")
  return 0
end

return { run = run, parse = parse, usage = USAGE }
