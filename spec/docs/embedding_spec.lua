-- SPDX-License-Identifier: MIT
-- docs/embedding.md does what it says, and the programs that it names work: all are built from what
-- `make install` put into a folder.

local helper = require "spec.support.helper"
local outside = require "spec.support.outside"
local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"
local samples = require "spec.support.samples"

local page = samples.page "docs/embedding.md"
local build = os.getenv "AGENTMAIL_BUILD" or "build"

-- Lua without any of our modules, or of the environment's, on its paths.
local NOTHING = "env -u LD_PRELOAD -u LUA_PATH -u LUA_CPATH -u LUA_INIT "

describe("docs/embedding.md", function()
  local folder, client, environment, view

  -- Without the sanitizer, which reports what gcc leaves to the system to free.
  local function shell(command)
    return outside.shell("unset LD_PRELOAD; cd " .. folder .. " && " .. command)
  end

  local function flags(packages)
    return ("$(PKG_CONFIG_PATH=%s/opt/mail/lib/pkgconfig pkg-config --cflags --libs %s)"):format(
      folder, packages)
  end

  -- Compiles a program that is in the checkout.
  local function compile(path, more)
    samples.compile(folder, samples.page(path), more)
  end

  local function has(package)
    return os.execute("pkg-config --exists " .. package .. " 2>/dev/null") == true
  end

  local function links_cjson()
    return shell("cat opt/mail/lib/pkgconfig/agentmail-lua.pc"):find("luaopen_cjson", 1, true)
  end

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    local output, done = outside.shell(("%s make -s install BUILD=%s DESTDIR=%s PREFIX=/opt/mail")
      :format(outside.BARE, build, folder))
    assert(done, output)
  end)

  teardown(function() os.execute("rm -rf " .. folder) end)

  before_each(function()
    local key
    client, key, view = helper.client()
    environment = ("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s "):format(view.url, key)
  end)

  after_each(function() client:close() end)

  it("has a host that needs no file of the module", function()
    samples.compile(folder, samples.blocks(page, "c")[1].text, flags "agentmail-lua")
    outside.write(folder .. "/agent.lua", [[
      package.path = ""
      local agentmail = require "agentmail"
      assert(debug.getinfo(agentmail.new, "S").source == "=agentmail")
      for line in io.lines "/proc/self/maps" do assert(not line:find "agentmail", line) end
      print(assert(agentmail.new().inboxes:create { username = "linked" }).inbox_id)
      agentmail.new { api_kye = "k" }]])
    local output, done = shell(NOTHING .. environment .. "./app agent.lua")
    assert.matches("^linked@agentmail.to\nagent.lua:6: [^\n]*'api_kye'[^\n]*'api_key'", output)
    assert.is_false(done)
  end)

  it("has a host with an outbox that needs no file of the module either", function()
    samples.compile(folder, samples.blocks(page, "c")[1].text, flags "agentmail-lua-outbox")
    outside.write(folder .. "/agent.lua", [[
      package.path, package.cpath = "", package.cpath:gsub("[^;]*agentmail[^;]*", "")
      local client = require "agentmail".new { outbox = "agent.db" }
      local inbox = assert(client.inboxes:create { client_id = "linked" })
      for _ = 1, 2 do
        local _, receipt = assert(inbox.messages:send { to = "ann@example.com", text = "Paid.",
          subject = "Linked", idempotency_key = "receipt-12" })
        print(receipt.state, receipt.attempts)
      end]])
    local output = shell(NOTHING .. environment .. "./app agent.lua")
    assert.equal("sent\t1\nsent\t0\n", output)
    assert.equal(1, #view:sent { subject = "Linked" })
  end)

  it("names commands that install and compile", function()
    samples.compile(folder, samples.blocks(page, "c")[1].text, flags "agentmail-lua")
    assert(os.execute(("mv %s/app.c %s/host.c"):format(folder, folder)))
    local sanitizers = build:find "asan" and " -fsanitize=address,undefined" or ""
    local commands = samples.changed(samples.blocks(page, "sh")[1].text, {
      { "make install", outside.BARE .. ("make -s install -C %s BUILD=%s"):format(outside.root,
                                                                               build) },
      { "%f[%w]cc ", outside.BARE .. "%0" }, { "\n$", sanitizers .. "\n" },
    })
    local output, done = shell("HOME=" .. folder .. "\n" .. commands)
    assert(done, output)
    assert.matches("usage: host agent.lua", (shell(NOTHING .. "./host")))
  end)

  it("has a function for servers that sends once, even where its deadline cuts it off", function()
    local inbox = assert(client.inboxes:create { username = "orders" })
    view:fault { at = "commit", ["do"] = "hang", ["until"] = { total = 1 } }
    local program = samples.blocks(page, "lua")[1].text .. [[
      repeat local told = tell("12", "ann@example.com"); print(told) until told
      local ok, problem
      repeat ok, problem = pcall(tell, "13", "nobody") until not ok
      print(problem)]]
    local output = helper.run('local agentmail = require "agentmail"\n' .. program, environment)
    assert.matches("^false\n.*true\n[^\n]*inboxes.messages.send: ", output)
    assert.equal(1, #view:sent { subject = "Order 12" })
    assert.equal("orders@agentmail.to", inbox.inbox_id)
  end)

  it("has a script that makes many calls at once", function()
    local inbox = assert(client.inboxes:create { username = "team" })
    local output = helper.run(samples.blocks(page, "lua")[2].text .. [[
      print(#sent, found.inbox.inbox_id, #found.mails)]], environment)
    assert.matches("^3\tnot_applied\t[%w_]+\n.*2\tteam@agentmail.to\t2\n$", output)
    assert.equal(2, #view:sent { subject = "Friday" })
    assert.equal("team@agentmail.to", inbox.inbox_id)
  end)

  it("has a script for the loop of luv", function()
    if not package.searchpath("luv", package.cpath) then return pending "luv is not here" end
    assert.matches("^%.*looped@agentmail.to\n$",
                   helper.run(samples.blocks(page, "lua")[3].text, environment))
  end)

  describe("names examples/embed, which", function()
    local function run(script, lines, where)
      return shell(("printf '%s' | %s %s ./app %s"):format(lines, NOTHING, where or environment,
                                                           script))
    end

    local function unable()
      if not links_cjson() then return "lua-cjson is not here as an archive (lua-cjson-dev)" end
      compile("examples/embed/host.c", flags "agentmail-lua")
    end

    it("runs an agent without any library that could load files", function()
      local why = unable()
      if why then return pending(why) end
      local output, done = run(outside.root .. "/examples/embed/agent.lua",
        "shipped 12 ann@example.com\\nhello\\nshipped 12 ann@example.com\\nshipped 13 nobody\\n")
      assert.matches("^agent: ready: orders@agentmail.to\nagent: told ann@example.com\n"
        .. "agent: cannot read: hello\nagent: told ann@example.com\n"
        .. "agent: order 13: not_applied, [^\n]*nobody[^\n]*\n$", output)
      assert.is_true(done)
      assert.equal(1, #view:sent { subject = "Order 12" })
    end)

    it("bounds the agent's memory and time, and goes on", function()
      local why = unable()
      if why then return pending(why) end
      outside.write(folder .. "/greedy.lua", [[
        local client, agentmail, log = ...
        local ways = {
          memory = function()
            local all = {}
            while true do all[#all + 1] = ("x"):rep(1000) .. #all end
          end,
          time = function() while true do end end,
          sleep = function() agentmail.sleep(3600) end,
          works = function()
            log(assert(client.inboxes:create { username = "bounded" }).inbox_id)
          end,
          files = function() log(tostring(os or io or debug or package or load or dofile)) end,
        }
        return function(line) ways[line]() end]])
      local output, done = run("greedy.lua", "memory\\ntime\\nsleep\\nworks\\nfiles\\n")
      assert.is_true(done)
      local function count(line) return select(2, output:gsub("host: " .. line .. "\n", "")) end
      assert.same({ 1, 2 }, { count "not enough memory", count "[^\n]*the script took too long" },
                  output)
      assert.matches("agent: bounded@agentmail.to\nagent: nil\n", output)
    end)

    it("gives a call that gets no answer back to the agent", function()
      local why = unable()
      if why then return pending(why) end
      local silent <close> = raw_server.start {
        { to = "^POST .*/send", bytes = "", finish = "stall" },
        { bytes = raw.json(200, '{"inbox_id":"orders@example.com"}') } }
      local output = run(outside.root .. "/examples/embed/agent.lua", "shipped 1 a@example.com\\n",
        ("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=k"):format(silent.url))
      assert.matches("agent: order 1: unknown, [^\n]*timeout", output)
    end)
  end)

  for _, loop in ipairs { { "poll" }, { "epoll" }, { "libuv", "libuv" }, { "glib", "glib-2.0" } } do
    local name, package = loop[1], loop[2] or "libcurl"

    it("names examples/c/" .. name .. ".c, which works and is short", function()
      if not has(package) then return pending(package .. " is not here") end
      local text = samples.page("examples/c/" .. name .. ".c")
      assert.is_true(select(2, text:gsub("\n", "")) <= 60)
      assert.is_truthy(page:find("[" .. name .. ".c](../examples/c/" .. name .. ".c)", 1, true))
      compile("examples/c/" .. name .. ".c", "-Iexamples/c " .. flags("agentmail " .. package))
      for _, username in ipairs { "one", "two" } do
        assert(client.inboxes:create { username = username })
      end
      local function run(names)
        return shell(NOTHING .. environment .. "./app " .. names .. " 2>&1")
      end
      local output, done = run "one@agentmail.to two@agentmail.to"
      assert.equal("applied, HTTP 200\napplied, HTTP 200\n", (output:gsub("a second[^\n]*\n", "")))
      assert.is_true(done)
      output, done = run "one@agentmail.to nobody@agentmail.to"
      assert.matches("applied, HTTP 200\n", output)
      assert.matches("not_applied, HTTP 404\n", output)
      assert.is_false(done)
      output, done = run "'..'"
      assert.matches("inbox_id", output)
      assert.is_false(done)
      assert.is_true(select(2, run ""))
    end)
  end

  -- The timer of each, as one of 10 ms that says when it ticks; and 64 connections.
  local TICK = [[
#include <agentmail.h>
#include <stdio.h>
#include <time.h>
static void tick(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("tick %.6f\n", now.tv_sec + now.tv_nsec / 1e9);
}
static const am_limits *many(void)
{
    static am_limits limits;
    am_limits_init(&limits);
    limits.connections = 64;
    return &limits;
}
]]
  local TICKING = {
    poll = { "poll(watched, 2, 1000)", "poll(watched, 2, 10)" },
    epoll = { "{{1, 0}, {1, 0}}", "{{0, 10000000}, {0, 10000000}}" },
    libuv = { "on_second, 1000, 1000", "on_second, 10, 10" },
    glib = { "g_timeout_add_seconds(1, ", "g_timeout_add(10, " },
  }

  local function replaced(text, what, by)
    local first, last = text:find(what, 1, true)
    assert.is_truthy(first, what)
    return text:sub(1, first - 1) .. by .. text:sub(last + 1)
  end

  -- How often it ticked between its first and last tick, of how often it should have.
  local function ticks_of(output)
    local first, last, count = nil, nil, -1
    for at in output:gmatch "tick (%d+%.%d+)" do
      first, last, count = first or tonumber(at), tonumber(at), count + 1
    end
    return count / ((last - first) / 0.01)
  end

  for name, change in pairs(TICKING) do
    it("has a loop in " .. name .. ".c that lets a timer tick beside 64 calls #timing", function()
      local package = ({ libuv = "libuv", glib = "glib-2.0" })[name] or "libcurl"
      if not has(package) then return pending(package .. " is not here") end
      local text = replaced(samples.page("examples/c/" .. name .. ".c"), change[1], change[2])
      local said = text:match '[%w_]+%("a second [^;]*;'
      local shared = samples.page "examples/c/inboxes.h"
      shared = replaced(shared, ".api_key =", ".limits = many(), .api_key =")
      text = replaced(replaced(text, said, "tick();"), '#include "inboxes.h"', shared)
      samples.compile(folder, "#define _GNU_SOURCE 1\n" .. TICK
        .. text:gsub("#define _GNU_SOURCE\n", ""), flags("agentmail " .. package))
      assert(client.inboxes:create { username = "one" })
      view:fault { at = "before", ["do"] = { kind = "delay", seconds = 0.5 },
                   ["until"] = { total = 1000 } }
      local ratio
      for _ = 1, 3 do -- chances
        local output, done = shell(NOTHING .. environment .. "./app"
          .. (" one@agentmail.to"):rep(64) .. " 2>&1")
        assert.is_true(done, output)
        assert.equal(64, select(2, output:gsub("applied, HTTP 200", "")))
        ratio = ticks_of(output)
        if ratio >= 0.8 then break end
      end
      assert.is_true(ratio >= 0.8, "the part of the ticks that remains: " .. ratio)
    end)
  end

  it("links to files and headings that exist", function()
    for path, anchor in page:gmatch "%]%(([%w_./-]*)#?([%w_-]*)%)" do
      path = path == "" and "docs/embedding.md" or ("docs/" .. path):gsub("^docs/%.%./", "")
      local text, found = samples.page(path), anchor == ""
      for heading in text:gmatch "\n#+ ([^\n]+)" do
        found = found or heading:lower():gsub("[^%w_ -]", ""):gsub(" ", "-") == anchor
      end
      assert.is_true(found, path .. "#" .. anchor)
    end
  end)
end)
