-- SPDX-License-Identifier: MIT
-- Labels are an array, and a set: labels[1], #labels, ipairs(labels), and labels.unread.
-- The service stores them in lower case, so the set is asked in lower case.

local mt = { __name = "agentmail.Labels" }

function mt.__index(labels, name)
  if type(name) ~= "string" then return nil end
  name = name:lower()
  for i = 1, #labels do
    if labels[i] == name then return true end
  end
  return nil
end

return { mt = mt }
