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

-- As if the first look into a thread for each mail came before an earlier run's reply is shown.
local BLIND = [[
if os.getenv "BLIND" then
  local look, seen = sent_in_thread, {}
  function sent_in_thread(message)
    if seen[message.message_id] then return look(message) end
    seen[message.message_id] = true
    return nil, 0
  end
end
]]

local function guide(loop)
  return table.concat({ OPEN, sample("docs/guide.md", "local function is_automatic"),
                        sample("docs/guide.md", "local function reply_once"),
                        sample("docs/guide.md", "local function send_draft_once"), BLIND, loop },
                      "\n")
end

local by_labels = sample("docs/guide.md", 'labels = { "received", "unread" }, full = true }')

-- name, the program, whether it takes labels away, the method whose success it dies after, whether
-- it looks for an earlier reply first
local LOOPS = {
  { "the README", sample("README.md", "message:reply"), labels = true, outbox = true },
  { "docs/porting.md", OPEN .. sample("docs/porting.md", "message:reply {"), labels = true },
  { "examples/lost_ack.lua", OPEN .. "local ann = inbox\n"
    .. read "examples/lost_ack.lua":match "(%-%- Whether an earlier run.-\nend\n.-\nend)\n\ndofile",
    labels = true },
  { "docs/guide.md, by labels", guide(by_labels), labels = true, looks = true },
  { "docs/guide.md, by drafts", guide((by_labels:gsub("reply_once", "send_draft_once"))),
    labels = true, class = "Draft", method = "send", looks = true },
  { "docs/guide.md, by watch", guide((sample("docs/guide.md", "state = load_state()")
    :gsub("state = load_state%(%)", "%0, timeout = 0"))), looks = true },
  { "docs/guide.md, by wait", guide((sample("docs/guide.md", "timeout = 300")
    :gsub("while true do", "for _ = 1, 12 do"):gsub("timeout = 300", "timeout = 0"))),
    looks = true },
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

  -- Runs a loop in the folder, where watch keeps its state. It dies, or is blind, or neither.
  local function run(loop, dies, blind)
    local class, method = loop.class or "Message", loop.method or "reply"
    local program = BEFORE:format(class, method, method) .. reworded(loop[2])
    local function absolute(path)
      return (";" .. path):gsub(";([^/;])", ";" .. root .. "/%1"):sub(2)
    end
    local file <close> = assert(io.open(folder .. "/loop.lua", "w"))
    file:write(program)
    file:close()
    local command = ("cd %s && %s %s LUA_PATH=%q LUA_CPATH=%q %s loop.lua 2>&1"):format(folder,
      environment, (dies and "DIES=1 " or "") .. (blind and "BLIND=1" or ""),
      absolute(package.path), absolute(package.cpath), os.getenv "LUA" or "lua5.4")
    local pipe = assert(io.popen(command))
    local output = pipe:read "a"
    return pipe:close(), output
  end

  local function replies()
    local subjects = {}
    for i, mail in ipairs(view:sent()) do subjects[i] = mail.subject end
    return subjects
  end

  local function refused_requests()
    local count = 0
    for _, request in ipairs(view:requests()) do
      if request.seen == 409 then count = count + 1 end
    end
    return count
  end

  local function dies_and_goes_on(loop, blind)
    letter "one"
    local ended, output = run(loop, true, blind)
    assert.is_nil(ended)
    assert.matches("^sent <[^\n]+\n", output)
    assert.same({ "Re: one" }, replies())
    letter "two"
    for _ = 1, 2 do
      ended, output = run(loop, false, blind)
      assert.is_true(ended, output)
      assert.equal("", output)
      assert.same({ "Re: one", "Re: two" }, replies())
    end
    if loop.labels then assert.equal(0, #inbox.messages:list { labels = "unread" }) end
    local audit = view:audit()
    assert.same({ 0, 0 }, { #audit.duplicates, #audit.losses })
  end

  for _, loop in ipairs(LOOPS) do
    it(loop[1] .. " replies once, killed between reply and label, and in other words", function()
      dies_and_goes_on(loop, loop.looks)
      if loop.outbox then
        assert.equal(0, refused_requests()) -- the first words go on
      else
        assert.is_true(refused_requests() > 0 or loop.class == "Draft", "the words did not differ")
      end
    end)
  end

  local function each_of_the_guide(f)
    for _, loop in ipairs(LOOPS) do
      if loop.looks then
        view:reset()
        os.remove(folder .. "/responder.json")
        inbox = assert(client.inboxes:create { username = "support", client_id = "support-v1" })
        f(loop)
      end
    end
  end

  it("docs/guide.md finds its earlier reply in the thread, and writes no other", function()
    each_of_the_guide(function(loop)
      dies_and_goes_on(loop)
      assert.equal(0, refused_requests())
      assert.equal(2, #view:requests { operation = loop.class and "inboxes.drafts.send"
                                         or "inboxes.messages.reply" })
    end)
  end)

  local function goes_on_after_a_day(loop)
    letter "one"
    run(loop, true)
    view:advance "25h" -- the service has forgotten the key
    local ended, output = run(loop)
    assert.is_true(ended, output)
    assert.equal("", output)
    assert.same({ "Re: one" }, replies())
  end

  it("docs/guide.md replies once, killed and started again after more than a day", function()
    each_of_the_guide(goes_on_after_a_day)
  end)

  it("the README replies once, killed and started again after more than a day", function()
    goes_on_after_a_day(LOOPS[1])
  end)

  -- The service's documentation leaves open what a client_id gives once its draft was sent.
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
      local ended, output = run(loop, false, true)
      assert.is_true(ended, output)
      assert.same({ "Re: one" }, replies())
      assert.equal(0, #inbox.messages:list { labels = "unread" })
      local requests = view:requests { operation = "inboxes.drafts.send" }
      assert.equal(case[2], requests[#requests].seen)
    end
  end)

  it("README and guide goes on past mail that cannot be answered, and reports it", function()
    for _, loop in ipairs { LOOPS[1], table.unpack(LOOPS, 4) } do
      view:reset()
      os.remove(folder .. "/responder.json")
      inbox = assert(client.inboxes:create { username = "support", client_id = "support-v1" })
      assert(client.lists:create { direction = "send", type = "block", entry = "no@example.com" })
      letter "one"
      for _, from in ipairs { "<>", "reject@sandbox.test", "no@example.com" } do
        view:inbound { to = inbox.inbox_id, from = from, subject = "poison", text = "?" }
      end
      letter "two"
      local ended, output = run(loop)
      assert.is_true(ended, loop[1] .. output)
      assert.matches("reject@sandbox.test does not accept mail", output, 1, true)
      assert.matches("block mail to no@example.com", output, 1, true)
      assert.equal(loop.looks and 2 or 3, select(2, output:gsub("\n", ""))) -- the guide skips <>
      local subjects = replies()
      table.sort(subjects)
      assert.same({ "Re: one", "Re: two" }, subjects)
      if loop.labels then assert.equal(0, #inbox.messages:list { labels = "unread" }) end
    end
  end)

  local function with_limits(loop, limits)
    local first = "agentmail.new { limits = { " .. limits .. " }"
    local program = loop[2]:gsub("agentmail.new%(%)", first .. " }")
      :gsub("agentmail.new { outbox", first .. ", outbox")
    return { loop[1], program, class = loop.class, method = loop.method }
  end

  it("README and guide raises where a repeat would help, and keeps the mail", function()
    for _, loop in ipairs { LOOPS[1], table.unpack(LOOPS, 4, 6) } do
      view:reset()
      os.remove(folder .. "/responder.json")
      inbox = assert(client.inboxes:create { username = "support", client_id = "support-v1" })
      letter "one"
      view:fault { at = "before", ["do"] = "503", ["until"] = { hits = 1000 },
                   match = { operation = { "inboxes.messages.reply", "inboxes.drafts.send" } } }
      -- An outbox goes on until the deadline, and by default looks for three minutes in between.
      local hasty = "outbox_horizon = 0.5, outbox_grace = 0.5"
      local ended, output = run(with_limits(loop, hasty .. ", attempts = 1, deadline = 3"))
      assert.is_nil(ended)
      assert.matches("503", output, 1, true)
      view:heal()
      ended, output = run(with_limits(loop, hasty))
      assert.is_true(ended, output)
      assert.same({ "Re: one" }, replies())
    end
  end)

  it("README, guide, porting guide and example handles all mail in one run, though tokens count",
     function()
    for _, loop in ipairs { LOOPS[1], LOOPS[2], LOOPS[3], LOOPS[4] } do
      for _, tokens in ipairs { "offset", "cursor" } do
        view:reset()
        view:switch { page_tokens = tokens }
        inbox = assert(client.inboxes:create { username = "support", client_id = "support-v1" })
        for i = 1, 120 do letter("mail " .. i) end
        local ended, output = run(loop)
        assert.is_true(ended, output)
        assert.equal(120, #view:sent())
        assert.equal(0, #inbox.messages:list { labels = "unread" })
      end
    end
  end)

  it("docs/guide.md leaves alone what a program wrote, and marks its own replies", function()
    local headers = { { ["auto-Submitted"] = "auto-replied" }, { ["LIST-ID"] = "<l.example.com>" },
                      { Precedence = "bulk" }, { ["AUTO-SUBMITTED"] = "Auto-Generated; x=no" },
                      { ["Auto-submitted"] = "No; owner=a" }, { ["X-Other"] = "1" } }
    each_of_the_guide(function(loop)
      for i, each in ipairs(headers) do
        view:inbound { to = inbox.inbox_id, from = "guest@example.com", subject = "h" .. i,
                       headers = each }
      end
      local ended, output = run(loop)
      assert.is_true(ended, output)
      assert.equal("", output)
      local subjects = replies()
      table.sort(subjects)
      assert.same({ "Re: h5", "Re: h6" }, subjects)
      if not loop.class then -- a draft has no headers
        local sent = assert(inbox:message(view:sent()[1].message_id):get())
        assert.equal("auto-replied", sent.headers["Auto-Submitted"])
      end
    end)
  end)

  it("docs/guide.md goes on where somebody has deleted its reply after it died", function()
    each_of_the_guide(function(loop)
      letter "one"
      run(loop, true)
      local sent = view:sent()
      assert.equal(1, #sent)
      assert(inbox:message(sent[1].message_id):delete())
      letter "two"
      for _ = 1, 2 do
        local ended, output = run(loop)
        assert.is_true(ended, output)
      end
      local subjects = replies()
      table.sort(subjects)
      assert.same({ "Re: one", "Re: two" }, subjects)
    end)
  end)

  it("docs/guide.md stops in a thread with six mails of its own", function()
    each_of_the_guide(function(loop)
      letter "one"
      for round = 1, 8 do
        local ended, output = run(loop)
        assert.is_true(ended, output)
        local sent = view:sent()
        assert.equal(math.min(round, 6), #sent)
        assert.equal(round > 6, output:find("6 mails were sent in its thread", 1, true) ~= nil)
        if round < 8 then view:reply(sent[#sent].message_id, { text = "And?" }) end
      end
    end)
  end)

  it("docs/guide.md, by watch, names its file when that is damaged", function()
    for _, text in ipairs { "", "{", '{"inboxes":' } do
      local file <close> = assert(io.open(folder .. "/responder.json", "w"))
      file:write(text)
      file:close()
      local ended, output = run(LOOPS[6])
      assert.is_nil(ended)
      assert.matches("responder.json is damaged: ", output, 1, true)
    end
    assert(os.execute(("cd %s && rm responder.json && mkdir responder.json"):format(folder)))
    local ended, output = run(LOOPS[6])
    assert.is_nil(ended)
    assert.matches("responder.json", output, 1, true)
  end)

  it("docs/guide.md reports a mail whose key is taken, where there is no reply to find", function()
    letter "one"
    local message = inbox.messages:list()[1]
    local key = require "agentmail".key("reply", inbox.inbox_id, message.message_id)
    assert(inbox.messages:send { to = "x@example.com", text = "x", idempotency_key = key })
    local ended, output = run(LOOPS[4])
    assert.is_true(ended, output)
    assert.matches("^no reply to .*key_reused", output)
    assert.matches("inboxes.messages.send in support@", output, 1, true) -- it holds the key
    assert.equal(1, #inbox.messages:list { labels = "skipped" })
  end)
end)
