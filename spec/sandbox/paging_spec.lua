-- SPDX-License-Identifier: MIT
-- Every list finds its next page by an index, at any depth and with a stopped clock: the spec
-- checks the query plans of its statements. No time is measured.
local clock = require "agentmail.sandbox.store.clock"
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"

describe("the pages of the sandbox's lists", function()
  local opened, app, db, statements, id
  local A = "/v0/inboxes/a@agentmail.to"

  -- The service in this Lua state; this spec observes its database.
  local function open()
    opened = http.service { frozen_at = 1800000000000 }
    app, statements, id = opened.app, {}, 0
    db = app.db
    app.db = setmetatable({
      rows = function(_, sql, ...)
        if sql:find " LIMIT ?" then statements[#statements + 1] = { sql, ... } end
        return db:rows(sql, ...)
      end,
    }, { __index = function(_, name)
      return function(_, ...) return db[name](db, ...) end
    end })
  end

  before_each(open)
  after_each(function() opened.close() end)

  local function ask(method, target, body)
    id = id + 1
    local status, answer = opened.handle {
      method = method, target = target, body = body and json.encode(body) or "", id = id,
      connection = 1, number = id,
      headers = { host = "127.0.0.1", authorization = "Bearer am_test_n" },
    }
    return status, answer and json.decode(answer)
  end

  local function must(...)
    local status, answer = ask(...)
    assert.equal(200, status, answer and answer.message)
    return answer
  end

  local function plan(statement)
    local lines = {}
    for i, row in ipairs(db:rows("EXPLAIN QUERY PLAN " .. statement[1],
                                 table.unpack(statement, 2, #statement))) do
      lines[i] = row.detail
    end
    return table.concat(lines, "; ")
  end

  -- Reads a list page by page. Returns the ids, and the plans of its statements.
  local function read(target, items, name)
    statements = {}
    local ids, token = {}, nil
    repeat
      local answer = must("GET", target .. "limit=2" .. (token and "&page_token=" .. token or ""))
      for _, item in ipairs(answer[items]) do ids[#ids + 1] = item[name] end
      token = answer.next_page_token
    until not token
    local plans = {}
    for i, statement in ipairs(statements) do plans[i] = plan(statement) end
    return ids, plans
  end

  -- Each page but the first begins where the one before ended, by an index; none sorts.
  local function assert_seeks(target, items, name, by)
    local ids, plans = read(target, items, name)
    assert.is_true(#ids >= 5, target)
    local moment, beyond = false, false
    for _, text in ipairs(plans) do
      assert.matches("^SEARCH [%w_]+ USING INDEX", text, target)
      assert.not_matches("TEMP B%-TREE", text, target)
      if text:find(by .. "=? AND rowid", 1, true) then moment = true end
      if text:find(by .. "[<>]") then beyond = true end
    end
    assert.is_true(moment and beyond, target .. ": " .. table.concat(plans, " | "))
    local backwards = read(target .. "ascending=true&", items, name)
    if backwards[1] ~= ids[1] then
      for i, one in ipairs(backwards) do assert.equal(ids[#ids + 1 - i], one, target) end
    end
    return ids
  end

  it("are found by an index if all rows have the same time", function()
    local pod = must("POST", "/v0/pods", {}).pod_id
    for i = 1, 5 do
      must("POST", "/v0/inboxes", { username = i == 1 and "a" or nil })
      must("POST", "/v0/pods/" .. pod .. "/inboxes", { username = i == 1 and "p" or nil })
      must("POST", "/v0/pods", {})
      must("POST", "/v0/domains", { domain = ("d%d.example"):format(i) })
      must("POST", "/v0/api-keys", {})
      must("POST", "/v0/webhooks", { url = "http://127.0.0.1/", event_types = { "message.sent" } })
      must("POST", A .. "/messages/send", { to = "x@example.com", subject = "s" .. i })
      for _, inbox in ipairs { A, "/v0/inboxes/p@agentmail.to" } do
        must("POST", inbox .. "/drafts", { to = { "x@example.com" }, subject = "s" })
        must("POST", inbox .. "/messages/send", { to = "x@example.com", subject = "s" })
      end
    end
    local at = "/v0/pods/" .. pod
    for _, row in ipairs {
      { "/v0/inboxes?", "inboxes", "inbox_id", "created_at" },
      { "/v0/pods?", "pods", "pod_id", "created_at" },
      { "/v0/domains?", "domains", "domain_id", "created_at" },
      { "/v0/api-keys?", "api_keys", "api_key_id", "created_at" },
      { "/v0/webhooks?", "webhooks", "webhook_id", "created_at" },
      { A .. "/messages?", "messages", "message_id", "timestamp" },
      { A .. "/threads?", "threads", "thread_id", "timestamp" },
      { A .. "/drafts?", "drafts", "draft_id", "updated_at" },
      { "/v0/threads?", "threads", "thread_id", "timestamp" },
      { "/v0/drafts?", "drafts", "draft_id", "updated_at" },
      { at .. "/inboxes?", "inboxes", "inbox_id", "created_at" },
      { at .. "/threads?", "threads", "thread_id", "timestamp" },
      { at .. "/drafts?", "drafts", "draft_id", "updated_at" },
    } do
      assert_seeks(table.unpack(row))
    end
  end)

  it("are found by an index within a thread, and in the history of labels", function()
    must("POST", "/v0/inboxes", { username = "a" })
    local first = must("POST", A .. "/messages/send", { to = "x@example.com" })
    local thread = first.thread_id
    for i = 1, 5 do
      local target = A .. "/messages/" .. http.escape(first.message_id)
      must("POST", target .. "/reply", {})
      must("PATCH", target, { add_labels = { "l" .. i } })
    end
    local ids = read("/v0/threads/" .. thread .. "?", "messages", "message_id")
    assert.equal(6, #ids)
    for _, statement in ipairs(statements) do
      assert.matches("^SEARCH messages USING INDEX messages_by_thread %(thread=", plan(statement))
      assert.not_matches("TEMP B%-TREE", plan(statement))
    end
    local events, plans = read(A .. "/events?", "events", "event_id")
    assert.equal(5, #events)
    assert.matches("SEARCH label_events USING INDEX label_events_by_inbox %(inbox=%? AND rowid<%?",
                   plans[2])
  end)

  it("respect before and after, each of them", function()
    must("POST", "/v0/inboxes", { username = "a" })
    local org = app.orgs.n
    local from = org.frozen
    for i = 0, 9 do
      org.frozen = from + i // 2 * 1000
      must("POST", A .. "/messages/send", { to = "x@example.com", subject = "s" .. i })
    end
    local bounds = ("before=%s&after=%s&"):format(clock.text(from + 4000), clock.text(from))
    local list = A .. "/messages?" .. bounds
    assert.same({ "s7", "s6", "s5", "s4", "s3", "s2" }, (read(list, "messages", "subject")))
    assert.same({ "s2", "s3", "s4", "s5", "s6", "s7" },
                (read(list .. "ascending=true&", "messages", "subject")))
    app.config.page_tokens = "offset"
    assert.same({ "s7", "s6", "s5", "s4", "s3", "s2" }, (read(list, "messages", "subject")))
  end)

  it("lag under a fault, each of them", function()
    must("POST", "/v0/inboxes", { username = "a" })
    for _, list in ipairs { A .. "/messages?", A .. "/events?", "/v0/accounts?",
                            "/v0/providers?", "/v0/domains?", "/v0/threads?" } do
      opened.call("POST", "faults", "", '"stale_list"', "n")
      local status, answer = ask("GET", list)
      assert.equal(200, status, answer.message)
      opened.call("DELETE", "faults", "", "", "n")
    end
  end)
end)
