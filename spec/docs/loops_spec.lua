-- SPDX-License-Identifier: MIT
-- The loops in README, guide, porting guide and examples reply once to each mail, although the
-- program is killed between its reply and the record of it, and words each reply differently. Each
-- loop runs as printed, in separate processes, against the sandbox.

local helper = require "spec.support.helper"

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

-- The only Lua sample of a page that contains a text.
local function sample(path, holds)
  local found
  for block in read(path):gmatch "\n```lua\n(.-)\n```" do
    if block:find(holds, 1, true) then
      assert(not found, path .. " has two samples with " .. holds)
      found = block
    end
  end
  return assert(found, path .. " has no sample with " .. holds)
end

-- Replaces the printed texts by a model's: different words in each run.
local function reworded(loop)
  local made, count = loop:gsub('text = "[^"]*"', "text = write_reply()")
  assert(count == 1 or loop:find("write_reply", 1, true), loop)
  return made
end

-- A model; and a process that is killed right after a send, before it can do anything else.
local BEFORE = [[
local function write_reply() return "Thanks! " .. require "agentmail".uuid() end
if os.getenv "DIES" then
  local methods = require "agentmail.object.object".classes.%s.methods
  local send = methods.%s
  function methods.%s(...)
    local sent = assert(send(...))
    io.stdout:write("sent ", sent.message_id, "\n")
    io.stdout:flush()
    os.execute "kill -9 $PPID"
  end
end
]]

local OPEN = [[
local agentmail = require "agentmail"
local client = agentmail.new()
local inbox = assert(client.inboxes:create { username = "support", client_id = "support-v1" })
]]

local function guide(loop)
  return table.concat({ OPEN, sample("docs/guide.md", "local function reply_once"),
                        sample("docs/guide.md", "local function send_draft_once"), loop }, "\n")
end

local by_labels = sample("docs/guide.md", 'each { labels = { "received", "unread" } }')

-- name, the program, whether it removes labels, the method after whose success it is killed
local LOOPS = {
  { "the README", sample("README.md", "message:reply"), labels = true },
  { "docs/porting.md", OPEN .. sample("docs/porting.md", "message:reply {"), labels = true },
  { "examples/lost_ack.lua", OPEN .. "local ann = inbox\n"
    .. read "examples/lost_ack.lua":match "(%-%- Whether an earlier run.-\nend\n.-\nend)\n\ndofile",
    labels = true },
  { "docs/guide.md, by labels", guide(by_labels), labels = true },
  { "docs/guide.md, by drafts", guide((by_labels:gsub("reply_once", "send_draft_once"))),
    labels = true, class = "Draft", method = "send" },
  { "docs/guide.md, by watch", guide((sample("docs/guide.md", "state = load()")
    :gsub("state = load%(%)", "%0, after = 0, timeout = 0"))) },
}

describe("the loop of", function()
  local client, view, environment, folder, root, inbox

  before_each(function()
    local key
    client, key, view = helper.client()
    environment = ("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s"):format(view.url, key)
    inbox = assert(client.inboxes:create { username = "support", client_id = "support-v1" })
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    local pipe <close> = io.popen "pwd"
    root = pipe:read "l"
  end)

  after_each(function()
    client:close()
    os.execute("rm -r " .. folder)
  end)

  local function letter(subject)
    view:inbound { to = inbox.inbox_id, from = "guest@example.com", subject = subject, text = "?" }
  end

  -- Runs a loop in the folder where watch stores its state.
  local function run(loop, dies)
    local class, method = loop.class or "Message", loop.method or "reply"
    local program = BEFORE:format(class, method, method) .. reworded(loop[2])
    local function absolute(path)
      return (";" .. path):gsub(";([^/;])", ";" .. root .. "/%1"):sub(2)
    end
    local file <close> = assert(io.open(folder .. "/loop.lua", "w"))
    file:write(program)
    file:close()
    local command = ("cd %s && %s %s LUA_PATH=%q LUA_CPATH=%q %s loop.lua 2>&1"):format(folder,
      environment, dies and "DIES=1" or "", absolute(package.path), absolute(package.cpath),
      os.getenv "LUA" or "lua5.4")
    local pipe = assert(io.popen(command))
    local output = pipe:read "a"
    return pipe:close(), output
  end

  local function replies()
    local subjects = {}
    for i, mail in ipairs(view:sent()) do subjects[i] = mail.subject end
    return subjects
  end

  for _, loop in ipairs(LOOPS) do
    it(loop[1] .. " replies once, though killed before the label and reworded", function()
      letter "one"
      local ended, output = run(loop, true)
      assert.is_nil(ended)
      assert.matches("^sent <[^\n]+\n", output)
      assert.same({ "Re: one" }, replies())
      letter "two"
      for _ = 1, 2 do
        ended, output = run(loop)
        assert.is_true(ended, output)
        assert.equal("", output)
        assert.same({ "Re: one", "Re: two" }, replies())
      end
      local refused = 0
      for _, request in ipairs(view:requests()) do
        if request.seen == 409 then refused = refused + 1 end
      end
      assert.is_true(refused > 0 or loop.class == "Draft", "the words did not differ")
      if loop.labels then assert.equal(0, #inbox.messages:list { labels = "unread" }) end
      local audit = view:audit()
      assert.same({ 0, 0 }, { #audit.duplicates, #audit.losses })
    end)
  end

  -- The service's documentation does not say what a client_id returns once its draft was sent.
  it("docs/guide.md sends a draft once when the service makes a new one, and a day later",
     function()
    local loop = LOOPS[5]
    for _, case in ipairs { { "recreate", 409 }, { "replay", 404 } } do
      view:reset()
      inbox = assert(client.inboxes:create { username = "support", client_id = "support-v1" })
      view:switch { draft_client_id = case[1] }
      letter "one"
      run(loop, true)
      if case[1] == "replay" then view:advance "25h" end -- the service has forgotten the key
      local ended, output = run(loop)
      assert.is_true(ended, output)
      assert.same({ "Re: one" }, replies())
      assert.equal(0, #inbox.messages:list { labels = "unread" })
      local requests = view:requests { operation = "inboxes.drafts.send" }
      assert.equal(case[2], requests[#requests].seen)
    end
  end)

  it("docs/guide.md raises if there is no mail to find", function()
    letter "one"
    local message = inbox.messages:list()[1]
    local key = require "agentmail".key("reply", inbox.inbox_id, message.message_id)
    assert(inbox.messages:send { to = "x@example.com", text = "x", idempotency_key = key })
    local ended, output = run(LOOPS[4])
    assert.is_nil(ended)
    assert.matches("key_reused", output)
    assert.matches("inboxes.messages.send in support@", output, 1, true) -- it holds the key
    assert.equal(1, #inbox.messages:list { labels = "unread" })
  end)
end)
