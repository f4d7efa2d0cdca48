-- SPDX-License-Identifier: MIT
-- Real programs that embed Lua 5.4, as Debian packages them, and the script that each of them runs:
-- a call, a keyed send, a failure, a call that only its deadline ends.

local helper = require "spec.support.helper"
local outside = require "spec.support.outside"
local raw_server = require "spec.support.raw_server"

local hosts = {}

--- What each host runs, by name. `say` puts a line where the host shows it.
local AGENT = [[
local agentmail = require "agentmail"

local agent = {}

function agent.call(say)
  local client = agentmail.new { limits = { deadline = 30 } }
  local inbox = assert(client.inboxes:create { username = "%s", client_id = "%s-v1" })
  say("called " .. inbox.inbox_id)
end

function agent.send(say)
  local client = agentmail.new { limits = { deadline = 30 } }
  local sent, receipt = assert(client:inbox "%s@agentmail.to".messages:send {
    to = "ann@example.com", subject = "From %s", text = "Once.", idempotency_key = "%s-1" })
  say("sent " .. receipt.outcome .. " " .. receipt.attempts .. " " .. type(sent.message_id))
end

function agent.deadline(say)
  local client = agentmail.new { base_url = "%s" }
  local _, _, failure = client.inboxes:get("a@b.c", { deadline = 0.5 })
  say("ended " .. failure.code .. " " .. failure.outcome)
end

function agent.fail()
  assert(agentmail.new { limits = { deadline = 30 } }.inboxes:get "nobody@example.com")
end

return agent
]]

local PROSODY = [[
data_path = "FOLDER"
pidfile = "FOLDER/pid"
run_as_root = true
plugin_paths = { "FOLDER" }
modules_enabled = { "mail" }
modules_disabled = { "s2s", "c2s", "tls", "saslauth", "offline" }
c2s_ports, s2s_ports, http_ports, https_ports = {}, {}, {}, {}
c2s_direct_tls_ports, s2s_direct_tls_ports = {}, {}
log = { { levels = { min = "info" }, to = "file", filename = "FOLDER/log" } }
VirtualHost "localhost"
]]

--- The configuration of Prosody with the module mod_mail.lua of a folder.
function hosts.prosody(folder) return (PROSODY:gsub("FOLDER", folder)) end

--- What each host must show after the script's parts, and what its log must say of the last one.
hosts.CALLED, hosts.SENT, hosts.ENDED = "called %s@agentmail.to", "sent applied 1 string",
  "ended timeout not_applied"
hosts.FAILED = "inboxes.get: [^\n]*nobody@example.com[^\n]*HTTP 404, not_found"

--- Why a host cannot run here: the first command that fails; nil if it can.
function hosts.missing(name, ...)
  for _, command in ipairs { ... } do
    if not os.execute(outside.BARE .. "sh -c '" .. command .. "' >/dev/null 2>&1 </dev/null") then
      return name .. " is not here: " .. command
    end
  end
end

--- Calls f with a folder that holds agent.lua, the environment for a shell, and a function that
--- counts the mails that left; then ends the services.
function hosts.with(name, f)
  local client, key, view = helper.client()
  local silent <close> = raw_server.start { { bytes = "", finish = "stall" } }
  outside.folder(function(folder)
    outside.write(folder .. "/agent.lua", AGENT:format(name, name, name, name, name, silent.url))
    -- The sanitizer's library is for ours: what a host itself leaves behind is not our business.
    local environment = ("HOME=%s AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s %s ASAN_OPTIONS=%s")
      :format(folder, view.url, key, outside.paths(folder),
              (os.getenv "ASAN_OPTIONS" or "") .. ":detect_leaks=0")
    f(folder, environment, function() return #view:sent { subject = "From " .. name } end,
      view)
  end)
  client:close()
end

--- Asserts that a text has these patterns, each after the one before.
function hosts.shows(text, patterns)
  local at = 1
  for _, pattern in ipairs(patterns) do
    local _, stop = text:find(pattern, at)
    assert(stop, pattern .. " is not in: " .. text)
    at = stop + 1
  end
end

return hosts
