-- SPDX-License-Identifier: MIT
-- The README does what it says: every snippet runs against the sandbox.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local readme = read("README.md")

local function blocks(language)
  local found = {}
  for block in readme:gmatch("\n```" .. language .. "\n(.-)```") do found[#found + 1] = block end
  return found
end

local function run(command)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local output = pipe:read("a")
  return pipe:close(), output
end

describe("the README", function()
  local client, key, environment

  before_each(function()
    client, key = helper.client()
    environment = ("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s"):format(helper.sandbox().url, key)
  end)

  after_each(function() client:close() end)

  it("has a first script that answers each mail once, however often it runs", function()
    local inbox = assert(client.inboxes:create { username = "support", client_id = "support-v1" })
    local guest = assert(client.inboxes:create { username = "guest" })
    assert(guest.messages:send { to = inbox.inbox_id, subject = "Help", text = "Please." })
    for _ = 1, 3 do assert.equal("", helper.run(blocks("lua")[1], environment)) end
    local unlabelled = blocks("lua")[1]:gsub("\n[^\n]*relabel[^\n]*", "") -- died before that line
    assert(inbox.messages:list()[2]):relabel { add = "unread" }
    assert.equal("", helper.run(unlabelled, environment))
    local answers = 0
    for message in guest.messages:each() do
      if message.labels.received then answers = answers + 1 end
    end
    assert.equal(1, answers)
  end)

  it("has Lua that runs from its first line to its last", function()
    local output = helper.run(table.concat(blocks "lua", "\n"), environment)
    assert.matches("applied%s+1\n", output)
    assert.matches("code%s+493027\nwebhook%s+nil%s+[%w_: ]*the webhook is too old", output)
    assert.matches("not_found%s+404%s+not_applied%s+false\n$", output)
    assert(os.remove "/tmp/agentmail-readme-copy.md")
  end)

  it("has C that compiles and sends", function()
    local build = os.getenv "AGENTMAIL_BUILD" or "build"
    local name = os.tmpname()
    local source <close> = assert(io.open(name .. ".c", "w"))
    source:write(blocks("c")[1])
    source:close()
    local sanitizers = build:find "asan" and "-fsanitize=address,undefined" or ""
    assert(run(("env -u LD_PRELOAD cc %s -std=c11 -Wall -Wextra -Werror -Icsrc %s.c -o %s " ..
      "%s/libagentmail.a -lcurl -lcrypto"):format(sanitizers, name, name, build)))
    local done, output = run(("env -u LD_PRELOAD %s %s"):format(environment, name))
    os.remove(name)
    os.remove(name .. ".c")
    assert.equal("applied after 1 attempt(s): ok \n", output)
    assert.is_true(done)
  end)

  it("names targets of the Makefile and files of the checkout", function()
    for block in table.concat(blocks "sh"):gmatch("make [%w-]+") do
      assert(run(block:gsub("make", "make -n", 1)), block)
    end
    for path in table.concat(blocks "sh"):gmatch("rockspec/[%w.-]+rockspec") do
      assert(io.open(path) or io.open("sandbox/" .. path), path):close()
    end
  end)

  it("has the tables that are declared elsewhere", function()
    for _, limit in ipairs(agentmail.limits) do
      assert.truthy(readme:find("| `" .. limit.name .. "` |", 1, true), limit.name)
    end
    assert(run(("LUA_PATH=%q LUA_CPATH=%q lua5.4 tools/readme.lua --check"):format(
      package.path, package.cpath)))
  end)
end)
