-- SPDX-License-Identifier: MIT
-- The types of fields: what each accepts, how it is sent, and the words for the rest.

local encoder = require "spec.support.encoder"
local json = require "agentmail.util.json"

-- kind → value, lenient → the text; or nil and the problem, which continues the field's name.
local types = setmetatable({ number = json.encode }, { __index = function(_, kind)
  return function(value, lenient) return encoder.value(kind, value, lenient) end
end })

local function problem(kind, value)
  local encoded, words = types[kind](value)
  assert.is_nil(encoded)
  return words
end

describe("parameter types", function()
  it("encode what they accept", function()
    assert.equal('"a"', (types.string("a")))
    assert.equal("3", (types.integer(3.0)))
    assert.equal("2.5", (types.number(2.5)))
    assert.equal("false", (types.boolean(false)))
    assert.equal('"a"', (types.strings("a")))
    assert.equal('["a","b"]', (types.strings { "a", "b" }))
    assert.equal("[]", (types.strings {}))
    assert.equal('{"A":"2","b":"1"}', (types["map<string>"] { b = "1", A = "2" }))
    assert.equal('{"a":true,"b":1.5,"c":null,"d":"x","e":7}',
                 (types.metadata { e = 7, d = "x", c = json.null, b = 1.5, a = true }))
    assert.equal('{"message_read":true,"pod_delete":false}',
                 (types.permissions { pod_delete = false, message_read = true }))
    assert.equal('"message.sent"', (types.event_type("message.sent")))
    assert.equal('{"filename":"a.txt","content":"aGk="}',
                 (types.attachment { content = "aGk=", filename = "a.txt" }))
    assert.equal('{"kty":"EC","crv":"P-256","x":"1","y":"2"}',
                 (types.jwk { y = "2", x = "1", crv = "P-256", kty = "EC" }))
  end)

  it("say what they accept and what they got", function()
    assert.equal("must be a string, not a number (42)", problem("string", 42))
    assert.equal("must be a string, not null",
                 select(2, encoder.segment("inbox_id", json.null)))
    assert.equal("[1] must be a string, not null", problem("strings", { json.null }))
    assert.equal("cannot be cleared with agentmail.null here", problem("string", json.null))
    assert.equal('must be a whole number, not the string "3"', problem("integer", "3"))
    assert.equal("must be a whole number, not a number (2.5)", problem("integer", 2.5))
    assert.equal("must be true or false, not a number (1)", problem("boolean", 1))
    assert.equal("must be a string or a list of strings, not true", problem("strings", true))
    assert.equal("[2] must be a string, not a table", problem("strings", { "a", {} }))
    assert.equal("must be a list: keys 1, 2, 3 … without gaps, and no others",
                 problem("strings", { "a", x = "b" }))
    assert.equal("must be a list: keys 1, 2, 3 … without gaps, and no others",
                 problem("strings", { [1] = "a", [3] = "b" }))
    assert.equal('["a"] must be a string, number, boolean or agentmail.null, not a table',
                 problem("metadata", { a = {} }))
    assert.equal("has the unknown field 'contnt' (did you mean 'content'?)",
                 problem("attachment", { contnt = "x" }))
    local one = "needs exactly one of path (a file), data (bytes), content (base64) and url"
    assert.equal(one, problem("attachment", {}))
    assert.equal("has both content and url; it " .. one,
                 problem("attachment", { content = "x", url = "y" }))
    assert.is_truthy(problem("event_type", "message.snt")
      :find("did you mean 'message.sent'", 1, true))
    assert.is_truthy(problem("permissions", { mesage_read = true })
      :find("did you mean 'message_read'", 1, true))
  end)

  it("show only the beginning of a long value that they refuse", function()
    assert.is_true(#problem("integer", ("x"):rep(10000)) < 120)
  end)

  it("let no line break into a header", function()
    for _, bad in ipairs { "a\r\nBcc: x", "a\n", "\r", "a\0" } do
      assert.equal('["X-A"] must not contain a line break or NUL',
                   problem("map<string>", { ["X-A"] = bad }))
    end
    assert.is_truthy(problem("map<string>", { ["X\nA"] = "b" }):find("no line break", 1, true))
    assert.is_truthy(problem("map<string>", { ["X:A"] = "b" }):find("no colon", 1, true))
  end)
end)

describe("numbers in metadata", function()
  it("are refused where the service would round them", function()
    for _, value in ipairs { 2 ^ 53 | 0, -(2 ^ 53 | 0), 2.0 ^ 60, 1e300, 0.1, 7 } do
      assert.is_string((types.metadata { n = value }))
    end
    for _, value in ipairs { (2 ^ 53 | 0) + 1, -(2 ^ 53 | 0) - 1, math.maxinteger,
                             math.mininteger } do
      assert.equal(('["n"] is %d, which the service would round, as all integers beyond ±2^53; '
        .. "pass it as a string"):format(value), problem("metadata", { n = value }))
      assert.equal(('{"n":%d}'):format(value), (types.metadata({ n = value }, true))) -- unchecked
    end
  end)
end)

describe("a line", function()
  it("is a string without a break", function()
    assert.equal('"Größe \\t"', (types.line("Größe \t")))
    assert.equal('["a","b"]', (types.lines { "a", "b" }))
    assert.equal('"a"', (types.lines "a"))
    for _, bad in ipairs { "a\r\nBcc: x", "a\n", "\r", "a\0" } do
      assert.equal("must not contain a line break or NUL", problem("line", bad))
      assert.equal("must not contain a line break or NUL", problem("lines", bad))
      assert.equal("[2] must not contain a line break or NUL", problem("lines", { "a", bad }))
    end
    assert.equal("must be a string, not a number (7)", problem("line", 7))
    assert.equal("must be a string or a list of strings, not a number (7)", problem("lines", 7))
  end)

  it("is what ends up in a mail's header", function()
    for name, fields in pairs {
      ["inboxes.messages.send"] = "to cc bcc reply_to subject",
      ["inboxes.messages.reply"] = "to cc bcc reply_to",
      ["inboxes.messages.reply_all"] = "reply_to",
      ["inboxes.messages.forward"] = "to cc bcc reply_to subject",
      ["inboxes.drafts.create"] = "to cc bcc reply_to subject in_reply_to forward_of",
      ["inboxes.drafts.update"] = "to cc bcc reply_to subject",
      ["inboxes.create"] = "username domain display_name", ["inboxes.update"] = "display_name",
      ["pods.inboxes.create"] = "username domain display_name",
      ["agent.sign_up"] = "human_email username", ["lists.create"] = "entry",
    } do
      for word in fields:gmatch "%S+" do
        local text, words = encoder.field(name, word, "a\nBcc: x")
        assert.is_nil(text, name .. " " .. word)
        assert.matches("must not contain a line break or NUL$", words)
      end
    end
  end)
end)

describe("date parameters", function()
  it("may be seconds since 1970", function()
    assert.equal('"1970-01-01T00:00:00.000Z"', (types.datetime(0)))
    assert.equal('"2026-08-31T12:34:56.000Z"', (types.datetime(1788179696)))
    assert.equal('"2026-08-31T12:34:56.500Z"', (types.datetime(1788179696.5)))
  end)

  it("may be ISO 8601 strings", function()
    for _, text in ipairs { "2026-08-31T12:00:00Z", "2026-08-31T12:00:00.123Z",
                            "2026-08-31T12:00:00+02:00", "2026-08-31 12:00Z" } do
      assert.equal('"' .. text .. '"', (types.datetime(text)))
    end
    assert.equal('"2026-08-31T00:00:00.000Z"', (types.datetime("2026-08-31")))
  end)

  it("may be nothing but seconds and ISO 8601 strings", function()
    local bad_dates = { "yesterday", "2026-08-31T12:00:00", "31.08.2026", -1, 0 / 0, 1e300, true }
    for _, bad in ipairs(bad_dates) do
      assert.is_truthy(problem("datetime", bad):find("^must be seconds since 1970"))
    end
  end)
end)
