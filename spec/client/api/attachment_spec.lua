-- SPDX-License-Identifier: MIT
-- Attachments, from the argument to the bytes received by a socket.

local helper = require "spec.support.helper"
local cjson = require "cjson"
local content_type = require "agentmail.api.content_type"

local SENT = { body = { message_id = "<m>", thread_id = "t" } }
local LOST = { effect = { kill = "reset" } }

local files = {}

local function file(name, bytes)
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir " .. folder))
  local path = folder .. "/" .. name
  local handle = assert(io.open(path, "wb"))
  handle:write(bytes)
  handle:close()
  files[#files + 1] = folder
  return path
end

local function overwrite(path, bytes)
  local handle = assert(io.open(path, "wb"))
  handle:write(bytes)
  handle:close()
end

after_each(function()
  for _, folder in ipairs(files) do os.execute("rm -r " .. folder) end
  files = {}
end)

local function send(script, attachments, options)
  local client, log = helper.scripted(script, options)
  local messages = client:inbox("a@b.c").messages
  return log, messages:send { to = "x@y.z", text = "t", attachments = attachments,
                              idempotency_key = "k" }
end

local function refused(attachment)
  local client = helper.scripted {}
  return helper.mistake(function()
    return client:inbox("a@b.c").messages:send { to = "x", attachments = { attachment } }
  end)
end

describe("an attachment", function()
  it("given by path is sent as base64, with name and type", function()
    local log, sent = send({ SENT }, { { path = file("Report.PDF", "any\0 bytes\255") } })
    assert.equal("<m>", sent.message_id)
    assert.equal('{"to":"x@y.z","text":"t","attachments":[{"filename":"Report.PDF",'
      .. '"content_type":"application/pdf","content":"YW55ACBieXRlc/8="}]}', log[1].body)
    assert.equal(tostring(#log[1].body), log[1].headers["content-length"])
    assert.equal("application/json", log[1].headers["content-type"])
  end)

  it("given as data is sent as base64; a given name or type is not replaced", function()
    local log = send({ SENT }, {
      { data = "a,b\n", filename = "t.csv" }, { data = "", filename = "x", content_id = "c" },
      { data = "x" },
      { path = file("a.txt", "hi"), filename = "b.html", content_type = "text/x", content_id = "i",
        content_disposition = "inline" } })
    assert.same({
      { filename = "t.csv", content_type = "text/csv", content = "YSxiCg==" },
      { filename = "x", content_id = "c", content = "" },
      { content = "eA==" },
      { filename = "b.html", content_type = "text/x", content_disposition = "inline",
        content_id = "i", content = "aGk=" },
    }, cjson.decode(log[1].body).attachments)
  end)

  it("given by content or url is sent unchanged", function()
    local log = send({ SENT }, { { content = "aGk=", filename = "a.txt" },
                                 { url = "https://example.com/a.pdf" } })
    assert.equal('{"to":"x@y.z","text":"t","attachments":[{"filename":"a.txt","content":"aGk="},'
      .. '{"url":"https://example.com/a.pdf"}]}', log[1].body)
  end)

  it("may be one of several, and in a draft", function()
    local client, log = helper.scripted { { body = { draft_id = "d" } },
                                          { body = { draft_id = "d" } } }
    local drafts = client:inbox("a@b.c").drafts
    assert(drafts:create { subject = "s", client_id = "c", attachments = {
      { url = "https://example.com/1" }, { data = "2" }, { path = file("3", "3") } } })
    assert.equal('{"subject":"s","attachments":[{"url":"https://example.com/1"},'
      .. '{"content":"Mg=="},{"filename":"3","content":"Mw=="}],"client_id":"c"}', log[1].body)
    assert(client:inbox("a@b.c"):draft("d"):update { add_attachments = { { data = "2" } } })
    assert.equal('{"add_attachments":[{"content":"Mg=="}]}', log[2].body)
  end)

  it("is the same bytes on every attempt and in every retry", function()
    local path = file("a.bin", ("0123456789"):rep(10000))
    local client, log = helper.scripted({ LOST, { status = 503 }, LOST, SENT },
      { limits = { attempts = 3, backoff_base = 0.001, backoff_cap = 0.002 } })
    local _, _, failure = client:inbox("a@b.c").messages:send {
      to = "x@y.z", attachments = { { path = path } } }
    assert.equal("unknown", failure.outcome)
    local sent = assert(failure:retry())
    assert.equal("<m>", sent.message_id)
    assert.equal(4, #log)
    for i = 2, 4 do
      assert.equal(log[1].body, log[i].body)
      assert.equal(log[1].key, log[i].key)
    end
  end)

  it("whose file changed makes the retry fail instead of sending another mail", function()
    local path = file("a.bin", "first")
    local client, log = helper.scripted { LOST, SENT }
    local _, _, failure = client:inbox("a@b.c").messages:send {
      to = "x@y.z", attachments = { { path = path } } }
    assert.equal("unknown", failure.outcome)
    overwrite(path, "second")
    local none, message, again = failure:retry()
    assert.is_nil(none)
    assert.same({ "file", "unknown", 0 }, { again.code, again.outcome, again.attempts })
    assert.is_truthy(message:find("changed", 1, true), message)
    assert.equal(1, #log)
  end)

  it("whose file is missing makes the call fail, and nothing is sent", function()
    local log, none, message, failure = send({ SENT }, { { path = "/nowhere/a.pdf" } })
    assert.is_nil(none)
    assert.equal("file", failure.code)
    assert.equal("inboxes.messages.send: cannot read /nowhere/a.pdf: No such file or directory "
      .. "(file); nothing was sent", message)
    assert.equal(0, #log)
  end)

  it("above the limit is refused before sending, with advice", function()
    local path = file("big.bin", ("x"):rep(5000))
    local log, none, message, failure = send({}, { { path = path } },
                                             { limits = { request_bytes = 4000 } })
    assert.is_nil(none)
    assert.equal("too_large", failure.code)
    assert.is_truthy(message:find("of 6745 bytes is above the limit request_bytes (4000): raise "
      .. "it, or give an attachment by url", 1, true), message)
    assert.equal(0, #log)
    log = send({ SENT }, { { path = path } }, { limits = { request_bytes = 10000 } })
    assert.equal(6745, #log[1].body)
  end)

  it("has no line break in a field that becomes a header", function()
    for _, name in ipairs { "filename", "content_type", "content_id" } do
      for _, bad in ipairs { "a\r\nX: y", "a\n", "\r", "a\0" } do
        for source, value in pairs { data = "x", content = "eA==", url = "https://x/y" } do
          assert.equal(("inboxes.messages.send: 'attachments'[1].%s must not contain a line break "
            .. "or NUL"):format(name), refused { [source] = value, [name] = bad })
        end
      end
    end
  end)

  it("given by path needs a filename when the path has none", function()
    for name, words in pairs { ["r\xe9sum\xe9.pdf"] = "is not valid UTF-8 (byte 2)",
                               ["a\xff"] = "is not valid UTF-8 (byte 2)",
                               ["\xc3"] = "is not valid UTF-8 (byte 1)",
                               ["a\nb"] = "must not contain a line break or NUL" } do
      assert.equal("inboxes.messages.send: 'attachments'[1].path ends in a name that " .. words
        .. '; give filename = "…" besides', refused { path = "/tmp/" .. name })
      local log = send({ SENT }, { { path = file(name, "hi"), filename = "b.txt" } })
      assert.same({ filename = "b.txt", content_type = "text/plain", content = "aGk=" },
                  cjson.decode(log[1].body).attachments[1])
    end
    local other = refused { path = "/nowhere/\xff/a", filename = 7 }
    assert.is_nil(other:find("give filename", 1, true))
  end)

  it("that is malformed is named, with advice", function()
    local one = "needs exactly one of path (a file), data (bytes), content (base64) and url"
    for words, attachment in pairs {
      ["[1] " .. one] = {},
      ["[1] has both path and url; it " .. one] = { path = "a", url = "b" },
      ["[1] has the unknown field 'pth' (did you mean 'path'?)"] = { pth = "a" },
      ["[1] has the unknown field 'name'; known: content, content_disposition, content_id, "
        .. "content_type, data, filename, path, url"] = { path = "a", name = "b" },
      ["[1].path must be the name of a file, not \"\""] = { path = "" },
      ["[1].path must be the name of a file, not \"/tmp/\""] = { path = "/tmp/" },
      ["[1].path must be a string, not a number (7)"] = { path = 7 },
      ["[1].data must be a string, not a table"] = { data = {} },
      ["[1].content is not base64; pass raw bytes as data = …"] = { content = "%PDF-1.7" },
      ["[1].filename must be a string, not a number (7)"] = { data = "x", filename = 7 },
      ["[1] must be a table, not the string \"a.pdf\""] = "a.pdf",
    } do
      assert.equal("inboxes.messages.send: 'attachments'" .. words, refused(attachment))
    end
  end)
end)

describe("on_progress", function()
  it("sees all bytes of the body being sent", function()
    local client, log = helper.scripted { SENT }
    local steps, total = {}, nil
    assert(client:inbox("a@b.c").messages:send({
      to = "x@y.z", attachments = { { path = file("a.bin", ("x"):rep(1500000)) } },
    }, { on_progress = function(done, of) steps[#steps + 1], total = done, of end }))
    assert.equal(#log[1].body, total)
    assert.equal(total, steps[#steps])
    for i = 2, #steps do assert.is_true(steps[i] > steps[i - 1]) end
  end)

  it("that raises an error does not harm the call, and warns", function()
    local program = [[
      warn "@on"
      local client = require "agentmail".new { base_url = %q, api_key = "k" }
      local sent = client:inbox("a@b.c").messages:send({ to = "x" },
        { on_progress = function() error "oops" end })
      print(sent.message_id)]]
    local _, _, url = helper.scripted { SENT }
    local output = helper.run(program:format(url))
    assert.is_truthy(output:find("Lua warning: agentmail: on_progress failed: ", 1, true), output)
    assert.is_truthy(output:find("\n<m>\n", 1, true), output)
  end)
end)

describe("a content type", function()
  it("is guessed from the file name, or not at all", function()
    for name, kind in pairs { ["a.pdf"] = "application/pdf", ["b.tar.gz"] = "application/gzip",
                              ["C.JPEG"] = "image/jpeg", ["x.csv"] = "text/csv" } do
      assert.equal(kind, content_type.of(name))
    end
    for _, name in ipairs { "README", "a.", "a.unknown", "", "pdf" } do
      assert.is_nil(content_type.of(name))
    end
  end)
end)
