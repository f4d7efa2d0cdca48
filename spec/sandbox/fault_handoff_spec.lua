-- SPDX-License-Identifier: MIT
-- The place handoff: the service dies after it handed a mail over. Accounts that are refused.

local http = require "spec.support.http"

describe("the service of the sandbox that dies at the handoff of a mail", function()
  local A = "/v0/inboxes/a@agentmail.to"
  local sandbox, api = http.sandbox({ namespace = "handoff", seed = 9 }, "a")
  local send = http.sender(api)

  local function die(does, match)
    does.kind = does.kind or "reset"
    sandbox:fault { at = "handoff", ["do"] = does, match = match, ["until"] = { total = 1 } }
  end

  local function messages()
    local _, page = api("GET", A .. "/messages")
    return page.messages
  end

  local function labels_of(message)
    local set = {}
    for _, label in ipairs(message.labels) do set[label] = true end
    return set
  end

  before_each(function() sandbox:freeze() end)

  it("has sent it, keeps the key for a time, and has forgotten it then", function()
    die { busy = "60s" }
    assert.is_nil((send "k"))
    assert.equal(1, #sandbox:sent())
    assert.is_true(labels_of(messages()[1]).sent)
    sandbox:advance "59s"
    assert.equal(409, (send "k"))
    sandbox:advance "1s"
    assert.equal(200, (send "k")) -- the trap
    assert.equal(2, #sandbox:sent())
  end)

  it("answers what the rule says, and spares a replay", function()
    assert.equal(200, (send "k"))
    die { kind = "503" }
    assert.equal(200, (send "k"))
    assert.equal(503, (send "other"))
    assert.equal(2, #sandbox:sent())
  end)

  it("has not stored it: it is in no list", function()
    die { stored = false }
    assert.is_nil((send "k"))
    assert.equal(1, #sandbox:sent())
    assert.equal(0, #messages())
  end)

  it("has stored it, and it has not left", function()
    die { left = false }
    assert.is_nil((send "k"))
    assert.equal(0, #sandbox:sent())
    assert.equal(1, #messages())
    assert.is_nil(labels_of(messages()[1]).sent)
  end)

  describe("of a draft", function()
    local function draft()
      local status, made = api("POST", A .. "/drafts", { to = { "x@example.com" }, text = "t",
                                                         labels = { "mine" } })
      assert.equal(200, status)
      return A .. "/drafts/" .. made.draft_id
    end

    it("may keep it", function()
      for fate, status in pairs { gone = 404, kept = 200 } do
        local path = draft()
        die { draft = fate }
        assert.is_nil((api("POST", path .. "/send", {})))
        assert.equal(status, (api("GET", path)))
      end
      assert.equal(2, #sandbox:sent())
    end)

    it("may leave it sending, and then it is neither changed nor sent", function()
      local path = draft()
      die { draft = "sending" }
      assert.is_nil((api("POST", path .. "/send", {})))
      assert.equal("sending", select(2, api("GET", path)).send_status)
      assert.equal(409, (api("POST", path .. "/send", {})))
      assert.equal(409, (api("PATCH", path, { text = "u" })))
      assert.equal(1, #sandbox:sent())
    end)

    it("is a mail with its labels, or without them", function()
      for switch, expected in pairs { copied = true, dropped = false } do
        sandbox:switch { draft_labels = switch }
        assert.equal(200, (api("POST", draft() .. "/send", { add_labels = { "more" } })))
        local labels = labels_of(messages()[1])
        assert.same({ expected, true, true }, { labels.mine or false, labels.more, labels.sent })
        sandbox:advance "1s"
      end
    end)
  end)

  it("refuses an account as a rule says", function()
    for status, code in pairs { [401] = "unauthorized", [402] = "payment_required",
                                [403] = "forbidden", [407] = "proxy_authentication_required" } do
      sandbox:faults { { at = "before", ["do"] = tostring(status), ["until"] = { total = 1 } } }
      local seen, body = send("k" .. status)
      assert.same({ status, code }, { seen, body.code })
    end
    assert.equal(0, #sandbox:sent())
  end)
end)
