-- SPDX-License-Identifier: MIT
local printable = require "agentmail.util.printable"

describe("a text that is escaped", function()
  it("is unchanged if there is nothing to escape", function()
    for _, text in ipairs { "", "a b", "grüße, 你好 😀", ("x"):rep(10000) } do
      local shown, width = printable.escape(text)
      assert.equal(text, shown)
      assert.equal(utf8.len(text), width)
    end
  end)

  it("shows control characters and marks as escapes", function()
    for text, shown in pairs {
      ["\0\27[0m\127"] = "\\u{0}\\u{1B}[0m\\u{7F}", ["a\r\n"] = "a\\u{D}\\u{A}",
      ["\u{85}\u{9B}"] = "\\u{85}\\u{9B}", ["\u{202E}\u{2066}x"] = "\\u{202E}\\u{2066}x",
      ["\u{200B}\u{FEFF}\u{E0041}"] = "\\u{200B}\\u{FEFF}\\u{E0041}",
    } do
      assert.equal(shown, (printable.escape(text)))
    end
  end)

  it("shows bytes that are not UTF-8 as escapes", function()
    for text, shown in pairs {
      ["\xFFa\xC3"] = "\\xFFa\\xC3", ["\xED\xA0\x80"] = "\\xED\\xA0\\x80",
      ["\xC0\x80"] = "\\xC0\\x80", ["\xF4\x90\x80\x80"] = "\\xF4\\x90\\x80\\x80",
      ["é\x80é"] = "é\\x80é",
    } do
      local escaped, width = printable.escape(text)
      assert.equal(shown, escaped)
      assert.equal(utf8.len(shown), width)
    end
  end)

  it("is cut after a number of characters, and never within an escape", function()
    for most = 0, 13 do
      local shown, width = printable.escape("é\27é\xFFé", most)
      assert.equal(utf8.len(shown), width)
      assert.is_true(width <= most + 1)
      assert.is_truthy(("é\\u{1B}é\\xFFé"):find(shown:gsub("…$", ""), 1, true) == 1, shown)
      assert.equal(most < 13 and "…" or "é", shown:match "[\xC2-\xF4][\x80-\xBF]*$")
    end
  end)

  it("has further characters escaped on request", function()
    assert.equal('\\"\\\\\\n', (printable.escape('"\\\n', nil, { ['"'] = '\\"', ["\\"] = "\\\\",
                                                                 ["\n"] = "\\n" })))
  end)
end)

describe("a text without keys", function()
  it("has neither API keys nor bearer tokens", function()
    for text, shown in pairs {
      ["use am_us_hunter2-x now"] = "use am_… now", ["Authorization: Bearer hunter2=="] =
        "Authorization: Bearer …", ["spam_filter I am_"] = "spam_filter I am_",
    } do
      assert.equal(shown, printable.without_keys(text))
    end
  end)
end)
