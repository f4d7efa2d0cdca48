-- SPDX-License-Identifier: MIT
-- Downloads: all the bytes as stored, or a failure with the file unchanged.

local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local BYTES = ("stored\0bytes\255\r\n"):rep(4):sub(1, 50)
local OCTETS = "Content-Type: application/octet-stream"
local PACKED = raw.gzip(BYTES)

-- Deflate in zlib's format, one block of type "stored".
local function zlib(bytes)
  local a, b = 1, 0
  for i = 1, #bytes do
    a = (a + bytes:byte(i)) % 65521
    b = (b + a) % 65521
  end
  return "\x78\x01" .. string.pack("<BI2I2", 1, #bytes, #bytes ~ 0xFFFF) .. bytes
    .. string.pack(">I4", b << 16 | a)
end

local DEFLATED = zlib(BYTES)

-- Answers that are not a download of 50 bytes: name, response, whether only the end of the
-- connection ends it, a word of the failure.
local WRONG = {
  { "206, five bytes of them", raw.plain(206, BYTES:sub(1, 5), OCTETS,
    "Content-Range: bytes 0-4/50") },
  { "206, all of them", raw.plain(206, BYTES, OCTETS, "Content-Range: bytes 0-49/50") },
  { "206 in parts", raw.plain(206, BYTES, "Content-Type: multipart/byteranges; boundary=x") },
  { "204", raw.NO_CONTENT },
  { "200 without a body", raw.plain(200, "", OCTETS) },
  { "200 and a byte less", raw.plain(200, BYTES:sub(1, 49), OCTETS) },
  { "200 and a byte more", raw.plain(200, BYTES .. "x", OCTETS) },
  { "chunks that end early", raw.head(200, OCTETS, "Transfer-Encoding: chunked") .. "\r\n"
    .. raw.chunks(BYTES:sub(1, 40)) },
  { "the end of the connection, early", raw.head(200, OCTETS) .. "\r\n" .. BYTES:sub(1, 49), true },
  { "the end of the connection, late", raw.head(200, OCTETS) .. "\r\n" .. BYTES .. "\n", true },
  { "a login page", raw.html(200, "<html><body>login</body></html>") },
  { "a login page, 203", raw.html(203, "<html><body>login</body></html>") },
  { "202, not ready", raw.json(202, '{"status":"pending"}') },
  { "gzip on the way", raw.plain(200, PACKED, OCTETS, "Content-Encoding: gzip"), false, "gzip" },
  { "gzip and chunks on the way", raw.head(200, OCTETS, "Content-Encoding: gzip",
    "Transfer-Encoding: chunked") .. "\r\n" .. raw.chunks(PACKED), false, "gzip" },
  { "x-gzip on the way", raw.plain(200, PACKED, OCTETS, "Content-Encoding: x-gzip"), false,
    "gzip" },
  { "deflate on the way", raw.plain(200, DEFLATED, OCTETS, "Content-Encoding: deflate"), false,
    "deflate" },
  { "an unknown encoding", raw.plain(200, "packed", OCTETS, "Content-Encoding: exi"),
    false, "exi" },
}

-- Cut answers: name, the bytes that come before the connection ends.
local CUT = {
  { "a status line", "HTTP/1.1 200 OK" },
  { "a status line and its end", "HTTP/1.1 200 OK\r\n" },
  { "half a header line", raw.head(200, OCTETS) .. "Content-Le" },
  { "header lines without an end", raw.head(200, OCTETS, "Content-Length: 50") },
  { "header lines without the last byte", raw.head(200, OCTETS, "Content-Length: 50") .. "\r" },
  { "100 Continue, then a status line", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n" },
  { "half of the bytes", raw.head(200, OCTETS, "Content-Length: 50") .. "\r\n"
    .. BYTES:sub(1, 25) },
  { "no byte of the body", raw.head(200, OCTETS, "Content-Length: 50") .. "\r\n" },
}

-- Complete ones: name, response, stored bytes, whether only the end of the connection ends it.
local RIGHT = {
  { "50 bytes by length", raw.plain(200, BYTES, OCTETS), BYTES },
  { "50 bytes in chunks", raw.head(200, OCTETS, "Transfer-Encoding: chunked") .. "\r\n"
    .. raw.chunks(BYTES), BYTES },
  { "50 bytes to the end of the connection", raw.head(200, OCTETS) .. "\r\n" .. BYTES, BYTES,
    true },
  { "a stored .gz", raw.plain(200, PACKED, "Content-Type: application/gzip",
    "Content-Encoding: gzip"), PACKED },
  { "a stored .gz in chunks", raw.head(200, "Content-Encoding: x-gzip",
    "Transfer-Encoding: chunked") .. "\r\n" .. raw.chunks(PACKED), PACKED },
  { "bytes that are only called gzip", raw.plain(200, BYTES, OCTETS,
    "Content-Encoding: gzip"), BYTES },
  { "a stored .gz of two members", raw.plain(200, PACKED .. PACKED, OCTETS,
    "Content-Encoding: gzip"), PACKED .. PACKED },
  { "deflated bytes as stored", raw.plain(200, DEFLATED, OCTETS,
    "Content-Encoding: deflate"), DEFLATED },
  { "bytes with an unknown encoding", raw.plain(200, BYTES, OCTETS,
    "Content-Encoding: exi"), BYTES },
}

describe("a download", function()
  local server, folder, path

  setup(function()
    server = raw_server.start()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    path = folder .. "/file.bin"
  end)

  teardown(function()
    server:close()
    os.execute("rm -r " .. folder)
  end)

  before_each(function()
    local old <close> = assert(io.open(path, "wb"))
    old:write "the old file"
  end)

  local function content()
    local file <close> = assert(io.open(path, "rb"))
    return (file:read "a")
  end

  local function names()
    local pipe <close> = assert(io.popen("ls -A " .. folder))
    return (pipe:read "a")
  end

  -- An attachment whose link has this size, or none, and returns these answers.
  local function attachment(client, size, ...)
    local known = size and (',"size":%d'):format(size) or ""
    server:script { { to = "^GET /v0/", bytes = raw.json(200,
      ('{"attachment_id":"f"%s,"download_url":"%s/file"}'):format(known, server.url)) }, ... }
    return client:inbox("a@b.c"):message("<m@x>"):attachment "f"
  end

  -- Saves and reads; each must fail with this code and word, and change nothing.
  local function check_refused(size, answer, code, word)
    for _, method in ipairs { "save", "read" } do
      local client <close> = server:client { attempts = 4 }
      local file = attachment(client, size, answer)
      local value, message, failure = file[method](file, method == "save" and path or nil)
      assert.is_nil(value)
      assert.equal(code, failure.code, message)
      assert.is_truthy(message:find(word or "", 1, true), message)
      assert.equal("the old file", content())
      assert.equal("file.bin\n", names())
    end
  end

  for _, case in ipairs(WRONG) do
    it("of 50 bytes is not " .. case[1], function()
      local by_close = case[3]
      check_refused(50, { to = "^GET /file", bytes = case[2], finish = by_close and "close" },
                    "bad_response", case[4])
    end)
  end

  for _, case in ipairs(CUT) do
    it("is cut after " .. case[1], function()
      for _, size in ipairs { 50, false } do
        check_refused(size, { to = "^GET /file", bytes = case[2], finish = "close" }, "network")
      end
    end)
  end

  it("of unknown size does not end with the connection", function()
    for _, bytes in ipairs { BYTES, "" } do
      check_refused(nil, { to = "^GET /file", finish = "close",
                           bytes = raw.head(200, OCTETS) .. "\r\n" .. bytes }, "bad_response")
    end
  end)

  it("of unknown size is neither 204 nor 206", function()
    for _, bytes in ipairs { raw.NO_CONTENT, raw.plain(206, BYTES, OCTETS) } do
      check_refused(nil, { to = "^GET /file", bytes = bytes }, "bad_response")
    end
  end)

  for _, case in ipairs(RIGHT) do
    it("is " .. case[1], function()
      local answer = { to = "^GET /file", bytes = case[2], finish = case[4] and "close" }
      local client <close> = server:client()
      local file = attachment(client, #case[3], answer)
      local saved, receipt = file:save(path)
      assert.equal(path, saved, receipt)
      assert.equal(1, receipt.attempts)
      assert.is_true(content() == case[3])
      assert.equal("file.bin\n", names())
      file = attachment(client, #case[3], answer)
      assert.is_true(assert(file:read()) == case[3])
    end)
  end

  it("of unknown size has the size of its framing", function()
    for _, bytes in ipairs { RIGHT[1][2], RIGHT[2][2] } do
      local client <close> = server:client()
      local file = attachment(client, nil, { to = "^GET /file", bytes = bytes })
      assert.equal(path, (assert(file:save(path))))
      assert.is_true(content() == BYTES)
    end
  end)

  it("of no bytes is an empty file", function()
    local client <close> = server:client()
    local file = attachment(client, 0, { to = "^GET /file", bytes = raw.plain(200, "") })
    assert.equal(path, (assert(file:save(path))))
    assert.equal("", content())
  end)

  it("asks for the bytes without content coding", function()
    local client <close> = server:client()
    local file = attachment(client, 50, { to = "^GET /file", bytes = RIGHT[1][2] })
    assert(file:save(path))
    local asked = server:log()[2].headers["accept-encoding"]
    assert.is_true(asked == nil or asked == "identity", asked)
  end)

  it("succeeds with the next answer if the first one is partial", function()
    local client <close> = server:client()
    local file = attachment(client, 50,
      { to = "^GET /file", bytes = WRONG[1][2] }, { to = "^GET /file", bytes = RIGHT[1][2] })
    assert.equal(path, (assert(file:save(path))))
    assert.is_true(content() == BYTES)
  end)

  it("that fails succeeds with its retry", function()
    local client <close> = server:client { attempts = 1 }
    local file = attachment(client, 50,
      { to = "^GET /file", bytes = CUT[2][2], finish = "close" },
      { to = "^GET /file", bytes = RIGHT[1][2] })
    local value, _, failure = file:save(path)
    assert.is_nil(value)
    assert.equal("the old file", content())
    assert.equal(path, (assert(failure:retry())))
    assert.is_true(content() == BYTES)
  end)

  it("passes a function only complete bytes", function()
    for _, answer in ipairs {
      { to = "^GET /file", bytes = WRONG[1][2] }, { to = "^GET /file", bytes = WRONG[6][2] },
      { to = "^GET /file", bytes = CUT[2][2], finish = "close" },
    } do
      local client <close> = server:client { attempts = 2 }
      local chunks = 0
      local value = attachment(client, 50, answer):save(function() chunks = chunks + 1 end)
      assert.is_nil(value)
      assert.equal(0, chunks)
    end
  end)
end)
