-- SPDX-License-Identifier: MIT
-- Lua integers of whole numbers: the stock lua-cjson decodes every number as a float.

local cjson = require "cjson"
local core = require "agentmail.core"

local needed = math.type(cjson.new().decode("[1]")[1]) == "float"

--- Makes integers of whole floats, at all levels of a table. From 2^53 on, where a decoder that
--- reads doubles may have rounded, they stay floats.
---@type fun(value: table)
local make = needed and core.integers or function() end

return { needed = needed, make = make }
