-- SPDX-License-Identifier: MIT
local sqlite = require "agentmail.sandbox.sqlite"

local function raised(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return message
end

describe("the sandbox's SQLite binding", function()
  local db

  before_each(function()
    db = assert(sqlite.open ":memory:")
    db:exec "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)"
  end)

  after_each(function() db:close() end)

  it("keeps 64-bit integers, floats, text with NUL, blobs, booleans and NULL", function()
    local all = ""
    for byte = 0, 255 do all = all .. string.char(byte) end
    for _, value in ipairs { math.maxinteger, math.mininteger, 9007199254740993, 1.5, -0.25,
                             "", "a\0b", "\0", all } do
      db:run("DELETE FROM t")
      assert.equal(1, db:run("INSERT INTO t (a) VALUES (?)", value))
      local stored = db:values "SELECT a FROM t"
      assert.equal(value, stored)
      assert.equal(math.type(value), math.type(stored))
    end
    db:run("UPDATE t SET a = ?, b = ?", sqlite.blob "x\0y", true)
    assert.same({ "x\0y", 1, "blob", "integer" },
                { db:values "SELECT a, b, typeof(a), typeof(b) FROM t" })
    db:run("UPDATE t SET a = ?, b = ?", nil, false)
    assert.same({ id = 1, b = 0 }, db:row "SELECT * FROM t")
  end)

  it("binds by position and by name", function()
    db:run("INSERT INTO t VALUES (:id, @a, $b)", { id = 7, a = "x" })
    assert.same({ id = 7, a = "x" }, db:row("SELECT * FROM t WHERE id = ? AND a = ?", 7, "x"))
    assert.equal(7, db:last_id())
    assert.same({}, { db:values("SELECT a FROM t WHERE id = ?", 8) })
    assert.is_nil(db:row("SELECT a FROM t WHERE id = ?", 8))
    assert.same({}, db:rows("SELECT a FROM t WHERE id = ?", 8))
  end)

  it("names what is wrong with a statement or its parameters", function()
    assert.matches("1 parameters expected, 0 given",
                   raised(db.run, db, "DELETE FROM t WHERE id = ?"))
    assert.matches("1 parameters expected, 2 given",
                   raised(db.run, db, "DELETE FROM t WHERE id = ?", 1, 2))
    assert.matches("parameter 2: a table cannot be stored",
                   raised(db.run, db, "INSERT INTO t (a, b) VALUES (?, ?)", 1, {}))
    assert.matches("has no name", raised(db.run, db, "DELETE FROM t WHERE id = ?", {}))
    assert.matches("more than one statement", raised(db.run, db, "SELECT 1; SELECT 2"))
    assert.matches("no statement", raised(db.run, db, " -- nothing"))
    assert.matches('near "SELEC": syntax error', raised(db.run, db, "SELEC"))
    assert.matches("no such table: nowhere", raised(db.rows, db, "SELECT * FROM nowhere"))
    assert.matches("must not contain NUL", raised(db.exec, db, "SELECT 1\0"))
    assert.matches("got no value", raised(sqlite.blob))
    db:run("INSERT INTO t VALUES (1, 2, 3)")
    assert.matches("UNIQUE constraint failed: t.id.* in: INSERT INTO t VALUES",
                   raised(db.run, db, "INSERT INTO t VALUES (1, 2, 3)"))
    assert.equal(2, db:values "SELECT a FROM t")
  end)

  it("accepts a trailing semicolon and keeps working after an error", function()
    for _ = 1, 3 do
      raised(db.run, db, "INSERT INTO t VALUES (?, ?, ?)", 1, 2, {})
      raised(db.run, db, "INSERT INTO t (nothing) VALUES (1)")
    end
    assert.equal(1, db:run("INSERT INTO t VALUES (?, ?, ?);", 1, 2, 3))
  end)

  it("iterates, with the same statement inside the loop, and can stop early", function()
    for i = 1, 5 do db:run("INSERT INTO t (id) VALUES (?)", i) end
    local sum, sql = 0, "SELECT id FROM t WHERE id >= ? ORDER BY id"
    for row in db:each(sql, 1) do
      for inner in db:each(sql, row.id) do sum = sum + inner.id end
      if row.id == 2 then break end
    end
    assert.equal(15 + 14, sum)
    db:exec "DROP TABLE t" -- an abandoned statement would lock it
  end)

  it("stops an iteration when the database closes", function()
    db:run("INSERT INTO t (id) VALUES (1), (2)")
    local next_row = db:each "SELECT id FROM t"
    assert.equal(1, next_row().id)
    db:close()
    assert.matches("closed during iteration", raised(next_row))
  end)

  it("commits and rolls back, nested too", function()
    assert.equal("done", db:transaction(function(value)
      db:run("INSERT INTO t (id) VALUES (1)")
      assert.is_true(db:in_transaction())
      pcall(db.transaction, db, function()
        db:run("INSERT INTO t (id) VALUES (2)")
        error "inner"
      end)
      return value
    end, "done"))
    assert.is_false(db:in_transaction())
    assert.matches("outer", raised(db.transaction, db, function()
      db:run("INSERT INTO t (id) VALUES (3)")
      error "outer"
    end))
    assert.same({ { id = 1 } }, db:rows "SELECT id FROM t")
  end)

  it("closes twice, says so afterwards, and lets statements be collected in any order", function()
    db:rows "SELECT * FROM t"
    db:each "SELECT 1"()
    db:close()
    db:close()
    assert.is_true(db:closed())
    assert.matches("the database is closed", raised(db.run, db, "SELECT 1"))
    assert.matches("closed", tostring(db))
    collectgarbage()
    collectgarbage()
  end)

  it("survives more statements than it caches", function()
    for i = 1, 700 do assert.equal(i, (db:values("SELECT " .. i))) end
    collectgarbage()
    for i = 1, 700 do assert.equal(i, (db:values("SELECT " .. i))) end
  end)

  it("closes a database inside its own transaction without harm", function()
    assert.matches("closed inside its transaction", raised(db.transaction, db, function()
      db:close()
    end))
  end)

  it("returns nil, message and code if it cannot open", function()
    local none, message, code = sqlite.open "/nonexistent/dir/file.db"
    assert.is_nil(none)
    assert.matches("/nonexistent/dir/file.db: unable to open", message)
    assert.equal(14, code)
    assert.matches("NUL", raised(sqlite.open, "a\0b"))
    assert.matches("busy_timeout", raised(sqlite.open, ":memory:", { busy_timeout = -1 }))
  end)

  it("creates files that only their owner can read, and reports a busy one", function()
    local path = os.tmpname()
    os.remove(path)
    local first = assert(sqlite.open(path))
    first:exec "CREATE TABLE x (y)"
    local pipe = io.popen("stat -c %a " .. path)
    assert.equal("600\n", pipe:read "a")
    pipe:close()
    local second = assert(sqlite.open(path, { busy_timeout = 0 }))
    first:exec "BEGIN IMMEDIATE"
    assert.matches("database is locked", raised(second.exec, second, "BEGIN IMMEDIATE"))
    first:exec "ROLLBACK"
    first:close()
    local third = assert(sqlite.open(path, { readonly = true }))
    assert.matches("readonly", raised(third.run, third, "INSERT INTO x VALUES (1)"))
    third:close()
    second:close()
    os.remove(path)
  end)

  it("writes and reads megabytes", function()
    local big = ("0123456789abcdef"):rep(1 << 18)
    db:run("INSERT INTO t (a) VALUES (?)", big)
    assert.equal(big, (db:values "SELECT a FROM t"))
  end)

  it("refuses a database or a statement of another type", function()
    assert.matches("agentmail.sandbox.sqlite", raised(db.run, io.stdout, "SELECT 1"))
    assert.matches("string expected", raised(db.run, db, {}))
  end)
end)
