-- SPDX-License-Identifier: MIT
-- The switches seed_era and draft_send: past or possible behaviour of the service. Other switches
-- are tested with the feature they change. And whose switches they are.
local http = require "spec.support.http"
local sandboxes = require "agentmail.sandbox"

describe("a sandbox that is switched", function()
  local A = "/v0/inboxes/a@agentmail.to"

  local sandbox, api = http.sandbox({ namespace = "eras" }, "a")
  local ok = http.ok

  local function draft()
    local made = ok(api("POST", A .. "/drafts", { to = { "x@example.com" }, subject = "D" }))
    return A .. "/drafts/" .. made.draft_id
  end

  it("to seed_era ignores the key of every kind of send", function()
    sandbox:switch { seed_era = true }
    local first = ok(api("POST", A .. "/messages/send", { to = "x@example.com" }))
    local message = A .. "/messages/" .. http.escape(first.message_id)
    local key = { ["Idempotency-Key"] = "same" }
    for _, request in ipairs {
      { A .. "/messages/send", { to = "x@example.com" } }, { message .. "/reply", {} },
      { message .. "/reply-all", {} }, { message .. "/forward", { to = "x@example.com" } },
    } do
      local before = #sandbox:sent()
      local one = ok(api("POST", request[1], request[2], key))
      local two = ok(api("POST", request[1], request[2], key))
      assert.not_equal(one.message_id, two.message_id)
      assert.equal(before + 2, #sandbox:sent())
    end
    local path = draft()
    ok(api("POST", path .. "/send", {}, key))
    assert.equal(404, (api("POST", path .. "/send", {}, key)))
    assert.equal(200, (api("POST", A .. "/messages/send", { to = "x@example.com" },
                           { ["Idempotency-Key"] = "not a key!" })))
    sandbox:switch { seed_era = false }
    assert.equal(400, (api("POST", A .. "/messages/send", { to = "x@example.com" },
                           { ["Idempotency-Key"] = "not a key!" })))
  end)

  it("to draft_send = two_steps keeps a draft whose send was interrupted", function()
    sandbox:switch { draft_send = "two_steps" }
    local path = draft()
    sandbox:fault { at = "commit", ["do"] = "500", match = { operation = "inboxes.drafts.send" } }
    assert.equal(500, (api("POST", path .. "/send", {})))
    assert.equal("D", ok(api("GET", path)).subject)
    ok(api("POST", path .. "/send", {}))
    assert.equal(404, (api("GET", path)))
    assert.equal(1, sandbox:audit().extra_mails)
  end)

  it("to draft_send = two_steps still replays the key of an interrupted send of a draft", function()
    sandbox:switch { draft_send = "two_steps" }
    local path = draft()
    sandbox:fault { at = "commit", ["do"] = "500", match = { operation = "inboxes.drafts.send" } }
    local key = { ["Idempotency-Key"] = "k" }
    assert.equal(500, (api("POST", path .. "/send", {}, key)))
    local answer = ok(api("POST", path .. "/send", {}, key))
    assert.equal(sandbox:sent()[1].message_id, answer.message_id)
    assert.equal(0, sandbox:audit().extra_mails)
  end)

  it("to either draft_send deletes a draft with its send, even if the answer is lost", function()
    for _, switch in ipairs { "atomic", "two_steps" } do
      sandbox:switch { draft_send = switch }
      local path = draft()
      if switch == "atomic" then
        sandbox:fault { at = "commit", ["do"] = "500", match = { sends = true } }
        assert.equal(500, (api("POST", path .. "/send", {})))
      else
        ok(api("POST", path .. "/send", {}))
      end
      assert.equal(404, (api("GET", path)))
    end
    assert.equal(0, sandbox:audit().extra_mails)
  end)

  describe("in one namespace", function()
    local other, other_api

    before_each(function()
      other = sandbox:view "eras-other"
      other_api = http.api(other)
      other:reset()
      ok(other_api("POST", "/v0/inboxes", { username = "b" }))
    end)

    local function unknown_field(call, inbox)
      return (call("POST", "/v0/inboxes/" .. inbox .. "@agentmail.to/messages/send",
                   { to = "x@example.com", colour = "red" }))
    end

    it("leaves the others as they are", function()
      local before = other:info().switches
      local set = sandbox:switch { strict = false, page_tokens = "offset" }
      assert.same({ false, "offset", "bytes" }, { set.strict, set.page_tokens, set.same_request })
      assert.same(before, other:info().switches)
      assert.equal(200, unknown_field(api, "a"))
      assert.equal(400, unknown_field(other_api, "b"))
      other:switch { strict = false }
      sandbox:switch { strict = true }
      assert.equal(400, unknown_field(api, "a"))
      assert.equal(200, unknown_field(other_api, "b"))
    end)

    it("keeps what was set before, and is back at the start after a reset", function()
      local first = sandbox:info().switches
      sandbox:switch { strict = false }
      sandbox:switch { seed_era = true }
      assert.same({ false, true }, { sandbox:info().switches.strict,
                                     sandbox:info().switches.seed_era })
      assert.error_matches(function() sandbox:switch { strict = true, seed_era = 5 } end,
                           "seed_era: expected one of false, true, not '5'")
      assert.is_false(sandbox:info().switches.strict)
      sandbox:reset()
      assert.same(first, sandbox:info().switches)
    end)

    it("is part of a snapshot", function()
      sandbox:switch { strict = false }
      sandbox:snapshot "lenient"
      sandbox:switch { strict = true }
      assert.equal(400, unknown_field(api, "a"))
      sandbox:restore "lenient"
      assert.equal(200, unknown_field(api, "a"))
    end)
  end)

  it("by start{} is so for every namespace, and in a file a namespace keeps its own", function()
    local path = os.tmpname()
    os.remove(path)
    do
      local kept <close> = assert(sandboxes.start { path = path, switches = { strict = false } })
      assert.is_false(kept:view("any"):info().switches.strict)
      kept:view("mine"):switch { draft_send = "two_steps" }
    end
    local kept <close> = assert(sandboxes.start { path = path })
    local mine, any = kept:view("mine"):info().switches, kept:view("any"):info().switches
    assert.same({ "two_steps", true, "atomic" }, { mine.draft_send, mine.strict, any.draft_send })
    for _, suffix in ipairs { "", "-wal", "-shm" } do os.remove(path .. suffix) end
  end)
end)
