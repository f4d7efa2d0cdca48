-- SPDX-License-Identifier: MIT
-- Many calls in tasks, of which one in a hundred meets a fault, leave no memory behind.
-- AGENTMAIL_CALLS: how many.

local programs = require "spec.support.loop_programs"

-- A sanitizer's memory says nothing of ours.
local is_sanitized = (os.getenv "LD_PRELOAD" or ""):find "asan"

describe("many calls in tasks", function()
  it("with faults need no more memory at their end than at their beginning", function()
    if is_sanitized then return pending "a sanitizer keeps what is freed" end
    local output = programs.run([[
      local COUNT = tonumber(os.getenv "AGENTMAIL_CALLS" or 3200)
      local many = agentmail.new { limits = { connections = 8, attempts = 5, budget_cost = 0,
        budget_timeout_cost = 0, backoff_base = 0.001, backoff_cap = 0.002 } }
      local inbox_id = create "many"

      local function resident() -- bytes
        collectgarbage()
        return tonumber(io.open "/proc/self/statm":read "a":match "%d+ (%d+)") * 4096
      end

      local failed, repeated, pages = 0, 0, {}
      local function work()
        for _ = 1, COUNT // 640 do
          local got, receipt = many.inboxes:get(inbox_id)
          if not got then failed = failed + 1
          elseif receipt.attempts > 1 then repeated = repeated + 1 end
        end
      end
      local function tenth()
        agentmail.run(function() for _ = 1, 64 do agentmail.spawn(work) end end)
        pages[#pages + 1] = resident()
      end
      for _ = 1, 10 do tenth() end
      print(("after a tenth more: %.3f"):format(pages[10] / pages[2]))
      print(failed, repeated >= COUNT // 300, pages[10] <= pages[2] * 1.02)
    ]], nil, { at = "before", ["do"] = { kind = "503" }, when = { every = 100 },
          ["until"] = { total = 1e8 } }, 7200)
    assert.matches("0\ttrue\ttrue\n$", output)
  end)
end)
