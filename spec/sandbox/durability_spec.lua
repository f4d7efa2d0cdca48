-- SPDX-License-Identifier: MIT
-- An answered request is never lost, even if the sandbox is killed.
local http = require "spec.support.http"
local process = require "spec.support.sandbox_process"
local sandboxes = require "agentmail.sandbox"

local A = "/v0/inboxes/a@agentmail.to"
local SEND = A .. "/messages/send"

describe("a sandbox that keeps its state in a file", function()
  local path

  before_each(function()
    path = os.tmpname()
    os.remove(path)
  end)

  after_each(function()
    for _, suffix in ipairs { "", "-wal", "-shm" } do os.remove(path .. suffix) end
  end)

  local function request(key)
    return { "POST", SEND, '{"to":"x@example.com"}',
             { "Authorization: Bearer am_test_local", "Idempotency-Key: " .. key } }
  end

  -- Many requests on few connections; the service will not finish all of them.
  local function crowd(started, round)
    local connections = {}
    for c = 1, 4 do
      local connection = http.connect(started.url)
      connection.keys = {}
      for i = 1, 60 do
        local key = ("r%d-%d-%d"):format(round, c, i)
        connection.keys[i] = key
        connection:write(table.unpack(request(key)))
      end
      connections[c] = connection
    end
    return connections
  end

  local function collect(connections, answered, unanswered)
    for _, connection in ipairs(connections) do
      for _, key in ipairs(connection.keys) do
        local status, body = connection:read()
        if status == 200 then
          answered[key] = body:match '"message_id":"([^"]+)"'
        else
          unanswered[#unanswered + 1] = key
        end
      end
      connection:close()
    end
  end

  -- A client much slower than the sandbox, as under valgrind, loses no answer midway.
  it("loses no answered request when killed eight times in a row #timing", function()
    local answered, unanswered, cut = {}, {}, 0
    local started = process.start("path=" .. path)
    assert.equal(200, (http.api(started)("POST", "/v0/inboxes", { username = "a" })))
    for round = 1, 8 do
      local before = #unanswered
      local connections = crowd(started, round)
      for _ = 1, round * 7 % 60 do assert.equal(200, (connections[1]:read())) end
      local keys = connections[1].keys
      for i = 1, round * 7 % 60 do
        table.remove(keys, 1)
        answered[("r%d-1-%d"):format(round, i)] = true
      end
      process.finish(started, "KILL")
      collect(connections, answered, unanswered)
      if #unanswered > before then cut = cut + 1 end
      started = process.start("path=" .. path)
    end
    assert.is_true(cut > 0, "no kill came in time to cut anything")
    local api, resent = http.api(started), {}
    for _, key in ipairs(unanswered) do
      local r = request(key)
      local status, body = api(r[1], r[2], r[3], { ["Idempotency-Key"] = key })
      assert.equal(200, status)
      resent[key] = body.message_id
    end
    local _, list = api("GET", "/_sandbox/v1/sent")
    local by_key = {}
    for _, row in ipairs(list.sent) do
      assert.is_nil(by_key[row.key], "sent twice: " .. row.key)
      by_key[row.key] = row.message_id
    end
    local count = 0
    for _, all in ipairs { answered, resent } do
      for key, message_id in pairs(all) do
        count = count + 1
        assert.is_truthy(by_key[key], "lost: " .. key)
        if message_id ~= true then assert.equal(message_id, by_key[key]) end
      end
    end
    assert.equal(8 * 240, count)
    local _, audit = api("GET", "/_sandbox/v1/audit")
    assert.same({ count, 0, 0 }, { audit.sent, #audit.duplicates, #audit.losses })
    process.finish(started, "TERM")
  end)

  it("lets only the owner read the file, and merges the log into it at the end", function()
    local started = process.start("path=" .. path)
    local pipe = io.popen("ls -l " .. path)
    assert.matches("^%-rw%-%-%-%-%-%-%-", pipe:read "a")
    pipe:close()
    assert.equal(200, (http.api(started)("POST", "/v0/inboxes", { username = "a" })))
    process.finish(started, "TERM")
    assert.is_nil(io.open(path .. "-wal")) -- merged into the file
    local again = assert(sandboxes.start { path = path })
    assert.equal(200, (http.api(again)("GET", A)))
    again:close()
  end)
end)
