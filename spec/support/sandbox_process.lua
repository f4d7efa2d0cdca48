-- SPDX-License-Identifier: MIT
-- The sandbox's program in its own process. For durability_spec and hostile_input_spec.

local LUA = os.getenv "LUA" or "lua5.4"
local PROGRAM = [[LUA_PATH='%s' LUA_CPATH='%s' sh -c 'echo $$
  exec %s -e "require(\"agentmail.sandbox\").main(arg)" - %s seed=5' 2>&1]]

local sandbox_process = {}

-- Ends a process left behind by a failed test before closing its pipe, which would wait for it.
local mt = {
  __gc = function(started)
    if io.type(started.pipe) == "file" then os.execute("kill -KILL " .. started.pid) end
  end,
}

--- Starts it: returns its URL and API key, and the data for finish.
function sandbox_process.start(options)
  local pipe = io.popen(PROGRAM:format(package.path, package.cpath, LUA, options or ""))
  local pid = pipe:read "l"
  local url
  repeat
    local line = assert(pipe:read "l")
    url = line:match "url%s+(%S+)"
  until url
  return setmetatable({ url = url, api_key = "am_test_local", pid = pid, pipe = pipe }, mt)
end

--- Ends it with a signal, and waits until it is gone.
function sandbox_process.finish(started, signal)
  os.execute(("kill -%s %s"):format(signal, started.pid))
  started.pipe:read "a"
  started.pipe:close()
end

return sandbox_process
