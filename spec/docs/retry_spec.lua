-- SPDX-License-Identifier: MIT
-- Checks docs/retry.md against the tests that use its row numbers: those that play the rows over
-- sockets, and the table of decisions.

local agentmail = require "agentmail"

local PAGE, SOCKETS = "docs/retry.md", "spec/c/rows/*.c"
local DECISION = "spec/c/retry/retry_table_test.c"

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read "a"
end

-- The rows of the page in order: { number, done, action, tests }; and by number.
local function read_page()
  local rows, by_number = {}, {}
  for line in read(PAGE):gmatch "[^\n]+" do
    local number = line:match "^| (%d+%l?) |"
    if number then
      local cells = {}
      for cell in line:gmatch "([^|]*)|" do cells[#cells + 1] = cell:match "^%s*(.-)%s*$" end
      local done, action, tests = table.unpack(cells, #cells - 2)
      rows[#rows + 1] = { number = number, done = done, action = action, tests = tests }
      by_number[number] = by_number[number] or rows[#rows]
    end
  end
  return rows, by_number
end

-- The numbers at the start of the names of tests over sockets: number → file.
local function numbers_over_sockets()
  local found = {}
  local list <close> = assert(io.popen("ls " .. SOCKETS))
  for path in list:lines() do
    local text = read(path)
    for number in text:gmatch '"(%d%d?%l?)[ "]' do found[number] = path end
    for number in text:gmatch "%f[%w_]row_(%d%d?%l?)_" do found[number] = path end
  end
  return found
end

-- The numbers at the start of a name: "2b 6-8 no answer" → 2b, 6, 7, 8.
local function numbers_of(name)
  local numbers = {}
  for word in name:gmatch "%S+" do
    local first, last = word:match "^(%d+)-(%d+)$"
    if not first and not word:match "^%d+%l?$" then break end
    for number = first or 1, last or 1 do
      numbers[#numbers + 1] = first and tostring(math.tointeger(number)) or word
    end
  end
  return numbers
end

-- The rows of the table of decisions that have numbers: { numbers, action, doubt }.
local function decisions()
  local list, policy = {}, read(DECISION):match "row policy%[%] = (%b{})"
  for block in policy:sub(2, -2):gmatch "%b{}" do
    local name = block:match '%.name = "([^"]+)"'
    local numbers = numbers_of(name)
    if #numbers > 0 then
      list[#list + 1] = { name = name, numbers = numbers, doubt = block:find ".doubt = true" ~= nil,
                          action = assert(block:match '%.what = "([^"]+)"', name) }
    end
  end
  return list
end

-- Whether a cell holds these letters; a blank stands for any.
local function holds(cell, letters)
  for code in cell:gmatch "`([^`]+)`" do
    local pattern = letters:gsub("%p", "%%%0"):gsub(" ", ".")
    if code:find("^" .. pattern .. "$") then return true end
  end
  return false
end

describe("docs/retry.md", function()
  local rows, by_number = read_page()
  local sockets, decided = numbers_over_sockets(), {}
  for _, decision in ipairs(decisions()) do
    for _, number in ipairs(decision.numbers) do decided[number] = DECISION end
  end

  it("lists each row once, in the order of the numbers", function()
    local before = ""
    for _, row in ipairs(rows) do
      local digits, letter = row.number:match "(%d+)(%l?)"
      local key = ("%03d%s"):format(digits, letter)
      assert.is_true(before < key, row.number)
      before = key
    end
    assert.equal("29b", rows[#rows].number)
  end)

  it("has every row that a test names", function()
    for _, names in ipairs { sockets, decided } do
      for number, path in pairs(names) do
        assert.is_table(by_number[number], path .. " names row " .. number)
      end
    end
  end)

  it("lists for every row the tests that name it", function()
    for _, row in ipairs(rows) do
      local tests = { sockets[row.number] and "sockets", decided[row.number] and "decision" }
      local words = tests[1] and tests[2] and "sockets, decision" or tests[1] or tests[2] or "none"
      assert.equal(words, row.tests, "row " .. row.number)
    end
  end)

  it("agrees with the table of decisions for every row", function()
    for _, decision in ipairs(decisions()) do
      for _, number in ipairs(decision.numbers) do
        local row, said = by_number[number], decision.name .. ": " .. decision.action
        assert.is_true(holds(row.action, decision.action), ("row %s says %s, not %s"):format(number,
          row.action, said))
        local done = decision.doubt and "perhaps" or "%f[%w]no%f[%W]"
        assert.is_truthy(row.done:find(done), ("row %s: %s"):format(number, row.done))
      end
    end
  end)

  it("names only existing limits", function()
    local known, count = {}, 0
    for _, limit in ipairs(agentmail.limits) do known[limit.name] = true end
    for name in read(PAGE):match "\n## Limits\n(.-)%. The":gmatch "`([^`]+)`" do
      assert.is_true(known[name], name)
      count = count + 1
    end
    assert.is_true(count > 10)
  end)
end)
