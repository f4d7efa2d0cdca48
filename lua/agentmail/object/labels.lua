-- SPDX-License-Identifier: MIT
-- Labels are both an array and a set: labels[1], #labels, ipairs(labels), and labels.unread.
-- The service stores them in lower case, so a look-up in the set ignores case.

local held = require "agentmail.util.held"
local printed = require "agentmail.object.printed"
local lower = held "agentmail.util.lower"

local find = string.find

local mt = { __name = "agentmail.Labels", __tostring = printed.of_list "agentmail.Labels" }

function mt.__index(labels, name)
  if type(name) ~= "string" then return nil end
  name = lower.fold(name)
  for i = 1, #labels do
    local label = labels[i]
    if label == name then return true end
    if find(label, "[\x80-\xFF]") and lower.fold(label) == name then return true end
  end
  return nil
end

return { mt = mt }
