-- SPDX-License-Identifier: MIT
-- busted runs this once, before the first spec: what a test leaves behind must be collectable, in
-- that test's own time.

require "busted".subscribe({ "test", "end" }, function()
  collectgarbage()
  collectgarbage()
  return nil, true
end)
