-- SPDX-License-Identifier: MIT
-- Safe names from untrusted ones.

local file_name = require "agentmail.object.file_name"

-- Untrusted name, safe name.
local NAMES = {
  { "report.pdf", "report.pdf" },
  { "Übersicht 2024.pdf", "Übersicht 2024.pdf" },
  { "図面.tar.gz", "図面.tar.gz" },
  { "-rf", "-rf" },
  { "a_b-c+d=e,f(g)[h]{i}!@#$%&'.x", "a_b-c+d=e,f(g)[h]{i}!@#$%&'.x" },
  { "👩\u{200D}💻.png", "👩\u{200D}💻.png" },
  -- folders
  { "/etc/passwd", "passwd" },
  { "../../.ssh/authorized_keys", "authorized_keys" },
  { "..\\..\\a.txt", "a.txt" },
  { "C:\\Users\\ann\\a.txt", "a.txt" },
  { "a/b\\c/d.txt", "d.txt" },
  { "a/", "a" },
  { "a\\//", "a" },
  -- names that are hidden, or stripped on other systems
  { ".profile", "profile" },
  { "...a", "a" },
  { " . .a", "a" },
  { "a.txt.", "a.txt" },
  { "a.txt . . ", "a.txt" },
  { "  a.txt  ", "a.txt" },
  { "a.b.c", "a.b.c" },
  -- names that are not text
  { "a\0b.txt", "a_b.txt" },
  { "a\r\nb\tc\27[31m.txt", "a__b_c_[31m.txt" },
  { "a\127b\u{85}c.txt", "a_b_c.txt" },
  { "gnp.exe\u{202E}.png", "gnp.exe_.png" },
  { "\u{2066}a\u{2069}\u{200F}\u{200E}\u{61C}.txt", "_a____.txt" },
  { "a\u{200B}\u{FEFF}\u{AD}\u{2028}b", "a____b" },
  { "a\xFFb\xC3.txt", "a_b_.txt" },
  { "\xC0\xAE\xC0\xAE\xC0\xAFa", "______a" },      -- overlong "../"
  { "\xED\xA0\x80a", "___a" },                     -- half of a surrogate pair
  { "\xF0\x9F\x93", "___" },
  { 'a<b>c:d"e|f?g*h', "a_b_c_d_e_f_g_h" },
  { "a.txt:stream", "a.txt_stream" },
  -- devices of Windows
  { "CON", "_CON" },
  { "con.txt", "_con.txt" },
  { "nul.tar.gz", "_nul.tar.gz" },
  { "aux .txt", "_aux .txt" },
  { "Com1", "_Com1" },
  { "lpt9.pdf", "_lpt9.pdf" },
  { "COM².log", "_COM².log" },
  { "conin$", "_conin$" },
  { "..nul", "_nul" },
  { "COM10", "COM10" },
  { "console.txt", "console.txt" },
  -- empty names
  { "", "attachment" },
  { nil, "attachment" },
  { ".", "attachment" },
  { "..", "attachment" },
  { "/", "attachment" },
  { "../..", "attachment" },
  { " . ", "attachment" },
}

-- The properties of every safe name.
local function check(name)
  assert.is_truthy(utf8.len(name), name)
  assert.is_nil(name:find "[%c/\\]", name)
  assert.is_nil(name:find "^[. ]", name)
  assert.is_nil(name:find "[. ]$", name)
  assert.is_true(#name >= 1 and #name <= 255)
end

describe("a safe name", function()
  it("is similar to the original", function()
    for i = 1, #NAMES do
      local given, expected = NAMES[i][1], NAMES[i][2]
      assert.equal(expected, file_name.safe(given))
      assert.equal(expected, file_name.numbered(expected, 1))
      check(expected)
    end
  end)

  it("has the extension of its type if it is made up", function()
    for kind, extension in pairs {
      ["application/pdf"] = ".pdf", ["TEXT/Plain; charset=utf-8"] = ".txt",
      [" image/jpeg "] = ".jpg", ["message/rfc822"] = ".eml", ["application/x-unheard-of"] = "",
      [""] = "", [";"] = "",
    } do
      assert.equal("attachment" .. extension, file_name.safe("", kind))
      assert.equal("attachment" .. extension, file_name.safe("..", kind))
    end
    assert.equal("a", file_name.safe("a", "application/pdf"))
    assert.equal("attachment", file_name.safe(nil, {}))
  end)

  it("is safe for random bytes #long", function()
    local seed = 20250101
    local function random(most)
      seed = (seed * 6364136223846793005 + 1442695040888963407) & math.maxinteger
      return (seed >> 33) % most
    end
    local pieces = { ".", " ", "/", "\\", "..", "CON", "nul", "a", "é", "\u{202E}", "\xFF", "\xC3",
                     "\0", "\n", ".tar.gz", ".x", ("n"):rep(300), ("é"):rep(200), ".", ":" }
    for _ = 1, 20000 do
      local parts = {}
      for i = 1, random(7) do parts[i] = pieces[1 + random(#pieces)] end
      local safe = file_name.safe(table.concat(parts))
      for n = 1, 3 do
        local name = file_name.numbered(safe, n, 14 + random(300))
        check(name)
        assert.is_nil(name:lower():find "^con%f[.\0]" or name:lower():find "^nul%f[.\0]")
      end
    end
  end)
end)

describe("a numbered name", function()
  it("counts before its extension", function()
    for name, second in pairs {
      ["a.txt"] = "a (2).txt", ["a"] = "a (2)", ["a.b.txt"] = "a.b (2).txt",
      ["a.tar.gz"] = "a (2).tar.gz", ["tar.gz"] = "tar (2).gz", ["a (2).txt"] = "a (2) (2).txt",
      ["no. 7 of the things that I meant to send you"] =
        "no. 7 of the things that I meant to send you (2)",
    } do
      assert.equal(second, file_name.numbered(name, 2))
      assert.equal(name, file_name.numbered(name, 1))
    end
    assert.equal("a (10000).txt", file_name.numbered("a.txt", 10000))
  end)

  it("fits the folder's limit, with its extension and without half a character", function()
    assert.equal(("n"):rep(251) .. ".txt", file_name.numbered(("n"):rep(300) .. ".txt", 1))
    assert.equal(("n"):rep(247) .. " (2).txt", file_name.numbered(("n"):rep(300) .. ".txt", 2))
    assert.equal(("é"):rep(125) .. ".txt", file_name.numbered(("é"):rep(300) .. ".txt", 1))
    assert.equal(("n"):rep(139) .. ".txt", file_name.numbered(("n"):rep(300) .. ".txt", 1, 143))
    assert.equal(("n"):rep(255), file_name.numbered(("n"):rep(300), 1, 1530))
    assert.equal(("n"):rep(248) .. ".tar.gz", file_name.numbered(("n"):rep(300) .. ".tar.gz", 1))
    assert.equal("a." .. ("x"):rep(253), file_name.numbered("a." .. ("x"):rep(300), 1))
    assert.equal(("n"):rep(10) .. ".txt", file_name.numbered(("n"):rep(300) .. ".txt", 1, 14))
    assert.equal("nnnnn", file_name.numbered("nnnnn. . . ." .. ("x"):rep(60), 1, 8))
  end)
end)
