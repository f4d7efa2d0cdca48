-- SPDX-License-Identifier: MIT
-- The record of mails that left is read by an index, at any length, and so is a search of the whole
-- organization: the spec checks the query plans. No time is measured.
local http = require "spec.support.http"
local journal = require "agentmail.sandbox.control.journal"
local json = require "agentmail.sandbox.http.json"

describe("the sandbox finds by an index", function()
  local A = "/v0/inboxes/a@agentmail.to"
  local opened, db, statements, id

  -- The service in this Lua state; this spec observes its database.
  before_each(function()
    opened = http.service { frozen_at = 1800000000000 }
    db, statements, id = opened.app.db, {}, 0
    opened.app.db = setmetatable({}, { __index = function(_, name)
      return function(_, sql, ...)
        if type(sql) == "string" and sql:find "^SELECT" then
          statements[#statements + 1] = { sql, ... }
        end
        return db[name](db, sql, ...)
      end
    end })
  end)

  after_each(function() opened.close() end)

  local function must(method, target, body, key)
    id = id + 1
    local status, answer = opened.handle {
      method = method, target = target, body = body and json.encode(body) or "", id = id,
      connection = 1, number = id,
      headers = { host = "127.0.0.1", authorization = "Bearer am_test_n",
                  ["idempotency-key"] = key },
    }
    assert.equal(200, status, answer)
    return json.decode(answer)
  end

  -- The plans of the statements so far that read a table; none of them sorts.
  local function plans(name)
    local list = {}
    for _, statement in ipairs(statements) do
      if statement[1]:find("FROM " .. name .. "%s") then
        local lines = {}
        for i, row in ipairs(db:rows("EXPLAIN QUERY PLAN " .. statement[1],
                                     table.unpack(statement, 2, #statement))) do
          lines[i] = row.detail
        end
        list[#list + 1] = table.concat(lines, "; ")
        assert.not_matches("TEMP B%-TREE", list[#list], statement[1])
      end
    end
    assert.is_true(#list > 0, name)
    return list
  end

  local function control(target, query)
    local status, answer = opened.call("GET", target, query, "", "n")
    assert.equal(200, status, answer)
    return json.decode(answer)
  end

  it("the latest mails that left, by every filter, and their attempts", function()
    must("POST", "/v0/inboxes", { username = "a" })
    for i = 1, 3 do
      must("POST", A .. "/messages/send", { to = "x@example.com", subject = "s" .. i }, "k" .. i)
      must("POST", A .. "/messages/send", { to = "x@example.com", subject = "s" .. i })
    end
    local columns = { [""] = "org" }
    for name, column in pairs(journal.FILTERS.sent) do columns[name .. "=s1&"] = column end
    for query, column in pairs(columns) do
      for _, more in ipairs { "last=2", "limit=2", "after=1&last=2" } do
        statements = {}
        control("sent", query .. more)
        local plan = plans("sent")[1]
        assert.matches("^SEARCH sent USING INDEX sent_by_", plan)
        assert.is_truthy(plan:find(column .. "=?", 1, true), plan)
      end
    end
    statements = {}
    control("sent", "last=2") -- one with a key, one without
    local seen = table.concat(plans "journal", "; ")
    assert.matches("SEARCH journal USING INDEX journal_by_key %(org=%? AND key=%?%)", seen)
    assert.matches("SEARCH journal USING INDEX journal_by_digest %(org=%? AND digest=%?%)", seen)
  end)

  it("the messages that a search of all inboxes, or of a pod's, reads", function()
    must("POST", "/v0/inboxes", { username = "a" })
    local pod = must("GET", A).pod_id
    for i = 1, 3 do
      must("POST", A .. "/messages/send", { to = "x@example.com", subject = "Found " .. i })
    end
    for target, index in pairs {
      ["/v0/threads"] = "messages_by_org", ["/v0/pods/" .. pod .. "/threads"] = "messages_by_org",
      [A .. "/threads"] = "messages_by_time", [A .. "/messages"] = "messages_by_time",
    } do
      statements = {}
      assert.equal(2, must("GET", target .. "/search?q=found&limit=2").count)
      assert.matches("^SEARCH messages USING INDEX " .. index, plans("messages")[1], target)
    end
  end)
end)
