-- SPDX-License-Identifier: MIT
local helper = require "spec.support.helper"
local agentmail = require "agentmail"
local requests = require "agentmail.call.request"
local schema = require "agentmail.api.plan"

local public = agentmail.new { api_key = "k", base_url = "http://127.0.0.1:9" }
local client = getmetatable(public:inbox "a").scope.client -- its private part

local function build(name, arguments, options, ids, owner)
  local scope = { ids = ids or {}, client = client }
  return requests.build(schema.plan(name), scope, arguments, options, owner)
end

local function mistake(...)
  local request, words = build(...)
  assert.is_nil(request)
  return words
end

local bound = { inbox_id = "in@box.to" }

describe("a request", function()
  it("has path and query in its target", function()
    assert.equal("/v0/inboxes/a%40b.c", build("inboxes.get", "a@b.c").target)
    assert.equal("/v0/inboxes/a/messages/%3Cm%3E",
                 build("inboxes.messages.get", { inbox_id = "a", message_id = "<m>" }).target)
    assert.equal(
      "/v0/inboxes/in%40box.to/messages?limit=2&labels=%5B%22unread%22%5D&ascending=true",
      build("inboxes.messages.list", { ascending = true, labels = "unread", limit = 2 }, nil,
            bound).target)
    assert.equal("/v0/inboxes", build("inboxes.list").target)
    assert.equal("/v0/inboxes", build("inboxes.list", {}).target)
  end)

  it("has the fields of its body in declared order", function()
    assert.equal('{"labels":[],"to":"a@b.c","subject":"s","text":"t"}',
      build("inboxes.messages.send", { text = "t", subject = "s", to = "a@b.c", labels = {} }, nil,
            bound).body)
    assert.equal('{"subject":null,"send_at":null}',
      build("inboxes.drafts.update", { draft_id = "d", send_at = agentmail.null,
                                       subject = agentmail.null }, nil, bound).body)
  end)

  it("has an empty object for a body only if the API wants one", function()
    assert.equal("{}", build("inboxes.drafts.send", "d", nil, bound).body)
    assert.is_nil(build("inboxes.create", { client_id = false }).body)
    assert.equal("{}", build("pods.inboxes.create", { pod_id = "p", client_id = false }).body)
    assert.is_nil(build("inboxes.delete", "a").body)
    assert.is_nil(build("domains.verify", "d").body)
  end)

  it("takes ids from its scope and from the object of the method", function()
    local owner = { message_id = "<m>", thread_id = "t" }
    assert.equal("/v0/inboxes/in%40box.to/messages/%3Cm%3E/reply",
                 build("inboxes.messages.reply", {}, nil, bound, owner).target)
    assert.equal("/v0/inboxes/in%40box.to/messages/%3Cm%3E/attachments/a1",
                 build("inboxes.messages.get_attachment", "a1", nil, bound, owner).target)
  end)

  it("is bound to the inbox that it names", function()
    local arguments = { inbox_id = "a@b.c", message_id = "m" }
    assert.equal("a@b.c", build("inboxes.messages.reply_all", arguments).scope.ids.inbox_id)
  end)

  it("takes a lone string for the one open parameter, or for a search", function()
    assert.equal("/v0/inboxes/in%40box.to/messages/search?q=two%20words",
                 build("inboxes.messages.search", "two words", nil, bound).target)
    assert.equal("/v0/inboxes/search?q=x", build("inboxes.search", "x").target)
  end)

  it("takes `end` under the name end_", function()
    assert.equal(build("metrics.query_usage", { ["end"] = 5 }).target,
                 build("metrics.query_usage", { end_ = 5 }).target)
  end)
end)

describe("a caller's mistake", function()
  it("in a request is named, with advice", function()
    local pass_a_table = "one string cannot be both 'inbox_id' and 'message_id'; pass a table"
    local not_utf8 = "'text' is not valid UTF-8 (byte 1); convert the text to UTF-8 first"
    for words, call in pairs {
      ["inboxes.messages.send: unknown parameter 'sbject' (did you mean 'subject'?)"] =
        { "inboxes.messages.send", { sbject = "x" }, nil, bound },
      ["inboxes.messages.send: 'deadline' is an option of the call: pass it in a second table, "
        .. "after the parameters"] = { "inboxes.messages.send", { to = "a", deadline = 5 } },
      ["metrics.query_usage: 'end' and 'end_' are one parameter; give one of them"] =
        { "metrics.query_usage", { end_ = 5, ["end"] = 6 } },
      ["inboxes.messages.list: 'full' is for each and all, the loops over all pages"] =
        { "inboxes.messages.list", { full = true } },
      ["inboxes.messages.search: 'max' is for each and all, the loops over all pages"] =
        { "inboxes.messages.search", { max = 1 } },
      ["inboxes.messages.get: takes named parameters, not an agentmail.Message; pass its id"] =
        { "inboxes.messages.get", setmetatable({ size = 1 }, { __name = "agentmail.Message" }) },
      ["inboxes.delete: unknown parameter 'verbose'; known: inbox_id"] =
        { "inboxes.delete", { verbose = true } },
      ["inboxes.get: 'inbox_id' is required"] = { "inboxes.get" },
      ["inboxes.get: 'inbox_id' must not be empty"] = { "inboxes.get", "" },
      ['inboxes.get: \'inbox_id\' must not be "..": that would be another path'] =
        { "inboxes.get", ".." },
      ["inboxes.get: 'inbox_id' must be a string, not a number (7)"] =
        { "inboxes.get", { inbox_id = 7 } },
      ["inboxes.get: takes a table of named parameters, not a number"] = { "inboxes.get", 7 },
      ["inboxes.messages.get: " .. pass_a_table] =
        { "inboxes.messages.get", "x" },
      ['inboxes.messages.send: takes a table of named parameters, not the string "hi"'] =
        { "inboxes.messages.send", "hi", nil, bound },
      ["inboxes.messages.send: 'inbox_id' is already \"in@box.to\" here; leave it out"] =
        { "inboxes.messages.send", { inbox_id = "other" }, nil, bound },
      ["inboxes.search: 'q' is required"] = { "inboxes.search", { limit = 3 } },
      ["agent.verify: 'otp_code' is required"] = { "agent.verify" },
      ["inboxes.messages.send: 'to'[2] must be a string, not a number (3)"] =
        { "inboxes.messages.send", { to = { "a", 3 } }, nil, bound },
      ["inboxes.messages.send: 'text' must be a string, not a number (3)"] =
        { "inboxes.messages.send", { text = 3 }, nil, bound },
      ["inboxes.messages.send: 'subject' cannot be cleared with agentmail.null here"] =
        { "inboxes.messages.send", { subject = agentmail.null }, nil, bound },
      ["inboxes.messages.send: " .. not_utf8] =
        { "inboxes.messages.send", { text = "\xff" }, nil, bound },
      ["inboxes.get: unknown option 'deadlin' (did you mean 'deadline'?)"] =
        { "inboxes.get", "a", { deadlin = 3 } },
      ["inboxes.get: option 'deadline' must be a number, not a string"] =
        { "inboxes.get", "a", { deadline = "3" } },
      ["inboxes.get: options must be a table, not a number"] = { "inboxes.get", "a", 3 },
      ["inboxes.get: unknown parameter 'idempotency_key'; known: inbox_id"] =
        { "inboxes.get", { inbox_id = "a", idempotency_key = "k" } },
    } do
      assert.equal(words, mistake(table.unpack(call, 1, 4)))
    end
  end)

  it("in a map is named with its key", function()
    assert.equal("inboxes.messages.send: 'headers'[\"X-A\"] must not contain a line break or NUL",
      mistake("inboxes.messages.send", { headers = { ["X-A"] = "1\r\nBcc: evil" } }, nil, bound))
  end)
end)

describe("the options of a call", function()
  it("are passed to the core, with the operation's name", function()
    local options = build("inboxes.get", "a", { deadline = 3, attempts = 2 }).options
    assert.same({ anonymous = false, deadline = 3, attempts = 2 }, options)
    assert.same({ anonymous = false }, build("inboxes.get", "a").options)
    assert.is_true(build("agent.sign_up", { human_email = "a", username = "b" }).options.anonymous)
  end)

  it("ask for events only if there is an on_attempt", function()
    local function observer() end
    local request = build("inboxes.get", "a", { on_attempt = observer })
    assert.equal(observer, request.observer)
    assert.is_true(request.options.events)
    assert.is_nil(request.options.on_attempt)
  end)
end)

describe("an answer in gzip", function()
  it("is asked for where it may be long, and read wherever it comes", function()
    local PACKED = "\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0" -- {}
    local packed = { status = 200, body = PACKED, headers = { ["Content-Encoding"] = "gzip" } }
    local own, log = helper.scripted { packed, packed, packed, packed, packed, packed }
    local inbox = own:inbox "in@box.to"
    own.inboxes:get "in@box.to"
    inbox.messages:send { to = "a@example.com", idempotency_key = "k" }
    assert.is_true(inbox.messages:delete "m")
    own.inboxes:list()
    inbox.messages:get "m"
    own:request { path = "/v0/x" }
    for i = 1, 6 do
      assert.equal(i > 3 and "gzip" or nil, log[i].headers["accept-encoding"])
    end
  end)
end)

describe("request bytes", function()
  -- The order of insertion differs from process to process, like hash order.
  local program = [[
    local requests, schema = require "agentmail.call.request", require "agentmail.api.plan"
    local null, core = require "agentmail".null, require "agentmail.core"
    math.randomseed(tonumber(os.getenv "SEED"))
    local function shuffled(map)
      local keys, made = {}, {}
      for key in pairs(map) do table.insert(keys, math.random(#keys + 1), key) end
      for _, key in ipairs(keys) do
        made[key] = type(map[key]) == "table" and not map[key][1] and shuffled(map[key]) or map[key]
      end
      return made
    end
    local function bytes(name, arguments, ids)
      local request = assert(requests.build(schema.plan(name),
        { ids = ids, client = {} }, shuffled(arguments)))
      print(request.target)
      print(request.body)
      print(core.sha256(request.plan.method .. request.target .. (request.body or "")))
    end
    local ids = { inbox_id = "in@box.to" }
    bytes("inboxes.messages.send", {
      to = { "a@example.com", "b@example.com" }, cc = {}, subject = "Größe / size",
      text = "1\n2\t\"3\"\127",
      html = "<p>€</p>", labels = { "x" }, headers = { B = "2", A = "1", c = "3", ["A-b"] = "4" },
      track_opens = false, idempotency_key = "k",
      attachments = { { url = "https://example.com/f", filename = "f",
                        content_type = "text/plain" } },
    }, ids)
    bytes("inboxes.update", { display_name = "N", metadata = {
      z = 1, y = 2.5, x = true, w = "s", v = null, big = 9007199254740993, ["é"] = 0.1, a = 1e21,
    } }, ids)
    bytes("inboxes.messages.list", { labels = { "a b", "c" }, limit = 5, after = 1788179696,
      include_spam = true, from = "x@y.z" }, ids)
  ]]

  local golden = table.concat({
    "/v0/inboxes/in%40box.to/messages/send",
    [[{"labels":["x"],"to":["a@example.com","b@example.com"],"cc":[],"subject":"Größe / size",]]
      .. [["text":"1\n2\t\"3\"]] .. "\127" .. [[","html":"<p>€</p>",]]
      .. [["attachments":[{"filename":"f","content_type":"text/plain",]]
      .. [["url":"https://example.com/f"}],]]
      .. [["headers":{"A":"1","A-b":"4","B":"2","c":"3"},"track_opens":false}]],
    "FINGERPRINT",
    "/v0/inboxes/in%40box.to",
    [[{"display_name":"N","metadata":{"a":1e+21,"big":9007199254740993,"v":null,"w":"s",]]
      .. [["x":true,"y":2.5,"z":1,"é":0.1}}]],
    "FINGERPRINT",
    "/v0/inboxes/in%40box.to/messages?limit=5&labels=%5B%22a%20b%22%2C%22c%22%5D"
      .. "&after=2026-08-31T12%3A34%3A56.000Z&include_spam=true&from=%5B%22x%40y.z%22%5D",
    "nil",
    "FINGERPRINT\n",
  }, "\n")

  it("are the same in four processes and with shuffled tables", function()
    local first = helper.run(program, "SEED=1")
    for seed = 2, 4 do assert.equal(first, helper.run(program, "SEED=" .. seed)) end
    local fingerprint = ("%x"):rep(64)
    assert.equal(golden, (first:gsub(fingerprint, "FINGERPRINT")))
  end)
end)
