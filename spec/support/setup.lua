-- SPDX-License-Identifier: MIT
-- busted runs this once, before the first spec: each test's garbage must be collectable, and is
-- collected at the end of that test.

require "busted".subscribe({ "test", "end" }, function()
  collectgarbage()
  collectgarbage()
  return nil, true
end)
