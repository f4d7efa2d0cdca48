-- SPDX-License-Identifier: MIT
-- Waits in a loop, each after the message before: none is handed out twice, and none is left out,
-- however many have one time stamp.

local helper = require "spec.support.helper"

describe("a loop of waits, each after the message before", function()
  local function fields(message)
    local names = {}
    for name in pairs(message) do names[#names + 1] = name end
    table.sort(names)
    return table.concat(names, " ")
  end

  -- The messages that such a loop is handed, beginning after `from`.
  local function handed_out(messages, from, most, timeout)
    local subjects, after = {}, from
    local message, _, failure
    repeat
      message, _, failure = messages:wait { after = after, timeout = timeout or 0 }
      subjects[#subjects + 1], after = message and message.subject, message
    until not message or #subjects == most
    assert.equal(message and "nil" or "timeout", tostring(failure and failure.code))
    return table.concat(subjects, " "), after
  end

  local client, sandbox, support, key

  before_each(function()
    client, key, sandbox = helper.client()
    support = assert(client.inboxes:create { username = "w" })
  end)

  after_each(function() client:close() end)

  local function letters(first, last)
    for i = first, last do
      sandbox:inbound { to = support.inbox_id, from = "a@example.com", subject = "Q" .. i }
    end
  end

  it("hands out each mail of one time stamp once, in order", function()
    sandbox:freeze()
    for n = 1, 5 do letters(n, n) end
    assert.equal("Q1 Q2 Q3 Q4 Q5", (handed_out(support.messages, 0, 20)))
    local got, last = handed_out(support.messages, 0, 3)
    assert.equal("Q1 Q2 Q3", got)
    letters(6, 6)
    assert.equal("Q4 Q5 Q6", (handed_out(support.messages, last, 20)))
    assert.equal(fields(assert(support:message(last.message_id):get())), fields(last))
    sandbox:advance "1s"
    letters(7, 8)
    assert.equal("Q4 Q5 Q6 Q7 Q8", (handed_out(support.messages, last, 20)))
  end)

  it("leaves out what its beginning left out", function()
    sandbox:freeze()
    letters(1, 2)
    local before = assert(support.messages:list())
    letters(3, 5)
    assert.equal("Q3 Q4 Q5", (handed_out(support.messages, before, 20)))
    assert.equal("Q2 Q3 Q4 Q5", (handed_out(support.messages, before[2], 20)))
  end)

  it("excludes one message only where no wait returned it", function()
    sandbox:freeze()
    letters(1, 3)
    local _, last = handed_out(support.messages, 0, 3)
    local same = assert(support:message(last.message_id):get())
    assert.equal("Q1 Q2", (handed_out(support.messages, same, 20)))
    assert.equal("Q1 Q2", (handed_out(support.messages, { last }, 20)))
  end)

  it("hands out stamps of less than a millisecond once", function()
    local list = {}
    for i, digits in ipairs { "700", "600", "400", "100" } do -- microseconds, newest first
      list[i] = { message_id = "m" .. digits, inbox_id = "a@b.c", labels = { "received" },
                  timestamp = "2026-01-01T10:00:00.000" .. digits .. "Z", subject = digits }
    end
    local page, script = { body = { messages = list } }, {}
    for i = #list, 1, -1 do
      script[#script + 1] = page
      script[#script + 1] = { body = list[i] }
    end
    script[#script + 1] = page
    local messages = helper.scripted(script):inbox "a@b.c".messages
    assert.equal("100 400 600 700", (handed_out(messages, 0, 20)))
  end)

  it("hands out each of 30 mails of several senders once, while they come in", function()
    local program = os.tmpname()
    local file <close> = assert(io.open(program, "w"))
    file:write [[
      local guest = assert(require "agentmail".new().inboxes:create { client_id = "guest" })
      for i = 1, 5 do
        assert(guest.messages:send { to = "w@agentmail.to", subject = arg[1] .. i })
      end
    ]]
    file:close()
    local pipes, expected = {}, {}
    for sender = 1, 6 do
      pipes[sender] = io.popen(("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s LUA_PATH=%q "
        .. "LUA_CPATH=%q %s %s m%d 2>&1"):format(sandbox.url, key, package.path, package.cpath,
                                                 os.getenv "LUA" or "lua5.4", program, sender))
    end
    local got, last = handed_out(support.messages, 0, 30, 20)
    for _, pipe in ipairs(pipes) do
      assert.equal("", pipe:read "a")
      assert.is_true(pipe:close())
    end
    os.remove(program)
    for i, each in ipairs(assert(support.messages:all { ascending = true })) do
      expected[i] = each.subject
    end
    assert.equal(30, #expected)
    assert.equal(table.concat(expected, " "), got)
    assert.equal("", (handed_out(support.messages, last, 20)))
  end)
end)
