-- SPDX-License-Identifier: MIT
-- Mails that no text file can contain, and mails made to break parsers; see mails_spec.lua.
local gmime = require "agentmail.sandbox.gmime"
local http = require "spec.support.http"

local DESK = "/v0/inboxes/desk@agentmail.to/messages"
local HEAD = "From: a@x.example\nTo: desk@agentmail.to\n"

describe("an odd mail through the raw door:", function()
  local sandbox, api = http.sandbox({ namespace = "odd-mails" }, "desk")
  local ok = http.ok

  local function received(bytes)
    local answer = ok(api("POST", "/_sandbox/v1/inbound?to=desk@agentmail.to", bytes,
                          { ["Content-Type"] = "message/rfc822" }))
    return ok(api("GET", DESK .. "/" .. http.escape(answer.message_id)))
  end

  local function utf16(text, order)
    local units = {}
    for i = 1, #text do units[i] = order:format(text:sub(i, i)):gsub("_", "\0") end
    return table.concat(units)
  end

  it("lines may end in CRLF, or not end at all", function()
    local multipart = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\nyou\n--b \t\n"
      .. "Content-Disposition: attachment; filename=f\n\ny\n--b--"
    for _, bytes in ipairs {
      HEAD .. multipart, HEAD .. multipart .. "\n", HEAD .. multipart .. "\r\n",
      (HEAD .. multipart):gsub("\n", "\r\n"), HEAD .. multipart:gsub("\n%-%-", "\r\n--"),
      HEAD .. multipart:gsub("([^-]b.-)\n", "%1\r\n"),
    } do
      local message = received(bytes)
      assert.same({ "hi\nyou", "f", 1 }, { message.text, message.attachments[1].filename,
                                           message.attachments[1].size })
    end
    assert.equal("x", received(HEAD .. "\nx").text)
    assert.equal("x\n", received(HEAD .. "\r\nx\r\n\r\n").text)
    assert.equal("hi", received(HEAD .. "Subject: hi").subject)
    assert.equal("hi", received("Subject: hi\r").subject)
  end)

  it("an editor may have saved it as UTF-16", function()
    local mail = HEAD .. "Subject: hi\n\nx"
    for _, bytes in ipairs { utf16("\255", "%s_"):sub(1, 1) .. "\254" .. utf16(mail, "%s_"),
                             "\254\255" .. utf16(mail, "_%s") } do
      local message = received(bytes)
      assert.same({ "a@x.example", "hi", "x" }, { message.from, message.subject, message.text })
    end
  end)

  it("headers may contain bytes of no charset", function()
    local message = received("From: J\xFCrgen <j@x.example>\nSubject: 5 \x80\nTo: \xC3\xA4@x, "
                             .. "desk@agentmail.to (\xE4)\n\nx")
    assert.equal("Jürgen <j@x.example>", message.from)
    assert.equal("5 €", message.subject)
    assert.equal(2, #message.to)
    message = received(HEAD .. "Content-Type: text/plain; name=\xE9.txt\n\nx")
    assert.equal("é.txt", message.attachments[1].filename)
  end)

  it("a NUL ends nothing", function()
    local message = received(HEAD .. "Subject: a\0b\nX-After: c\n\ny\0z")
    assert.same({ "a b", "c", "y\u{FFFD}z" },
                { message.subject, message.headers["X-After"], message.text })
    assert.same({ "a\u{FFFD}b" }, { received(HEAD .. "Subject: =?utf-8?q?a=00b?=\n\n").subject })
  end)

  it("an encoded word cannot begin another header", function()
    local message = received(HEAD .. "Subject: =?utf-8?q?a=0D=0ABcc:_b@x?=\n\n")
    assert.equal("a  Bcc: b@x", message.subject)
  end)

  it("broken characters are shown as such", function()
    local function text(charset, bytes)
      return received(HEAD .. "Content-Type: text/plain; charset=" .. charset .. "\n\n" .. bytes)
        .text
    end
    assert.equal("a\u{FFFD}b", text("utf-8", "a\xFFb"))
    assert.equal("a\u{FFFD}", text("utf-8", "a\xC3"))
    assert.equal("a\u{FFFD}b", text("windows-1252", "a\x81b"))
    assert.equal("\u{FFFD}b", text("utf-16le", "\x00\xD8b\0"))
    assert.equal("a\u{FFFD}", text("euc-jp", "a\xA4"))
    assert.equal("é", text("../../etc/passwd", "\xE9"))
    assert.equal("é", text(("x"):rep(1000), "\xE9"))
  end)

  it("it may be empty", function()
    for _, bytes in ipairs { "", "\n", "\r\n", "\239\187\191", "\255\254", "From ", ":", "\0" } do
      assert.equal("Sandbox Human <human@example.com>", received(bytes).from, ("%q"):format(bytes))
    end
  end)

  it("groups and comments may nest to any depth", function()
    local message = received("To: " .. ("a:"):rep(100000) .. "b@x.example;\nFrom: "
                             .. ("("):rep(100000) .. "a@x.example\n\nx")
    assert.equal("x", message.text)
    assert.matches("b@x.example$", message.to[#message.to])
    received("To: " .. ('"a:'):rep(50001) .. "\nFrom: " .. ("<a, b:"):rep(50000) .. "\n\nx")
    received("Subject: " .. ("=?utf-8?q?a?= "):rep(10000) .. "\n\nx")
  end)

  it("parts may nest to any depth, and the innermost is kept", function()
    local function nested(depth)
      local parts = {}
      for i = 1, depth do
        parts[i] = ("Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"):format(i, i)
      end
      return HEAD .. table.concat(parts) .. "\ninnermost\n"
    end
    assert.equal("innermost", received(nested(20)).text)
    assert.equal("innermost", received(nested(1000)).text)
    assert.matches("\ninnermost$", received(nested(20000)).text)
    local messages = ("Content-Type: message/rfc822\n\n"):rep(20000)
    assert.is_true(received(HEAD .. messages .. "\ninnermost\n").attachments[1].size > 9)
  end)

  it("there may be any number of parts", function()
    local bytes = HEAD .. "Content-Type: multipart/mixed; boundary=b\n"
      .. ("\n--b\n\nx"):rep(2000) .. "\n--b--\n"
    assert.equal(2000, gmime.leaves(bytes))
    local message = received(bytes)
    assert.same({ "x", 1999 }, { message.text, #message.attachments })
  end)

  it("a text with many quotes is read quickly", function()
    for _, piece in ipairs { ">\n", "x wrote:\n>\n", "-----\n", "From: a\n" } do
      received(HEAD .. "\nyes\n" .. piece:rep(20000))
    end
    for _, piece in ipairs { "<blockquote>", "<blockquote></blockquote>", "<", "<!--", "<a " } do
      local message = received(HEAD .. "Content-Type: text/html\n\nyes" .. piece:rep(20000))
      assert.matches("yes", message.extracted_html)
    end
  end)

  it("it has its own thread and state even if others are read at the same time", function()
    local other <close> = assert(require("agentmail.sandbox").start { namespace = "odd-mails" })
    http.api(other)("POST", "/v0/inboxes", { username = "desk" })
    local one, two = http.connect(sandbox.url), http.connect(other.url)
    local headers = { "Authorization: Bearer am_test_odd-mails", "Content-Type: message/rfc822" }
    for i = 1, 50 do
      local bytes = HEAD .. "Subject: =?iso-2022-jp?B?GyRCJDMbKEI=?= " .. i .. "\n\nx"
      one:write("POST", "/_sandbox/v1/inbound", bytes, headers)
      two:write("POST", "/_sandbox/v1/inbound", bytes, headers)
      assert.same({ 200, 200 }, { (one:read()), (two:read()) })
    end
    one:close()
    two:close()
  end)
end)
