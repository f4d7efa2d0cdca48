-- SPDX-License-Identifier: MIT
-- One process of attachments.lua:
--   lua5.4 attachment.lua memory-up URL FILE     peak memory in KiB that one send takes over idle
--   lua5.4 attachment.lua memory-down URL FILE   the same for a download from URL into a file
--   lua5.4 attachment.lua speed URL FILE COUNT   wall time of one send in milliseconds
--   lua5.4 attachment.lua decode COUNT           decoding a page of 100 messages: ours over bare
--   lua5.4 attachment.lua count ours|bare COUNT  only decodes; callgrind counts the instructions
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

-- Decodes a page of 100 messages: ours into objects, lua-cjson into tables.
local function decoders()
  local answers, bare = require "agentmail.call.answer", require("cjson").new()
  local scope = getmetatable(client_of("http://127.0.0.1:9"):inbox(payload.inbox_id)).scope
  local items = {}
  for i = 1, 100 do items[i] = payload.message_item:gsub("%%d", i) end
  local text = '{"count":100,"limit":100,"next_page_token":"t","messages":['
    .. table.concat(items, ",") .. "]}"
  return {
    ours = function() return assert(answers.decode("ListMessagesResponse", text, scope)) end,
    bare = function() return bare.decode(text) end,
  }
end

function modes.decode()
  local decode = decoders()
  local function time(of)
    collectgarbage()
    local start = os.clock()
    for _ = 1, 200 do of() end
    return os.clock() - start
  end
  local ratios = {}
  for round = 1, tonumber(url) do
    local plain = time(decode.bare)
    ratios[round] = time(decode.ours) / plain
  end
  table.sort(ratios)
  print(("%.3f"):format(ratios[(#ratios + 1) // 2]))
end

function modes.count()
  local decode = decoders()[url]
  for _ = 1, tonumber(path) do decode() end
end

modes[mode]()
