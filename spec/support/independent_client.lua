-- SPDX-License-Identifier: MIT
-- A mail client and a counter that share no code with the sandbox. They speak HTTP on plain
-- sockets, and count the mails in the inbox that all are sent to. For independent_count_spec.lua.
--
--   … send URL API_KEY TOTAL FIRST STEP FILE   sends the mails FIRST, FIRST + STEP, … up to TOTAL,
--                     each up to six times; every fifth without a key; FILE: the answers
--   … count URL API_KEY TOTAL FILE…            prints mails, extra, unsent, losses
local cjson = require "cjson"
local socket = require "socket"

local mode, url, api_key, total = arg[1], arg[2], arg[3], tonumber(arg[4])
local host, port = url:match "^http://([^:]+):(%d+)"
local A, SINK = "/v0/inboxes/a@agentmail.to", "/v0/inboxes/sink@agentmail.to"
local ATTEMPTS = 6

local sock

local function connect()
  sock = assert(socket.connect(host, tonumber(port)))
  sock:setoption("tcp-nodelay", true)
  sock:settimeout(30)
end

-- One request; its status and decoded body, or nil when the answer was incomplete.
local function ask(method, target, key, body)
  if not sock then connect() end
  sock:send(("%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n%s%s\r\n%s"):format(
    method, target, api_key, key and "Idempotency-Key: " .. key .. "\r\n" or "",
    body and "Content-Length: " .. #body .. "\r\n" or "", body or ""))
  local status = tonumber((sock:receive "*l" or ""):match "^HTTP/1%.1 (%d+)")
  local length
  repeat
    local line = status and sock:receive "*l"
    if line then length = tonumber(line:lower():match "^content%-length: (%d+)") or length end
  until not line or line == ""
  local answer = status and length and sock:receive(length)
  if not answer then
    sock:close()
    sock = nil
    return nil
  end
  local ok, value = pcall(cjson.decode, answer)
  return status, ok and type(value) == "table" and value or {}
end

local function send()
  local out = assert(io.open(arg[7], "w"))
  for i = tonumber(arg[5]), total, tonumber(arg[6]) do
    local key = i % 5 ~= 0 and "op-" .. i or nil
    local body = ('{"to":"sink@agentmail.to","subject":"op-%d"}'):format(i)
    for _ = 1, ATTEMPTS do
      local status, answer = ask("POST", A .. "/messages/send", key, body)
      if status == 200 and answer.message_id then
        out:write("op-", i, " ", answer.message_id, "\n")
        break
      end
    end
  end
  out:close()
end

local function count()
  local by_subject, ids, mails, extra, token = {}, {}, 0, 0, nil
  repeat
    local status, page = ask("GET", SINK .. "/messages?limit=100" .. (token or ""))
    assert(status == 200, status)
    for _, item in ipairs(page.messages) do
      mails = mails + 1
      ids[item.message_id] = item.subject
      if by_subject[item.subject] then extra = extra + 1 end
      by_subject[item.subject] = true
    end
    token = page.next_page_token and "&page_token=" .. page.next_page_token
  until not token
  local unsent, losses, answered = 0, 0, 0 -- unsent: only mails with a key
  for i = 1, total do
    if i % 5 ~= 0 and not by_subject["op-" .. i] then unsent = unsent + 1 end
  end
  for i = 5, #arg do
    for line in io.lines(arg[i]) do
      local op, id = line:match "^(%S+) (.*)$"
      answered = answered + 1
      if ids[id] ~= op then losses = losses + 1 end
    end
  end
  print(cjson.encode { mails = mails, extra = extra, unsent = unsent, losses = losses,
                       answered = answered })
end

if mode == "send" then send() else count() end
