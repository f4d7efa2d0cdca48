-- SPDX-License-Identifier: MIT
-- The end of a list, in the forms of other services.

local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

-- Forms of "no more pages".
local ENDS = {
  { "an empty token", ',"next_page_token":""' },
  { "a null token", ',"next_page_token":null' },
  { "no token", "" },
}

describe("a list ends with", function()
  local server

  setup(function() server = raw_server.start() end)
  teardown(function() server:close() end)

  local function script(name, item, ending)
    server:script { { bytes = raw.json(200, ('{"count":1,"%s":[%s]%s}'):format(name, item,
      ending)) } }
  end

  for _, ending in ipairs(ENDS) do
    it(ending[1] .. ": a loop returns each item once", function()
      script("messages", '{"message_id":"<m@x>"}', ending[2])
      local client <close> = server:client()
      local seen = {}
      for message in client:inbox("a@b.c").messages:each() do
        seen[#seen + 1] = message.message_id
      end
      assert.same({ "<m@x>" }, seen)
      assert.equal(1, #server:log())
    end)

    it(ending[1] .. ": all and search return each item once", function()
      script("messages", '{"message_id":"<m@x>"}', ending[2])
      local client <close> = server:client()
      local messages = client:inbox("a@b.c").messages
      assert.equal(1, #assert(messages:all()))
      local count = 0
      for _ in assert(messages:search "x"):each() do count = count + 1 end
      assert.equal(1, count)
      assert.equal(2, #server:log())
    end)

    it(ending[1] .. ": its page is the last", function()
      script("inboxes", '{"inbox_id":"a@b.c"}', ending[2])
      local client <close> = server:client()
      local page = assert(client.inboxes:list())
      assert.is_nil((page:next()))
      local count = 0
      for _ in page:each() do count = count + 1 end
      assert.equal(1, count)
      assert.equal(1, #server:log())
    end)

    it(ending[1] .. ": so does a thread that comes in pages", function()
      server:script { { bytes = raw.json(200, '{"thread_id":"t1","messages":[{"message_id":'
        .. '"<m@x>"}]' .. ending[2] .. "}") } }
      local client <close> = server:client()
      assert.equal(1, #assert(client:inbox("a@b.c").threads:get "t1").messages)
      assert.equal(1, #server:log())
    end)

    it(ending[1] .. ": a wait for mail goes on, and finds it", function()
      server:script {
        { bytes = raw.json(200, '{"count":0,"messages":[]' .. ending[2] .. "}") },
        { bytes = raw.json(200, '{"count":1,"messages":[{"message_id":"<m@x>","thread_id":"t1",'
          .. '"labels":["received"],"timestamp":"2030-01-01T00:00:00Z"}]' .. ending[2] .. "}") },
        { bytes = raw.json(200, '{"message_id":"<m@x>","thread_id":"t1","labels":["received"]}') },
      }
      local client <close> = server:client { poll_base = 0.001, poll_cap = 0.001 }
      local message, problem = client:inbox("a@b.c").messages:wait { timeout = 5 }
      assert.equal("<m@x>", assert(message, problem).message_id)
    end)
  end

  it("no repeated token, which is a failure", function()
    script("messages", '{"message_id":"<m@x>"}', ',"next_page_token":"t"')
    local client <close> = server:client()
    local seen = 0
    local done, problem = pcall(function()
      for _ in client:inbox("a@b.c").messages:each() do seen = seen + 1 end
    end)
    assert.is_false(done)
    assert.matches("repeated the page token", problem)
  end)
end)
