-- SPDX-License-Identifier: MIT
-- A service for the listener with files to fetch. For fetches_spec.lua.

return {
  open = function()
    local count, once = 0, false
    local acts = {
      ["/404"] = function() return 404, "no" end,
      ["/elsewhere"] = function() return 302, "", { Location = "/a.txt" } end,
      ["/reset"] = function() return nil, nil, nil, { kill = "reset" } end,
      ["/huge"] = function() return 200, ("x"):rep(11 * 1024 * 1024) end,
      ["/never"] = function() return nil, nil, nil, { kill = "close", delay = -1 } end,
      ["/files/report.pdf?v=1"] = function()
        count = count + 1
        return 200, "%PDF\0\1\2\3\255", { ["Content-Type"] = "application/pdf" }
      end,
      ["/once"] = function()
        if once then return 410, "gone" end
        once = true
        return 200, "once"
      end,
    }
    return {
      handle = function(request)
        local act = acts[request.target]
        if act then return act() end
        return 200, request.target, { ["Content-Type"] = "text/plain" }
      end,
      call = function() return count end,
    }
  end,
}
