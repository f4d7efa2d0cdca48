-- SPDX-License-Identifier: MIT
-- types/ and docs/reference.md: they parse, are consistent and complete.

local luacats = dofile "tools/luacats.lua"
local object = require "agentmail.object.object"
local operations = require "agentmail.api.operations"
local schema = require "agentmail.api.plan"

local types = require "spec.support.types_reader"

local FILES, classes, member = types.FILES, types.classes, types.member
local BUILTIN = {}
for name in ("any boolean integer lightuserdata nil number self string table true false")
  :gmatch "%a+" do
  BUILTIN[name] = true
end

-- The class at the end of a path of fields.
local function at(start, path)
  for word in path:gmatch "[%w_]+" do
    start = assert(member(start, "fields", word), start .. " has no " .. word)
  end
  return start
end

local function first_type(text) return text:match "^[%w_.]+" end

-- Asserts that a method matches its operation's row: its parameters and its results.
local function assert_method(class, method, name, bound)
  local found = assert(member(class, "methods", method), class .. " has no method " .. method)
  local plan, arguments = schema.plan(name), first_type(found.params.arguments or "")
  for _, param in ipairs(plan.params) do
    local known = classes[arguments] and member(arguments, "fields", param)
    assert.equal(not bound[param], known ~= nil, name .. ": " .. param .. " of " .. class)
  end
  for _, part in ipairs { "query", "body" } do
    for _, field in ipairs(schema.fields(operations[name][part] or "")) do
      assert.is_string(member(arguments, "fields", field.name), name .. ": " .. field.name)
    end
  end
  local returns = operations[name].returns
  local model = returns and returns ~= "file" and "agentmail." .. returns .. "?"
  assert.equal(model or (returns and "string?" or "true?"), found.returned, name)
  assert.equal("agentmail.CallOptions", found.params.options)
end

describe("the type files", function()
  it("parse, line by line", function()
    assert.same({}, types.unread)
  end)

  it("mention only types that are declared", function()
    for name, where in pairs(types.mentioned) do
      assert.is_truthy(classes[name] or BUILTIN[name], where .. ": " .. name)
    end
  end)

  it("have every operation of a client's collections", function()
    for name in pairs(operations) do
      local path, method = name:match "^(.*)%.([%w_]+)$"
      assert_method(at("agentmail.Client", path), method, name, {})
    end
  end)

  it("have every operation of an inbox's and a pod's collections", function()
    for name in pairs(operations) do
      local scope, path, method = name:match "^(%a+)%.([%w_.]*)%.([%w_]+)$"
      local class = ({ inboxes = "Inbox", pods = "Pod" })[scope]
      if class then
        local methods = classes["agentmail.Client"].methods[class:lower()].returned
        assert_method(at(methods, path), method, name, { [class:lower() .. "_id"] = true })
      end
    end
  end)

  it("have every method of the objects", function()
    local own = { Calendar = "inbox_id", CalendarEvent = "event_id" }
    for class, about in pairs(object.classes) do
      local full = "agentmail." .. class
      for method in pairs(about.methods) do
        assert.is_table(member(full, "methods", method), full .. ":" .. method)
        local operation = about.operations[method]
        if operation then
          local bound = { inbox_id = true, [own[class] or class:lower() .. "_id"] = true }
          assert_method(full, method, operation, bound)
        end
      end
    end
  end)

  it("have a loop for every list", function()
    for name, row in pairs(operations) do
      local path, method = name:match "^(.*)%.([%w_]+)$"
      if method == "list" then
        local each = member(at("agentmail.Client", path), "methods", "each")
        local item = classes["agentmail." .. row.returns].fields["[integer]"]
        assert.equal("fun(): " .. item .. "?", each.returned, name)
      end
    end
  end)

  it("can be loaded, and do nothing", function()
    for _, name in ipairs(FILES) do assert(loadfile("types/" .. name .. ".lua"))() end
  end)
end)

describe("docs/reference.md", function()
  local text = types.read_file "docs/reference.md"

  it("has every operation", function()
    for name, row in pairs(operations) do
      local chapter, method = name:match "([%w_]+)%.([%w_]+)$"
      assert.is_truthy(text:find("\n### " .. chapter .. ":" .. method .. "\n", 1, true), name)
      assert.is_truthy(text:find("`" .. row[1] .. " " .. row[2] .. "`", 1, true), name)
      assert.is_truthy(text:find("\nclient." .. name:gsub("%.([%w_]+)$", ":%1"), 1, true), name)
    end
  end)

  it("links only to headings and files that exist", function()
    local anchors = {}
    for heading in text:gmatch "\n##+ ([^\n]+)" do
      local anchor = heading:lower():gsub("[^%w_ -]", ""):gsub(" ", "-")
      assert.is_nil(anchors[anchor], "two headings " .. anchor)
      anchors[anchor] = true
    end
    for anchor in text:gmatch "%]%(#([^)]*)%)" do assert.is_true(anchors[anchor], anchor) end
    for path in text:gmatch "%]%(%.%./([^)#]*)" do assert(io.open(path), path):close() end
  end)
end)

describe("the reader of annotations", function()
  it("reads every form of a type", function()
    for text, rest in pairs {
      ["string"] = "", ["string? words"] = "words", ["string|string[] or a list"] = "or a list",
      ["table<string, agentmail.A|nil>?  x"] = "x", ['"a"|"b.c"'] = "",
      ["fun(a: integer, b?: string, ...): string?, integer words"] = "words",
      ["{ a: string, b: integer? }? w"] = "w", ["(string|integer)[]"] = "",
      ["fun(self): fun(): agentmail.Inbox?"] = "",
    } do
      local _, _, comment = luacats.type(text)
      assert.equal(rest, comment, text)
    end
  end)

  it("refuses malformed types and annotations", function()
    for _, text in ipairs { "", "|a", "table<", "fun(", "{ a }", "string]", '"open' } do
      assert.is_nil(luacats.type(text), text)
    end
    for _, line in ipairs { "---@field", "---@field name", "---@class", "---@unknown x",
                            "---@return", "---@param x", "---@alias" } do
      assert.is_nil(luacats.line(line), line)
    end
  end)
end)
