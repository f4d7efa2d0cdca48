-- SPDX-License-Identifier: MIT
local encoder = require "spec.support.encoder"
local helper = require "spec.support.helper"
local cjson = require "cjson"
local json = require "agentmail.util.json"
local encode = json.encode

local function decode(bytes) return json.decode(bytes, 100) end

describe("encoded JSON strings", function()
  it("escape what must be escaped, and nothing else", function()
    assert.equal([["a\"b\\c\n\t\u0001/é"]] .. "", (encode("a\"b\\c\n\t\1/é")))
    assert.equal('"</p>"', (encode("</p>")))
    assert.equal([["\\/\\u007f]] .. '\127"', (encode("\\/\\u007f\127")))
    assert.equal('"\127\127"', (encode("\127\127")))
    assert.equal('""', (encode("")))
    assert.equal('"\\u0000"', (encode("\0")))
  end)

  it("read back as they were", function()
    local all = {}
    for code = 1, 0x2ff do all[#all + 1] = utf8.char(code) end
    local text = table.concat(all) .. "\\/" .. "\u{10FFFF}\\\\/"
    assert.equal(text, decode("[" .. encode(text) .. "]")[1])
  end)

  it("must be valid UTF-8", function()
    for _, bad in ipairs { "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "é\xe9" } do
      local text, problem = encode(bad)
      assert.is_nil(text)
      assert.is_truthy(problem:find("not valid UTF-8", 1, true))
    end
    assert.equal("is not valid UTF-8 (byte 3); convert the text to UTF-8 first",
                 select(2, encode("ab\xff")))
  end)
end)

describe("the UTF-8 check of the encoder", function()
  it("agrees with that of Lua, to the byte", function()
    local pieces = { "a", "12345678", "é", "€", "\u{10FFFF}", "\xff", "\x80", "\xed\xa0\x80",
                     "\xc0\x80", "\xe0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
                     "\xf5", "\xe2\x82", "\0" }
    local random = 7
    for _ = 1, 5000 do
      local text = ""
      repeat
        random = (random * 1103515245 + 12345) % 2147483648
        text = text .. pieces[random // 65536 % #pieces + 1]
      until random // 1024 % 8 == 0
      local length, position = utf8.len(text)
      local _, problem = encode(text)
      assert.equal(not length and "is not valid UTF-8 (byte " .. position
        .. "); convert the text to UTF-8 first" or nil, problem)
    end
  end)
end)

describe("encoded JSON numbers", function()
  it("are exact for integers", function()
    assert.equal("9007199254740993", (encode(9007199254740993)))
    assert.equal("-9223372036854775808", (encode(math.mininteger)))
    assert.equal("5", (encode(5.0)))
    assert.equal("0", (encode(-0.0)))
  end)

  it("are the shortest decimals that read back", function()
    for text, value in pairs { ["0.1"] = 0.1, ["1e+300"] = 1e300, ["2.5"] = 2.5,
                               ["0.3333333333333333"] = 1 / 3 } do
      assert.equal(text, (encode(value)))
      assert.equal(value, tonumber((encode(value))))
    end
  end)

  it("must be finite", function()
    for _, bad in ipairs { 0 / 0, 1 / 0, -1 / 0 } do
      assert.is_truthy(select(2, encode(bad)):find("not finite", 1, true))
    end
  end)

  it("do not follow the locale", function()
    local output = helper.run [[
      local found
      for _, name in ipairs { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE" } do
        found = found or os.setlocale(name)
      end
      io.write(found and "" or "none ", (require "agentmail.util.json".encode(2.5)))]]
    assert.equal("2.5", (output:gsub("^none ", "")))
  end)
end)

describe("encoded JSON maps", function()
  it("are sorted by the bytes of their keys", function()
    local map = {}
    for _, key in ipairs { "b", "a", "B", "é", "a1", "~", "aa" } do map[key] = key end
    assert.equal('{"B":"B","a":"a","a1":"a1","aa":"aa","b":"b","~":"~","é":"é"}',
                 (encode(map)))
    assert.equal("{}", (encode({})))
  end)

  it("are told from arrays by agentmail.array", function()
    assert.equal("[]", json.encode(json.array()))
    assert.equal("{}", json.encode {})
    assert.equal("agentmail.array takes a table, not a string",
                 helper.mistake(json.array, "x"))
  end)

  it("must have strings for keys", function()
    assert.equal("has the key 1; its keys must be strings",
                 select(2, encoder.value("map<string>", { "x" })))
  end)
end)

describe("decoding JSON", function()
  it("turns null into absence", function()
    local value = decode '{"a":null,"b":{"c":null,"d":1},"list":[null,"x",null,"y",null]}'
    assert.is_nil(value.a)
    assert.is_nil(value.b.c)
    assert.same({ "x", "y" }, value.list)
    assert.same({}, decode "[null,null]")
  end)

  it("leaves text alone that says null", function()
    assert.equal("null and void", decode('{"a":"null and void","b":null}').a)
  end)

  it("turns a lone surrogate into U+FFFD and keeps everything else", function()
    local value = decode [==[{
      "a":"\ud83d x","b":"\\ud83d","c":"\ud83d\ude00","d":"\udc00","e":"\\\ud8aax",
      "f":"\ud800\ud800\udc00"}]==]
    assert.equal("\u{FFFD} x", value.a)
    assert.equal("\\ud83d", value.b)
    assert.equal("\u{1F600}", value.c)
    assert.equal("\u{FFFD}", value.d)
    assert.equal("\\\u{FFFD}x", value.e)
    assert.equal("\u{FFFD}\u{10000}", value.f)
  end)

  it("skips one byte order mark before it", function()
    local BOM = "\xEF\xBB\xBF"
    assert.same({ a = "\u{FEFF}" }, decode(BOM .. '{"a":"' .. BOM .. '"}'))
    assert.equal(true, decode(BOM .. " true"))
    assert.same({ "\u{FFFD}" }, decode(BOM .. [=[["\uD800"]]=]))
    assert.same({ 1 }, decode(BOM .. "[null,1]"))
    for _, wrong in ipairs { BOM, BOM .. BOM .. "{}", "{" .. BOM .. "}", " " .. BOM .. "{}",
                             "\xEF\xBB{}", "{}" .. BOM } do
      assert.is_nil((decode(wrong)), wrong)
    end
    assert.same({ nil, "is null", true }, { decode(BOM .. "null") })
  end)

  it("refuses what is not JSON", function()
    for _, bad in ipairs { "", "<html>", "[NaN]", "{", '{"a":1', '"\\ud83', "[Infinity]" } do
      local value, problem = decode(bad)
      assert.is_nil(value, bad)
      assert.is_truthy(problem:find("^is not JSON"), bad)
    end
    assert.is_nil(decode "null")
  end)

  it("has a limit to its depth", function()
    assert.is_table(json.decode(("["):rep(20) .. ("]"):rep(20), 20))
    assert.is_nil(json.decode(("["):rep(21) .. ("]"):rep(21), 20))
    assert.is_nil(decode(("["):rep(100000)))
  end)

  it("leaves the settings of the host's cjson as they are", function()
    decode "[1]"
    assert.equal(1000, cjson.decode_max_depth())
    assert.is_table(cjson.decode(("["):rep(500) .. ("]"):rep(500)))
  end)
end)

describe("another build of lua-cjson", function()
  local program = [==[
    local json = require "agentmail.util.json"
    for _, text in ipairs { "a/b", "</p>\\/", "\127/\127", "\"\n\1" } do
      print((json.encode(text)))
    end
    local value = json.decode('{"n":3,"x":1.5,"list":[],"none":null}', 100)
    require "agentmail.util.integers".make(value)
    print(value.n, value.x, #value.list, value.none)
    print((json.decode("[NaN]", 100)))
    print((json.decode(("["):rep(9) .. ("]"):rep(9), 8)))]==]

  -- What the newer one does differently, on top of the one that is here.
  local newer = [==[
    local old = require "cjson"
    local function integers(value)
      for key, member in pairs(value) do
        if math.type(member) == "float" then value[key] = math.tointeger(member) or member end
        if type(member) == "table" then integers(member) end
      end
      return value
    end
    package.loaded.cjson = { null = old.null, new = function()
      local one, escape = old.new(), true
      return {
        decode = function(bytes) return integers(one.decode(bytes)) end,
        encode = function(text)
          text = one.encode(text)
          return escape and text or (text:gsub("\\/", "/"))
        end,
        encode_escape_forward_slash = function(setting) escape = setting end,
        decode_invalid_numbers = one.decode_invalid_numbers,
        decode_max_depth = one.decode_max_depth,
      }
    end }
  ]==]

  it("makes no difference to bytes and values", function()
    local here = helper.run(program)
    assert.is_truthy(here:find('"a/b"\n"</p>', 1, true), here)
    assert.is_truthy(here:find("\n3\t1.5\t0\tnil\n", 1, true), here)
    assert.equal(here, helper.run(newer .. program))
  end)

  local folder = os.getenv "AGENTMAIL_NEWER_CJSON"
  it("makes no difference either when it is the real newer one", function()
    if not folder then
      pending "the newer lua-cjson is not here; AGENTMAIL_NEWER_CJSON names its cjson.so's folder"
      return
    end
    local real = ("package.cpath = %q .. ';' .. package.cpath\n"):format(folder .. "/?.so")
    assert.equal(helper.run(program), helper.run(real .. program))
  end)
end)
