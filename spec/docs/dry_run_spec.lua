-- SPDX-License-Identifier: MIT
-- Scripts run unchanged in a dry run: the README's first one, and the examples that do not read
-- back the mail they sent.

local helper = require "spec.support.helper"

-- Makes each client a dry one, which prints its reports.
local DRY = [[
  local agentmail = require "agentmail"
  local new = agentmail.new
  local function with(options, dry)
    local all = { dry = dry }
    for name, value in pairs(options or {}) do all[name] = value end
    return all
  end
  function agentmail.new(options)
    return new(with(options, function(request) print("told", request.operation) end))
  end
]]

-- As if its inboxes already existed: their creation is not part of the dry run.
local IN_PLACE = [[
  local dry = agentmail.new
  function agentmail.new(options)
    local client, real = dry(options), new(options)
    rawset(client, "inboxes", {
      create = function(_, arguments)
        return client:inbox(assert(real.inboxes:create(arguments)).inbox_id)
      end,
    })
    return client
  end
]]

local function first_script()
  local file <close> = assert(io.open "README.md")
  return file:read "a":match "\n```lua\n(.-)\n```"
end

local function told_by(output)
  local operations = {}
  for operation in output:gmatch "told%s+([%w_.]+)" do operations[#operations + 1] = operation end
  return table.concat(operations, " ")
end

describe("in a dry run", function()
  local real, environment, view

  before_each(function()
    local key
    real, key, view = helper.client()
    environment = ("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s"):format(view.url, key)
  end)

  after_each(function() real:close() end)

  it("the README's first script sends nothing", function()
    local before = #view:requests()
    assert.equal("told\tinboxes.create\n", helper.run(DRY .. first_script(), environment))
    assert.equal(before, #view:requests())
  end)

  it("the README's first script reports whom it would reply to", function()
    local inbox = assert(real.inboxes:create { username = "support", client_id = "support-v1" })
    for i = 1, 3 do
      view:inbound { to = inbox.inbox_id, from = "guest@example.com", subject = "Help " .. i }
    end
    local expected = ("inboxes.messages.reply inboxes.messages.update "):rep(3):sub(1, -2)
    for _ = 1, 2 do
      assert.equal(expected, told_by(helper.run(DRY .. IN_PLACE .. first_script(), environment)))
    end
    assert.equal(0, #view:sent())
    assert.equal(3, #assert(inbox.messages:all { labels = "unread" }))
  end)

  it("examples/lost_ack.lua sends no mail", function()
    local output = helper.run(DRY .. "dofile 'examples/lost_ack.lua'")
    assert.matches("\nsent dry%-%d+: not_applied after 0 attempts\n", output)
    assert.matches("\n0 requests, 0 mails sent, duplicates 0, losses 0\n$", output)
    assert.equal("inboxes.create inboxes.create inboxes.create inboxes.drafts.create "
      .. "inboxes.drafts.send", told_by(output))
  end)

  it("examples/one_time_code.lua finds the code that comes to an existing inbox", function()
    assert.equal("the code is 493027\n",
                 helper.run(DRY .. IN_PLACE .. "dofile 'examples/one_time_code.lua'"))
  end)
end)
