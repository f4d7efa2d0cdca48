-- SPDX-License-Identifier: MIT
-- docs/guide.md does what it says: its Lua samples run as one program against the sandbox, in a
-- folder of their own. The loop that never ends gets a timeout; it dies on its way a few times.

local function samples()
  local file <close> = assert(io.open "docs/guide.md")
  local found = {}
  for block in file:read("a"):gmatch "\n```lua\n(.-)\n```" do found[#found + 1] = block end
  return found
end

-- What the samples take for granted: a sandbox, and a service that mails a code.
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
local letters = 0
local function write_reply() -- as a model does: never the same twice
  letters = letters + 1
  return "Thanks! " .. letters
end
local function sign_up_somewhere() letter("Your code", "It is 493027.") end
]==]

-- Runs a sample to its end, after it died some times, each time later.
local DYING = [==[
for i = 1, 5 do letter("letter " .. i) end
assert(inbox.messages:send { to = inbox.inbox_id, subject = "to myself", text = "!" })
local deaths, steps = 0, 0
local function watch_and_reply()
%s
end
repeat
  steps = steps + 2000
  debug.sethook(function() debug.sethook() error "killed" end, "", steps)
  local ok, problem = pcall(watch_and_reply)
  debug.sethook()
  if not ok then
    assert(problem:find "killed", problem)
    deaths = deaths + 1
  end
until ok
print("deaths", deaths)
]==]

local AFTER = [==[
local audit = sandbox:audit()
print("audit", #audit.duplicates, #audit.losses)
local replies = {}
for i, mail in ipairs(sandbox:sent()) do replies[i] = mail.subject end
table.sort(replies)
print("sent", table.concat(replies, ", "))
sandbox:close()
]==]

local EXPECTED = {
  "^code%s+493027\n",
  "\ndeaths%s+%d+\n",
  "\nyesterday%s+sales@agentmail.to%s+Offer\n",
  "\nwould leave%s+inboxes.messages.reply%s+%d+\ndry%-1%s+not_applied%s+true\n",
  "\naudit%s+0%s+0\n",
  "\nsent%s+Re: Drafted, Re: Late, Re: Your code, Re: letter 1, Re: letter 2, Re: letter 3, "
    .. "Re: letter 4, Re: letter 5, to myself\n$",
}

-- The samples, with what happens between them.
local function program()
  local client, one, reply, draft, every, labels, several = table.unpack(samples())
  assert.is_nil(samples()[8])
  local count
  every, count = every:gsub("state = load%(%)", "%0, after = 0, timeout = 0")
  assert.equal(1, count)
  several = several:gsub("\nfor ", '\nletter("Offer", "?", sales.inbox_id)%0')
  return table.concat({ BEFORE, client, one, reply, draft, DYING:format(every), 'letter "Late"',
                        labels, 'letter "Drafted"', labels:gsub("reply_once", "send_draft_once"),
                        several, AFTER }, "\n")
end

describe("docs/guide.md", function()
  it("runs from its first Lua line to its last", function()
    local folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    local pipe = assert(io.popen "pwd")
    local root = pipe:read "l"
    pipe:close()
    local file = assert(io.open(folder .. "/samples.lua", "w"))
    file:write(program())
    file:close()
    local function absolute(path)
      return (";" .. path):gsub(";([^/;])", ";" .. root .. "/%1"):sub(2)
    end
    pipe = assert(io.popen(("cd %s && LUA_PATH=%q LUA_CPATH=%q %s samples.lua 2>&1"):format(folder,
      absolute(package.path), absolute(package.cpath), os.getenv "LUA" or "lua5.4")))
    local output = pipe:read "a"
    pipe:close()
    os.execute("rm -r " .. folder)
    for _, pattern in ipairs(EXPECTED) do assert.is_truthy(output:find(pattern), output) end
    assert.is_true(tonumber(output:match "deaths%s+(%d+)") > 2, output)
  end)
end)
