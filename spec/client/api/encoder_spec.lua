-- SPDX-License-Identifier: MIT
-- The encoder behind `plan.encoder:write`, csrc/encode/: vectors, and random arguments.
-- AGENTMAIL_ARGUMENTS is the number of random arguments per operation; SEED chooses them.

local operations = require "agentmail.api.operations"
local plans = require "agentmail.api.plan"
local random_arguments = require "spec.support.random_arguments"
local vectors = require "spec.support.encoder_vectors"

local COUNT = tonumber(os.getenv "AGENTMAIL_ARGUMENTS") or 50
local SEED = tonumber(os.getenv "SEED") or 20250101

local names = {}
for name in pairs(operations) do names[#names + 1] = name end
table.sort(names)

-- Writes random arguments of each operation twice; returns how many became a request.
local function write_twice()
  local total = 0
  for i, name in ipairs(names) do
    math.randomseed(SEED + i)
    for n = 1, COUNT do
      local arguments, bound, lenient = random_arguments.of(name)
      local first = { vectors.written(name, arguments, bound, lenient) }
      local second = { vectors.written(name, arguments, bound, lenient) }
      local where = ("%s, SEED %d, argument %d"):format(name, SEED, n)
      if first[1] then
        total = total + 1
      else
        assert.is_string(first[2], where)
        assert.not_equal("", first[2], where)
      end
      assert.same(first, second, where)
    end
  end
  return total
end

describe("the encoder", function()
  it("gives the bytes and words of the vectors", function()
    local count = 0
    for vector in vectors.each() do
      local target, body, protection, key = vectors.written(vector.name, vector.arguments,
        vector.bound, vector.lenient)
      assert.same({ vector.target, vector.body, vector.protection, vector.key },
                  { target, body, protection, key })
      count = count + 1
    end
    assert.is_true(count >= 381)
  end)

  it("turns random arguments of every operation into a request or words, always the same",
    function()
      assert.is_true(write_twice() > #names * COUNT / 2, "too few of them are right")
    end)

  it("writes the same where the decimal point is a comma", function()
    local folder = os.tmpname()
    os.remove(folder)
    local ready = os.execute(("mkdir %s && env -u LD_PRELOAD localedef -i de_DE -f UTF-8 "
      .. "%s/de_DE.UTF-8 2>/dev/null"):format(folder, folder))
    if not ready then -- no sources of locales here
      os.execute("rm -rf " .. folder)
      return pending "localedef cannot make de_DE here"
    end
    local script = ([[
      package.path = "./?.lua;" .. package.path
      local operations = require "agentmail.api.operations"
      local random_arguments = require "spec.support.random_arguments"
      local vectors = require "spec.support.encoder_vectors"
      local function same(a, b)
        if type(a) ~= "table" then return a == b end
        for key, value in pairs(a) do
          if not same(value, b[key]) then return false end
        end
        return type(b) == "table" and #a == #b
      end
      -- The words show a number as Lua does, and sort known names by the locale.
      local function written(locale, ...)
        assert(os.setlocale(locale))
        local target, body, protection, key = vectors.written(...)
        if not target then body = body:gsub("(%%d),(%%d)", "%%1.%%2"):gsub("; known: .*", "") end
        return { target or false, body or false, protection, key }
      end
      assert(os.setlocale "de_DE.UTF-8" and ("%%.1f"):format(0.5) == "0,5")
      math.randomseed(%d)
      for name in pairs(operations) do
        for _ = 1, %d do
          local arguments, bound, lenient = random_arguments.of(name)
          local there = written("de_DE.UTF-8", name, arguments, bound, lenient)
          local here = written("C", name, arguments, bound, lenient)
          assert(same(here, there), name)
        end
      end
      print "the same"]]):format(SEED, COUNT)
    local file = folder .. "/script.lua"
    local source <close> = assert(io.open(file, "w"))
    source:write(script)
    source:close()
    local pipe = assert(io.popen(("LOCPATH=%s %s %s 2>&1"):format(folder,
      os.getenv "LUA" or "lua5.4", file)))
    local output = pipe:read "a"
    pipe:close()
    os.execute("rm -rf " .. folder)
    assert.equal("the same\n", output)
  end)

  -- Each result pushed to Lua allocates, so finalizers run meanwhile. The long body causes whole
  -- cycles of the collector.
  local encoder = plans.plan("inboxes.messages.send").encoder
  local NONE, LONG = {}, ("x"):rep(300000)

  -- The output for arguments while finalizers change them, and how often those ran.
  local function written(arguments, change)
    local within, ran = false, 0
    local function finalizer()
      if not within then return end
      ran = ran + 1
      change()
      for name in pairs(arguments) do arguments[name] = nil end
      local _ = ("y"):rep(2000000) -- makes the collector continue at once
    end
    collectgarbage "stop"
    for _ = 1, 10 do setmetatable({}, { __gc = finalizer }) end
    within = true
    collectgarbage "restart"
    local a, b, c, d, e, f, g = encoder:write(arguments, NONE, nil, false, "key")
    within = false
    return ran, a, b, c, d, e, f, g
  end

  it("keeps what it has read when finalizers change arguments #long", function()
    finally(function() collectgarbage "restart" end)
    local total = 0
    for i = 1, 40 do
      local function box() return ("inbox number %d "):format(i):rep(5) end
      local function made()
        return { inbox_id = box(), to = { "x@y.z" }, text = LONG,
                 attachments = { { data = LONG .. i }, { path = "/tmp/" .. i } } }
      end
      local target, body, protection, key = encoder:write(made(), NONE, nil, false, "key")
      local arguments = made()
      local files = arguments.attachments
      local ran, a, b, c, d, e, f = written(arguments, function()
        files[1].data, files[2] = nil, nil
        assert(encoder:write({ to = "other", inbox_id = "other" }, NONE, nil, false, "other"))
      end)
      total = total + ran
      assert.same({ target, protection, key, nil, box() }, { a, c, d, e, f })
      assert.equal(#body, #b)
      for n, piece in ipairs(body) do
        local other = b[n]
        assert.is_true(piece == other or piece.path == other.path and piece.data == other.data)
      end
    end
    assert.is_true(total > 0, "no finalizer ran")
  end)

  it("keeps the name that it reports as unknown #long", function()
    finally(function() collectgarbage "restart" end)
    for i = 1, 40 do
      local name = ("unknown %d "):format(i):rep(9)
      local arguments = { text = LONG, [name .. ""] = true }
      local _, a, b, c, d = written(arguments, function() end)
      assert.same({ nil, false, "parameter", name }, { a, b, c, d })
    end
  end)
end)
