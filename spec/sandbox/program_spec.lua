-- SPDX-License-Identifier: MIT
-- The sandbox as a program.
local main = require "agentmail.sandbox.main"
local sandboxes = require "agentmail.sandbox"

local LUA = os.getenv "LUA" or "lua5.4"

describe("the sandbox's program", function()
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

  it("prints its address and stops on a signal", function()
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

  it("keeps what it answered when killed", function()
    local path = os.tmpname()
    os.remove(path)
    run("path=" .. path, UNTIL_READY .. [[
      url=$(while read -r word rest; do [ "$word" = url ] && echo "$rest"; done <$out)
      ${LUA:-lua5.4} -e 'local http = require "spec.support.http"
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
    assert.matches("cannot listen on 192.0.2.1.*status 2", run "host=192.0.2.1")
    for _, wrong in ipairs { "prot=1", "quickly", "port=x", "port=70000", "fault=nothing",
                             "host=192.0.2.1", "path=/nowhere/x", "clock=late" } do
      assert.matches("^agentmail%-sandbox: [^\n]+\nstatus 2\n$", run(wrong))
    end
    assert.matches("status 0", run "help")
    local options = assert(main.parse { "--seed=4", "seed_era=true", "same_request=json",
                                        "fault=lost_ack", "path=/tmp/x" })
    assert.same({ seed = 4, path = "/tmp/x",
                  switches = { seed_era = true, same_request = "json" } }, options)
  end)
end)
