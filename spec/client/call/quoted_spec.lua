-- SPDX-License-Identifier: MIT
local quoted = require "agentmail.call.quoted"
local json = require "agentmail.util.json"

local line = quoted.line

describe("a line of foreign text", function()
  it("is one line", function()
    assert.equal("a b c", line " a\r\n\tb \v\f c\n")
    assert.is_nil(line "")
    assert.is_nil(line " \r\n\t")
  end)

  it("has harmful characters escaped", function()
    for text, wanted in pairs {
      ["\27[31mred"] = "\\u{1B}[31mred", ["a\0b\127"] = "a\\u{0}b\\u{7F}",
      ["\u{9B}31m"] = "\\u{9B}31m", ["a\u{202E}b\u{2066}c"] = "a\\u{202E}b\\u{2066}c",
      ["\u{200B}\u{2028}\u{FEFF}"] = "\\u{200B}\\u{2028}\\u{FEFF}", ["\u{E0041}"] = "\\u{E0041}",
      ["\xFF\xFEa\xC3"] = "\\xFF\\xFEa\\xC3", ["\xED\xA0\x80"] = "\\xED\\xA0\\x80",
      ["Größe 文 \u{1F4E7}"] = "Größe 文 \u{1F4E7}",
    } do
      assert.equal(wanted, line(text))
    end
  end)

  it("is cut between two characters", function()
    assert.equal(("x"):rep(200), line(("x"):rep(200)))
    assert.equal(("x"):rep(200) .. "…", line(("x"):rep(201)))
    assert.equal(("文"):rep(200) .. "…", line(("文"):rep(5000)))
    assert.equal(("\\xFF"):rep(50) .. "…", line(("\xFF"):rep(5000)))
    assert.equal(("\\u{1B}"):rep(33) .. "…", line(("\27"):rep(5000)))
  end)

  it("shows no API key that a gateway repeats", function()
    assert.equal("Authorization: Bearer …", line "Authorization: Bearer am_secret-1.2=")
    assert.equal("bearer … is bad", line "bearer abc.def~/+ is bad")
    assert.equal("no token 'am_…'", line "no token 'am_us_12ab'")
    assert.equal("spam_filter, I am_", line "spam_filter, I am_")
  end)
end)

describe("a page", function()
  it("is quoted by its title", function()
    for html, wanted in pairs {
      ["<html><head><TITLE lang=en>\n 502 Bad\n Gateway </TITLE>"] = "502 Bad Gateway",
      ["<title>a &amp; b &lt;c&gt; &quot;d&quot; &#39;e&#39; &unknown;</title>"] =
        "a & b <c> \"d\" 'e' &unknown;",
      ["\xEF\xBB\xBF <title>a</title>"] = "a",
    } do
      assert.equal(wanted, quoted.of(html))
    end
  end)

  it("is quoted by its first words if it has no title", function()
    for html, wanted in pairs {
      ["<html>login</html>"] = "login",
      ["<title> </title><h1>No</h1><p>Why</p>"] = "No Why",
      ["<style>b{}</style><script>x()</script><!-- c -->text"] = "text",
      ['<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Expired</Message></Error>'] =
        "AccessDenied Expired",
      ["<p>cut off <a href='"] = "cut off",
    } do
      assert.equal(wanted, quoted.of(html))
    end
    assert.is_nil(quoted.of "<title></title>")
  end)

  it("is searched only within limits #timing", function()
    local before = os.clock()
    for _, part in ipairs { "<script>", "<title>", "<!--", "<style", "<", "&amp", "\27" } do
      local text = quoted.of("<" .. part:rep(200000))
      assert.is_true(not text or utf8.len(text) <= 201)
    end
    assert.is_true(os.clock() - before < 5)
  end)
end)

describe("JSON that is an error", function()
  local function of(text) return quoted.of(text, (json.decode(text, 100))) end

  it("has its text in many places", function()
    for text, wanted in pairs {
      ['{"error":"why"}'] = "why", ['{"error":{"code":7,"message":"why"}}'] = "why",
      ['{"message":{"text":1},"detail":"why"}'] = "why", ['{"Message":"why"}'] = "why",
      ['{"title":"Bad","detail":"why"}'] = "why", ['{"title":"why","status":4}'] = "why",
      ['{"error":"invalid","error_description":"why"}'] = "why",
      ['{"detail":[{"loc":["a"],"msg":"why"},{"msg":"and"}]}'] = "why; and",
      ['{"errors":["why"]}'] = "why", ['{"errors":{"message":"why"}}'] = "why",
      ['["a","b","c","d"]'] = "a; b; c", ['"why"'] = "why", ['{"error":"a\\nb"}'] = "a b",
    } do
      assert.equal(wanted, of(text))
    end
  end)

  it("may have no text", function()
    for _, text in ipairs { "{}", "[]", "7", "true", '{"error":""}', '{"errors":"none"}',
                            '{"error":{"error":{"error":{"error":{"error":"deep"}}}}}',
                            '{"errors":[{"path":["a"],"message":"told by the sentence"}]}' } do
      assert.is_nil(of(text), text)
    end
  end)
end)
