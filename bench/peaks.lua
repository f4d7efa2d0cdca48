-- SPDX-License-Identifier: MIT
-- The peak memory of a process that has performed many requests, ours beside bare libcurl's. Where
-- the system maps libraries moves it by 0.1 MiB, so that each figure is a median of processes.
local counting = dofile ".ci/counting.lua"
local payload = dofile "bench/payload.lua"

local INBOX = "/v0/inboxes/" .. payload.inbox_id
local PATHS = { get = INBOX, send = INBOX .. "/messages/send" }

local peaks = {}

peaks.REQUESTS, peaks.PROCESSES = 4000, 25

-- A program of the benchmark prints its time, then KiB.
local function peak(command)
  return tonumber(counting.read(command .. " " .. peaks.REQUESTS):match "[%d.]+ (%d+)") / 1024
end

---@param server table   of server.lua
---@param mode "get" | "send"
---@param settings { build: string, lua: string }
---@return { bare: number, ours: number, more: number } MiB
function peaks.measure(server, mode, settings)
  local bare, ours, more = {}, {}, {}
  for i = 1, peaks.PROCESSES do
    bare[i] = peak(("%s/bench/bare %s %s%s"):format(settings.build, mode, server.http, PATHS[mode]))
    ours[i] = peak(("%s bench/client.lua %s %s"):format(settings.lua, mode, server.http))
    more[i] = ours[i] - bare[i]
  end
  local median = counting.median
  return { bare = median(bare), ours = median(ours), more = median(more) }
end

return peaks
