-- SPDX-License-Identifier: MIT
-- Randomly broken mails through the raw endpoint: each is accepted, and has every part that GMime's
-- own walk finds in it. AGENTMAIL_MUTATIONS sets how many, AGENTMAIL_SEED which.
local gmime = require "agentmail.sandbox.gmime"
local http = require "spec.support.http"

local COUNT = tonumber(os.getenv "AGENTMAIL_MUTATIONS") or 500
local SEED = tonumber(os.getenv "AGENTMAIL_SEED") or 1
local DESK = "/v0/inboxes/desk@agentmail.to/messages/"

-- Ways to break mails.
local PIECES = {
  "\0", "\r", "\n", "\r\n", "\n\n", " ", "\t", "\255", "\239\187\191", "\27$B", "--b", "--b--",
  "--P", "--", "=?utf-8?Q?=C3?=", "=?iso-2022-jp?B?GyRC?=", "=?", "?=", "(", ")", "<", ">", '"',
  "\\", ":", ";", ",", "@", "boundary=b", "charset=utf-16", "charset=iso-2022-kr",
  "filename*0*=", "filename*=utf-8''%", "From ", "To: desk@agentmail.to\n",
  "Content-Type: multipart/mixed; boundary=b\n", "Content-Type: message/rfc822\n",
  "Content-Transfer-Encoding: base64\n", "Content-Transfer-Encoding: x-uuencode\n",
  "Content-Disposition: attachment\n", "Message-ID: ", "Authentication-Results: x; dmarc=fail\n",
}

local function seeds()
  local list, pipe = {}, io.popen "ls spec/sandbox/mails"
  for name in pipe:lines() do
    local file <close> = assert(io.open("spec/sandbox/mails/" .. name, "rb"))
    list[#list + 1] = file:read "a"
  end
  pipe:close()
  return list
end

local function mutated(list)
  local bytes = list[math.random(#list)]
  for _ = 1, math.random(6) do
    local from, to = math.random(#bytes + 1), math.random(#bytes + 1)
    if from > to then from, to = to, from end
    local how = math.random(5)
    if how == 1 then
      bytes = bytes:sub(1, from - 1) .. string.char(math.random(0, 255)) .. bytes:sub(from + 1)
    elseif how == 2 then
      bytes = bytes:sub(1, from - 1) .. bytes:sub(math.min(to, from + 20))
    elseif how == 3 then
      bytes = bytes:sub(1, from - 1) .. PIECES[math.random(#PIECES)] .. bytes:sub(from)
    elseif how == 4 then
      bytes = bytes:sub(1, to) .. bytes:sub(from, math.min(to, from + 200)) .. bytes:sub(to + 1)
    else
      local other = list[math.random(#list)]
      bytes = bytes:sub(1, from) .. other:sub(math.random(#other))
    end
  end
  return bytes
end

describe("mutated mails", function()
  local sandbox, api = http.sandbox({ namespace = "mutated" }, "desk")

  local function parts_of(message)
    return (message.text and 1 or 0) + (message.html and 1 or 0)
      + (message.attachments and #message.attachments or 0)
  end

  it(("are taken whole, %d of them"):format(COUNT), function()
    math.randomseed(SEED)
    local list, seen = seeds(), {}
    for i = 1, COUNT do
      local bytes = mutated(list)
      local which = ("%d of seed %d: %q"):format(i, SEED, bytes)
      local status, answer = api("POST", "/_sandbox/v1/inbound?to=desk@agentmail.to", bytes,
                                 { ["Content-Type"] = "message/rfc822" })
      assert.equal(200, status, which)
      local id = answer.message_id
      if not seen[id] then -- an id that already exists is the same mail again
        seen[id] = true
        local found, message = api("GET", DESK .. http.escape(id))
        assert.equal(200, found, which)
        assert.is_true(parts_of(message) >= gmime.leaves(bytes), which)
        assert.equal(#bytes, message.size, which)
      end
      if i % 1000 == 0 then
        sandbox:reset()
        seen = {}
        api("POST", "/v0/inboxes", { username = "desk" })
      end
    end
    assert.equal("ok", select(2, api("GET", "/_sandbox/v1/health")).status)
  end)
end)
