-- SPDX-License-Identifier: MIT
-- Many WebSockets, and hostile ones. The frames are random, from a seed, which a failure tells.
local http = require "spec.support.http"
local process = require "spec.support.sandbox_process"
local sandboxes = require "agentmail.sandbox"
local websocket = require "spec.support.websocket"

-- A sanitizer's memory, and valgrind's, says nothing of ours.
local loaded = os.getenv "LD_PRELOAD" or ""
local SLOW = loaded:find "asan" or loaded:find "valgrind"
local CROWD = SLOW and 100 or tonumber(os.getenv "AGENTMAIL_SOCKETS") or 1000
local MOST_KB = 10 * 1024 -- a thousand of them
local FRAMES, A_CONNECTION = loaded:find "valgrind" and 500 or 10000, 50
local SEED = tonumber(os.getenv "AGENTMAIL_SEED") or 20261130

local frame, random = websocket.frame, math.random

local function bytes(most)
  local list = {}
  for i = 1, random(0, most) do list[i] = string.char(random(0, 255)) end
  return table.concat(list)
end

local function ascii(most) return (bytes(most):gsub("[\128-\255]", "x")) end

-- Frames of a client, whole ones; most are wrong.
local makers = {
  function() return frame(websocket.TEXT, '{"type":"subscribe"}') end,
  function() return frame(websocket.TEXT, '{"type":"subscribe","pod_ids":["?"]}') end,
  function() return frame(websocket.TEXT, ascii(40)) end,
  function() return frame(websocket.BINARY, bytes(300)) end,
  function() return frame(websocket.PING, bytes(125)) end,
  function() return frame(websocket.PONG, bytes(125)) end,
  function() return frame(websocket.TEXT, ascii(20), { fin = false }) end,
  function() return frame(0, ascii(20), { fin = random(2) == 1 }) end,
}
local rare = {
  function() return frame(websocket.TEXT, bytes(40)) end,
  function() return frame(random(0, 15), bytes(200), { rsv = random(0, 7) }) end,
  function() return frame(random(0, 15), bytes(20), { unmasked = true }) end,
  function() return frame(websocket.CLOSE, bytes(125)) end,
  function() return frame(websocket.PING, ("x"):rep(random(126, 400))) end,
  function() return frame(websocket.TEXT, ("x"):rep(random(60000, 70000))) end,
}
-- What is no whole frame: nothing can follow it.
local broken = {
  function() return string.pack(">BBI8", 0x81, 0xFF, random(0) | 1 << 32) end,
  function() return frame(websocket.TEXT, ("x"):rep(300)):sub(1, random(1, 200)) end,
  function() return bytes(500) end,
}

local function descriptors()
  local pipe = io.popen "ls /proc/$PPID/fd 2>/dev/null | wc -l"
  local count = tonumber(pipe:read "a")
  pipe:close()
  return count
end

describe("WebSockets of the sandbox", function()
  it("survive any frames: each connection ends in order, and nothing is left", function()
    math.randomseed(SEED)
    local sandbox <close> = assert(sandboxes.start { namespace = "hostile" })
    local api = http.api(sandbox)
    assert.equal(200, (api("POST", "/v0/inboxes", { username = "a" })))
    assert(websocket.connect(sandbox.url, { api_key = sandbox.api_key })):close()
    local before, sent = nil, 0
    while sent < FRAMES do
      local client = assert(websocket.connect(sandbox.url, { api_key = sandbox.api_key }))
      before = before or descriptors()
      local count, whole = random(A_CONNECTION), random(4) > 1
      for _ = 1, count do client:send(makers[random(#makers)]()) end
      if random(2) == 1 then client:send(rare[random(#rare)]()) end
      client:send(whole and frame(websocket.CLOSE, "\3\232") or broken[random(#broken)]())
      client.sock:shutdown "send"
      sent = sent + count + 1
      local opcode, ending, last
      repeat
        last = opcode
        opcode, ending = client:read()
      until not opcode
      client:close()
      local seen = ("seed %d, after %d frames"):format(SEED, sent)
      assert.equal("closed", ending, seen)
      if whole then assert.equal(websocket.CLOSE, last, seen) end
    end
    assert.equal(200, (api("GET", "/v0/inboxes")))
    local patience = 1000
    while descriptors() >= before and patience > 0 do patience = patience - 1 end
    assert.is_true(descriptors() < before) -- the one that was open then is closed, too
  end)

  it("may be asked for pongs without end, which nobody reads", function()
    local sandbox <close> = assert(sandboxes.start { namespace = "hostile" })
    for _, size in ipairs { 0, 125 } do
      local client = assert(websocket.connect(sandbox.url, { api_key = sandbox.api_key }))
      local pings, problem = frame(websocket.PING, ("x"):rep(size)):rep(60000 // (size + 6)), nil
      for _ = 1, 1000 do
        problem = select(2, client.sock:send(pings))
        if problem then break end
      end
      assert.equal("closed", problem) -- cut, not stuck
      assert.equal(200, (http.api(sandbox)("GET", "/v0/inboxes")))
      client:close()
    end
  end)

  it("cost little while they are idle, and all get what happens", function()
    local started = process.start()
    local api = http.api(started)
    http.ok(api("POST", "/v0/inboxes", { username = "a" }))
    local function resident()
      local file = io.open(("/proc/%s/status"):format(started.pid))
      local text = file and file:read "a" or "VmRSS: 0 kB"
      if file then file:close() end
      return tonumber(text:match "VmRSS:%s*(%d+)")
    end
    local sockets, before = {}, resident()
    for i = 1, CROWD do
      sockets[i] = assert(websocket.connect(started.url, { api_key = started.api_key }))
      assert.equal("subscribed", sockets[i]:ask({ type = "subscribe" }).type)
    end
    local grown = resident() - before
    if not SLOW then
      assert.is_true(grown * 1000 / CROWD <= MOST_KB, ("%d kB for %d"):format(grown, CROWD))
    end
    if os.getenv "AGENTMAIL_TELL" then print(("# %d kB for %d"):format(grown, CROWD)) end
    http.ok(api("POST", "/_sandbox/v1/inbound", { to = "a@agentmail.to", subject = "all" }))
    local event_id = sockets[1]:next().event_id
    for i = 2, CROWD do assert.equal(event_id, sockets[i]:next().event_id) end
    for i = 1, CROWD do sockets[i]:close() end
    assert.equal(200, (api("GET", "/v0/inboxes")))
    process.finish(started, "TERM")
  end)
end)
