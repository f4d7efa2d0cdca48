-- SPDX-License-Identifier: MIT
-- The sandbox as a program and as an object; its parts that can be tested without one.
local base64 = require "agentmail.sandbox.store.base64"
local chance = require "agentmail.sandbox.store.chance"
local clock = require "agentmail.sandbox.store.clock"
local http = require "spec.support.sandbox_http"
local json = require "agentmail.sandbox.http.json"
local main = require "agentmail.sandbox.main"
local query = require "agentmail.sandbox.http.query"
local sandboxes = require "agentmail.sandbox"

local LUA = os.getenv "LUA" or "lua5.4"

describe("the sandbox's clock", function()
  it("reads durations", function()
    for text, ms in pairs { ["90s"] = 90000, ["25h"] = 90000000, ["1h30m"] = 5400000,
                            ["2d"] = 172800000, ["1.5s"] = 1500, ["10ms"] = 10 } do
      assert.equal(ms, (clock.duration(text)))
    end
    assert.equal(1500, (clock.duration(1.5)))
    for _, bad in ipairs { "", "h", "1", "1x", "-1s", "1h-2m", -1, 1 / 0, {}, true } do
      assert.is_nil((clock.duration(bad)))
    end
  end)

  it("reads times as the world writes them", function()
    for text, ms in pairs {
      ["1970-01-01"] = 0, ["2000-02-29T12:00:00Z"] = 951825600000,
      ["2030-05-01T12:00:00.25Z"] = 1903867200250, ["2030-05-01T14:00:00+02:00"] = 1903867200000,
      ["2030-05-01T12:00Z"] = 1903867200000, ["1969-12-31T23:59:59Z"] = -1000,
    } do
      assert.equal(ms, clock.parse(text), text)
    end
    for _, bad in ipairs { "", "x", "2030", "2030-13-01", "2030-01-32", "2030-01-01T25:00Z",
                           "2030-01-01T12:00:00x", "2030-01-01T12:00:00+2", 5 } do
      assert.is_nil(clock.parse(bad), tostring(bad))
    end
    assert.equal("2030-05-01T12:00:00.250Z", clock.text(1903867200250))
  end)
end)

describe("the sandbox's small parts", function()
  it("decode percent-encoding strictly", function()
    assert.equal("<a/b@c>", query.decode "%3Ca%2Fb%40c%3e")
    assert.equal("ü", query.decode "%C3%BC")
    assert.equal("plain", query.decode "plain")
    for _, bad in ipairs { "%", "a%2", "%g0", "%00", "%7F", "%80", "\255", "%2%30" } do
      assert.is_nil(query.decode(bad), bad)
    end
  end)

  it("draw evenly, and the same again", function()
    local sum = 0
    for i = 1, 10000 do
      local drawn = chance.fraction(42, "x", i)
      assert.is_true(drawn >= 0 and drawn < 1)
      sum = sum + drawn
    end
    assert.is_true(math.abs(sum / 10000 - 0.5) < 0.02)
    assert.equal(chance.draw(42, "ab", "c"), chance.draw(42, "ab", "c"))
    assert.not_equal(chance.draw(42, "ab", "c"), chance.draw(42, "a", "bc"))
    assert.not_equal(chance.draw(42, "a"), chance.draw(43, "a"))
    local ids, all = chance.ids(1, 1), {}
    for _ = 1, 10000 do
      local id = ids:uuid()
      assert.matches("^%x+%-%x+%-4%x+%-[89ab]%x+%-%x+$", id)
      assert.is_nil(all[id])
      all[id] = true
    end
    assert.not_equal(chance.ids(1, 1):token(), chance.ids(1, 2):token())
  end)

  it("write and read base64", function()
    for bytes, text in pairs { [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==",
                               ["\0\255\n~"] = "AP8Kfg==" } do
      assert.equal(text, base64.encode(bytes))
      assert.equal(bytes, base64.decode(text))
    end
  end)

  it("encode canonically", function()
    assert.equal('{"a":[],"b":{},"c":[1,2.5,"x/y\\u0000"],"d":true}', json.encode {
      d = true, c = { 1, 2.5, "x/y\0" }, b = {}, a = json.array {} })
    assert.equal('"\\\\/\\"\\n"', json.string '\\/"\n')
    assert.equal("9007199254740993", json.encode(9007199254740993))
    assert.has_error(function() json.shape("missing")({}) end, "the row has no missing")
  end)
end)

describe("agentmail.sandbox.start", function()
  it("is ready at once, and closes twice", function()
    local sandbox = assert(sandboxes.start())
    assert.matches("^http://127%.0%.0%.1:%d+$", sandbox.url)
    assert.equal("am_test_local", sandbox.api_key)
    assert.equal("sandbox at " .. sandbox.url, tostring(sandbox))
    assert.equal(200, (http.api(sandbox)("GET", "/v0/inboxes")))
    sandbox:close()
    sandbox:close()
    assert.equal("sandbox (closed)", tostring(sandbox))
    assert.error_matches(function() sandbox:sent() end, "closed")
  end)

  it("lets many run at once, and be collected", function()
    local all = {}
    for i = 1, 8 do
      all[i] = assert(sandboxes.start { namespace = "n" .. i })
      assert.equal(200, (http.api(all[i])("POST", "/v0/inboxes", { username = "same" })))
    end
    all = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
  end)

  it("gives the same ids for the same seed", function()
    local function ids(seed)
      local sandbox <close> = assert(sandboxes.start { seed = seed, clock = "2030-01-01" })
      local api = http.api(sandbox)
      local _, inbox = api("POST", "/v0/inboxes")
      local _, sent = api("POST", "/v0/inboxes/" .. inbox.inbox_id .. "/messages/send",
                          { to = "x@y.zz" })
      return inbox.inbox_id .. sent.message_id .. sent.thread_id
    end
    assert.equal(ids(5), ids(5))
    assert.not_equal(ids(5), ids(6))
  end)

  it("raises for a mistake and answers nil for the world's failures", function()
    assert.error_matches(function() sandboxes.start { nmespace = "x" } end,
                         "unknown option 'nmespace' %(did you mean 'namespace'%?%)")
    assert.error_matches(function() sandboxes.start { port = "1" } end,
                         "port must be an integer, not string")
    assert.error_matches(function() sandboxes.start { clock = "sundial" } end, "clock must be")
    assert.error_matches(function() sandboxes.start { switches = { strict = 3 } } end,
                         "switches.strict: expected one of false, true")
    local none, message = sandboxes.start { path = "/nonexistent/x.db" }
    assert.is_nil(none)
    assert.matches("unable to open", message)
    local file = os.tmpname()
    local out = io.open(file, "w")
    out:write(("this is not a database"):rep(100))
    out:close()
    none, message = sandboxes.start { path = file }
    os.remove(file)
    assert.is_nil(none)
    assert.matches("not a database", message)
  end)
end)

describe("the program", function()
  local function run(arguments, script)
    local pipe = io.popen(([[
      out=$(mktemp)
      export LUA_PATH='%s' LUA_CPATH='%s'
      %s -e 'require("agentmail.sandbox").main(arg)' - %s >$out 2>&1 &
      pid=$!
      %s
      wait $pid 2>/dev/null; status=$?; cat $out; rm -f $out; echo "status $status"
    ]]):format(package.path, package.cpath, LUA, arguments, script or ""))
    local output = pipe:read "a"
    pipe:close()
    return output
  end

  local UNTIL_READY = "until grep -q control $out || ! kill -0 $pid 2>/dev/null; do :; done;"

  it("prints where it is and stops on a signal", function()
    for _, signal in ipairs { "INT", "TERM" } do
      local output = run("seed=5 clock=frozen fault=flaky=2",
                         UNTIL_READY .. " kill -" .. signal .. " $pid")
      assert.matches("url      http://127.0.0.1:%d+\n", output)
      assert.matches("api_key  am_test_local", output)
      assert.matches("seed     5\n", output)
      assert.matches("look at  http://127.0.0.1:%d+/%?namespace=local\n", output)
      assert.matches("stopped by SIG" .. signal, output)
      assert.matches("status 0", output)
    end
  end)

  it("keeps what it answered when it is killed", function()
    local path = os.tmpname()
    os.remove(path)
    run("path=" .. path, UNTIL_READY .. [[
      url=$(while read -r word rest; do [ "$word" = url ] && echo "$rest"; done <$out)
      ${LUA:-lua5.4} -e 'local http = require "spec.support.sandbox_http"
        local api = http.api { url = arg[1], api_key = "am_test_local" }
        assert(api("POST", "/v0/inboxes", { username = "kept" }) == 200)' - $url
      kill -9 $pid]])
    local sandbox = assert(sandboxes.start { path = path })
    assert.equal(1, #sandbox:requests())
    sandbox:close()
    for _, suffix in ipairs { "", "-wal", "-shm" } do os.remove(path .. suffix) end
  end)

  it("says what is wrong with its arguments", function()
    assert.matches("unknown option 'prot' %(did you mean 'port'%?%).*status 2", run "prot=1")
    assert.matches("expected name=value.*status 2", run "quickly")
    assert.matches("port must be a whole number.*status 2", run "port=x")
    assert.matches("no preset 'nothing'.*status 2", run "fault=nothing")
    assert.matches("status 0", run "help")
    local options = assert(main.parse { "--seed=4", "seed_era=true", "same_request=json",
                                        "fault=lost_ack", "path=/tmp/x" })
    assert.same({ seed = 4, path = "/tmp/x",
                  switches = { seed_era = true, same_request = "json" } }, options)
  end)
end)
