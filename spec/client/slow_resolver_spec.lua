-- SPDX-License-Identifier: MIT
-- A resolver that takes five seconds, in a real process: the deadline holds, and the Lua state can
-- close at once although a thread of libcurl is still in the resolver.

local helper = require "spec.support.helper"

local RESOLVER = [[
#include <netdb.h>
#include <unistd.h>
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result);
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    (void)node, (void)service, (void)hints, (void)result;
    sleep(SECONDS);
    return EAI_NONAME;
}
]]

local PROGRAM = [[
local agentmail = require "agentmail"
local core = require "agentmail.core"
local client = agentmail.new { base_url = "http://slow.example", api_key = "k", proxy = "" }
local started = core.now()
local _, message, failure = client.inboxes:get("a@b.c", { deadline = 1 })
local took = core.now() - started
print(failure.code, failure.outcome, failure.attempts, took >= 0.99 and took <= MOST)
print(message)
]]

-- A host that goes on after its Lua state; it has no libcurl of its own that would stay loaded.
local HOST = [[
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    if (luaL_dostring(L, "local agentmail = require 'agentmail' "
                         "agentmail.new { base_url = 'http://slow.example', api_key = 'k', "
                         "proxy = '' }.inboxes:get('a@b.c', { deadline = 0.2 })"))
        puts(lua_tostring(L, -1));
    lua_close(L);
    sleep(2);
    puts("alive");
    return 0;
}
]]

-- Compiles C, without preloading anything into the compiler.
local function compile(code, target, flags)
  local source <close> = assert(io.open(target .. ".c", "w"))
  source:write(code)
  source:close()
  assert(os.execute(("env -u LD_PRELOAD cc %s.c -o %s %s"):format(target, target, flags)))
  os.remove(target .. ".c")
end

local function preload(library)
  return ("LD_PRELOAD=%q"):format((os.getenv "LD_PRELOAD" or "") .. " " .. library)
end

describe("a slow resolver", function()
  it("delays neither a deadline nor the end of the Lua state #timing", function()
    local library = os.tmpname()
    compile(RESOLVER, library, "-shared -fPIC -DSECONDS=5")
    -- One run within 0.2 s is proof; a busy machine, or a sanitizer, may need another run.
    local most = (os.getenv "AGENTMAIL_BUILD" or ""):find "asan" and 3 or 1.2
    local output
    for _ = 1, 3 do
      output = helper.run(("local MOST = %g\n"):format(most) .. PROGRAM, preload(library))
      if output:find "\ttrue\n" then break end
    end
    os.remove(library)
    assert.matches("^timeout\tnot_applied\t0\ttrue\n", output)
    assert.matches("Resolving timed out", output)
    assert.is_nil(output:find("[Ss]egmentation"), output)
  end)

  it("may return into libcurl after its Lua state is gone #timing", function()
    local library, host = os.tmpname(), os.tmpname()
    compile(RESOLVER, library, "-shared -fPIC -DSECONDS=1")
    compile(HOST, host, "$(pkg-config --cflags --libs lua5.4) -Wl,-E")
    local pipe = assert(io.popen(("LUA_PATH=%q LUA_CPATH=%q %s %s 2>&1"):format(
      package.path, package.cpath, preload(library), host)))
    local output = pipe:read "a"
    local done = pipe:close()
    os.remove(library)
    os.remove(host)
    assert.equal("alive\n", output)
    assert.is_true(done)
  end)
end)
