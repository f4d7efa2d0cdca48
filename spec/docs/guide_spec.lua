-- SPDX-License-Identifier: MIT
-- docs/guide.md does what it says: its Lua samples run as one program against the sandbox, in a new
-- folder. The three auto-responders are killed a few times, each time later; loops that never end
-- get a timeout. The C sample is compiled and run.

local helper = require "spec.support.helper"
local outside = require "spec.support.outside"
local samples = require "spec.support.samples"

local guide = samples.page "docs/guide.md"

-- The environment of the samples: a sandbox, and a service that mails a code.
local BEFORE = [==[
local sandbox = require "agentmail.sandbox".start {}
local getenv = os.getenv
function os.getenv(name)
  return name == "AGENTMAIL_API_KEY" and sandbox.api_key
    or name == "AGENTMAIL_BASE_URL" and sandbox.url or getenv(name)
end
local function letter(subject, text, to)
  sandbox:inbound { to = to or "support@agentmail.to", from = "guest@example.com",
                    subject = subject, text = text or "?" }
end
local function sign_up_somewhere() letter("Your code", "It is 493027.") end
]==]

-- Writes replies like a model: different words each time.
local MODEL = ("local function write_reply() return %s end\n"):format(
  samples.has_code "key_reused" and 'require "agentmail".uuid()' or '"Thanks!"')

-- Runs a sample until it reaches its end; before that, it is killed several times, each time later.
local DYING = [==[
for i = 1, 3 do letter("%s " .. i) end
assert(inbox.messages:send { to = inbox.inbox_id, subject = "to myself", text = "!" })
local function respond()
%s
end
local deaths, steps = 0, 0
repeat
  steps = steps + 1000
  debug.sethook(function() -- after so many instructions, not after so much waiting
    if debug.getinfo(2, "S").what == "C" then return end
    debug.sethook()
    error "killed"
  end, "", steps)
  local ok, problem = pcall(respond)
  debug.sethook()
  if not ok then
    assert(problem:find "killed", problem)
    deaths = deaths + 1
  end
until ok
print("%s", deaths)
]==]

-- A day later, the draft is gone and its key is forgotten.
local REPEATED = [==[
sandbox:advance "25h"
local again, why, gone = order():send()
assert(not again and gone.code == "draft_gone", why)
assert(#sandbox:sent { subject = "Order 123" } == 1)
]==]

-- Delivers a webhook to the handler of the samples, signed by openssl.
local SIGNED = [==[
letter "By webhook"
local arrived = assert(inbox.messages:list { subject = "By webhook" })[1]
local body = require "cjson".encode { event_type = "message.received", message = {
  message_id = arrived.message_id, inbox_id = inbox.inbox_id, thread_id = arrived.thread_id,
  labels = { "received", "unread" } } }
local now = tostring(os.time())
io.open("signed", "w"):write("msg_1.", now, ".", body):close()
local signature = io.popen("openssl dgst -sha256 -mac HMAC -macopt hexkey:"
  .. "31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0 -binary signed | openssl base64 -A"):read "a"
for _ = 1, 2 do -- webhooks come twice
  print("delivered", on_request({ ["svix-id"] = "msg_1", ["svix-timestamp"] = now,
                                  ["svix-signature"] = "v1," .. signature }, body))
end
]==]

local AFTER = [==[
local audit = sandbox:audit()
print("audit", #audit.duplicates, #audit.losses)
local replies = {}
for _, mail in ipairs(sandbox:sent()) do
  if mail.subject:find "^Re: " then replies[#replies + 1] = mail.subject end
end
table.sort(replies)
print("replies", table.concat(replies, ", "))
sandbox:close()
]==]

local EXPECTED = {
  "^code%s+493027\n",
  "\neach%s+%d+\n",
  "\nwait%s+%d+\n",
  "\nwatch%s+%d+\n",
  "\nwould leave%s+inboxes.messages.reply%s+%d+\ndry%-1%s+not_applied%s+true\n",
  "\nyesterday%s+sales@agentmail.to%s+Offer\n",
  "\nsent%s+<[^\n]+>%s+applied%s+1\n",
  "\nsaved%s+[^\n]*report %(2%).csv\n",
  "\ncopy%s+a,b\n",
  "\nwebhook%s+400%s+[^\n]*the webhook is too old",
  "\ndelivered%s+200\ndelivered%s+200\n",
  "\nfailed%s+not_found%s+404%s+not_applied%s+false\n",
  "\n[^\n]*inboxes.get[^\n]*HTTP 404",
  "\naudit%s+0%s+0\n",
  "\norder%s+<[^\n]+>\n",
  "\nreplies%s+Re: By webhook, Re: Drafted, Re: Your code, Re: each 1, Re: each 2, Re: each 3, "
    .. "Re: wait 1, Re: wait 2, Re: wait 3, Re: watch 1, Re: watch 2, Re: watch 3\n$",
}

-- The loop over unread mail with the other function, for one mail.
local DRAFTING
for _, block in ipairs(samples.blocks(guide, "lua")) do
  if block.heading == "Responding to unread mail" then
    DRAFTING = samples.changed(block.text, {
      { "reply_once", "send_draft_once" }, { "unread = { ", '%0subject = "Drafted", ' },
    })
  end
end

-- The changes that let a sample run here, by the heading above it.
local CHANGES = {
  ["Guide"] = function(text)
    return samples.changed(text, { { "local function write_reply.-\nend\n", MODEL } })
  end,
  ["Responding to unread mail"] = function(text) return DYING:format("each", text, "each") end,
  ["Responding with wait"] = function(text)
    return DYING:format("wait", samples.changed(text, {
      { "while true do", "for _ = 1, 20 do" }, { "timeout = 300", "timeout = 0.02" },
    }), "wait")
  end,
  ["Responding with watch"] = function(text)
    return DYING:format("watch", samples.changed(text, {
      { "state = load_state%(%)", "%0, timeout = 0" },
    }), "watch")
  end,
  ["Several inboxes"] = function(text)
    return 'letter "Drafted"\n' .. DRAFTING .. samples.changed(text, {
      { "\nfor ", '\nletter("Offer", "?", sales.inbox_id)%0' },
    })
  end,
  ["Webhooks"] = function(text) return text .. SIGNED end,
  ["Attachments"] = function(text)
    return 'io.open("report.csv", "w"):write("a,b"):close()\n' .. text
      .. 'print("copy", io.open("copy.csv"):read "a")\n'
  end,
}

local function program()
  local parts, changed = { BEFORE }, {}
  for _, block in ipairs(samples.blocks(guide, "lua")) do
    local change = CHANGES[block.heading]
    changed[block.heading] = true
    parts[#parts + 1] = change and change(block.text) or block.text
  end
  for heading in pairs(CHANGES) do assert.is_true(changed[heading], heading) end
  if samples.has_code "draft_gone" then parts[#parts + 1] = REPEATED end
  parts[#parts + 1] = AFTER
  return table.concat(parts, "\n")
end

describe("docs/guide.md", function()
  it("has Lua that runs from its first line to its last", function()
    local output = outside.run(program())
    for _, pattern in ipairs(EXPECTED) do assert.is_truthy(output:find(pattern), output) end
    for _, name in ipairs { "each", "wait", "watch" } do
      assert.is_true(tonumber(output:match("\n" .. name .. "%s+(%d+)\n")) > 2, output)
    end
  end)

  it("has C that compiles and makes its calls", function()
    local client, key = helper.client()
    outside.folder(function(folder)
      samples.compile(folder, samples.blocks(guide, "c")[1].text,
        ("-Icsrc %s/libagentmail.a -lcurl -lcrypto -lpthread"):format(os.getenv "AGENTMAIL_BUILD"
          or "build"))
      local output, done = outside.shell(("env -u LD_PRELOAD AGENTMAIL_BASE_URL=%s "
        .. "AGENTMAIL_API_KEY=%s %s/app"):format(helper.sandbox().url, key, folder))
      assert.equal("10 of 10 applied\n", output)
      assert.is_true(done)
    end)
    client:close()
  end)
end)
