-- SPDX-License-Identifier: MIT
-- The one place that asks for a hash.

local sha256 = require "agentmail.core".sha256

return { sha256 = sha256, sha256ofnothing = sha256 "" }
