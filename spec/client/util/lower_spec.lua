-- SPDX-License-Identifier: MIT
local lower_case = require "agentmail.util.lower"

local fold, lower = lower_case.fold, lower_case.lower

describe("lower case", function()
  it("is Unicode's simple mapping", function()
    for text, wanted in pairs {
      ["ABCXYZ @[`{"] = "abcxyz @[`{", ["ÄÖÜ ÉÑÇ ÀÞ×ß"] = "äöü éñç àþ×ß", ["ŁŹĀŸŽŐİ"] = "łźāÿžői",
      ["ΑΒΓΩ ΆΈΏ ΣΊΣΥΦΟΣ"] = "αβγω άέώ σίσυφοσ", ["АБЯ ЁЖ ЂЏ Ґ"] = "абя ёж ђџ ґ",
      ["ԱՖ"] = "աֆ", ["\u{10A0}\u{1C90}"] = "\u{2D00}\u{10D0}", ["ẞṀỸ"] = "ßṁỹ",
      ["\u{212A}\u{2126}\u{212B}"] = "kωå", ["Ⅷ Ⓐ Ａ"] = "ⅷ ⓐ ａ", ["\u{10400}"] = "\u{10428}",
      ["Ὀ ᾼ Ἀ"] = "ὀ ᾳ ἀ", ["Ǆǅ Ǳ"] = "ǆǆ ǳ", ["文 ş ı ς"] = "文 ş ı ς",
    } do
      assert.equal(wanted, lower(text))
      assert.equal(wanted, lower(wanted))
    end
  end)

  it("maps each character to one that stays unchanged #long", function()
    local changed = 0
    for code = 0, 0x10FFFF do
      if code < 0xD800 or code > 0xDFFF then
        local low = lower(utf8.char(code))
        assert(utf8.len(low) == 1 and lower(low) == low, code)
        if low ~= utf8.char(code) then changed = changed + 1 end
      end
    end
    assert.equal(1407 + 26, changed)
  end)

  it("leaves bytes that are not UTF-8 unchanged", function()
    for _, text in ipairs { "\xC3", "\xC3\x28", "\x84", "\xFF\xC3\x84\x84", "\xE1\xBA" } do
      assert.equal(text, lower(text))
    end
    assert.equal("\xFFä", lower "\xFFÄ")
  end)

  it("is the same in any locale", function()
    local before = os.setlocale()
    for _, name in ipairs { "tr_TR.ISO-8859-9", "de_DE.ISO-8859-1", "tr_TR.UTF-8", "C" } do
      os.setlocale(name) -- if it is installed
      assert.equal("i ä ı", lower "I Ä ı")
    end
    os.setlocale(before)
  end)

  it("folds a final sigma to a sigma", function()
    assert.equal(fold "ΣΊΣΥΦΟΣ", fold "σίσυφος")
    assert.equal("σ", fold "ς")
  end)
end)
