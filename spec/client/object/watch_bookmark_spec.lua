-- SPDX-License-Identifier: MIT
local bookmarks = require "agentmail.object.watch_bookmark"
local cjson = require "cjson"
local stamp = require "agentmail.util.calendar".stamp

local SLACK = 60

-- A bookmark after mails, whose place in lists is their arrival: id, seconds, id, seconds …
local function after(...)
  local mark, given = bookmarks.new(SLACK), { ... }
  for i = 1, #given, 2 do bookmarks.add(mark, given[i], given[i + 1], given[i + 1]) end
  return mark
end

local function restored(stored)
  return assert(bookmarks.restore(cjson.decode(cjson.encode(stored)), SLACK))
end

local function count(map)
  local n = 0
  for _ in pairs(map) do n = n + 1 end
  return n
end

describe("a bookmark", function()
  it("knows nothing at first", function()
    local mark = bookmarks.new(SLACK)
    assert.is_true(bookmarks.is_new(mark, "a", 0))
    assert.is_true(bookmarks.is_new(mark, "a", nil))
    assert.same({ ids = {} }, bookmarks.store(mark))
  end)

  it("recognizes done mail by its id, and old mail by its time", function()
    local mark = after("a", 1000, "b", 1000)
    assert.is_false(bookmarks.is_new(mark, "a", 1000))
    assert.is_false(bookmarks.is_new(mark, "b", 1000))
    assert.is_true(bookmarks.is_new(mark, "c", 1000))       -- of the same time
    assert.is_true(bookmarks.is_new(mark, "late", 940.001)) -- shown late
    assert.is_false(bookmarks.is_new(mark, "old", 940))
    assert.is_true(bookmarks.is_new(mark, "x", nil))
  end)

  it("goes by the newest mail, independent of the order in which they are done", function()
    local mark = after("a", 1000, "b", 950, "c", 990)
    assert.equal(1000, mark.newest)
    assert.is_false(bookmarks.is_new(mark, "d", 940))
    assert.same({ ids = { a = stamp(1000), b = stamp(950), c = stamp(990) },
                  newest = stamp(1000), after = stamp(940) }, bookmarks.store(mark))
  end)

  it("begins at a given time, until it has advanced beyond it", function()
    local mark = bookmarks.new(SLACK, 1000)
    assert.is_false(bookmarks.is_new(mark, "a", 1000))
    assert.is_true(bookmarks.is_new(mark, "a", 1000.001))
    bookmarks.add(mark, "a", 1010, 1010)
    assert.is_false(bookmarks.is_new(mark, "b", 999))
    bookmarks.add(mark, "c", 1100, 1100)
    assert.is_false(bookmarks.is_new(mark, "b", 1040))
    assert.is_true(bookmarks.is_new(mark, "b", 1041))
  end)

  it("is not advanced by a sender's fast clock", function()
    local came, shown = bookmarks.times { timestamp = "2026-01-02T00:00:00Z",
                                          created_at = "2026-01-01T00:00:00Z" }
    local mark = bookmarks.new(SLACK)
    bookmarks.add(mark, "fast", came, shown)
    assert.is_true(bookmarks.is_new(mark, "next", came + 1))
    bookmarks.add(mark, "next", came + 3600, came + 3600)
    assert.is_false(bookmarks.is_new(mark, "fast", shown)) -- the list still shows it first
    assert.is_false(bookmarks.is_new(restored(bookmarks.store(mark)), "fast", shown))
    assert.is_true(bookmarks.is_new(restored(bookmarks.store(mark)), "third", came + 3601))
  end)

  it("treats a mail without a time like the newest", function()
    assert.same({ nil, nil }, { bookmarks.times {} })
    assert.same({ 0, 0 }, { bookmarks.times { created_at = "1970-01-01T00:00:00Z" } })
    local mark = after("a", 1000)
    bookmarks.add(mark, "x", nil, nil)
    assert.is_false(bookmarks.is_new(mark, "x", nil))
    assert.equal(stamp(1000), bookmarks.store(mark).ids.x)
    mark = bookmarks.new(SLACK)
    bookmarks.add(mark, "x", nil, nil)
    assert.is_false(bookmarks.is_new(restored(bookmarks.store(mark)), "x", nil))
  end)

  it("keeps the ids of the slack, and few others", function()
    local mark = bookmarks.new(SLACK)
    for i = 1, 5000 do bookmarks.add(mark, "m" .. i, i, i) end
    assert.is_true(count(mark.done) <= 300, count(mark.done))
    assert.equal(60, count(bookmarks.store(mark).ids))
  end)
end)

describe("a stored bookmark", function()
  it("is plain data that is restored unchanged, also through JSON", function()
    local mark = after("<a@x>", 1767261600.123, "<b@x>", 1767261600.124)
    local again = restored(bookmarks.store(mark))
    assert.same(bookmarks.store(mark), bookmarks.store(again))
    assert.is_false(bookmarks.is_new(again, "<a@x>", 1767261600.123))
    assert.is_true(bookmarks.is_new(again, "<c@x>", 1767261600.123))
    assert.same({ ids = {} }, bookmarks.store(restored { ids = {} }))
  end)

  it("holds at most 2,000 ids, the newest ones; mail with other ids counts as new", function()
    local mark = bookmarks.new(SLACK)
    for i = 1, 3000 do bookmarks.add(mark, "m" .. i, 1000 + i / 100, 1000 + i / 100) end
    assert.is_false(bookmarks.is_new(mark, "m1", 1000.01)) -- while the program runs
    local stored = bookmarks.store(mark)
    assert.equal(2000, count(stored.ids))
    local again = restored(stored)
    assert.is_true(bookmarks.is_new(again, "m1000", 1010))
    assert.is_false(bookmarks.is_new(again, "m1001", 1010.01))
  end)

  it("repeats nothing when the slack has grown meanwhile", function()
    local again = assert(bookmarks.restore(bookmarks.store(after("a", 1000, "b", 1100)), 600))
    assert.is_false(bookmarks.is_new(again, "a", 1000))
    assert.is_true(bookmarks.is_new(again, "c", 1041))
  end)

  it("has all its contents checked", function()
    local time = stamp(1000)
    for problem, stored in pairs {
      [" must be a table with 'ids', not the string \"x\""] = "x",
      [" must be a table with 'ids', not null"] = cjson.null,
      [".ids must be a table of times by message_id, not a number (7)"] = { ids = 7 },
      [".ids has the key 1, which is not a message_id"] = { ids = { "<a@x>" } },
      ['.ids["<a@x>"] must be a time like "2026-08-31T12:00:00.000Z", not true'] =
        { ids = { ["<a@x>"] = true } },
      ['.newest must be a time like "2026-08-31T12:00:00.000Z", not a number (7)'] =
        { ids = {}, newest = 7 },
      ['.after must be a time like "2026-08-31T12:00:00.000Z", not the string "now"'] =
        { ids = {}, newest = time, after = "now" },
      [" has the unknown field 'seen'"] = { ids = {}, seen = {} },
    } do
      assert.same({ nil, problem }, { bookmarks.restore(stored, SLACK) })
    end
    assert.same({ nil, " has no 'ids'" }, { bookmarks.restore({}, SLACK) })
  end)
end)
