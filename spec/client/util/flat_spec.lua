-- SPDX-License-Identifier: MIT
-- Arguments with metamethods: what these return goes into the request.

local agentmail = require "agentmail"
local encoder = require "spec.support.encoder"
local flat = require "agentmail.util.flat"
local json = require "agentmail.util.json"

local function indexed(by, own) return setmetatable(own or {}, { __index = by }) end

-- A table that holds nothing itself, and shows the members of another.
local function proxy(of)
  return setmetatable({}, { __index = of, __len = function() return #of end,
                            __pairs = function() return next, of end })
end

-- Proxies of a value and of all tables in it.
local function proxies(of)
  if type(of) ~= "table" or getmetatable(of) then return of end
  local made = {}
  for name, member in pairs(of) do made[name] = proxies(member) end
  return proxy(made)
end

-- target, body as text and protection; or nil and the words.
local function written(name, arguments, lenient, owner)
  local request, words = encoder.request(name, arguments, lenient, nil, owner)
  if not request then return { nil, words } end
  return { request.target, encoder.text(request.body), request.protection }
end

local function body(name, arguments, lenient)
  local made = written(name, arguments, lenient)
  return (assert(made[1] and made[2], made[2]))
end

local SEND = "inboxes.messages.send"

describe("arguments with metamethods", function()
  it("give what __index returns for the names of the operation", function()
    local defaults = { subject = "Hello", labels = { "a" }, to = "x@y.z" }
    local expected = '{"labels":["a"],"to":"x@y.z","subject":"Hello","text":"t"}'
    assert.equal(expected, body(SEND, indexed(defaults, { text = "t" })))
    assert.equal(expected, body(SEND, indexed(function(_, name) return defaults[name] end,
                                              { text = "t" })))
    assert.equal('{"to":"x"}', body(SEND, indexed({ zzz = 1 }, { to = "x" })))
    assert.same({ nil, "'subject' must be a string, not a number (5)" },
                written(SEND, indexed(defaults, { subject = 5 })))
    assert.same({ "/v0/inboxes/o%40p/messages/send", '{"to":"x"}', "none" },
                written(SEND, indexed({ inbox_id = "o@p", idempotency_key = false },
                                      { to = "x", inbox_id = "o@p" })))
    assert.same({ "/v0/inboxes/in%40box.to/messages?limit=5", nil, "safe" },
                written("inboxes.messages.list", indexed { limit = 5 }))
  end)

  it("give one value for a parameter that is a Lua keyword", function()
    local name = "metrics.query_events"
    local at = "/v0/metrics/events?end=1970-01-01T00%3A00%3A07.000Z"
    assert.equal(at, written(name, indexed { ["end"] = 7 })[1])
    assert.equal(at, written(name, indexed({ end_ = 5 }, { ["end"] = 7 }))[1])
    assert.equal(at, written(name, indexed({ ["end"] = 5 }, { end_ = 7 }))[1])
  end)

  it("are the same bytes when they are nested", function()
    local data = { data = "x" }
    for name, case in pairs {
      [SEND] = { to = { "a@b.c", "d@e.f" }, headers = { ["X-A"] = "b", ["X-B"] = "c" },
                 attachments = { { url = "https://x/y", filename = "a.csv" }, data,
                                 { path = "/tmp/a.pdf" } }, labels = { "a", "b" },
                 idempotency_key = "k" },
      ["inboxes.create"] = { username = "u", client_id = "c",
                             metadata = { a = 1, b = true, c = agentmail.null, d = "x" } },
      ["api_keys.create"] = { client_id = "c", permissions = { message_read = true },
                              public_key = { kty = "EC", crv = "P-256", x = "1", y = "2" } },
      ["inboxes.drafts.update"] = { add_attachments = { { content = "aGk=", content_id = "i" } },
                                    to = agentmail.null, cc = {} },
      ["inboxes.messages.list"] = { labels = { "a", "b" }, ascending = true, before = 0 },
      ["lists.get"] = { entry = "a@b.c", type = "allow", direction = "send" },
    } do
      local made = written(name, case)
      assert.is_string(made[1], made[2])
      assert.same(made, written(name, proxies(case)))
      assert.same(made, written(name, flat.value(proxies(case))))
    end
  end)

  it("are the same bytes in what is passed unchecked", function()
    local case = { to = "x", idempotency_key = "k", new = { a = { "p", { "q" } }, b = { c = 1 } },
                   attachments = { { data = "x", newer = { 1, 2 } } } }
    local made = written(SEND, case, true)
    assert.equal('{"to":"x","attachments":[{"newer":[1,2],"content":"x"}],'
      .. '"new":{"a":["p",["q"]],"b":{"c":1}}}', made[2])
    assert.equal(made[2], body(SEND, { to = "x", idempotency_key = "k", new = proxies(case.new),
                                       attachments = proxies(case.attachments) }, true))
  end)

  it("are the same bytes in JSON and queries of one's own", function()
    local case = { a = { 1, { b = "c" } }, d = { 1, 2 } }
    assert.equal(json.encode(case), json.encode(proxies(case)))
    assert.equal(json.query(case), json.query(proxies(case)))
    assert.equal('{"a":{"b":1}}', json.encode { a = proxy { b = 1 } })
    assert.equal("[1,2]", json.encode(proxy { 1, 2 }))
  end)

  it("give members of records that __index alone returns", function()
    assert.equal('{"permissions":{"message_read":true}}',
                 body("api_keys.create", { permissions = indexed { message_read = true } }))
    assert.equal('{"public_key":{"kty":"EC","x":"1"}}',
                 body("api_keys.create", { public_key = indexed { kty = "EC", x = "1" } }))
    local event = { title = "t", start = "2026-10-15T09:00:00", timezone = "UTC", client_id = false,
                    end_ = "2026-10-15T10:00:00" }
    event.recurrence = indexed { rule = "FREQ=DAILY" }
    event.attendees = { indexed { email = "a@b.c", role = "optional" } }
    local made = body("inboxes.calendar.create_event", event)
    assert.matches('"recurrence":{"rule":"FREQ=DAILY"}', made, 1, true)
    assert.matches('"attendees":[{"email":"a@b.c","role":"optional"}]', made, 1, true)
    local function attached(item)
      return body(SEND, { to = "x@y.z", attachments = { item } }):match '"attachments":(.*)}$'
    end
    assert.equal('[{"filename":"a.pdf","content_type":"application/pdf","content":"/tmp/a.pdf"}]',
                 attached(indexed { path = "/tmp/a.pdf" }))
    assert.equal('[{"content":"x"}]', attached(indexed({ filename = "a.csv" }, { data = "x" })))
    assert.equal('[{"filename":"b","content_id":"i","url":"u"}]',
                 attached(indexed({ content_id = "i", url = "u" }, { filename = "b" })))
  end)

  it("give of maps and lists what is shown by pairs, # and positions", function()
    local headers = { ["X-A"] = "b" }
    local map = setmetatable({}, { __index = headers,
                                   __pairs = function() return next, headers end })
    assert.equal('{"to":"x@y.z","headers":{"X-A":"b"}}',
                 body(SEND, { to = "x@y.z", headers = map }))
    local list = setmetatable({ "a" }, { __index = { "a", "b" }, __len = function() return 1 end })
    assert.equal('{"labels":["a"],"to":"x@y.z"}', body(SEND, { to = "x@y.z", labels = list }))
    assert.equal('{"to":"x","headers":{}}',
                 body(SEND, { to = "x", headers = indexed { a = "1" } }))
    assert.equal('{"metadata":{"a":9,"b":2}}', body("inboxes.create", {
      client_id = false, metadata = setmetatable({ a = 9 }, {
        __index = { b = 2 }, __pairs = function() return next, { a = 1, b = 2 } end }) }))
  end)

  it("raise what a metamethod raises", function()
    local function boom() error("boom", 0) end
    for _, arguments in ipairs {
      indexed(boom, { to = "x" }), { to = setmetatable({}, { __len = boom }) },
      { to = "x", headers = setmetatable({}, { __pairs = boom }) },
    } do
      assert.has_error(function() written(SEND, arguments) end, "boom")
    end
    assert.is_table(written(SEND, { to = "x" }))
  end)

  it("are called objects where they are some", function()
    local function object(fields)
      return setmetatable(fields, { __name = "agentmail.Message", __index = {} })
    end
    assert.same({ nil, "takes named parameters, not an agentmail.Message; pass its id" },
                written("inboxes.messages.get", object { message_id = "m", subject = "s" }))
    assert.same({ nil, "'to' is an agentmail.Message: pass its id" },
                written(SEND, { to = object { message_id = "m" } }))
  end)

  it("may have a metatable that is hidden", function()
    local function hidden(by)
      return setmetatable({}, { __metatable = "no", __index = by })
    end
    assert.equal('{"to":"x"}', body(SEND, hidden { to = "x" }))
    assert.equal('{"to":"x","attachments":[{"url":"u"}]}',
                 body(SEND, { to = "x", attachments = { hidden { url = "u" } } }))
  end)

  it("may hold themselves, which is told as for other tables", function()
    local cycle = indexed {}
    cycle.self, cycle.other = cycle, cycle
    local crowd = indexed {} -- a walk into all of its members would not end
    for i = 1, 20 do crowd["m" .. i] = crowd end
    local list = "'to' must be a list: keys 1, 2, 3 … without gaps, and no others"
    assert.same({ nil, list }, written(SEND, { to = cycle }))
    assert.same({ nil, "'metadata'[\"other\"] must be a string, number, boolean or "
      .. "agentmail.null, not a table" }, written("inboxes.create", { metadata = cycle }))
    local endless
    endless = setmetatable({}, { __pairs = function() return next, { inner = endless } end,
                                 __index = function() return endless end })
    for _, deep in ipairs { cycle, crowd, endless } do
      local words = written(SEND, { to = "x", new = deep }, true)[2]
      assert.matches("is nested more than 100 levels deep$", words)
    end
  end)

  it("may be an object of one's own that a method completes the path with", function()
    local draft = indexed { draft_id = "d", client_id = "c" }
    local made = written("inboxes.drafts.send", { add_labels = "q" }, false, draft)
    assert.equal("/v0/inboxes/in%40box.to/drafts/d/send", made[1])
    local request = encoder.request("inboxes.drafts.send", {}, false, nil, draft)
    assert.equal(agentmail.key("drafts.send", "in@box.to", "client_id", "c"), request.key)
  end)
end)

describe("a flattened value", function()
  it("is a copy in which arrays are arrays, and objects have their names", function()
    local function name() return getmetatable(flat.value(indexed({}, {}))) end
    assert.is_nil(name())
    local array = agentmail.array {}
    local made = flat.value { array, setmetatable({}, { __name = "a.Class", __index = {} }) }
    assert.equal(getmetatable(array), getmetatable(made[1]))
    assert.same({ __name = "a.Class" }, getmetatable(made[2]))
    assert.equal(5, flat.value(5))
  end)

  it("is neither weak nor finalized", function()
    local finalized = 0
    local of = setmetatable({ inner = { 1 } }, { __mode = "v",
                                                 __gc = function() finalized = finalized + 1 end })
    local made = flat.value { of }
    collectgarbage()
    assert.same({ { inner = { 1 } } }, made)
    made, of = nil, of and nil
    collectgarbage()
    collectgarbage()
    assert.equal(1, finalized)
    assert.is_nil(made or of)
  end)

  it("has a table once that was there several times", function()
    local shared = { 1 }
    for _ = 1, 60 do shared = { a = shared, b = shared } end
    local made = flat.value(shared)
    assert.equal(made.a, made.b)
    assert.not_equal(shared.a, made.a)
  end)
end)
