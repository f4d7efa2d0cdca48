-- SPDX-License-Identifier: MIT
-- Converts whole numbers to Lua integers: the stock lua-cjson decodes every number as a float.

local cjson = require "cjson"
local core = require "agentmail.core"

local needed = math.type(cjson.new().decode("[1]")[1]) == "float"

--- Converts whole floats to integers, at all levels of a table. From 2^53 on they stay floats, as a
--- decoder that reads doubles may have rounded them.
---@type fun(value: table)
local make = needed and core.integers or function() end

return { needed = needed, make = make }
