-- SPDX-License-Identifier: MIT
local helper = require "spec.support.helper"
local agentmail = require "agentmail"

describe("agentmail.new", function()
  it("is the only place where options are set", function()
    local client = agentmail.new { api_key = "k" }
    for _, name in ipairs { "timeout", "base_url", "deadline", "core", "on_attempt" } do
      assert.equal(("a client's '%s' cannot be set: options are given to agentmail.new"):format(
        name), helper.mistake(function() client[name] = 2 end))
    end
    assert.is_nil(next(client))
  end)

  it("names an unknown option and the nearest known one", function()
    for words, options in pairs {
      ["agentmail.new: unknown option 'apikey' (did you mean 'api_key'?)"] = { apikey = "x" },
      ["agentmail.new: option 'api_key' must be a string or function, not a number"] =
        { api_key = 7 },
      ["agentmail.new: 'deadline' is a limit: pass limits = { deadline = … }"] = { deadline = 3 },
      ["agentmail.new: unknown option 'max_retries'; 'attempts' is a limit: pass "
        .. "limits = { attempts = … }"] = { max_retries = 3 },
      ["call it with a dot: agentmail.new { … }"] = agentmail,
      ["agentmail.new: unknown limit 'dedline' (did you mean 'deadline'?)"] =
        { limits = { dedline = 3 } },
    } do
      assert.equal(words, helper.mistake(agentmail.new, options))
    end
    assert.equal("agentmail.new takes a table of options, not a string",
                 helper.mistake(agentmail.new, "am_x"))
  end)

  it("refuses a base URL that is not an http(s) URL", function()
    for _, url in ipairs { "ftp://x", "file:///etc/passwd", "nonsense", "http://", "" } do
      local message = helper.mistake(agentmail.new, { base_url = url, api_key = "k" })
      assert.is_truthy(message:find("base_url", 1, true), url .. ": " .. message)
    end
  end)

  it("refuses a line break in a header or a key", function()
    assert.is_truthy(helper.mistake(agentmail.new, { headers = { ["X-A"] = "a\r\nB: c" } })
      :find("X-A", 1, true))
    assert.is_truthy(helper.mistake(agentmail.new, { api_key = "a\nb" }):find("api_key", 1, true))
  end)

  it("derives the base URL from the region of the key", function()
    local shown = helper.run([[
      local agentmail = require "agentmail"
      print(agentmail.new { api_key = "am_us_x" })
      print(agentmail.new { api_key = "am_eu_x" })
      print(agentmail.new { api_key = "am_eu_x", base_url = "http://localhost:1" })]],
      "AGENTMAIL_BASE_URL=")
    assert.equal([[
agentmail.client (https://api.agentmail.to)
agentmail.client (https://api.agentmail.eu)
agentmail.client (http://localhost:1)
]], shown)
  end)

  it("takes key and base URL from the environment", function()
    local shown = helper.run([[
      local client = require "agentmail".new()
      print(client)
      print((select(3, client.inboxes:get("a", { attempts = 1 }))).code)]],
      "AGENTMAIL_BASE_URL=http://127.0.0.1:9 AGENTMAIL_API_KEY=am_x http_proxy=")
    assert.equal("agentmail.client (http://127.0.0.1:9)\nnetwork\n", shown)
  end)

  it("uses no proxy of the environment for loopback", function()
    local shown = helper.run([[
      local agentmail = require "agentmail"
      for _, url in ipairs { "http://127.0.0.1:9", "http://LOCALHOST:9/x", "http://[::1]:9" } do
        local client = agentmail.new { base_url = url, api_key = "k", limits = { attempts = 1 } }
        local _, message = client.inboxes:get "a"
        print((message:find("port 9 ", 1, true)) ~= nil)
      end]], "http_proxy=http://127.0.0.1:3 HTTP_PROXY=http://127.0.0.1:3")
    assert.equal("true\ntrue\ntrue\n", shown)
  end)

  it("makes a client that never shows its key", function()
    local client = agentmail.new { api_key = "am_us_secret", base_url = "http://127.0.0.1:9" }
    assert.is_nil(tostring(client):find("secret", 1, true))
    local _, message, failure = client.inboxes:get("a", { attempts = 1 })
    assert.is_nil(message:find("secret", 1, true))
    local function search(value, seen)
      if type(value) == "string" then assert.is_nil(value:find("secret", 1, true)) end
      if type(value) ~= "table" or seen[value] then return end
      seen[value] = true
      for key, member in pairs(value) do search(key, seen) search(member, seen) end
    end
    search(client, {})
    search(failure, {})
  end)
end)

describe("a client", function()
  it("makes handles without a request", function()
    local client = agentmail.new { api_key = "k" }
    assert.equal("a@b.c", client:inbox("a@b.c").inbox_id)
    assert.equal("p", client:pod("p").pod_id)
    assert.equal("inbox: inbox_id must not be empty", helper.mistake(client.inbox, client, ""))
    assert.equal('inbox: inbox_id must not be "..": that would be another path',
                 helper.mistake(client.inbox, client, ".."))
  end)

  it("that is declared <close> is closed at the end of its block", function()
    local kept
    do
      local client <close> = agentmail.new { api_key = "k" }
      kept = client
    end
    assert.is_true(kept:closed())
  end)

  it("suggests the nearest collection for an unknown one", function()
    assert.equal("a client has no 'threds' (did you mean 'threads'?)",
      helper.mistake(function() return agentmail.new({ api_key = "k" }).threds end))
  end)
end)

describe("the module agentmail", function()
  it("has only members that the reference documents", function()
    local names = {}
    for name in pairs(agentmail) do names[#names + 1] = name end
    table.sort(names)
    assert.equal("_VERSION all array coroutine explain key limits map new null on_error pollfd "
      .. "run sleep spawn step timeout uuid verify_webhook within",
                 table.concat(names, " "))
    assert.is_nil(getmetatable(agentmail))
  end)

  it("names agentmail.key in its errors in every process", function()
    for _ = 1, 5 do -- each with another hash order
      local output = helper.run [[
        local agentmail = require "agentmail"
        print(pcall(agentmail.key, {}))
        print(pcall(function() return agentmail.key(nil) end))]]
      assert.matches("^false\tagentmail.key: .*:3: agentmail.key: [^\n]*\n$", output)
    end
  end)

  it("has its version", function()
    assert.equal("agentmail " .. require("agentmail.core").version, agentmail._VERSION)
  end)

  it("makes keys and UUIDs", function()
    assert.equal("order-7", agentmail.key("order", 7))
    assert.equal(agentmail.key("order", "7"), agentmail.key("order", 7))
    assert.is_not.equal(agentmail.key("a", "b-c"), agentmail.key("a-b", "c"))
    assert.is_truthy(helper.mistake(agentmail.key, 1.5):find("integer", 1, true))
    assert.equal("agentmail.key: part 1 must be a string or an integer, not a float",
                 helper.mistake(agentmail.key, 1.5))
    assert.equal("agentmail.key: part 2 must be a string or an integer, not nil",
                 helper.mistake(agentmail.key, "a", nil))
    assert.equal("agentmail.key takes 1 to 200 parts, not 0", helper.mistake(agentmail.key))
    local parts = table.pack(("x"):rep(201):byte(1, -1))
    assert.equal("agentmail.key takes 1 to 200 parts, not 201",
                 helper.mistake(agentmail.key, table.unpack(parts)))
    assert.is_truthy(agentmail.uuid():find("^%x+%-%x+%-4%x+%-[89ab]%x+%-%x+$"))
  end)

  it("has the null of cjson", function()
    assert.equal(require("cjson").null, agentmail.null)
  end)

  it("lists the limits when they are looked at, in whichever way", function()
    local output = helper.run [[
      local names = {}
      for i, look in ipairs {
        function(limits) return #limits end,
        function(limits) return #limits[1].name > 0 and #limits end,
        function(limits) local n = 0 for _ in ipairs(limits) do n = n + 1 end return n end,
        function(limits) local n = 0 for _ in pairs(limits) do n = n + 1 end return n end,
        function(limits) return select("#", table.unpack(limits)) end,
      } do
        package.loaded["agentmail"], package.loaded["agentmail.call.options"] = nil, nil
        local limits = require "agentmail".limits
        names[i] = look(limits)
        assert(getmetatable(limits) == nil)
      end
      print(table.concat(names, " "))
    ]]
    assert.equal("31 31 31 31 31\n", output)
  end)

  it("lists every limit with its default", function()
    local named = {}
    for _, limit in ipairs(agentmail.limits) do
      named[limit.name] = limit.default
      assert.is_string(limit.about)
    end
    assert.equal(8, named.attempts)
    assert.equal(120, named.deadline)
  end)

  it("is stepped by a host's loop, without blocking", function()
    local _, _, url = helper.scripted { { status = 200, body = "{}" } }
    local output = helper.run(([[
      local agentmail = require "agentmail"
      local core = require "agentmail.core"
      local client <close> = core.client { base_url = "%s", proxy = "", api_key = "k" }
      local call = assert(client:submit("GET", "/x", "safe"))
      print(math.type(agentmail.pollfd()), agentmail.step(0.005))
      while call:state() ~= "judging" do assert(agentmail.step(0) == 0) end
      print(agentmail.timeout())
      call:judge "whole"
      print(agentmail.step(), core.next() == call)
      local task = agentmail.spawn(agentmail.sleep, 60)
      assert(client:submit("GET", "/x", "safe"))
      print(agentmail.step(), agentmail.step()) -- tasks, not calls
      task:cancel()
      print(agentmail.step())]]):format(url))
    assert.equal("integer\t0\n0.0\n0\ttrue\n1\t1\n0\n", output)
    for _, bad in ipairs { "1", -1, 0 / 0, {} } do
      assert.equal("agentmail.step takes seconds, 0 or more, not " .. tostring(bad),
                   helper.mistake(agentmail.step, bad))
    end
  end)

  it("sleeps for a number of seconds, and refuses anything else", function()
    agentmail.sleep(0)
    assert.is_truthy(pcall(agentmail.sleep, 0.001))
    for _, bad in ipairs { "1", -1, 0 / 0, {}, math.huge } do
      assert.equal("agentmail.sleep takes seconds, from 0 to 1e9, not " .. tostring(bad),
                   helper.mistake(agentmail.sleep, bad))
    end
  end)
end)
