-- SPDX-License-Identifier: MIT
-- The encoder in C writes what the one in Lua writes, and says what it says. AGENTMAIL_ARGUMENTS is
-- the number of random arguments of each operation, SEED chooses them.

local agentmail = require "agentmail"
local flat = require "spec.support.flat"
local plans = require "agentmail.api.plan"
local two = require "spec.support.two_encoders"
local vectors = require "spec.support.encoder_vectors"

local COUNT = tonumber(os.getenv "AGENTMAIL_ARGUMENTS") or 50
local SEED = tonumber(os.getenv "SEED") or 20250101

local null = agentmail.null

describe("the encoder in C", function()
  it("agrees with the one in Lua about random arguments of every operation", function()
    local total = 0
    for i, name in ipairs(two.operations) do
      local difference, written = two.compare(name, COUNT, SEED + i)
      assert.is_nil(difference)
      total = total + written
    end
    assert.is_true(total > #two.operations * COUNT / 2, "too few of them are right")
  end)

  it("agrees with it where the decimal point is a comma", function()
    local folder = os.tmpname()
    os.remove(folder)
    local ready = os.execute(("mkdir %s && env -u LD_PRELOAD localedef -i de_DE -f UTF-8 "
      .. "%s/de_DE.UTF-8 2>/dev/null"):format(folder, folder))
    if not ready then -- no sources of locales here
      os.execute("rm -rf " .. folder)
      return pending "localedef cannot make de_DE here"
    end
    local script = ([[
      package.path, package.cpath = "./?.lua;" .. %q, %q
      local two = require "spec.support.two_encoders"
      assert(os.setlocale "de_DE.UTF-8" and ("%%.1f"):format(0.5) == "0,5")
      for i, name in ipairs(two.operations) do
        local difference = two.compare(name, %d, %d + i)
        if difference then error(difference) end
      end
      print "the same"]]):format(package.path, package.cpath, COUNT, SEED)
    local file = folder .. "/script.lua"
    local source <close> = assert(io.open(file, "w"))
    source:write(script)
    source:close()
    -- The C library keeps what it cuts LOCPATH into.
    local pipe = assert(io.popen(("ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 LOCPATH=%s %s %s 2>&1")
      :format(folder, os.getenv "LUA" or "lua5.4", file)))
    local output = pipe:read "a"
    pipe:close()
    os.execute("rm -rf " .. folder)
    assert.equal("the same\n", output)
  end)

  it("gives the bytes and words of the vectors", function()
    local count = 0
    for vector in vectors.each() do
      local target, body, protection, key = two.c(vector.name, vector.arguments, vector.bound,
        vector.lenient)
      assert.same({ vector.target, vector.body, vector.protection, vector.key },
                  { target, body, protection, key })
      count = count + 1
    end
    assert.is_true(count >= 200)
  end)

  it("agrees with it about the edges", function()
    local send, bound = "inboxes.messages.send", { inbox_id = "a@b.c" }
    local to = { "x@y.z" }
    for _, arguments in ipairs {
      { to = to, subject = "é\u{10FFFF}\127/\\\"\1\31", text = ("a"):rep(8) .. "\n" },
      { to = to, text = ("é"):rep(3) .. "\xE2\x82" }, { to = to, text = "\xED\xBF\xBF" },
      { to = to, text = null }, { to = to, subject = "\n" }, { to = to, subject = "\0" },
      { to = to, subject = "\n\xFF" }, { to = {} }, { to = null }, { to = false }, {}, { "x" },
      { to = { to } }, { to = to, html = "", track_opens = true }, { to = to, track_opens = true },
      { to = to, attachments = { path = "x" } }, { to = to, attachments = { {} } },
      { to = to, attachments = { { path = "/x/a.tar.gz" }, { data = "", filename = "b.PDF" } } },
      { to = to, attachments = { { data = "b", content = "x" } } },
      { to = to, attachments = { { data = "b", unknown = 1 } } },
      { to = to, attachments = { { url = "u" }, { content = "aGk=", content_type = "a/b" } } },
      { to = to, headers = { ["X-A"] = "b", ["X-B"] = 5 } }, { to = to, headers = { ["a:"] = "" } },
      { to = to, labels = { "a", nil, "c" } }, { to = to, labels = agentmail.array {} },
      { to = to, idempotency_key = "k" }, { to = to, idempotency_key = false },
      { to = to, inbox_id = "other" }, { to = to, inbox_id = "a@b.c" },
    } do
      for _, lenient in ipairs { false, true } do
        assert.is_nil((two.difference(send, arguments, bound, lenient)))
      end
    end
  end)

  it("agrees with it about how much metadata there may be", function()
    for _, count in ipairs { 255, 256, 257 } do
      local map = {}
      for i = 1, count do map["k" .. i] = "v" end
      assert.is_nil((two.difference("inboxes.create", { metadata = map }, {}, false)))
      for _, text in ipairs { ("x"):rep(count), ("é"):rep(count) } do
        map = { k = text }
        assert.is_nil((two.difference("inboxes.create", { metadata = map }, {}, false)))
        map = { [text] = "v" }
        assert.is_nil((two.difference("inboxes.create", { metadata = map }, {}, false)))
      end
    end
    for _, number in ipairs { 1 << 53, (1 << 53) + 1, -(1 << 53), -(1 << 53) - 1, 2 ^ 53 } do
      assert.is_nil((two.difference("inboxes.create", { metadata = { n = number } }, {}, false)))
    end
  end)

  it("agrees with it about arguments with metamethods, flattened before", function()
    local defaults = { subject = "Hello", labels = { "a" }, to = "x@y.z" }
    local headers = { ["X-A"] = "b" }
    local map = setmetatable({}, { __index = headers,
                                   __pairs = function() return next, headers end })
    local list = setmetatable({ "a" }, { __index = { "a", "b" }, __len = function() return 1 end })
    local attachment = setmetatable({ data = "x" }, { __index = { filename = "a.csv" } })
    for _, arguments in ipairs {
      setmetatable({ text = "t" }, { __index = defaults }),
      setmetatable({ text = "t" }, { __index = function(_, name) return defaults[name] end }),
      { to = "x@y.z", headers = map }, { to = "x@y.z", labels = list },
      { to = "x@y.z", attachments = { attachment } },
      setmetatable({ subject = 5 }, { __index = defaults }),
    } do
      local name, bound = "inboxes.messages.send", { inbox_id = "a@b.c" }
      local request, words = two.lua(name, arguments, bound, false)
      local target, body = two.c(name, flat.arguments(plans.plan(name), arguments), bound, false)
      assert.equal(request and request.target, target)
      if request then
        assert.same(request.body, body)
      else
        assert.equal(words, name .. ": " .. body)
      end
    end
  end)
end)
