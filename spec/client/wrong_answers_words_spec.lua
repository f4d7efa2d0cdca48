-- SPDX-License-Identifier: MIT
-- Error texts that are not the service's: they are quoted, on one line, escaped and cut.

local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local WHY = "the mailbox is over its quota"

local WORDS = {
  { '{"error":"…"}', raw.json(400, '{"error":"' .. WHY .. '"}') },
  { '{"error":{"message":"…"}}', raw.json(400, '{"error":{"message":"' .. WHY .. '"}}') },
  { '{"error":{"code":…,"message":"…"}}',
    raw.json(400, '{"error":{"code":17,"message":"' .. WHY .. '"}}') },
  { '{"message":"…"}', raw.json(400, '{"message":"' .. WHY .. '"}') },
  { '{"Message":"…"}', raw.json(400, '{"Message":"' .. WHY .. '"}') },
  { '{"detail":"…"}', raw.json(400, '{"detail":"' .. WHY .. '"}') },
  { '{"detail":[{"msg":"…"}]}', raw.json(400, '{"detail":[{"msg":"' .. WHY .. '"}]}') },
  { '{"title":…,"detail":"…"}', raw.plain(400, '{"title":"Bad","status":400,"detail":"' .. WHY
    .. '"}', "Content-Type: application/problem+json") },
  { '{"errors":["…"]}', raw.json(400, '{"errors":["' .. WHY .. '"]}') },
  { '{"errors":[{"message":"…"}]}', raw.json(400, '{"errors":[{"message":"' .. WHY .. '"}]}') },
  { '{"error":…,"error_description":"…"}',
    raw.json(400, '{"error":"invalid","error_description":"' .. WHY .. '"}') },
  { '{"reason":"…"}', raw.json(400, '{"reason":"' .. WHY .. '"}') },
  { "a JSON string", raw.json(400, '"' .. WHY .. '"') },
  { "JSON after a byte order mark", raw.json(400, '\xef\xbb\xbf{"error":"' .. WHY .. '"}') },
  { "JSON that says it is text", raw.plain(400, '{"error":"' .. WHY .. '"}',
    "Content-Type: text/plain") },
  { "plain text", raw.plain(400, WHY, "Content-Type: text/plain") },
  { "plain text without a type", raw.plain(400, "\r\n  " .. WHY .. "\r\n\r\n") },
  { "text that says it is JSON", raw.json(400, WHY) },
  { "an HTML title", raw.html(400, "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\n"
    .. "<title>" .. WHY .. "</title></head><body><h1>400</h1></body></html>") },
  { "an HTML title in capitals, on separate lines", raw.html(400,
    "<HTML><HEAD><TITLE>\n   " .. WHY .. "\n</TITLE></HEAD></HTML>") },
  { "an HTML title with an attribute", raw.html(400,
    '<html><title id="t">' .. WHY .. "</title></html>") },
  { "text in gzip", (raw.framings.gzip(400, "text/plain", WHY)) },
}

-- Characters around the text that would harm a terminal or a log.
local HARMFUL = {
  { "a colour", "\27[31m" .. WHY .. "\27[0m" },
  { "lines", "Error:\r\n" .. WHY .. "\r\nsincerely\n" },
  { "a NUL", "\0" .. WHY .. "\0" },
  { "tabs, bells and DEL", "\t\7" .. WHY .. "\8\127" },
  { "control characters of Unicode", "\u{9b}31m" .. WHY .. "\u{85}" },
  { "bytes that are not UTF-8", "\xff\xfe" .. WHY .. "\xc3" },
  { "Latin-1", WHY .. " \xfcber" },
  { "surrogates", "\xed\xa0\x80" .. WHY },
}

describe("an error in a foreign format", function()
  local server

  setup(function() server = raw_server.start() end)
  teardown(function() server:close() end)

  local function send(bytes, client)
    server:script { { bytes = bytes, executed = false } }
    local message, problem, failure =
      client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t" }
    assert.is_nil(message)
    return problem, failure
  end

  -- One line of printable UTF-8.
  local function check_clean(text)
    assert.is_truthy(utf8.len(text), "not UTF-8")
    assert.is_nil(text:find "[%c\127]", ("%q"):format(text))
    for _, code in utf8.codes(text) do assert.is_false(code >= 0x80 and code < 0xA0) end
  end

  -- The same, of a length suitable for a log.
  local function check_line(text)
    check_clean(text)
    assert.is_true(#text < 1000, #text)
  end

  for _, case in ipairs(WORDS) do
    it("is quoted: " .. case[1], function()
      local client <close> = server:client()
      local problem, failure = send(case[2], client)
      assert.is_truthy(problem:find(WHY, 1, true), problem)
      assert.is_nil(problem:find "[<>]", problem)
      check_line(problem)
      assert.same({ "not_applied", 400, 1 },
                  { failure.outcome, failure.status, failure.attempts })
    end)
  end

  for _, case in ipairs(HARMFUL) do
    it("is quoted safely: " .. case[1], function()
      local client <close> = server:client()
      for _, bytes in ipairs {
        raw.plain(400, case[2], "Content-Type: text/plain"),
        raw.html(400, "<html><title>" .. case[2] .. "</title></html>"),
      } do
        local problem, failure = send(bytes, client)
        assert.is_truthy(problem:find(WHY, 1, true), ("%q"):format(problem))
        check_line(problem)
        check_line(tostring(failure))
        check_clean((require "agentmail".explain(failure):gsub("\n", " ")))
      end
    end)
  end

  it("is quoted safely: escapes of JSON", function()
    local client <close> = server:client()
    local problem = send(raw.json(400,
      '{"error":"\\u0000\\u001b[31m' .. WHY .. '\\r\\n\\u009b\\ud800"}'), client)
    assert.is_truthy(problem:find(WHY, 1, true), ("%q"):format(problem))
    check_line(problem)
  end)

  it("is cut if it is long, between two characters", function()
    local client <close> = server:client()
    for _, filler in ipairs { "x", "é", "文", "\u{1F4E7}", "\27", "\xff", "x " } do
      for _, bytes in ipairs {
        raw.plain(400, WHY .. filler:rep(20000)), raw.json(400, '{"error":"' .. WHY
          .. (filler == "\27" and "\\u001b" or filler):rep(20000) .. '"}'),
        raw.html(400, "<title>" .. WHY .. filler:rep(20000) .. "</title>"),
      } do
        local problem = send(bytes, client)
        assert.is_truthy(problem:find(WHY, 1, true))
        check_line(problem)
      end
    end
  end)

  it("is not quoted if it has no text", function()
    local client <close> = server:client()
    for _, bytes in ipairs { raw.plain(400, ""), raw.plain(400, " \r\n"),
                             raw.html(400, "<title></title>") } do
      local problem = send(bytes, client)
      assert.is_truthy(problem:find("the service refused it", 1, true), problem)
      check_line(problem)
    end
  end)

  it("is quoted safely if it is not text", function()
    local client <close> = server:client()
    local all = {}
    for i = 0, 255 do all[#all + 1] = string.char(i) end
    for _, bytes in ipairs { raw.plain(400, table.concat(all), "Content-Type: image/png"),
                             raw.plain(400, table.concat(all):reverse()),
                             raw.html(400, "<html><title>" .. table.concat(all)) } do
      check_line((send(bytes, client)))
    end
  end)

  it("is quoted without the API key, even if a gateway repeats the request", function()
    local client <close> = server:client(nil, { api_key = "am_test_secret_key" })
    for _, bytes in ipairs {
      raw.plain(400, "bad header: Authorization: Bearer am_test_secret_key"),
      raw.json(400, '{"error":"no such token am_test_secret_key"}'),
      raw.html(400, "<title>am_test_secret_key is not known</title>"),
    } do
      local problem, failure = send(bytes, client)
      assert.is_nil(problem:find("secret_key", 1, true), problem)
      assert.is_nil(tostring(failure.message):find("secret_key", 1, true))
    end
  end)

  it("does not affect the service's own errors", function()
    local client <close> = server:client()
    local problem, failure = send(raw.json(403, '{"name":"LimitExceededError","code":'
      .. '"limit_exceeded","message":"Too many.","fix":"Wait.","error":"other words"}'), client)
    assert.same({ "limit_exceeded", "Too many.", "Wait." },
                { failure.code, failure.message, failure.fix })
    assert.is_nil(problem:find("other words", 1, true))
  end)

  it("is also quoted after repeats, and for a read", function()
    server:script { { bytes = raw.html(502, "<title>502 upstream is away</title>") } }
    local client <close> = server:client { attempts = 2 }
    local value, problem, failure = client.inboxes:list()
    assert.is_nil(value)
    assert.is_truthy(problem:find("502 upstream is away", 1, true), problem)
    assert.same({ "service_error", 2 }, { failure.code, failure.attempts })
  end)
end)
