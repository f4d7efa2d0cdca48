-- SPDX-License-Identifier: MIT
-- agentmail.outbox_core, the C module of the outbox: what goes in and comes out. What it decides is
-- tested in spec/c/outbox/.

local helper = require "spec.support.helper"
local outbox_core = require "agentmail.outbox_core"
local outbox_file = require "spec.support.outbox_file"

local INBOX, SERVICE = "a@example.com", "https://api.example.com"

describe("agentmail.outbox_core", function()
  local path, box, now

  local function open(more)
    local options = { path = path, service = SERVICE, clock = function() return now end }
    for name, value in pairs(more or {}) do options[name] = value end
    return outbox_core.open(options)
  end

  local function body_of(key)
    return ('{"text":"a","labels":["%s"]}'):format(outbox_core.label(INBOX, (key:gsub("%z", ""))))
  end

  local function intent(key, more)
    local made = { inbox_id = INBOX, key = key, operation = "inboxes.messages.send",
                   method = "POST", target = "/v0/x", time = 120, body = body_of(key) }
    for name, value in pairs(more or {}) do made[name] = value end
    return made
  end

  before_each(function()
    path, now = outbox_file.path(), 1.8e9
    box = assert(open())
  end)

  after_each(function()
    box:close()
    outbox_file.remove(path)
  end)

  it("records, claims and settles, and remembers", function()
    local job, how = assert(box:put(intent "k"))
    assert.equal("new", how)
    local action, request = job:claim(120)
    assert.equal("send", action)
    assert.same({ "/v0/x", "idempotency_key", "k", 10000, body_of "k" },
      { request.target, request.protection, request.key, request.blind_ms, request.body })
    assert.is_true(job:settle { outcome = "applied", message_id = "<m>", thread_id = "t",
                                status = 200 })
    assert.equal("done", job:claim(120))
    local row = box:get(INBOX, "k")
    assert.same({ "sent", "applied", false, "<m>", "t", 1, 1.8e9, 1.8e9 },
      { row.state, row.outcome, row.pending, row.message_id, row.thread_id, row.tries,
        row.created_at, row.settled_at })
    job, how = assert(box:put(intent "k"))
    assert.same({ "closed", "done" }, { how, job:claim(120) })
  end)

  it("tells what a put came to", function()
    assert(box:put(intent "k"))
    assert.equal("other", select(2, box:put(intent("k", { body = "b" }))))
    assert.equal("go_on", select(2, box:put(intent("k", { body = "b", first = true }))))
    assert.equal("elsewhere", select(2, box:put(intent("k", { inbox_id = "b@example.com" }))))
    assert.is_nil(box:get("b@example.com", "k"))
  end)

  it("takes bodies of pieces, whose files must be there", function()
    local pieces = { "[", { data = "xyz", base64 = true }, "]" }
    local job = assert(box:put(intent("k", { body = pieces })))
    local _, request = job:claim(120)
    assert.equal(3, #request.body)
    for _, piece in ipairs(request.body) do
      assert.equal("userdata", type(piece.piece))
      assert.equal(job, piece[1])
    end
    local none, message, code = box:put(intent("j", { body = { { path = path .. "-none" } } }))
    assert.is_nil(none)
    assert.matches("none cannot be read", message)
    assert.equal("file", code)
    assert.matches("must be a string, not a number",
      helper.mistake(box.put, box, intent("i", { body = { 1 } })))
  end)

  it("maps words to what the outbox knows", function()
    local job = assert(box:put(intent "k"))
    job:claim(120)
    assert.is_true(job:settle { outcome = "unknown", code = "deferred", cause = "service_error",
                                status = 503, cause_status = 503, said = "oops", not_before = 5 })
    local row = job:entry()
    assert.same({ "doubtful", "oops", 503, 1.8e9 + 5 },
                { row.state, row.code, row.status, row.due_at })
    assert.same({ "wait", 5, false }, { job:claim(120) })
    now = now + 121
    local action, request = job:claim(120)
    assert.equal("look", action)
    assert.matches("^/v0/inboxes/a%%40example%.com/messages%?limit=100&labels=%%5B%%22am%-%x+%%22",
      request.target)
    assert.matches("&page_token=p%%2F2&", job:look_on "p/2")
    assert.is_true(job:settle { outcome = "not_applied", sight = "sent", message_id = "<f>" })
    assert.equal("sent", job:entry().state)
    assert.matches("no such code", helper.mistake(job.settle, job, { outcome = "unknown",
                                                                     code = "nonsense" }))
  end)

  it("lists, resolves, cancels and prunes", function()
    for _, key in ipairs { "a", "b" } do
      local job = assert(box:put(intent(key)))
      job:claim(120)
      job:settle(key == "a" and { outcome = "not_applied", code = "dns" }
        or { outcome = "unknown", code = "timeout" })
    end
    assert.same({ "a", "b" }, { box:list(nil, 0, 10)[1].key, box:list(nil, 0, 10)[2].key })
    local doubtful = box:list({ "doubtful" }, 0, 10)
    assert.same({ 1, "b" }, { #doubtful, doubtful[1].key })
    local due, next_s = box:due(10)
    assert.same({ 1, "b", 1.0 }, { #due, due[1].key, next_s })
    assert.equal("changed", box:cancel(INBOX, "a"))
    assert.equal("no_change", box:cancel(INBOX, "b"))
    assert.equal("changed", box:resolve(INBOX, "b", true))
    assert.equal("no_row", box:resolve(INBOX, "c", true))
    now = now + 26 * 3600
    assert.equal(2, box:prune(0))
    assert.same({}, box:list(nil, 0, 10))
  end)

  it("refuses another service, and a clock that tells no time", function()
    local none, message = open { service = "https://other.example.com" }
    assert.is_nil(none)
    assert.matches("https://api.example.com", message)
    now = "late"
    assert.matches("clock must return seconds", helper.mistake(box.get, box, INBOX, "k"))
    now = 1.8e9
  end)

  it("does nothing after it is closed", function()
    local job = assert(box:put(intent "k"))
    box:close()
    box:close()
    local uses = { function() box:get(INBOX, "k") end, function() job:claim(1) end }
    for _, f in ipairs(uses) do
      assert.equal("the outbox is closed", helper.mistake(f))
    end
    box = assert(open())
    assert.equal("send", assert(box:take(INBOX, "k")):claim(120))
  end)

  it("that is left is closed with the last of its jobs", function()
    local job, other = assert(box:put(intent "k")), assert(box:put(intent "j"))
    box:leave()
    assert.equal("send", (job:claim(120)))
    assert.is_true(job:settle { outcome = "applied", message_id = "<m>", thread_id = "t" })
    job:release()
    assert.equal("sending", box:get(INBOX, "j").state)
    other:release()
    assert.equal("the outbox is closed", helper.mistake(box.get, box, INBOX, "k"))
    box = assert(open())
    assert.equal("sent", box:get(INBOX, "k").state)
    box:leave() -- without jobs
    assert.equal("the outbox is closed", helper.mistake(box.get, box, INBOX, "k"))
  end)

  it("uses a job again once it is released, unless a body points into it", function()
    local job = assert(box:put(intent "k"))
    job:release()
    assert.equal("the job is closed", helper.mistake(job.entry, job))
    local second = assert(box:put(intent "j"))
    assert.equal(job, second)
    local pieces = assert(box:put(intent("p", { body = { "a", { data = "b", base64 = true } } })))
    assert.equal("send", (pieces:claim(120)))
    pieces:release()
    assert.equal("p", pieces:entry().key)
    assert.not_equal(pieces, assert(box:put(intent "l")))
  end)

  it("takes no number for another, however large", function()
    local job = assert(box:put(intent("a", { time = math.huge })))
    job:claim(math.huge)
    job:settle { outcome = "applied", message_id = "<m>", thread_id = "t" }
    now = now + 30 * 3600
    for _, age in ipairs { math.huge, 1e300, 1e18 } do assert.equal(0, box:prune(age)) end
    assert.equal("look", assert(box:put(intent("b", { caused_at = 0 }))):claim(120))
    job = assert(box:put(intent("c", { time = math.huge })))
    assert.is_true(select(2, job:claim(math.huge)).not_after_ms > 0)
    for _, time in ipairs { 0 / 0, math.huge, -1 } do
      now = time
      assert.matches("clock must return seconds", helper.mistake(box.get, box, INBOX, "a"))
    end
    now = 1.8e9 + 30 * 3600
  end)

  it("refuses a zero byte, behind which C sees nothing", function()
    for _, wrong in ipairs { intent "a\0b", intent("a", { inbox_id = "a@example.com\0b" }) } do
      assert.matches("must not hold a zero byte", helper.mistake(box.put, box, wrong))
    end
    for _, name in ipairs { "get", "take", "cancel", "resolve" } do
      assert.matches("'key' must not hold a zero byte",
                     helper.mistake(box[name], box, INBOX, "a\0b"))
    end
    assert.matches("'inbox_id' must not", helper.mistake(outbox_core.label, "a\0b", "k"))
    assert.same({}, box:list(nil, 0, 10))
  end)

  it("lets go of what was taken in hand and not claimed", function()
    local job = assert(box:put(intent "k"))
    job:settle { outcome = "not_applied", code = "cancelled" }
    assert.equal("waiting", box:get(INBOX, "k").state)
  end)

  it("says that an earlier attempt may have been done", function()
    local job = assert(box:put(intent "k"))
    assert.is_false(select(2, job:claim(120)).doubt)
    job:settle { outcome = "unknown", code = "timeout" }
    assert.is_true(select(2, job:claim(120)).doubt)
  end)

  it("has a frozen label of inbox and key", function()
    assert.equal("am-55dd98b1803a025436b8008645ccc622",
                 outbox_core.label("a@example.com", "receipt-1"))
    assert.equal("am-55dd98b1803a025436b8008645ccc622", box:label("a@example.com", "receipt-1"))
    assert.matches("'key' must not", helper.mistake(box.label, box, "a@example.com", "a\0b"))
  end)

  it("loads without agentmail.core, which loads without it", function()
    assert.equal("nil\n", helper.run [[require "agentmail.outbox_core"
      print(package.loaded["agentmail.core"])]])
    assert.equal("nil\n", helper.run [[require "agentmail"
      print(package.loaded["agentmail.outbox_core"])]])
  end)
end)
