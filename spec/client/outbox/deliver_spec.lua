-- SPDX-License-Identifier: MIT
-- Going on with a row when it is disturbed: lists that do not end, errors at any moment, clients
-- that are closed meanwhile. The sandbox counts the mails.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local outbox_core = require "agentmail.outbox_core"
local outbox_file = require "spec.support.outbox_file"

local KEY = "receipt-12"

describe("a send in hand", function()
  local path, client

  before_each(function()
    path = outbox_file.path()
  end)

  local function remove() outbox_file.remove(path) end

  after_each(function()
    if client then client:close() end
    client = nil
    remove()
  end)

  local function mail(of, inbox_id, options)
    return of:inbox(inbox_id).messages:send({
      to = "ann@example.com", subject = "Receipt", text = "Paid.", idempotency_key = KEY }, options)
  end

  describe("that is looked for first", function()
    local log

    setup(function() -- the first send of a process loads what others find loaded
      local file = outbox_file.path()
      local answer = { status = 200, body = { message_id = "<m>", thread_id = "t" } }
      local first <close> = helper.scripted({ answer }, { outbox = file })
      assert(mail(first, "orders@example.com"))
      outbox_file.remove(file)
    end)

    local function look(...)
      client, log = helper.scripted({ ... }, { outbox = path })
      return select(3, mail(client, "orders@example.com", { caused_at = false, deadline = 0.9 }))
    end

    local function page(token)
      return { status = 200, body = { count = 1, next_page_token = token, messages = { {
        message_id = "<other>", thread_id = "t", inbox_id = "orders@example.com",
        labels = { "sent" } } } } }
    end

    it("is not sent when the list cannot be read to its end", function()
      local failure = look(page(("x"):rep(70000)), page())
      assert.same({ "waiting", "not_applied", true },
                  { failure.state, failure.outcome, failure.pending })
      assert.equal(1, #log)
    end)

    it("is not sent when the list goes round", function()
      local failure = look(page "again", page "again", page "again", page())
      assert.same({ "waiting", "not_applied" }, { failure.state, failure.outcome })
      assert.is_true(#log <= 2, #log)
    end)

    it("is found in an inbox that the service writes in other cases", function()
      local label = outbox_core.label("Orders@example.com", KEY)
      client, log = helper.scripted({ { status = 200, body = { count = 1, messages = { {
        message_id = "<m>", thread_id = "t", inbox_id = "orders@example.com",
        labels = { label, "sent" } } } } } }, { outbox = path })
      assert.equal("<m>", assert(mail(client, "Orders@example.com",
                                      { caused_at = false })).message_id)
      assert.equal(1, #log)
    end)

    it("is sent after the last page, which may have an empty token", function()
      look(page "two", page "", { status = 200, body = { message_id = "<m>", thread_id = "t" } })
      assert.equal(3, #log)
      assert.equal("sent", client.outbox:get(KEY, "orders@example.com").state)
    end)
  end)

  describe("of a client", function()
    local plain, key, view, inbox_id

    local function begin()
      plain, key, view = helper.client()
      inbox_id = assert(plain.inboxes:create { username = "orders" }).inbox_id
    end

    before_each(begin)

    -- Another file, and another organization.
    local function begin_anew()
      client:close()
      remove()
      plain:close()
      begin()
    end

    after_each(function() plain:close() end)

    local function open(attempts)
      client = agentmail.new { base_url = view.url, api_key = key, outbox = path,
                               limits = { attempts = attempts or 1, backoff_base = 0.001,
                                          backoff_cap = 0.002 } }
      return client
    end

    -- Sends, and raises at the n-th instruction of the virtual machine; how many there were.
    local function interrupt(n)
      local count = 0
      local routine = coroutine.create(function()
        debug.sethook(function()
          count = count + 1
          if count == n then error "Ctrl-C" end
        end, "", 1)
        return pcall(mail, client, inbox_id)
      end)
      local _, done, sent = coroutine.resume(routine)
      return done and sent, count
    end

    it("that an error ends at any moment is recorded as it is, and goes on at once", function()
      local n, points, before, held, done = 0, 0, 0, 0
      repeat
        n, points = n + 19, points + 1
        open()
        done = interrupt(n)
        local copies = #view:sent() - before
        local row = client.outbox:get(KEY, inbox_id)
        if row then
          if row.state == "sending" then -- its job was lost before it was in a variable
            held = held + 1
            client:close()
            open()
          end
          assert.is_true(copies == 1 or row.outcome ~= "applied", n)
          assert.is_true(copies == 0 or row.outcome ~= "not_applied", n)
        else
          assert.equal(0, copies, n)
        end
        assert(mail(client, inbox_id, { deadline = 20 }))
        before = before + 1
        assert.equal(before, #view:sent(), n)
        begin_anew()
        before = 0
      until done
      assert.is_true(points > 20, points)
      assert.is_true(held <= 1, held)
    end)

    it("whose answer is lost is never recorded as unsent, at any moment that an error ends it",
       function()
      local done
      local n, lost = 0, 0
      repeat
        n = n + 31
        view:fault { at = "commit", ["do"] = "reset", ["until"] = { total = 1 } }
        open()
        local _, count = interrupt(n)
        done = count < n
        local copies = #view:sent()
        local row = client.outbox:get(KEY, inbox_id)
        if copies == 1 then
          lost = lost + 1
          assert.not_equal("not_applied", row.outcome, n)
        end
        view:faults {}
        client:close()
        open()
        assert(mail(client, inbox_id, { deadline = 20 }))
        assert.equal(1, #view:sent(), n)
        begin_anew()
      until done
      assert.is_true(lost > 10, lost)
    end)

    it("that another task has in hand is waited for, and has one result", function()
      open()
      local ids = {}
      agentmail.run(function()
        for i = 1, 3 do
          agentmail.spawn(function() ids[i] = assert(mail(client, inbox_id)).message_id end)
        end
      end)
      assert.same({ ids[1], ids[1], ids[1] }, ids)
      assert.equal(1, #view:sent())
    end)

    it("that another task has in hand is busy once the time of `within` is over", function()
      open()
      view:fault { at = "commit", ["do"] = { kind = "delay", seconds = 1 },
                   match = { sends = true } }
      local failure
      agentmail.run(function()
        agentmail.spawn(function() assert(mail(client, inbox_id)) end)
        agentmail.sleep(0.1)
        agentmail.within(0.1, function() failure = select(3, mail(client, inbox_id)) end)
      end)
      assert.same({ "busy", true }, { failure.code, failure.pending })
      assert.equal(1, #view:sent())
    end)

    -- A task has the mail in hand; a client asks for it where it cannot yield.
    local function ask_within_c(asking)
      view:fault { at = "commit", ["do"] = { kind = "delay", seconds = 1 },
                   match = { sends = true } }
      local failure
      agentmail.run(function()
        agentmail.spawn(function() assert(mail(client, inbox_id)) end)
        agentmail.sleep(0.1)
        local _ = ("x"):gsub("x", function() failure = select(3, mail(asking, inbox_id)) end)
      end)
      assert.same({ "busy", "sending", true }, { failure.code, failure.state, failure.pending })
      assert.is_true(failure.elapsed < 0.8, failure.elapsed)
    end

    it("that another task has in hand is busy at once where its caller cannot yield", function()
      open()
      ask_within_c(client)
    end)

    it("that another client of this Lua state has in hand is busy at once, too", function()
      open()
      local other <close> = agentmail.new { base_url = view.url, api_key = key, outbox = path }
      ask_within_c(other)
      assert.equal(1, #view:sent())
    end)

    local function close() pcall(client.close, client) end

    local function collect()
      do setmetatable({}, { __gc = close }) end
      collectgarbage()
    end

    for name, by in pairs { ["its caller"] = close, ["a finalizer"] = collect } do
      it("that " .. name .. " closes meanwhile says what became of it, and records it", function()
        for at, expected in pairs { recorded = "waiting", attempt = "doubtful", answer = "sent",
                                    done = "sent", settled = "sent" } do
          open()
          local sent, receipt, failure = mail(client, inbox_id, { on_attempt = function(event)
            if event.event == at then by() end
          end })
          if expected == "sent" and sent then
            assert.same({ "sent", true }, { receipt.state, receipt.recorded }, at)
          else
            assert.same({ "closed", true }, { failure.code, failure.pending }, at)
          end
          client:close()
          open()
          local row = client.outbox:get(KEY, inbox_id)
          assert.equal(sent and "sent" or failure.state, row.state, at)
          assert.is_true(row.state ~= "sending", at)
          assert(mail(client, inbox_id))
          assert.equal(1, #view:sent(), at)
          begin_anew()
        end
      end)
    end
  end)
end)
