-- SPDX-License-Identifier: MIT
-- Answers that are not proper HTTP. A defect after a 200 is not a network problem: it recurs each
-- time, so the request is tried three times, and the failure names the defect.

local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local JSON = '{"message_id":"<m@x>","thread_id":"t1"}'
local PACKED = raw.gzip(JSON)
local LENGTH = "Content-Length: " .. #JSON

-- "close": anything after such an answer does not matter here.
local function head(...)
  return raw.head(200, "Content-Type: application/json", "Connection: close", ...) .. "\r\n"
end

local function packed(bytes)
  return head("Content-Encoding: gzip", "Content-Length: " .. #bytes) .. bytes
end

local function chunked(bytes) return head "Transfer-Encoding: chunked" .. bytes end

-- Either the service's answer is understood, or it is a bad_response: name, response, a pattern of
-- the failure's message.
local DEFECTS = {
  { "gzip in two members", packed(raw.gzip(JSON:sub(1, 9)) .. raw.gzip(JSON:sub(10))), "gzip" },
  { "gzip in three members", packed(raw.gzip(JSON:sub(1, 9)) .. raw.gzip(JSON:sub(10))
    .. raw.gzip ""), "gzip" },
  { "gzip, and zeros after it", packed(PACKED .. ("\0"):rep(16)), "gzip" },
  { "gzip, and words after it", packed(PACKED .. "and so on"), "gzip" },
  { "gzip with a wrong checksum", packed(PACKED:sub(1, -9) .. "abcdefgh"), "encod" },
  { "gzip that is not gzip", packed(JSON), "encod" },
  { "gzip that ends early", packed(PACKED:sub(1, -12)), "" },
  { "an unknown encoding", head("Content-Encoding: exi", LENGTH) .. JSON, "encod" },
  { "a NUL in a header's value", head("X-A: a\0b", LENGTH) .. JSON, "nul" },
  { "a NUL in a header's name", head("X\0A: b", LENGTH) .. JSON, "nul" },
  { "a NUL after the length", head(LENGTH .. "\0") .. JSON, "nul" },
  { "a header without a colon", head("Garbage", LENGTH) .. JSON, "colon" },
  { "a PHP warning among the headers", head("<b>Warning</b> on line 7", LENGTH) .. JSON,
    "colon" },
  { "a second status line among the headers", "HTTP/1.1 200 OK\r\n" .. head(LENGTH) .. JSON,
    "colon" },
  { "a chunk whose size is a word", chunked("zz\r\n" .. JSON .. "\r\n0\r\n\r\n"), "chunk" },
  { "a chunk of negative size", chunked("-1\r\n" .. JSON .. "\r\n0\r\n\r\n"), "chunk" },
  { "a chunk of immense size", chunked("fffffffffffffffff\r\n" .. JSON .. "\r\n0\r\n\r\n"),
    "chunk" },
  { "a chunk longer than its size", chunked("5\r\n" .. JSON .. "\r\n0\r\n\r\n"), "chunk" },
  { "no chunks where there should be some", chunked(JSON), "chunk" },
  { "a negative length", head "Content-Length: -5" .. JSON, "length" },
  { "a length that is a word", head "Content-Length: many" .. JSON, "length" },
  { "an immense length, and no more", head "Content-Length: 99999999999999999999999" .. JSON, "" },
  { "two lengths, the second too short", head(LENGTH, "Content-Length: 5") .. JSON, "" },
  { "two lengths, the first too short", head("Content-Length: 5", LENGTH) .. JSON, "" },
  { "two lengths in one header", head("Content-Length: 5, " .. #JSON) .. JSON, "" },
  { "a length that is too short", head("Content-Length: " .. #JSON - 2) .. JSON, "" },
  { "an unknown transfer coding", head("Transfer-Encoding: foo", LENGTH) .. JSON, "" },
}

local UNDERSTOOD = {
  { "JSON after a byte order mark", raw.json(200, "\xef\xbb\xbf" .. JSON) },
  { "JSON after a byte order mark, in gzip", packed(raw.gzip("\xef\xbb\xbf" .. JSON)) },
  { "JSON after a byte order mark, in chunks",
    chunked(raw.chunks("\xef\xbb\xbf" .. JSON, 2)) },
  { "JSON after blanks and before some", raw.json(200, "\r\n " .. JSON .. "\n\n") },
  { "lines that end without a CR", head(LENGTH):gsub("\r\n", "\n") .. JSON },
  { "the same length twice", head(LENGTH, LENGTH) .. JSON },
  { "a header of two lines", head("X-A: a\r\n b", LENGTH) .. JSON },
  { "100 Continue first", "HTTP/1.1 100 Continue\r\n\r\n" .. raw.json(200, JSON) },
  { "103 Early Hints first", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    .. raw.json(200, JSON) },
}

-- Never an answer, and maybe done: the status is invalid.
local NO_STATUS = {
  { "a greeting of SSH", "SSH-2.0-OpenSSH_9.2\r\n" },
  { "a body alone", JSON },
  { "a status of four digits", "HTTP/1.1 2000 OK\r\n" .. LENGTH .. "\r\n\r\n" .. JSON },
  { "a status below 100", "HTTP/1.1 99 OK\r\n" .. LENGTH .. "\r\n\r\n" .. JSON },
  { "an unknown version", "HTTP/9.9 200 OK\r\n" .. LENGTH .. "\r\n\r\n" .. JSON },
}

-- Above the limits of headers: name, the beginning, the part that is repeated endlessly.
local ENDLESS = {
  { "100 Continue", "", "HTTP/1.1 100 Continue\r\n\r\n" },
  { "102 Processing with a header", "", "HTTP/1.1 102 Processing\r\nX-A: b\r\n\r\n" },
  { "103 Early Hints, each within the limits", "",
    "HTTP/1.1 103 Early Hints\r\n" .. ("Link: </a>\r\n"):rep(20) .. "\r\n" },
  { "100 Continue after a first answer", "HTTP/1.1 103 Early Hints\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n" },
  { "lines that begin like one", "HTTP/1.1 200 OK\r\n", "HTTP/x: y\r\n" },
  { "long lines that begin like one", "HTTP/1.1 200 OK\r\n",
    "HTTP/x: " .. ("y"):rep(1000) .. "\r\n" },
  { "headers", "HTTP/1.1 200 OK\r\n", "X-A: b\r\n" },
  { "one header of many lines", "HTTP/1.1 200 OK\r\nX-A: b\r\n", " more\r\n" },
  { "one header in one line", "HTTP/1.1 200 OK\r\nX-A: ", ("b"):rep(100) },
  { "one status line", "HTTP/1.1 200 ", ("b"):rep(100) },
}

describe("an answer that is not proper HTTP", function()
  local server

  setup(function() server = raw_server.start() end)
  teardown(function() server:close() end)

  local function send(client)
    return client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t" }
  end

  for _, defect in ipairs(DEFECTS) do
    it("is understood, or refused after three tries: " .. defect[1], function()
      server:script { { bytes = defect[2], finish = "close" } }
      local client <close> = server:client()
      local message, problem, failure = send(client)
      if message then
        assert.equal("<m@x>", message.message_id)
        assert.equal(1, #server:log())
        return
      end
      assert.same({ "bad_response", "unknown", 3, true },
                  { failure.code, failure.outcome, failure.attempts, failure.retryable }, problem)
      assert.matches(defect[3], problem:lower())
      assert.equal(3, #server:log())
    end)
  end

  it("is also refused if the connection stays open", function()
    for _, defect in ipairs(DEFECTS) do
      if defect[3] ~= "" then
        server:script { { bytes = defect[2] } }
        local client <close> = server:client { attempt_timeout = 20 }
        local message, problem, failure = send(client)
        assert.is_true(message ~= nil or failure.code == "bad_response",
                       defect[1] .. ": " .. tostring(problem))
        assert.is_true(message ~= nil or failure.attempts == 3, defect[1])
      end
    end
  end)

  it("is replaced by the next one if that is complete", function()
    for _, i in ipairs { 1, 9, 12, 15, 20 } do
      server:script { { bytes = DEFECTS[i][2], finish = "close" },
                      { bytes = raw.json(200, JSON) } }
      local client <close> = server:client()
      assert.equal("<m@x>", assert(send(client)).message_id)
    end
  end)

  it("is still a network problem if the body is cut short", function()
    local whole = raw.json(200, JSON)
    for _, answer in ipairs {
      { bytes = whole, cut = #whole - 5, finish = "close" },
      { bytes = whole, cut = #whole - 5, finish = "reset" },
      { bytes = chunked(raw.chunks(JSON)), cut = 100, finish = "reset" },
      { bytes = packed(PACKED), cut = #packed(PACKED) - 5, finish = "close" },
    } do
      server:script { answer }
      local client <close> = server:client { attempts = 5 }
      local message, problem, failure = send(client)
      assert.is_nil(message)
      assert.same({ "network", "unknown", 5 },
                  { failure.code, failure.outcome, failure.attempts }, problem)
    end
  end)

  for _, case in ipairs(UNDERSTOOD) do
    it("is understood nevertheless: " .. case[1], function()
      server:script { { bytes = case[2] } }
      local client <close> = server:client()
      local message, problem = send(client)
      assert.equal("<m@x>", assert(message, problem).message_id)
      assert.equal(1, #server:log())
    end)
  end

  for _, case in ipairs(NO_STATUS) do
    it("leaves the call in doubt: " .. case[1], function()
      server:script { { bytes = case[2], finish = "close" } }
      local client <close> = server:client { attempts = 4 }
      local message, _, failure = send(client)
      assert.is_nil(message)
      assert.same({ "bad_response", "unknown" }, { failure.code, failure.outcome })
    end)
  end

  for _, case in ipairs(ENDLESS) do
    it("is too large, as it has no end: " .. case[1], function()
      server:script { { bytes = case[2], endless = case[3] } }
      local client <close> = server:client()
      local message, problem, failure = send(client)
      assert.is_nil(message)
      assert.same({ "too_large", "unknown", 1 },
                  { failure.code, failure.outcome, failure.attempts }, problem)
      assert.matches("header", problem)
    end)
  end
end)
