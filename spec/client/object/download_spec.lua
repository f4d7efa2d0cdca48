-- SPDX-License-Identifier: MIT
-- Attachments and raw messages, from the sandbox and from a misbehaving service.

local helper = require "spec.support.helper"

local folder

before_each(function()
  folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir " .. folder))
end)

after_each(function() os.execute("rm -r " .. folder) end)

local function content(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local bytes = file:read("a")
  file:close()
  return bytes
end

local function names()
  local pipe = assert(io.popen("ls " .. folder))
  local list = pipe:read("a")
  pipe:close()
  return list
end

local BYTES = ("any\0bytes\255\n"):rep(20000)

local function link(extra)
  local body = { attachment_id = "att", filename = "a.bin", size = #BYTES,
                 download_url = "{url}/file?x=1&y=%2F", expires_at = "2020-01-01T00:00:00Z" }
  for name, value in pairs(extra or {}) do body[name] = value end
  return { body = body }
end

local FILE = { body = BYTES, headers = { ["Content-Type"] = "application/octet-stream" } }

local function attachment(script, options)
  local client, log = helper.scripted(script, options)
  return client:inbox("a@b.c"):message("<m>"):attachment "att", log
end

describe("an attachment in the sandbox", function()
  local client, sandbox, shop, item

  before_each(function()
    local _
    client, _, sandbox = helper.client()
    shop = assert(client.inboxes:create { username = "shop" })
    local ann = assert(client.inboxes:create { username = "ann" })
    assert(shop.messages:send { to = ann.inbox_id, subject = "Files", attachments = {
      { data = BYTES, filename = "a.bin" }, { data = "", filename = "empty.txt" } } })
    item = assert(assert(ann.messages:list { labels = "unread" })[1]:get())
  end)

  after_each(function() client:close() end)

  it("is read and saved", function()
    local first = item:attachment(item.attachments[1])
    assert.equal("a.bin", first.filename)
    assert.equal(BYTES, (assert(first:read())))
    local path = folder .. "/copy.bin"
    local saved, receipt = assert(item:attachment(item.attachments[1].attachment_id):save(path))
    assert.equal(path, saved)
    assert.equal(200, receipt.status)
    assert.equal(BYTES, content(path))
    assert.equal("copy.bin\n", names())
    assert.equal("", (assert(item:attachment(item.attachments[2]):read())))
  end)

  it("is read from its thread and from a draft, too", function()
    local id = item.attachments[1].attachment_id
    local ann = client:inbox(item.inbox_id)
    assert.equal(BYTES, (assert(ann:thread(item.thread_id):attachment(id):read())))
    local draft = assert(shop.drafts:create { attachments = { { data = "x", filename = "x" } } })
    assert.equal("x", (assert(draft:attachment(draft.attachments[1]):read())))
  end)

  it("is read through a new link when the old one has expired by the service's clock", function()
    local handle = item:attachment(item.attachments[1])
    assert(handle:get())
    local old = handle.download_url
    sandbox:freeze()
    sandbox:advance "2h"
    assert.equal(BYTES, (assert(handle:read())))
    assert.are_not.equal(old, handle.download_url)
  end)

  it("is part of the raw message", function()
    local bytes = assert(item:raw():read())
    assert.is_truthy(bytes:find("Subject: Files", 1, true))
    assert.is_truthy(bytes:find("a.bin", 1, true))
    assert.equal(#bytes, assert(item:raw():get()).size)
  end)
end)

describe("a download", function()
  it("sends neither the API key nor the client's headers to the host of the link", function()
    local handle, log = attachment({ link(), FILE }, { headers = { ["X-Mine"] = "1" } })
    assert.equal(BYTES, (assert(handle:read { headers = { ["X-Call"] = "2" } })))
    assert.same({ "1", "2" }, { log[1].headers["x-mine"], log[1].headers["x-call"] })
    assert.equal("Bearer am_test_scripted", log[1].headers.authorization)
    assert.equal("/v0/inboxes/a%40b.c/messages/%3Cm%3E/attachments/att", log[1].target)
    assert.equal("/file?x=1&y=%2F", log[2].target)
    assert.is_nil(log[2].headers.authorization)
    assert.is_nil(log[2].headers["x-mine"] or log[2].headers["x-call"])
  end)

  it("is passed to a function in chunks, once it is complete", function()
    local handle = attachment { link(), { body = BYTES, effect = { kill = "reset", keep = 1000 } },
                                link(), FILE }
    local chunks = {}
    local function consume(chunk) chunks[#chunks + 1] = chunk end
    assert.is_nil((handle:save(consume)))
    assert.equal(0, #chunks)
    assert.is_true((assert(attachment { link(), FILE }:save(consume))))
    assert.is_true(#chunks > 1)
    assert.equal(BYTES, table.concat(chunks))
  end)

  it("that fails leaves no new file, and the old one unchanged", function()
    local path = folder .. "/a.bin"
    assert(io.open(path, "w")):close()
    local cut = { body = BYTES, effect = { kill = "close", keep = 70000 } }
    local handle, log = attachment { link(), cut, FILE }
    local none, message, failure = handle:save(path)
    assert.is_nil(none)
    assert.equal("network", failure.code)
    assert.is_truthy(message:find("^inboxes.messages.get_attachment: "))
    assert.equal("", content(path))
    assert.equal("a.bin\n", names())
    assert.equal(path, (assert(failure:retry())))
    assert.equal(BYTES, content(path))
    assert.equal("a.bin\n", names())
    assert.equal(3, #log)
  end)

  it("is repeated from its beginning, into the same file", function()
    local cut = { body = "wrong" .. BYTES, effect = { kill = "close", keep = 70000 } }
    local handle = attachment({ link(), cut, FILE }, { limits = helper.REPEATING })
    local _, receipt = assert(handle:save(folder .. "/a.bin"))
    assert.equal(2, receipt.attempts)
    assert.equal(BYTES, content(folder .. "/a.bin"))
  end)

  for _, status in ipairs { 403, 404 } do
    it("requests one new link when the old one returns " .. status, function()
      local gone = { status = status, body = "<Error/>" }
      local handle, log = attachment { link(), gone, link(), FILE }
      assert(handle:get())
      assert.equal(BYTES, (assert(handle:read())))
      assert.equal(4, #log)
      local _, _, failure = attachment { link(), gone }:read()
      assert.equal(status, failure.status)
      handle, log = attachment { link(), gone, link(), gone, link() }
      assert(handle:get())
      assert.equal(status, select(3, handle:read()).status)
      assert.equal(4, #log)
    end)
  end

  it("fails when its link cannot be fetched", function()
    local handle, log = attachment { { status = 404, body = { code = "not_found" } } }
    local _, _, failure = handle:save(folder .. "/a")
    assert.equal("not_found", failure.code)
    assert.equal("", names())
    assert.equal(1, #log)
  end)

  it("uses only https, except on this machine or at the service's own origin", function()
    local function read(base_url, link_url)
      local handle = require("agentmail").new { api_key = "k", base_url = base_url }
        :inbox("a"):message("m"):attachment "x"
      handle.download_url = link_url
      local none, message, failure = handle:read { attempts = 1 }
      assert.is_nil(none)
      return failure.code, message
    end
    for _, url in ipairs { "http://example.com/f", "ftp://example.com/f", "file:///etc/passwd",
                           "https://example.com/a b", "" } do
      local code, message = read("https://127.0.0.1:9", url)
      assert.equal("bad_response", code)
      assert.is_truthy(message:find("a download_url that is not https", 1, true), message)
    end
    for _, base_url in ipairs { "http://example.com", "http://127.evil.example",
                                "http://localhost.example" } do
      assert.equal("bad_response", (read(base_url, "http://127.0.0.1:9/f")), base_url)
    end
    for _, base_url in ipairs { "http://127.0.0.1:9", "http://LOCALHOST", "HTTP://[::1]:9" } do
      assert.equal("network", (read(base_url, "http://127.0.0.1:9/f")), base_url)
    end
    assert.equal("network", (read("http://0.0.0.0:9/api", "http://0.0.0.0:9/f"))) -- its own origin
    assert.equal("bad_response", (read("http://0.0.0.0:9", "http://0.0.0.0:99/f")))
  end)

  it("refuses a path with a NUL, and a call with a dot, without touching a file", function()
    local path = folder .. "/victim"
    assert(io.open(path, "w")):close()
    local handle = attachment { link(), FILE }
    assert.matches("^save takes the path of a file, or a function, not ",
                   helper.mistake(handle.save, handle, path .. "\0.png"))
    assert.equal("victim\n", names())
    for _, name in ipairs { "get", "read", "save" } do
      assert.equal(name .. ": call it with a colon, as in object:" .. name .. "(…)",
                   helper.mistake(handle[name], path))
    end
    local file <close> = assert(io.open(path, "a"))
    for i = 2, 3 do
      local arguments = { file, path, path }
      arguments[i] = path .. "\0x"
      assert.matches("holds a NUL", select(2, pcall(require "agentmail.core".publish,
                                                    table.unpack(arguments))))
    end
  end)

  it("is limited by download_bytes and response_bytes", function()
    local handle = attachment { link(), FILE }
    local _, message, failure = handle:save(folder .. "/a", { download_bytes = 1000 })
    assert.equal("too_large", failure.code)
    assert.is_truthy(message:find("download_bytes", 1, true), message)
    assert.equal("", names())
    _, message, failure = attachment { link(), FILE }:read { response_bytes = 1000 }
    assert.equal("too_large", failure.code)
    assert.is_truthy(message:find("response_bytes", 1, true), message)
  end)

  it("reports its progress", function()
    local steps, total = {}, nil
    local handle = attachment { link(), FILE }
    assert(handle:save(folder .. "/a", { on_progress = function(done, of)
      steps[#steps + 1], total = done, total or of
    end }))
    assert.equal(#BYTES, steps[#steps])
    assert.equal(#BYTES, total)                     -- the request for the link is not reported
  end)

  it("reports a file that cannot be written", function()
    local handle, log = attachment { link(), FILE }
    local none, message, failure = handle:save("/nowhere/a.bin")
    assert.is_nil(none)
    assert.equal("file", failure.code)
    assert.is_truthy(message:find("cannot write /nowhere/a.bin", 1, true), message)
    assert.equal(0, #log)
    handle = attachment { link(), FILE }
    assert(os.execute("mkdir " .. folder .. "/there"))
    none, message, failure = handle:save(folder .. "/there")
    assert.is_nil(none)
    assert.equal("file", failure.code)
    assert.is_truthy(message:find("cannot write ", 1, true))
    assert.equal("there\n", names())
  end)

  it("that does not reach the disk fails, and leaves no file", function()
    local core = require "agentmail.core"
    local publish, handle = core.publish, attachment { link(), FILE }
    core.publish = function(_, part) return nil, part .. ": Input/output error" end
    local none, message, failure = handle:save(folder .. "/a")
    core.publish = publish
    assert.is_nil(none)
    assert.equal("file", failure.code)
    assert.is_truthy(message:find("a%.part%-%x+: Input/output error"), message)
    assert.equal("", names())
  end)

  it("that is interrupted leaves no file behind", function()
    local handle = attachment { link(), FILE }
    assert(handle:get())
    local perform = require("agentmail.call.call").perform
    debug.sethook(function()                          -- like Ctrl-C
      if debug.getinfo(2, "f").func ~= perform then return end
      assert.is_truthy(names():find("^a%.part%-"))
      debug.sethook()
      error "interrupted"
    end, "c")
    local done, problem = pcall(handle.save, handle, folder .. "/a")
    assert.is_false(done)
    assert.is_truthy(problem:find("interrupted", 1, true), problem)
    assert.equal("", names())
  end)

  it("raises a caller's mistake", function()
    local handle = attachment {}
    assert.equal("save takes the path of a file, or a function, not a nil",
                 helper.mistake(function() return handle:save() end))
    assert.equal("inboxes.messages.get_attachment: unknown option 'deadlin' (did you mean "
      .. "'deadline'?)", helper.mistake(function() return handle:read { deadlin = 1 } end))
    local message = helper.scripted({}):inbox("a"):message "m"
    assert.equal("attachment_id must not be empty",
                 helper.mistake(function() return message:attachment "" end))
    assert.equal("attachment_id must be a string, not a table",
                 helper.mistake(function() return message:attachment {} end))
  end)
end)
