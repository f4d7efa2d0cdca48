-- SPDX-License-Identifier: MIT
-- One process of attachments.lua:
--   lua5.4 attachment.lua memory-up URL FILE     peak memory in KiB that one send takes over idle
--   lua5.4 attachment.lua memory-down URL FILE   the same for a download from URL into a file
--   lua5.4 attachment.lua speed URL FILE COUNT   wall time of one send in milliseconds
local mode, url, path, count = table.unpack(arg)
local agentmail = require "agentmail"
local core = require "agentmail.core"
local payload = dofile "bench/payload.lua"

local function peak()
  return tonumber(io.open("/proc/self/status"):read("a"):match("VmHWM:%s*(%d+)"))
end

local function client_of(base_url)
  return agentmail.new { base_url = base_url, api_key = "am_bench",
                         limits = { request_bytes = 1 << 30, attempts = 1 } }
end

local function sender(base_url, attachments)
  local messages = client_of(base_url):inbox(payload.inbox_id).messages
  return function()
    assert(messages:send { to = "customer@example.com", attachments = attachments })
  end
end

local modes = {}

modes["memory-up"] = function()
  sender(url, { { data = "small", filename = "a.txt" } })()
  local idle = peak()
  sender(url, { { path = path } })()
  print(peak() - idle)
end

modes["memory-down"] = function()
  local host, file = url:match("^(http://[^/]+)(/.*)$")
  local function get(target)
    local handle = client_of(host):inbox(payload.inbox_id):message("m"):attachment "a"
    handle.download_url = host .. target
    assert(handle:save(path))
  end
  get "/small"
  local idle = peak()
  get(file)
  print(peak() - idle)
end

function modes.speed()
  local send = sender(url, { { path = path } })
  send()
  local start = core.now()
  for _ = 1, count do send() end
  print(("%.3f"):format((core.now() - start) / count * 1e3))
end

modes[mode]()
