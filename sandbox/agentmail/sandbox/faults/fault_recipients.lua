-- SPDX-License-Identifier: MIT
-- Recipients at sandbox.test that act as fault rules: a mail to lost-ack@ there meets the preset
-- lost_ack, without an armed rule. Those that act like people (echo@, bounce@) are in
-- mail/test_recipients.lua.

local addresses = require "agentmail.sandbox.mail.addresses"
local presets = require "agentmail.sandbox.faults.presets"
local rules = require "agentmail.sandbox.faults.rules"

local DOMAIN = addresses.TEST_DOMAIN

local written = {
  ["lost-ack"] = "lost_ack", ["flaky"] = "flaky=2", ["html-502"] = "html_502",
  ["in-progress"] = "in_progress", ["key-reuse"] = "key_reuse", ["key-expiry"] = "key_expiry",
  ["slow-body"] = "slow_body",
  ["rate-limit"] = { at = "before", ["do"] = { kind = "429", retry_after = 1 } },
  ["unavailable"] = { at = "before", ["do"] = "503" },
  ["truncate"] = { at = "commit", ["do"] = "truncate" },
  ["wrong-shape"] = { at = "commit", ["do"] = "wrong_shape" },
  ["bad-chunk"] = { at = "body", ["do"] = "bad_chunk" },
}

local list = {}
for word, rule in pairs(written) do
  local read = assert(rules.read(presets.expand(rule) or rule, 1))
  read.name = word .. DOMAIN
  list[#list + 1] = read
end
table.sort(list, function(a, b) return a.name < b.name end)

--- The rules for the addresses in this lower-case text; nil if there are none.
---@param recipients string
---@return agentmail.sandbox.Rule[]? rules
local function rules_of(recipients)
  if not recipients:find(DOMAIN, 1, true) then return nil end
  local found
  for _, rule in ipairs(list) do
    local first, last = recipients:find(rule.name, 1, true)
    if first and not recipients:sub(first - 1, first - 1):find("[%w._+-]")
      and not recipients:find("^[%w._-]", last + 1) then
      found = found or {}
      found[#found + 1] = rule
    end
  end
  return found
end

return { rules_of = rules_of }
