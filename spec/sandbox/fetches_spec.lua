-- SPDX-License-Identifier: MIT
-- Attachments given by url: fetched from this machine, or refused as the service refuses them.
-- Never an empty file.
local helper = require "spec.support.helper"
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"
local listener = require "agentmail.sandbox.listener"
local sandboxes = require "agentmail.sandbox"

describe("attachments by url in the sandbox", function()
  local origin, base
  local A = "/v0/inboxes/a@agentmail.to"
  local SEND = A .. "/messages/send"

  setup(function()
    origin = assert(listener.start { module = "spec.support.file_service" })
    base = "http://127.0.0.1:" .. origin:port()
  end)

  teardown(function() origin:close() end)

  local sandbox, api = http.sandbox({ namespace = "fetch" }, "a")
  local ok = http.ok

  local function send(attachments, key)
    return api("POST", SEND, { to = "x@example.com", attachments = attachments },
               key and { ["Idempotency-Key"] = key })
  end

  -- The bytes at a download link.
  local function download(answer)
    local connection = http.connect(sandbox.url)
    local _, bytes, headers = connection:request("GET", answer.download_url:sub(#sandbox.url + 1))
    connection:close()
    return bytes, headers["content-type"]
  end

  local function attachment(path, row)
    return ok(api("GET", path .. "/attachments/" .. row.attachment_id))
  end

  it("are fetched when the mail is sent", function()
    local sent = ok(send { { url = base .. "/files/report.pdf?v=1" }, { content = "aGk=" },
                           { url = base .. "/files/report.pdf?v=1", filename = "again.bin",
                             content_type = "application/x-mine" } })
    local path = A .. "/messages/" .. http.escape(sent.message_id)
    local rows = ok(api("GET", path)).attachments
    assert.same({ "report.pdf", 9, "application/pdf" },
                { rows[1].filename, rows[1].size, rows[1].content_type })
    assert.same({ "again.bin", 9, "application/x-mine" },
                { rows[3].filename, rows[3].size, rows[3].content_type })
    assert.same({ "%PDF\0\1\2\3\255", "application/pdf" },
                { download(attachment(path, rows[1])) })
    assert.equal(1, origin:call "count")
    assert.equal(1, #sandbox:requests { operation = "inboxes.messages.send" })
  end)

  it("are fetched for a draft, and when added to one", function()
    local draft = ok(api("POST", A .. "/drafts", { attachments = { { url = base .. "/a.txt" } } }))
    local path = A .. "/drafts/" .. draft.draft_id
    assert.equal("a.txt", draft.attachments[1].filename)
    draft = ok(api("PATCH", path, { add_attachments = { { url = base .. "/b.txt" } } }))
    assert.equal("/b.txt", (download(attachment(path, draft.attachments[2]))))
    local status, body = api("PATCH", path, { add_attachments = { { url = base .. "/404" } } })
    assert.same({ 403, "message_rejected" }, { status, body.code })
    assert.equal(2, #ok(api("GET", path)).attachments)
  end)

  it("may be the sandbox's own downloads", function()
    local sent = ok(send { { content = "aGVsbG8=", filename = "h.txt" } })
    local path = A .. "/messages/" .. http.escape(sent.message_id)
    local link = attachment(path, ok(api("GET", path)).attachments[1]).download_url
    sent = ok(send { { url = link, filename = "copy.txt" } })
    path = A .. "/messages/" .. http.escape(sent.message_id)
    assert.equal("hello", (download(attachment(path, ok(api("GET", path)).attachments[1]))))
  end)

  it("that cannot be fetched cause a refusal that says which and why", function()
    local function refusal(url)
      local status, body = send { { content = "aGk=" }, { url = url } }
      assert.same({ 403, "message_rejected" }, { status, body.code })
      assert.is_string(body.fix)
      return body.message:match "attachments%.1 could not be fetched from .-: (.*)$"
    end
    assert.equal("it answered 404.", refusal(base .. "/404"))
    assert.equal("it answered 302.", refusal(base .. "/elsewhere"))
    assert.matches("this machine only", refusal "http://192.0.2.1/x")
    assert.matches("this machine only", refusal "https://example.com/x")
    assert.matches("this machine only", refusal "file:///etc/passwd")
    assert.matches("this machine only", refusal "http://127.0.0.1.example.com/x")
    assert.matches("this machine only", refusal "http://127.0.0.1@example.com/x")
    assert.matches("%w", refusal(base .. "/reset"))
    assert.matches("%w", refusal(base .. "/huge"))
    assert.matches("%w", refusal "http://127.0.0.1:1/closed")
    assert.equal(0, #sandbox:sent())
    local many = {}
    for i = 1, 21 do many[i] = { url = base .. "/" .. i } end
    local status, body = send(many)
    assert.equal(403, status)
    assert.matches("attachments%.20 .*more than 20 are not fetched", body.message)
  end)

  it("need not exist any more for a replay of the send", function()
    local list = { { url = base .. "/once" } }
    local first = ok(send(list, "k-1"))
    local again = ok(send(list, "k-1"))
    assert.equal(first.message_id, again.message_id)
    assert.equal(403, (send(list, "k-2")))
    assert.same({ "created", "replayed", "none" }, (function()
      local effects = {}
      for i, row in ipairs(sandbox:requests { operation = "inboxes.messages.send" }) do
        effects[i] = row.effect
      end
      return effects
    end)())
  end)

  it("are subject to faults like any other mail", function()
    sandbox:fault "lost_ack"
    assert.same({ nil, "reset" }, { send({ { url = base .. "/a.txt" } }, "k") })
    assert.equal(1, #sandbox:sent())
    assert.equal(200, (send({ { url = base .. "/a.txt" } }, "k")))
    assert.equal(1, #sandbox:sent())
  end)

  it("are not fetched for mail from outside, which must bring its content", function()
    assert.error_matches(function()
      sandbox:inbound { to = "a@agentmail.to", attachments = { { url = base .. "/a.txt" } } }
    end, "attachments%.0%.url: urls are not fetched here")
  end)

  it("are fetched without a proxy, even if the environment names one", function()
    local output = helper.run(([[
      local http = require "spec.support.http"
      local sandbox = assert(require "agentmail.sandbox".start { namespace = "fetch" })
      local api = http.api(sandbox)
      api("POST", "/v0/inboxes", { username = "a" })
      print(api("POST", %q, { to = "x@example.com", attachments = { { url = %q } } }) == 200)
      sandbox:close()]]):format(SEND, base .. "/a.txt"),
      "http_proxy=http://127.0.0.1:1 HTTP_PROXY=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1 "
      .. "no_proxy= ")
    assert.equal("true\n", output)
  end)

  it("that never answer block neither other requests nor the shutdown", function()
    local waiting = http.connect(sandbox.url)
    waiting:write("POST", SEND, json.encode { to = "x@example.com",
      attachments = { { url = base .. "/never" } } }, { "Authorization: Bearer am_test_fetch" })
    assert.equal(200, (api("GET", A)))
    local other = assert(sandboxes.start { namespace = "fetch" })
    local call = http.api(other)
    call("POST", "/v0/inboxes", { username = "a" })
    local left = http.connect(other.url)
    left:write("POST", SEND, json.encode { to = "x@example.com",
      attachments = { { url = base .. "/never" } } }, { "Authorization: Bearer am_test_fetch" })
    assert.equal(200, (call("GET", A)))
    left:close()
    other:close()
    waiting:close()
  end)
end)
