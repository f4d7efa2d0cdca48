-- SPDX-License-Identifier: MIT
local cjson = require "cjson"
local helper = require "spec.support.helper"

local function item(id, time, more)
  local made = { message_id = id, inbox_id = "a@b.c", labels = { "received" },
                 timestamp = time and ("2026-01-01T%s.000Z"):format(time) or nil }
  for name, value in pairs(more or {}) do made[name] = value end
  return made
end

local function page(...)
  return { body = #{ ... } == 0 and '{"messages":[]}' or { messages = { ... } } }
end

local function whole(id)
  return { body = { message_id = id, inbox_id = "a@b.c", text = "text of " .. id } }
end

local DOWN, GONE = { status = 503, body = "{}" }, { status = 404, body = "{}" }
local OVER = { status = 403, body = { code = "over", message = "That was all." } }

local FAST = { attempts = 1, poll_base = 0.001, poll_cap = 0.002 }

local function inbox(script)
  local client, log = helper.scripted(script, { limits = FAST })
  return client:inbox "a@b.c", log
end

-- The results of `say` for each mail that a loop returns until it ends or raises; and its error.
local function run(watcher, say)
  local found = {}
  local ok, message = pcall(function()
    for one in watcher do found[#found + 1] = say and say(one) or one.message_id end
  end)
  return table.concat(found, " "), not ok and message or nil
end

local function ids_of(state)
  local ids = {}
  for id in pairs(state["a@b.c"].ids) do ids[#ids + 1] = id end
  table.sort(ids)
  return table.concat(ids, " ")
end

describe("a watch", function()
  it("returns incoming mail, complete, oldest first, each once", function()
    local old = item("old", "10:00:00")
    local b, c, d = item("b", "10:00:01"), item("c", "10:00:02"), item("d", "10:00:02")
    local box, log = inbox { page(old), page(old), page(c, b, old), whole "b", whole "c",
                             page(d, c, b, old), whole "d", OVER }
    local texts, message = run(box.messages:watch { subject = "x" },
                               function(one) return one.text end)
    assert.equal("text of b text of c text of d", texts)
    assert.matches("That was all", message)
    local filters = "labels=%5B%22received%22%5D"
    assert.equal("/v0/inboxes/a%40b.c/messages?" .. filters .. "&subject=%5B%22x%22%5D",
                 log[1].target)
    assert.matches("^/v0/inboxes/a%%40b.c/messages%?limit=100&" .. filters:gsub("%%", "%%%%")
      .. "&after=2026%-01%-01T09%%3A58%%3A59.99%dZ&subject", log[2].target)
    assert.equal("/v0/inboxes/a%40b.c/messages/b", log[4].target)
  end)

  it("ignores mail that the inbox sent, unless it is asked for", function()
    local own = item("own", "10:00:01", { labels = { "received", "sent" } })
    assert.equal("", (run(inbox({ page(own), OVER }).messages:watch { after = 0 })))
    for _, given in ipairs { { sent = true }, { labels = "sent" } } do
      given.after = 0
      local box = inbox { page(own), whole "own", OVER }
      assert.equal("own", (run(box.messages:watch(given))))
    end
  end)

  it("reads the existing mail when it is called, not when the loop begins", function()
    local old, new = item("old", "10:00:00"), item("new", "10:00:01")
    local box, log = inbox { page(old), page(new, old), whole "new", OVER }
    local watcher = box.messages:watch { after = "now" }
    assert.equal(1, #log)
    assert.equal("old", ids_of(watcher.state))
    assert.equal("new", (run(watcher)))
  end)

  it("leaves out a mail that is deleted meanwhile", function()
    local a, b = item("a", "10:00:00"), item("b", "10:00:01")
    local box = inbox { page(b, a), GONE, GONE, whole "b", OVER }
    assert.equal("b", (run(box.messages:watch { after = 0 })))
  end)

  it("is a loop for `for`, which closes it", function()
    local box, log = inbox { page(item("b", "10:00:01"), item("a", "10:00:00")), whole "a" }
    local watcher
    for message in box.messages:watch { after = 0 } do
      if message.message_id == "a" then break end
    end
    assert.equal(2, #log)
    box = inbox { page(item("b", "10:00:01"), item("a", "10:00:00")), whole "a", whole "b" }
    do
      local closing <close> = box.messages:watch { after = 0 }
      watcher = closing
      for message in watcher do
        if message.message_id == "a" then break end
      end
      for message in watcher do
        if message.message_id == "b" then break end
      end
    end
    assert.is_nil(watcher())
    assert.equal("a", ids_of(watcher.state))
    watcher:close()
  end)
end)

describe("a watch after", function()
  local AFTER = { message_id = "m", timestamp = "2026-01-01T10:00:01Z", labels = {} }
  local SHOWN = page(item("n", "10:00:02"), item("m", "10:00:01"), item("l", "10:00:00"))

  it("a time returns mail that came in after it", function()
    for _, time in ipairs { 1767261601, "2026-01-01T10:00:01Z", "2026-01-01T12:00:01+02:00" } do
      local box, log = inbox { SHOWN, whole "n", OVER }
      assert.equal("n", (run(box.messages:watch { after = time })))
      assert.matches("after=2026%-01%-01T10%%3A00%%3A00.99", log[1].target)
    end
    local box = inbox { SHOWN, whole "l", whole "m", whole "n", OVER }
    assert.equal("l m n", (run(box.messages:watch { after = "2026-01-01" })))
  end)

  it("a message or a page returns mail that is not in it and not older", function()
    local twin = item("twin", "10:00:01")
    local box = inbox { page(item("n", "10:00:02"), twin, item("m", "10:00:01"),
                             item("l", "10:00:00")), whole "twin", whole "n", OVER }
    assert.equal("twin n", (run(box.messages:watch { after = AFTER })))
    box = inbox { SHOWN, page(item("o", "10:00:03"), item("n", "10:00:02"),
      item("late", "10:00:01"), item("m", "10:00:01"), item("l", "10:00:00")), whole "late",
      whole "o", OVER }
    assert.equal("late o", (run(box.messages:watch { after = assert(box.messages:list()) })))
  end)

  it("a stored state returns mail that is not done, regardless of `after`", function()
    local box = inbox { page(item("c", "10:00:02"), item("b", "10:00:01"), item("a", "10:00:00")),
                        whole "a", whole "b", OVER }
    local watcher, stored = box.messages:watch { after = 0 }, nil
    for message in watcher do
      stored = cjson.encode(watcher.state)
      if message.message_id == "b" then break end
    end
    local again = inbox { page(item("c", "10:00:02"), item("b", "10:00:01"),
      item("late", "09:59:30"), item("a", "10:00:00")), whole "late", whole "b", whole "c", OVER }
    assert.equal("late b c", (run(again.messages:watch { state = cjson.decode(stored),
                                                         after = "2030-01-01" })))
  end)
end)

describe("a watcher's state", function()
  it("covers mail that the loop has gone beyond, and belongs to the caller", function()
    local box = inbox { page(item("b", "10:00:01"), item("a", "10:00:00")), whole "a", whole "b",
                        OVER }
    local watcher, states = box.messages:watch { after = 0 }, {}
    assert.same({ ["a@b.c"] = { after = "1970-01-01T00:00:00.000000Z", ids = {} } },
                watcher.state)
    run(watcher, function()
      states[#states + 1] = ids_of(watcher.state)
      watcher.state["a@b.c"].ids.x = "y"
    end)
    assert.same({ "", "a" }, states)
    assert.equal("a b", ids_of(watcher.state))
  end)

  it("covers all inboxes before any mail is returned", function()
    local client = helper.scripted({ page(item("a", "10:00:00")), DOWN, page() },
                                   { limits = FAST })
    local watcher = client.inboxes:watch { inboxes = { "a@b.c", "d@e.f" } }
    assert.same({ ids = {} }, watcher.state["d@e.f"])
    assert.equal("a", ids_of(watcher.state))
  end)

  it("records that an empty inbox was empty", function()
    local box = inbox { page(), page() }
    local stored = cjson.decode(cjson.encode(box.messages:watch().state))
    box = inbox { page(item("a", "08:00:00")), whole "a", OVER }
    assert.equal("a", (run(box.messages:watch { state = stored })))
  end)
end)

describe("a watch that fails", function()
  it("waits out retryable failures, and reports them", function()
    local seen = {}
    local box = inbox { DOWN, page(), { effect = { kill = "reset" } }, page(item("a", "10:00:00")),
                        { status = 429, body = "{}" }, whole "a", OVER }
    local found, message = run(box.messages:watch {
      on_failure = function(text, failure)
        seen[#seen + 1] = failure.code
        assert.matches("^inboxes.messages.", text)
      end,
    })
    assert.same({ "a", { "service_error", "network", "rate_limit_exceeded" } }, { found, seen })
    assert.matches("That was all", message)
  end)

  it("is not harmed by an error in on_failure", function()
    local _, _, url = helper.scripted { DOWN, page(item("a", "10:00:00")), whole "a" }
    local output = helper.run(([[
      warn "@on"
      local client = require("agentmail").new { base_url = %q, api_key = "k",
                                                limits = { attempts = 1, poll_base = 0.001 } }
      local function on_failure() error "oops" end
      for message in client:inbox("b").messages:watch { after = 0, on_failure = on_failure } do
        print(message.text)
        break
      end
    ]]):format(url))
    assert.matches("^Lua warning: agentmail: on_failure failed: [^\n]*oops\ntext of a\n$", output)
  end)

  it("raises other failures at the caller's line, and can go on", function()
    local box = inbox { page(item("a", "10:00:00")), OVER, whole "a", OVER }
    local watcher = box.messages:watch { after = 0 }
    local line = debug.getinfo(1, "l").currentline + 2
    local function loop()
      for message in watcher do
        if message then return message end
      end
    end
    local _, text = pcall(loop)
    assert.matches("watch_spec.lua:" .. line .. ": inboxes.messages.get: That was all", text)
    assert.equal("a", loop().message_id)
    box = inbox { OVER }
    line = debug.getinfo(1, "l").currentline + 1
    _, text = pcall(function() local w = box.messages:watch() return w end)
    assert.matches("watch_spec.lua:" .. line .. ": inboxes.messages.list: That was all", text)
  end)
end)

describe("a watch with a timeout", function()
  it("returns the existing mail, and ends", function()
    local box, log = inbox { page(item("b", "10:00:01"), item("a", "10:00:00")), whole "a",
                             whole "b" }
    assert.equal("a b", (run(box.messages:watch { after = 0, timeout = 0 })))
    assert.equal(3, #log)
  end)

  it("ends when no mail comes in, and when the service is down", function()
    local started = os.time()
    local box = inbox { page(), page() }
    assert.equal("", run(box.messages:watch({ timeout = 0.01 }, { poll_base = 60 })))
    assert.is_true(os.time() - started < 30)
    box = inbox { DOWN }
    local watcher = box.messages:watch { timeout = 0 }
    assert.same({}, watcher.state)
    assert.equal("", run(watcher))
    local log
    box, log = inbox { DOWN, DOWN }
    assert.equal("", run(box.messages:watch { after = 0, timeout = 0 }))
    assert.equal(1, #log)
  end)

  it("polls within the limits of the call until then #timing", function()
    local script = {}
    for i = 1, 60 do script[i] = page() end
    local box, log = inbox(script)
    local watcher = box.messages:watch({ timeout = 0.03 }, { poll_base = 0.004, poll_cap = 0.004 })
    assert.equal("", run(watcher))
    assert.is_true(#log >= 3 and #log <= 12, #log)
  end)
end)

describe("a watch of several inboxes", function()
  -- None is polled twice.
  local function several(script, given)
    local client, log = helper.scripted(script, { limits = { attempts = 1, poll_base = 60 } })
    given.inboxes = { "a@b.c", client:inbox "d@e.f" }
    return client.inboxes:watch(given), log
  end

  it("returns mail from each in turn, oldest first within each", function()
    local watcher, log = several({ page(item("a2", "10:00:01"), item("a1", "10:00:00")),
      page(item("d2", "09:00:01"), item("d1", "09:00:00")), whole "a1", whole "d1", whole "a2",
      whole "d2" }, { after = 0, timeout = 0 })
    assert.equal("a1 d1 a2 d2", (run(watcher)))
    assert.equal("/v0/inboxes/d%40e.f/messages/d1", log[4].target)
    local state = watcher.state
    assert.equal("2026-01-01T09:00:01.000000Z", state["d@e.f"].newest)
    assert.equal("a1 a2", ids_of(state))
  end)

  it("begins a new inbox at `after`, and the others at their state", function()
    local state = { ["a@b.c"] = { ids = { a = "2026-01-01T10:00:00Z" },
                                  newest = "2026-01-01T10:00:00Z" } }
    local watcher = several({ page(item("d", "10:00:00")), page(item("a", "10:00:00")),
      page(item("e", "10:00:01"), item("d", "10:00:00")), whole "e" },
      { state = state, timeout = 0 })
    assert.equal("e", (run(watcher)))
  end)

  it("does not wait for a failing inbox", function()
    local watcher = several({ page(item("a", "10:00:00")), DOWN, whole "a" }, { after = 0 })
    assert.equal("a", watcher().message_id)
  end)
end)

describe("a watch's mistakes", function()
  local client = helper.scripted({})
  local messages = client:inbox("a@b.c").messages

  local function assert_mistakes(prefix, method, mistakes)
    for words, given in pairs(mistakes) do
      local line = debug.getinfo(1, "l").currentline + 1
      local _, message = pcall(function() local w = method(given) return w end)
      assert.is_truthy(message:find("watch_spec.lua:" .. line .. ": " .. prefix .. words, 1, true),
                       message)
    end
  end

  it("are named at the caller's line", function()
    assert_mistakes("inboxes.messages.watch: ", function(given) return messages:watch(given) end, {
      ["takes a table of named parameters, not a string"] = "x",
      ["unknown parameter 'sender'"] = { sender = "x" },
      ["unknown parameter 'limit'"] = { limit = 5 },
      ["unknown parameter 'inboxes'"] = { inboxes = {} },
      ["unknown parameter 'inbox_id'"] = { inbox_id = "a@b.c" },
      ["'timeout' must be a number of seconds, not \"soon\""] = { timeout = "soon" },
      ["'on_failure' must be a function, not true"] = { on_failure = true },
      ["'sent' must be true or false, not a number (1)"] = { sent = 1 },
      ["'subject' must be a list"] = { subject = 7 },
      ["'after' must be seconds since 1970 (os.time()) or a string like \"2026-08-31T12:00:00Z\", "
        .. "not the string \"yesterday\", or \"now\""] = { after = "yesterday" },
      ["'after' takes a time, a message or a page of messages, each with its"] =
        { after = { message_id = "m" } },
    })
    local _, message = pcall(messages.watch, messages, {}, 7)
    assert.matches("inboxes.messages.watch: options must be a table, not a number", message)
    assert.equal("inboxes.messages.watch: call it with a colon, as in object:watch(…)",
                 helper.mistake(function() messages.watch {} end))
  end)

  it("in a state name the field", function()
    local function state(mark) return { state = { ["a@b.c"] = mark } } end
    assert_mistakes("inboxes.messages.watch: ", function(given) return messages:watch(given) end, {
      ["'state' must be the stored 'state' of a watcher, not the string \"{}\""] = { state = "{}" },
      ["'state' must be the stored 'state' of a watcher, not null"] = { state = cjson.null },
      ["'state' has [\"d@e.f\"], which is not watched here"] = { state = { ["d@e.f"] = {} } },
      ["'state' has [1], which is not watched here"] = { state = { {} } },
      ["'state'[\"a@b.c\"] must be a table with 'ids', not a number (1)"] = state(1),
      ["'state'[\"a@b.c\"] has no 'ids'"] = state {},
      ["'state'[\"a@b.c\"] has the unknown field 'id'"] = state { id = {} },
      ["'state'[\"a@b.c\"].ids has the key 1, which is not a message_id"] = state { ids = { "m" } },
      ["'state'[\"a@b.c\"].ids[\"m\"] must be a time like \"2026-08-31T12:00:00.000Z\", not true"] =
        state { ids = { m = true } },
      ["'state'[\"a@b.c\"].newest must be a time like \"2026-08-31T12:00:00.000Z\", not a number "
        .. "(1)"] = state { ids = {}, newest = 1 },
    })
  end)

  it("with several inboxes name the inbox", function()
    assert_mistakes("inboxes.watch: ", function(given) return client.inboxes:watch(given) end, {
      ["'inboxes' must be a list of inbox ids, with at least one"] = {},
      ["'inboxes' must be a list of inbox ids"] = { inboxes = "a@b.c" },
      ["'inboxes'[2] must be a string, not a number (7)"] = { inboxes = { "a@b.c", 7 } },
      ["'inboxes'[1] must not be empty"] = { inboxes = { "" } },
      ["'inboxes' has \"a@b.c\" twice (1 and 3)"] =
        { inboxes = { "a@b.c", "d@e.f", { inbox_id = "a@b.c" } } },
      ["unknown parameter 'inbox_id'"] = { inbox_id = "a@b.c", inboxes = { "a@b.c" } },
      ["'after' takes \"now\" or a time here: messages are of one inbox"] =
        { inboxes = { "a@b.c", "d@e.f" }, after = {} },
    })
    assert.equal("inboxes.messages.watch: 'inbox_id' must be a string, not a nil",
                 helper.mistake(function() client.inboxes.messages:watch {} end))
  end)

  it("in the use of a watcher are reported", function()
    local box = inbox { page() }
    local watcher = box.messages:watch()
    assert.equal("a watcher has no 'sate' (did you mean 'state'?)",
                 helper.mistake(function() return watcher.sate end))
    assert.equal("a watcher's 'state' cannot be set: pass state to watch { … }",
                 helper.mistake(function() watcher.state = {} end))
    assert.equal("watcher.close: call it with a colon, as in object:close(…)",
                 helper.mistake(function() watcher.close() end))
  end)
end)

describe("a watch in the sandbox", function()
  -- An inbox under a stopped clock, with mails "1" to n of one time.
  local function filled(n)
    local client, _, view = helper.client { limits = { poll_base = 0.001, poll_cap = 0.002 } }
    view:freeze()
    local box = assert(client.inboxes:create { username = "w", client_id = "w" })
    for i = 1, n do
      view:inbound { to = box.inbox_id, from = "x@example.com", subject = tostring(i), text = "t" }
    end
    return box, view, client
  end

  for _, tokens in ipairs { "cursor", "offset" } do
    it("goes over pages of one time, while mails are deleted, with " .. tokens .. " tokens",
      function()
        local box, view, client = filled(250)
        view:switch { page_tokens = tokens }
        local found = {}
        for message in box.messages:watch { after = 0, timeout = 0 } do
          found[#found + 1] = tonumber(message.subject)
          assert(message:delete())
          if #found == 1 then view:inbound { to = box.inbox_id, subject = "251", text = "t" } end
        end
        for i = 1, 250 do assert.equal(i, found[i]) end
        client:close()
      end)
  end

  it("copes with a late list and a service that is down", function()
    local box, view, client = filled(3)
    local watcher <close> = box.messages:watch { timeout = 20 }
    view:advance "5s"
    for i = 4, 6 do
      view:inbound { to = box.inbox_id, from = "x@example.com", subject = tostring(i), text = "t" }
    end
    view:faults {
      { at = "view", ["do"] = { kind = "lag", seconds = 2 }, ["until"] = { hits = 3 } },
      { match = { operation = "inboxes.messages.get" }, at = "before", ["do"] = "503",
        ["until"] = { hits = 2 } },
    }
    for i = 4, 6 do assert.equal(tostring(i), watcher().subject) end
    client:close()
  end)
end)
