-- SPDX-License-Identifier: MIT
-- Reads LuaCATS annotations: the subset that this project uses.
local M = {}

local type_at

-- Each reader takes the text, a position and the names seen so far; it returns the position after
-- what it read, or nil.
local function separated(text, at, names, read, close)
  local after = text:match("^%s*()", at)
  if text:sub(after, after) == close then return after + 1 end
  repeat
    at = read(text, after, names)
    if not at then return nil end
    local mark
    mark, after = text:match("^%s*([,;]?)%s*()", at)
  until mark == ""
  return text:sub(after, after) == close and after + 1 or nil
end

-- `name: type` or `name?: type`, in records and parameter lists.
local function member(text, at, names)
  local after = text:match("^[%a_][%w_]*%??%s*:%s*()", at) or text:match("^%[%a+%]%s*:%s*()", at)
  return after and type_at(text, after, names)
end

local function parameter(text, at, names)
  return member(text, at, names) or text:match("^[%a_][%w_]*()", at) or text:match("^%.%.%.()", at)
end

local function returns(text, at, names)
  local after = text:match("^%s*:%s*()", at)
  if not after then return at end
  after = type_at(text, after, names)
  while after do
    local next_at = text:match("^,%s*()", after)
    local further = next_at and type_at(text, next_at, names)
    if not further then return after end
    after = further
  end
end

local function primary(text, at, names)
  local after = text:match('^"[^"]*"()', at) or text:match("^%-?%d+()", at)
  if after then return after end
  after = text:match("^fun%(()", at)
  if after then
    after = separated(text, after, names, parameter, ")")
    return after and returns(text, after, names)
  end
  after = text:match("^{()", at)
  if after then return separated(text, after, names, member, "}") end
  after = text:match("^%(()", at)
  if after then
    after = type_at(text, after, names)
    return after and text:match("^%)()", after)
  end
  local name
  name, after = text:match("^([%a_][%w_.]*)()", at)
  if not name then return nil end
  names[#names + 1] = name
  local inner = text:match("^<()", after)
  return inner and separated(text, inner, names, type_at, ">") or after
end

function type_at(text, at, names)
  repeat
    at = primary(text, at, names)
    if not at then return nil end
    local suffix = text:match("^%[%]()", at) or text:match("^%?()", at)
    while suffix do
      at = suffix
      suffix = text:match("^%[%]()", at) or text:match("^%?()", at)
    end
    local following = text:match("^|()", at)
    at = following or at
  until not following
  return at
end

--- A type at the start of a text: the type, the names in it, and the text after it. nil if there is
--- none.
function M.type(text)
  local names = {}
  local after = type_at(text, 1, names)
  if not after or not text:match("^%s", after) and after <= #text then return nil end
  return text:sub(1, after - 1), names, text:match("^%s*(.-)%s*$", after)
end

local WITH_TYPE = {
  field = "^(%[[%a_][%w_.]*%])%s+(.+)$", param = "^([%a_][%w_]*%??)%s+(.+)$",
  type = "^()(.+)$", ["return"] = "^()(.+)$", overload = "^()(.+)$",
}

-- `name type comment`, with an index like `[integer]` for a name of fields.
local function typed(tag, rest)
  local name, text = rest:match(WITH_TYPE[tag])
  if not name and tag == "field" then name, text = rest:match(WITH_TYPE.param) end
  if not name and tag == "param" then name, text = rest:match("^(%.%.%.)%s+(.+)$") end
  if not name then return nil end
  local kind, names, comment = M.type(text)
  if not kind then return nil end
  if type(name) == "string" and name:sub(1, 1) == "[" then names[#names + 1] = name:sub(2, -2) end
  return { tag = tag, name = name, type = kind, names = names, comment = comment }
end

--- One line `---@…`, parsed: { tag, name, type, names, comment }; nil if it is not understood.
function M.line(line)
  local tag, rest = line:match("^%s*%-%-%-@(%a+)%s*(.-)%s*$")
  if not tag then return nil end
  if tag == "meta" then return { tag = tag, name = rest, names = {} } end
  if tag == "class" then
    local name, after = rest:match("^([%a_][%w_.]*)%s*()")
    if not name then return nil end
    local parents, names, comment = rest:match("^:%s*(.+)$", after), {}, rest:sub(after)
    if parents then
      for parent in parents:gmatch("[^,%s]+") do
        local kind, inner = M.type(parent)
        if not kind then return nil end
        table.move(inner, 1, #inner, #names + 1, names)
      end
      comment = ""
    end
    return { tag = tag, name = name, names = names, comment = comment }
  end
  if tag == "alias" then
    local name, text = rest:match("^([%a_][%w_.]*)%s*(.*)$")
    if not name then return nil end
    if text == "" then return { tag = tag, name = name, names = {} } end
    local kind, names, comment = M.type(text)
    return kind and { tag = tag, name = name, type = kind, names = names, comment = comment }
  end
  return WITH_TYPE[tag] and typed(tag, rest)
end

--- The classes of a source: name → { comment, fields, overload }, each field as line() gives it,
--- and the call signature of a value, if any.
function M.classes(text)
  local classes, class = {}, nil
  for line in text:gmatch("[^\n]*") do
    local found = M.line(line)
    if found and found.tag == "class" then
      class = { name = found.name, comment = found.comment, fields = {} }
      classes[found.name] = class
    elseif found and found.tag == "field" and class then
      table.insert(class.fields, found)
    elseif found and found.tag == "overload" and class then
      class.overload = found.type
    elseif not line:match("^%-%-%-") then
      class = nil
    end
  end
  return classes
end

return M
