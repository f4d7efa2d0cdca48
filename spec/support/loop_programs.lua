-- SPDX-License-Identifier: MIT
-- Programs that run a loop of their own, and tasks in it: each is a process with a client of the
-- sandbox, whose requests each take a fifth of a second, or as long as is said.

local helper = require "spec.support.helper"

local loop_programs = {}

local BEFORE = [[
local agentmail = require "agentmail"
local client = agentmail.new()
local function create(name) return assert(client.inboxes:create { username = name }).inbox_id end
]]

--- Why programs cannot run: the module that is missing; nil: they can.
function loop_programs.missing(name)
  if not package.searchpath(name, package.path) and not package.searchpath(name, package.cpath) then
    return "the Lua module " .. name .. " is not here"
  end
end

--- Runs a program; returns what it prints.
---@param program string
---@param seconds number?   that each request takes
---@param fault table?      a rule of the sandbox, instead of that
---@param patience integer? seconds
---@return string
function loop_programs.run(program, seconds, fault, patience)
  local client, key, view = helper.client()
  view:fault(fault or { at = "before", ["do"] = { kind = "delay", seconds = seconds or 0.2 },
                        ["until"] = { total = 1000 } })
  local output = helper.run(BEFORE .. program, ("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s "
    .. "timeout %d env "):format(view.url, key, patience or 90))
  client:close()
  return output
end

return loop_programs
