-- SPDX-License-Identifier: MIT
-- A resolver that takes five seconds, in a real process: the deadline holds, and the Lua state can
-- close at once although a thread of libcurl's is still inside the resolver.

local helper = require "spec.helper"

local RESOLVER = [[
#include <netdb.h>
#include <unistd.h>
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result);
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **result)
{
    (void)node, (void)service, (void)hints, (void)result;
    sleep(5);
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
print(failure.code, failure.outcome, failure.attempts, took >= 0.99 and took <= 1.2)
print(message)
]]

describe("a slow resolver", function()
  it("outlives neither the deadline nor the Lua state #timing", function()
    local name = os.tmpname()
    local source <close> = assert(io.open(name .. ".c", "w"))
    source:write(RESOLVER)
    source:close()
    assert(os.execute(("env -u LD_PRELOAD cc -shared -fPIC -o %s.so %s.c"):format(name, name)))
    local preload = (os.getenv "LD_PRELOAD" or "") .. " " .. name .. ".so"
    local output = helper.run(PROGRAM .. "\nio.stdout:flush()", ("LD_PRELOAD=%q"):format(preload))
    for _, ending in ipairs { "", ".c", ".so" } do os.remove(name .. ending) end
    assert.matches("^timeout\tnot_applied\t0\ttrue\n", output)
    assert.matches("Resolving timed out", output)
    assert.is_nil(output:find("[Ss]egmentation"), output)
  end)
end)
