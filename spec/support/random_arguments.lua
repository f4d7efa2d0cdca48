-- SPDX-License-Identifier: MIT
-- Random arguments of operations: mostly right, often slightly wrong, sometimes absurd. The same
-- seed gives the same arguments.

local agentmail = require "agentmail"
local models = require "agentmail.api.models"
local operations = require "agentmail.api.operations"
local plans = require "agentmail.api.plan"

local enums = models.enums
local null, array = agentmail.null, agentmail.array
local random = math.random

local function one_of(list) return list[random(#list)] end

local function chance(share) return random() < share end

-- Half of the arguments have no value of a wrong type, so that later checks are reached.
local careful = false

local function slip(share) return not careful and chance(share) end

local PIECES = {
  "a", "b", "Hello", " ", "order 10-2231", "x@example.com", "Ann <ann@example.com>", "é", "日本",
  "\u{1F600}", "\u{10FFFF}", "\u{800}", "\u{7FF}", "\u{FFFF}", "/", "\\", '"', "\127", "?&=#%+",
  "'()*!~-_.", "İ", "\u{212A}", "received", "<p>html</p>", "0123456789abcdef",
}
local ODD_PIECES = {
  "\0", "\r\n", "\n", "\t", "\1", "\31", "\b\f", "\x80", "\xFF", "\xC3", "\xC0\x80", "\xE0\x80\x80",
  "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF0\x9F\x98", "\xF8\x88\x80\x80\x80", ":", "7",
}

local function text()
  local parts = {}
  for i = 1, random(0, 6) do parts[i] = slip(0.04) and one_of(ODD_PIECES) or one_of(PIECES) end
  if chance(0.02) then parts[#parts + 1] = ("long é "):rep(random(60)) end
  return table.concat(parts)
end

local function plain() return one_of { "a", "b-1", "x@example.com", "<m@x>", "Grüße", "it's" } end

-- Possible headers.
local function header() return one_of { "X-One", "x-two", "X-ONE", "In-Reply-To", "References" } end

local NUMBERS = {
  0, 1, -1, 7, 255, 2 ^ 53, -2 ^ 53, 2 ^ 53 + 2, (1 << 53) + 1, -(1 << 53) - 1, math.maxinteger,
  math.mininteger, 0.5, -0.0, 0.1, 1 / 3, 1e15, 1e16, 1e21, 1e22, 1e300, 5e-324,
  1.7976931348623157e308, 123456.789,
  1e-7, 2 ^ 63, -2 ^ 63, 2 ^ 64, 0 / 0, 1 / 0, -1 / 0, 4.35, 0.3, 100.0, 1e100,
}

local function number()
  if chance(0.5) then return random(-1000, 100000) end
  if chance(0.3) then return (random() - 0.5) * 10 ^ random(-20, 20) end
  return one_of(NUMBERS)
end

local FUNCTION, THREAD = function() end, coroutine.create(function() end)
local OBJECT = setmetatable({ inbox_id = "x" }, { __name = "agentmail.Inbox" })

local anything

local function mixed(depth)
  local made = {}
  for i = 1, random(0, 3) do made[i] = anything(depth - 1) end
  if chance(0.5) then
    for _ = 1, random(0, 4) do
      local key = chance(0.9) and text() or number()
      if key == key and key ~= 1 then made[key] = anything(depth - 1) end
    end
  end
  return chance(0.1) and array(made) or made
end

-- Deeper than real arguments, but within the limit.
local function deep()
  local made = text()
  for _ = 1, random(5, 90) do made = chance(0.5) and { made } or { [plain()] = made } end
  return made
end

function anything(depth)
  local kind = random(24)
  if kind <= 8 then return text() end
  if kind <= 12 then return number() end
  if kind <= 14 then return chance(0.5) end
  if kind == 15 then return null end
  if kind == 16 then return FUNCTION end
  if kind == 17 then return THREAD end
  if kind == 18 then return OBJECT end
  if kind == 19 then return io.stdout end
  if kind == 20 then return {} end
  return depth > 0 and mixed(depth) or text()
end

-- Valid values of types -------------------------------------------------------------------------

local right = {}

function right.string() return chance(0.6) and text() or plain() end
function right.line() return chance(0.4) and text() or plain() end
function right.integer()
  return chance(0.8) and random(-5, 1000) or one_of { 3.0, 1e15, math.maxinteger }
end
right.number = number
function right.boolean() return chance(0.5) end

function right.datetime()
  if chance(0.4) then return random(0, 253402300799) end
  if chance(0.4) then return random() * 253402300799 end
  local date = ("%04d-%02d-%02d"):format(random(0, 9999), random(0, 99), random(1, 31))
  return date .. one_of { "", "T12:00", "T12:00Z", "t12:00:30z", " 12:00:00.123+02:00", "T1:00Z",
    "T12:00:00-0130", "T12:00.5Z", "T12:00:Z", "T12:00:00.Z", "T12:00:00.5+2:00", "T12:00:00Z ",
    "T12:00Z\0", "x", "T12:00:00+00:000", "T12:00:", "T23:59:59.999999999Z" }
end

local function listed(item)
  local count = chance(0.05) and random(40, 70) or random(0, 4)
  local list = {}
  for i = 1, count do list[i] = slip(0.05) and anything(1) or item() end
  if count > 2 and slip(0.03) then list[random(2, count - 1)] = nil end
  if slip(0.03) then list = { plain(), plain(), x = 1 } end
  if slip(0.02) then list = { plain(), path = "x" } end
  if chance(0.1) and count > 1 then list[count] = list[1] end
  return list
end

function right.strings() return chance(0.4) and right.string() or listed(right.string) end
function right.lines() return chance(0.4) and right.line() or listed(right.line) end

right["map<string>"] = function()
  local made = {}
  for _ = 1, random(0, 4) do
    local name = slip(0.4) and one_of { "A:b", "é", "x\ny", "x\0", text() } or header()
    made[name] = slip(0.1) and anything(1) or plain()
  end
  if slip(0.05) then made[random(5)] = "x" end
  return made
end

function right.metadata()
  local made = {}
  for _ = 1, chance(0.1) and random(250, 500) or random(0, 4) do
    made[chance(0.7) and plain() .. random(9000) or text()] =
      slip(0.1) and anything(1) or chance(0.02) and -(1 << 53) - 1
        or one_of { random(-9, 9), 2 ^ 53, 0.5, false, true, null, text() }
  end
  if chance(0.05) then made[one_of { "k", ("é"):rep(257) }] = "v" end
  if chance(0.05) then made.k = ("x"):rep(random(255, 258)) end
  if slip(0.1) then made.n = number() end
  if slip(0.03) then made[random(5)] = "x" end
  return made
end

function right.permissions()
  local made = {}
  for _, word in ipairs(enums.permission) do
    if chance(0.1) then made[word] = slip(0.05) and anything(1) or chance(0.5) end
  end
  if slip(0.1) then made[one_of { "inbox_reed", "x", 1 }] = anything(2) end
  return made
end

function right.any() return careful and one_of { 5, "x", { 1, 2 }, { a = {} } } or anything(2) end

for name, declaration in pairs(models.records) do
  right[name] = function()
    local made = {}
    for _, field in ipairs(plans.fields(declaration)) do
      if chance(field.required and 0.95 or 0.7) then
        local right_one = field.list and listed(right[field.type]) or right[field.type]()
        made[field.name] = slip(0.05) and anything(1) or right_one
      end
    end
    if slip(0.1) then made[one_of { "kid", "z", 2 }] = anything(2) end
    return made
  end
end

function right.attachment()
  local made = {}
  local source = one_of { "path", "data", "content", "url", "none" }
  if source == "none" and careful then source = "url" end
  if source == "path" then
    made.path = careful and one_of { "/tmp/a.pdf", "b.TXT", "x/y.tar.gz", "é.Jpeg", ".html" }
      or one_of { "", "dir/", "a\0b", "bad\xFF.csv", "new\nline.md", "a.", "noext", text(), 5 }
  end
  if source == "data" then made.data = slip(0.05) and anything(1) or text() end
  if source == "content" then
    made.content = careful and "aGk_" or one_of { "aGVsbG8=", "a-_b", "é", "a b\n", text() }
  end
  if source == "url" then made.url = plain() end
  if slip(0.05) then made[one_of { "path", "data", "content", "url" }] = one_of { "x", false } end
  if chance(0.5) then made.filename = one_of { "a.csv", "b.PDF", "c", "d.x y", text(), "e.éml" } end
  if chance(0.3) then made.content_type = slip(0.1) and anything(1) or plain() end
  if chance(0.3) then
    made.content_disposition = slip(0.5) and one_of { "in-line", 1 }
      or one_of { "inline", "attachment" }
  end
  if chance(0.3) then made.content_id = slip(0.1) and anything(1) or plain() end
  if slip(0.05) then made[one_of { "name", "file", "size", 3 }] = anything(2) end
  return made
end

for name, words in pairs(enums) do
  right[name] = function()
    return not slip(0.08) and one_of(words)
      or one_of { "receifed", "", 'a"b', "message.receifed", "é", words[1]:upper() }
  end
end

-- Operations ------------------------------------------------------------------------------------

local LABELS = { "a", "b", "Received", "receİved", "SENT", "opened", "é" }

local function value_of(field)
  if slip(0.06) then return anything(2) end
  if field.nullable and chance(0.2) then return null end
  if slip(0.01) then return null end
  if field.name:find "_labels$" and chance(0.3) then
    return { one_of(LABELS), one_of(LABELS) }
  end
  if field.name == "remove_headers" and chance(0.7) then
    return { header(), header():lower() }
  end
  if field.list and (careful or chance(0.9)) then return listed(right[field.type]) end
  return right[field.type]()
end

local WRONG_NAMES = { "sbject", "zzz", "too", "x", "content", "recipients", "Limit", "éé" }

local function id()
  return not slip(0.1) and plain()
    or one_of { "", ".", "..", "...", "a/b", "\xFF\0", 7, true, null }
end

local PATH_WORDS = { direction = enums.list_direction, type = enums.list_type }

local function param(name)
  local words = PATH_WORDS[name]
  return words and (not slip(0.1) and one_of(words) or one_of { "sned", "", 5 }) or id()
end

--- Arguments of an operation, the ids its scope binds, and whether checks are off.
---@param name string
---@return any arguments, table<string, string> bound, boolean lenient
local function of(name)
  local row, lenient, bound, arguments = operations[name], chance(0.2), {}, {}
  careful = chance(0.5)
  for parameter in row[2]:gmatch "{([%w_]+)}" do
    local value = param(parameter)
    if type(value) == "string" and chance(0.3) then bound[parameter] = value end
    if not bound[parameter] or chance(0.1) then arguments[parameter] = value end
    if bound[parameter] and slip(0.02) then arguments[parameter] = param(parameter) end
    if slip(0.01) then arguments[parameter] = nil end
  end
  if slip(0.05) then return text(), bound, lenient end
  if slip(0.02) then return one_of { 5, true, null, FUNCTION }, bound, lenient end
  if slip(0.02) then return nil, bound, lenient end
  local share = random() * 0.6
  for _, field in ipairs(plans.fields((row.query or "") .. (row.body or ""))) do
    if chance(field.required and 0.95 or share) then arguments[field.name] = value_of(field) end
    if field.name == "end" and chance(0.1) then arguments.end_ = value_of(field) end
    if field.name == "client_id" and chance(0.3) then
      arguments.client_id = careful and one_of { false, "key-1" }
        or one_of { "", "a b", "a\0", ("k"):rep(257), 5, null, false }
    end
  end
  if row[3] == "idempotency_key" and chance(0.3) then
    arguments.idempotency_key = careful and one_of { false, "key-1", ("k"):rep(256) }
      or one_of { "", "a\tb", ("k"):rep(257), 5, null, true }
  end
  local taken = (row.takes or "") .. " " .. row[3]
  if taken:find "if_match" and chance(0.4) then
    arguments.if_match = careful and one_of { false, '"rv-1"', "*" }
      or one_of { "", "a b", "a\0", 5, null, true }
  end
  if taken:find "idempotency_key" and row.takes and chance(0.3) then
    arguments.idempotency_key = careful and one_of { false, "a:b", ("k"):rep(128) }
      or one_of { "", "a b", ("k"):rep(129), 5, null, true }
  end
  if row.returns == "Thread" and chance(0.3) then arguments.single_page = true end
  if lenient and chance(0.4) then
    for _ = 1, random(3) do arguments["new_" .. plain()] = chance(0.1) and deep() or anything(3) end
  elseif slip(0.06) then
    arguments[chance(0.9) and one_of(WRONG_NAMES) or 1] = anything(1)
  end
  return arguments, bound, lenient
end

return { of = of }
