-- SPDX-License-Identifier: MIT
-- Compares the sandbox's own record with an independent one: clients in separate processes send
-- through random faults; another counts what arrived. Also, the same seed and rules give the same
-- faults to the same keys, for any number of clients. The clock is stopped, the hardest case for
-- the list that the count reads: all its mails have the same time.
local cjson = require "cjson"
local http = require "spec.support.http"
local sandboxes = require "agentmail.sandbox"
local socket = require "socket"

local LUA = os.getenv "LUA" or "lua5.4"
-- Under valgrind and ASan, which this variable indicates, the count is irrelevant.
local loaded = os.getenv "LD_PRELOAD" or ""
local SLOW = loaded:find "asan" or loaded:find "valgrind"
local TOTAL = SLOW and 500 or tonumber(os.getenv "AGENTMAIL_SENDS") or 20000
local SEED = tonumber(os.getenv "AGENTMAIL_SEED") or 20260722

local function rule(name, at, kind, probability, match)
  return { name = name, at = at, ["do"] = kind, when = { probability = probability }, match = match,
           ["until"] = { hits = 1000000000 } }
end

local RULES = {
  rule("busy", "reserved", { kind = "reset", busy = "0s" }, 0.03),
  rule("forgotten", "expired", "nothing", 0.05),
  rule("down", "before", "503", 0.1),
  rule("cut", "before", "reset", 0.05),
  rule("lost", "commit", "reset", 0.1),
  rule("half", "commit", "truncate", 0.03),
  rule("odd", "commit", "wrong_shape", 0.03),
  rule("gateway", "commit", "html", 0.03),
  rule("chunk", "body", "bad_chunk", 0.03),
}
for _, one in ipairs(RULES) do one.match = { sends = true } end

describe("the sandbox", function()
  local sandbox, files

  before_each(function()
    sandbox = assert(sandboxes.start { namespace = "truth", seed = SEED, clock = "2030-05-01" })
    local api = http.api(sandbox)
    for _, name in ipairs { "a", "sink" } do api("POST", "/v0/inboxes", { username = name }) end
    files = {}
  end)

  after_each(function()
    sandbox:close()
    for _, file in ipairs(files) do os.remove(file) end
  end)

  local function client(...)
    return assert(io.popen(("%s spec/support/independent_client.lua %s 2>&1"):format(LUA,
      table.concat({ ... }, " "))))
  end

  local function finish(pipe)
    local output = pipe:read "a"
    assert(pipe:close(), output)
    return output
  end

  -- Lets `workers` processes send the mails 1 to total between them.
  local function send(total, workers)
    local pipes = {}
    for i = 1, workers do
      files[#files + 1] = os.tmpname()
      pipes[i] = client("send", sandbox.url, sandbox.api_key, total, i, workers, files[#files])
    end
    for _, pipe in ipairs(pipes) do assert.equal("", finish(pipe)) end
  end

  it(("agrees with an independent count of %d sends"):format(TOTAL), function()
    sandbox:faults(RULES)
    local began = socket.gettime()
    send(TOTAL, 4)
    local sent = socket.gettime()
    sandbox:heal()
    local seen = cjson.decode(finish(client("count", sandbox.url, sandbox.api_key, TOTAL,
      table.concat(files, " "))))
    local counted = socket.gettime()
    local audit = sandbox:audit()
    if os.getenv "AGENTMAIL_SENDS" then
      print(("%d mails asked for in %.0f s, %d requests; counted in %.0f s: %d mails, %d extra, "
        .. "%d unsent, %d lost; audited in %.0f s: %d mails, %d extra, %d unsent, %d lost"):format(
        TOTAL, sent - began, audit.requests, counted - sent, seen.mails, seen.extra, seen.unsent,
        seen.losses, socket.gettime() - counted, audit.sent, audit.extra_mails, #audit.unsent,
        #audit.losses))
    end
    assert.same({ seen.mails, seen.extra, seen.unsent, seen.losses },
                { audit.sent, audit.extra_mails, #audit.unsent, #audit.losses })
    assert.equal(0, seen.losses)
    local extra = 0
    for _, group in ipairs(audit.duplicates) do extra = extra + #group.mails - 1 end
    assert.equal(seen.extra, extra)
    -- the faults occurred, and had their effect
    assert.is_true(seen.extra > TOTAL // 100)
    assert.is_true(#audit.unsent > 0 or TOTAL < 20000)
    assert.is_true(audit.requests > TOTAL * 5 // 4)
    assert.is_true(seen.answered > TOTAL * 95 // 100)
  end)

  it("gives the same faults to the same keys for 1 client and for 8", function()
    local function hits(workers)
      sandbox:reset()
      local api = http.api(sandbox)
      for _, name in ipairs { "a", "sink" } do api("POST", "/v0/inboxes", { username = name }) end
      sandbox:faults(RULES)
      send(SLOW and 80 or 800, workers)
      local by_key, count = {}, 0
      for _, row in ipairs(sandbox:requests()) do
        if row.key then
          by_key[row.key] = (by_key[row.key] or "") .. " " .. (row.fault or "-")
          if row.fault then count = count + 1 end
        end
      end
      return by_key, count
    end
    local one, count = hits(1)
    local eight = hits(8)
    assert.is_true(count > (SLOW and 10 or 100))
    assert.same(one, eight)
  end)
end)
