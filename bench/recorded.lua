-- SPDX-License-Identifier: MIT
-- One process of outbox.lua: sends with a key each, between two calls of agentmail.uuid(), at which
-- callgrind writes down what it has counted.
--   lua5.4 recorded.lua URL COUNT [FILE]       FILE: of an outbox
local url, count, path = arg[1], tonumber(arg[2]), arg[3]
local agentmail = require "agentmail"
local payload = dofile "bench/payload.lua"
local client = agentmail.new { base_url = url, api_key = "am_bench", outbox = path }
local messages = client:inbox(payload.inbox_id).messages
local message = {}
for name, value in pairs(payload.message) do message[name] = value end

local sent = 0
local function send(times)
  for _ = 1, times do
    sent = sent + 1
    message.idempotency_key = "bench-" .. 1000 + sent
    assert(assert(messages:send(message)).message_id)
  end
end

send(50)
collectgarbage()
agentmail.uuid()
send(count)
agentmail.uuid()
os.exit(true)
