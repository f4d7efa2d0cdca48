-- SPDX-License-Identifier: MIT
-- The same requests as bare.c, through the public API: decoded, judged, as objects.
--   lua5.4 client.lua get|send URL COUNT [--ca-file FILE | --ca-dir DIR]
local mode, url, count = arg[1], arg[2], tonumber(arg[3])
local agentmail = require "agentmail"
local client = agentmail.new {
  base_url = url,
  api_key = "am_bench",
  ca_file = arg[4] == "--ca-file" and arg[5] or nil,
  ca_dir = arg[4] == "--ca-dir" and arg[5] or nil,
}
local inbox_id = "bench@example.com"
local request

if mode == "get" then
  local inboxes = client.inboxes
  function request()
    return assert(inboxes:get(inbox_id)).inbox_id
  end
else
  local messages, message = client:inbox(inbox_id).messages, dofile("bench/payload.lua").message
  function request()
    return assert(messages:send(message)).message_id
  end
end

request()
if count > 0 then
  for _ = 1, 200 do
    request()
  end
  local start = os.clock()
  for _ = 1, count do
    request()
  end
  local spent = os.clock() - start
  local peak = io.open("/proc/self/status"):read("a"):match("VmHWM:%s*(%d+)")
  print(("%.3f %s"):format(spent / count * 1e6, peak))
end
