-- SPDX-License-Identifier: MIT
-- The same requests as bare.c and flight.c, through the public API: decoded, judged, as objects.
--   lua5.4 client.lua get|send|keyed|page|decode|flight URL COUNT [--ca-file FILE | --ca-dir DIR]
-- Prints the CPU time of one request and the peak memory. COUNT 0 makes a single request.
local mode, url, count = arg[1], arg[2], tonumber(arg[3])
local agentmail = require "agentmail"
local client = agentmail.new {
  base_url = url,
  api_key = "am_bench",
  ca_file = arg[4] == "--ca-file" and arg[5] or nil,
  ca_dir = arg[4] == "--ca-dir" and arg[5] or nil,
  limits = mode == "flight" and { connections = 64 } or nil,
}
if mode == "get" and count == 0 then
  assert(client.inboxes:get "bench@example.com")
  return
end

local perform = dofile "bench/requests.lua"(client)[mode]
local many = mode == "page" or mode == "decode"
perform(mode == "flight" and 640 or many and 5 or 201)
local start = os.clock()
perform(count)
local spent = os.clock() - start
local peak = io.open("/proc/self/status"):read("a"):match("VmHWM:%s*(%d+)")
print(("%.3f %s"):format(spent / count * 1e6, peak))
