-- SPDX-License-Identifier: MIT
-- A finalizer that closes the call or its client while the core hands an answer to Lua does not
-- cut the answer.

local core = require "agentmail.core"
local raw_server = require "spec.support.raw_server"

local BODY = '{"a":"bbbbbbb"}'

-- Runs f(...) such that the collector runs `finalize` at the first allocation that checks it.
local function with_finalizer(finalize, f, ...)
  local grown = {}
  collectgarbage "generational"
  collectgarbage()
  collectgarbage "stop"
  setmetatable({}, { __gc = finalize })
  collectgarbage "restart"
  for i = 1, 9 do grown[i] = i end -- takes memory, and does not check
  assert(#grown == 9)
  local results = table.pack(pcall(f, ...))
  collectgarbage "incremental"
  return table.unpack(results, 1, results.n)
end

describe("an answer that a wait hands out", function()
  for _, way in ipairs { "wait", "wait_any" } do
    for _, closed in ipairs { "call", "client" } do
      it(("is whole although a finalizer closes the %s in %s"):format(closed, way), function()
        local server <close> = raw_server.start {
          { bytes = ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"):format(#BODY, BODY) } }
        local client = core.client { base_url = server.url, proxy = "", api_key = "k" }
        local call = assert(client:submit("GET", "/v0/x", "safe"))
        while call:state() ~= "judging" do core.step() end
        local things, finalized = { call = call, client = client }, false
        local function finalize()
          finalized = true
          things[closed]:close()
        end
        local calls = { [call] = true }
        local wait = way == "wait" and call.wait or core.wait_any
        local results = table.pack(with_finalizer(finalize, wait, way == "wait" and call or calls))
        assert.is_true(finalized)
        assert.same(way == "wait" and { true, "judging", 200, BODY, n = 4 }
                                  or { true, call, "judging", 200, BODY, n = 5 }, results)
        call:close()
        client:close()
      end)
    end
  end
end)
