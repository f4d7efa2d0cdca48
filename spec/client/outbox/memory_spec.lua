-- SPDX-License-Identifier: MIT
-- Each allocation of Lua in a send with an outbox fails, once and for good: nothing goes out
-- unrecorded, the row tells the truth, and the mail goes on: at once, when its client is closed,
-- or when its lease is over. The allocator is in C, so this compiles it.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local outside = require "spec.support.outside"

local SOURCE = [[
#include <lauxlib.h>
#include <lua.h>
#include <stddef.h>

static lua_Alloc given;
static void *given_ud;
static lua_Integer seen, from, to;

/* After a refusal, Lua collects, and tries once more. */
static void *scarce(void *ud, void *block, size_t old, size_t new)
{
    (void)ud;
    if (new > 0 && (!block || new > old) && ++seen >= from && seen <= to)
        return NULL;
    return given(given_ud, block, old, new);
}

static int refuse(lua_State *L)
{
    from = luaL_checkinteger(L, 1);
    to = lua_toboolean(L, 2) ? LUA_MAXINTEGER : from + 1;
    seen = 0;
    given = lua_getallocf(L, &given_ud);
    lua_setallocf(L, scarce, NULL);
    return 0;
}

static int allow(lua_State *L)
{
    lua_setallocf(L, given, given_ud);
    lua_pushinteger(L, seen);
    return 1;
}

int luaopen_scarce(lua_State *L)
{
    luaL_Reg functions[] = {{"refuse", refuse}, {"allow", allow}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
]]

describe("a send with an outbox, out of memory #hooks", function()
  local scarce, path, client, view, key, inbox_id

  setup(function()
    scarce = outside.folder(function(folder)
      local file <close> = assert(io.open(folder .. "/scarce.c", "w"))
      file:write(SOURCE)
      file:close()
      local output, done = outside.shell(("unset LD_PRELOAD; cd %s && cc -shared -fPIC "
        .. "$(pkg-config --cflags lua5.4) -o scarce.so scarce.c"):format(folder))
      assert(done, output)
      return assert(package.loadlib(folder .. "/scarce.so", "luaopen_scarce"))()
    end)
  end)

  before_each(function()
    path = os.tmpname()
    os.remove(path)
    client, key, view = helper.client()
    inbox_id = assert(client.inboxes:create { username = "orders" }).inbox_id
    client:close()
  end)

  after_each(function()
    collectgarbage "restart"
    client:close()
    os.execute(("rm -f %s %s-*"):format(path, path))
  end)

  local function open()
    client = agentmail.new { base_url = view.url, api_key = key, outbox = path,
                             limits = { backoff_base = 0.001, backoff_cap = 0.002 } }
  end

  local function send(name, options)
    return client:inbox(inbox_id).messages:send({
      to = "ann@example.com", subject = name, text = "Paid.", idempotency_key = name }, options)
  end

  -- A send whose n-th allocation fails, and perhaps all later ones; how many there were.
  local function short_of(n, for_good, options)
    local name = ("mail-%d-%s"):format(n, for_good)
    collectgarbage "stop"
    scarce.refuse(n, for_good)
    local done, sent, _, failure = pcall(send, name, options)
    local seen = scarce.allow()
    collectgarbage "restart"
    local copies = #view:sent { subject = name }
    local row = client.outbox:get(name, inbox_id)
    local said = done and (sent and "applied" or failure.outcome) or "raised"
    assert(row or copies == 0, name .. " was sent and is not recorded")
    for _, outcome in ipairs { said, row and row.outcome or "not_applied" } do
      assert(outcome ~= "not_applied" or copies == 0, name .. " was sent")
      assert(outcome ~= "applied" or copies == 1, name .. " was not sent")
    end
    -- Nothing can be recorded without memory: then its worker has it in hand.
    local again, message, held = send(name, { deadline = 0.05 })
    local is_held = held ~= nil
    if held then
      assert.equal("busy", held.code)
      client:close()
      collectgarbage() collectgarbage() -- a job that is lost keeps its outbox open
      open()
      again, message, held = send(name, { deadline = 0.1 })
      if held then -- until its lease is over
        assert.equal("busy", held.code)
        return seen, true
      end
    end
    assert(again, message)
    assert(#view:sent { subject = name } == 1, name .. " was sent twice")
    return seen, is_held
  end

  for name, options in pairs {
    usual = {}, observed = { on_attempt = function() end }, ["looked for"] = { caused_at = false },
  } do
    it("goes on, if it is " .. name, function()
      open()
      assert(send("warm", options))
      assert(send("warmer", options))
      for _, for_good in ipairs { false, true } do
        local n, held = 0, 0
        repeat
          n = n + 1
          local seen, is_held = short_of(n, for_good, options)
          if is_held then held = held + 1 end
        until seen < n
        assert.is_true(n > 20, n)
        assert.is_true(held < n, held)
      end
    end)
  end
end)
