-- SPDX-License-Identifier: MIT
-- docs/porting.md does what it says: its Lua samples run as one program against the sandbox, in a
-- new folder, and each has the result it promises.

local listing = require "spec.support.listing"

local function samples()
  local file <close> = assert(io.open "docs/porting.md")
  local found = {}
  for block in file:read("a"):gmatch "\n```lua\n(.-)\n```" do found[#found + 1] = block end
  assert.is_true(#found >= 22)
  return table.concat(found, "\n")
end

-- The environment of the samples: a sandbox, and a webhook's secret.
local BEFORE = [==[
local sandbox = require "agentmail.sandbox".start {}
local secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
local getenv = os.getenv
function os.getenv(name)
  return name == "AGENTMAIL_API_KEY" and sandbox.api_key
    or name == "AGENTMAIL_BASE_URL" and sandbox.url or getenv(name)
end
]==]

local LETTER = [==[
sandbox:inbound { to = inbox.inbox_id, from = "guest@example.com", subject = "Help", text = "?" }
]==]

-- Delivers a webhook to the handler of the samples, signed by openssl.
local AFTER = [==[
local body = ('{"event_type":"message.received","message":{"message_id":"%s","inbox_id":"%s",'
  .. '"subject":"By webhook"}}'):format(mail.message_id, inbox.inbox_id)
local now = tostring(os.time())
io.open("signed", "w"):write("msg_1.", now, ".", body):close()
local signature = io.popen("openssl dgst -sha256 -mac HMAC -macopt hexkey:"
  .. "31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0 -binary signed | openssl base64 -A"):read "a"
local headers = { ["Svix-Id"] = "msg_1", ["Svix-Timestamp"] = now,
                  ["Svix-Signature"] = "v1," .. signature }
print(on_request(headers, body))
print(on_request(headers, body .. " "))
print("seen", mail:get().labels.seen)
print("last", last and last.message_id)
print("drafts", #inbox.drafts:list())
print("copy", io.open("report (2).csv"):read "a")
local audit = sandbox:audit()
print("audit", audit.sent, #audit.duplicates, #audit.losses)
for _, each in ipairs(sandbox:sent()) do print("mail", each.subject) end
sandbox:close()
]==]

local EXPECTED = {
  "^support@agentmail.to\n",
  "<[^\n]*>%s+1\n",                             -- sent, in one attempt
  "T[%d:.]+Z%s+Hello\n",                        -- the thread
  "\nsubjects%s+%d+\n",
  "\nby hand%s+%d+%s+%d+\n",
  "\n493027\n",
  "nobody@example.com [^\n]*HTTP 404",
  "\n404%s+not_found%s+not_applied\n",
  "\ninvoice%s+applied%s+applied\n",
  "\nrecord%s+TXT%s+%S+%s+%S+",
  "\nagenda%s+Review, part 2%s+2026%-10%-15T09:00:00\n",
  "\nstale%s+nil%s+precondition_failed\n",
  "\napp%s+Pay Desk\n",
  "\nrate%s+true\n",
  "\npaused%s+nil%s+inbox_paused\n",
  "\nfigures%s+true\n",
  "\nverified%s+false\n",
  "\norg_[%w-]+%s+200%s+application/json\n",
  "\nBy webhook\n200\n",
  "\n400%s+verify_webhook: no signature matches",
  "\nseen%s+true\n",
  "\nlast%s+nil\n",
  "\ndrafts%s+1\n",
  "\ncopy%s+a,b\n",
  "\naudit%s+8%s+0%s+0\n",
  "\nmail%s+Hello\nmail%s+Order 123\nmail%s+Report\nmail%s+Re: Help\nmail%s+Re: Help\n"
    .. "mail%s+Fwd: Help\nmail%s+Order 124\nmail%s+Invoice 7\n$",
}

describe("docs/porting.md", function()
  it("has Lua that runs from its first line to its last", function()
    local folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    local pipe = assert(io.popen "pwd")
    local root = pipe:read "l"
    pipe:close()
    local file = assert(io.open(folder .. "/report.csv", "w"))
    file:write "a,b\n"
    file:close()
    file = assert(io.open(folder .. "/samples.lua", "w"))
    file:write(BEFORE, (samples():gsub("local unread = ", LETTER .. "%0")), AFTER)
    file:close()
    local function absolute(path)
      return (";" .. path):gsub(";([^/;])", ";" .. root .. "/%1"):sub(2)
    end
    local command = ("cd %s && LUA_PATH=%q LUA_CPATH=%q %s samples.lua 2>&1"):format(folder,
      absolute(package.path), absolute(package.cpath), os.getenv "LUA" or "lua5.4")
    pipe = assert(io.popen(command))
    local output = pipe:read "a"
    pipe:close()
    os.execute("rm -r " .. folder)
    for _, pattern in ipairs(EXPECTED) do assert.is_truthy(output:find(pattern), output) end
    local each, items, pages = output:match "\nsubjects%s+(%d+)\nby hand%s+(%d+)%s+(%d+)\n"
    assert.equal(each, items)
    assert.is_true(tonumber(pages) >= 2)
  end)

  -- The manual loop over pages, alone: its output or its error.
  local function by_hand(script)
    local loop = table.concat({ samples() }):match "local count, pages = 0, 0\n.-\nprint%(.-%)\n"
    local box, log = listing.inbox(script)
    local printed
    local env = { inbox = box, ipairs = ipairs, error = error,
                  print = function(...) printed = table.concat({ ... }, " ") end }
    local done, words = pcall(assert(load(loop, "=porting.md", "t", env)))
    return done and printed or words, #log
  end

  it("loops over pages manually, and handles their failures", function()
    local one, two, three = listing.page({ "1", "2" }, "t"), listing.page({ "3", "4" }, "u"),
      listing.page { "5" }
    local away, no = { status = 500, body = "{}" }, { status = 403, body = "{}" }
    assert.same({ "by hand 5 3", 3 }, { by_hand { one, two, three } })
    assert.same({ "by hand 1 1", 1 }, { by_hand { three } })
    assert.same({ "by hand 5 3", 5 }, { by_hand { one, away, two, away, three } })
    for script, requests in pairs {
      [{ one, two, no, three }] = 3, [{ one, away, away, two }] = 3, [{ no }] = 1, [{ away }] = 1,
    } do
      local words, count = by_hand(script)
      assert.matches("^porting.md:9: inboxes.messages.list: .*HTTP [45]0[03]", words)
      assert.equal(requests, count)
    end
  end)
end)
