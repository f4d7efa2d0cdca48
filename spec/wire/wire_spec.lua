-- SPDX-License-Identifier: MIT
-- On the wire we match the official TypeScript package: every operation is called with the same
-- arguments as the package in spec/wire/record.mjs, and must send the same request.

local agentmail = require "agentmail"
local cjson = require "cjson"
local drift = require "spec.support.drift"
local listener = require "agentmail.sandbox.listener"
local operations = require "agentmail.api.operations"
local schema = require "agentmail.api.plan"
local whole_answer = require "spec.support.whole_answer"

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local recorded = cjson.decode(read "spec/wire/recorded.json")

local cases, names = {}, {}
for _, case in ipairs(recorded.requests) do
  if not cases[case.operation] then
    cases[case.operation] = {}
    names[#names + 1] = case.operation
  end
  table.insert(cases[case.operation], case)
end

-- Intended differences --------------------------------------------------------------------------

local differences = {
  {
    name = "a send without a key gets an Idempotency-Key",
    reason = "the package repeats it without one, and the mail goes out twice",
    protection = "idempotency_key",
    off = { idempotency_key = false },
    expect = function(ours, theirs)
      assert.matches("^[A-Za-z0-9._~-]+$", ours.headers["idempotency-key"])
      theirs.headers["idempotency-key"] = ours.headers["idempotency-key"]
    end,
  },
  {
    name = "a create without a client_id gets one",
    reason = "the package repeats it without one, and makes a second inbox, draft, pod or webhook",
    protection = "client_id",
    off = { client_id = false },
    expect = function(ours, theirs)
      local id = cjson.decode(ours.body).client_id
      assert.matches("^%x+%-%x+%-4%x+%-[89ab]%x+%-%x+$", id)
      local rest = (theirs.body or "{}"):sub(2)
      theirs.body = ('{"client_id":"%s"%s%s'):format(id, rest == "}" and "" or ",", rest)
      theirs.headers["content-type"] = "application/json"
    end,
  },
}

-- The package treats a request with public_key like one for a bearer key: it drops public_key,
-- client_id and expires_at, and returns a secret that was not asked for. We send the full request.
local function with_public_key(case)
  local key = case.arguments.public_key
  if not key then return case.body end
  return (case.body:gsub("}$", (',"public_key":%s,"client_id":"%s","expires_at":"%s"}'):format(
    cjson.encode(key), case.arguments.client_id, case.arguments.expires_at["$date"])))
end

-- Comparison ------------------------------------------------------------------------------------

-- JSON with sorted object members: null, {} and [] stay distinct.
local function canonical(text)
  local value, at = nil, 1
  local function token(pattern)
    local found, next_at = text:match("^%s*(" .. pattern .. ")()", at)
    if found then at = next_at end
    return found
  end
  local function list(close)
    local members = {}
    if token(close) then return members end
    repeat
      local name = close == "}" and assert(token '"[^"]*"') .. assert(token ":") or ""
      members[#members + 1] = name .. value()
    until not token ","
    assert(token(close), "not JSON: " .. text:sub(at))
    return members
  end
  local function string()
    local from = at
    while true do
      local mark = assert(text:find('["\\]', at), "no end of a string")
      if text:byte(mark) == 34 then
        at = mark + 1
        return cjson.encode(cjson.decode('["' .. text:sub(from, mark) .. "]")[1])
      end
      at = mark + 2
    end
  end
  function value()
    if token "{" then
      local members = list "}"
      table.sort(members)
      return "{" .. table.concat(members, ",") .. "}"
    end
    if token "%[" then return "[" .. table.concat(list "%]", ",") .. "]" end
    if token '"' then return string() end
    local word = assert(token "[%w.+-]+", "not JSON: " .. text:sub(at))
    return tonumber(word) and ("%.17g"):format(tonumber(word)) or word
  end
  local whole = value()
  assert(at > #text, "more than one value: " .. text)
  return whole
end

local function comparable(request)
  return {
    method = request.method, target = request.target,
    body = request.body and request.body ~= "" and canonical(request.body) or nil,
    authorization = request.headers.authorization,
    content_type = request.headers["content-type"],
    idempotency_key = request.headers["idempotency-key"],
  }
end

-- A copy of the arguments, with each { "$date": … } converted by `date`.
local function arguments_of(value, date)
  if type(value) ~= "table" then return value end
  if value["$date"] then return date(value["$date"]) end
  local made = {}
  for name, member in pairs(value) do made[name] = arguments_of(member, date) end
  return made
end

local function as_text(text) return text end

local function as_number(text)
  local year, month, day, hour, minute, second = text:match(
    "^(%d+)%-(%d+)%-(%d+)T(%d+):(%d+):([%d.]+)Z$")
  local midnight = os.time { year = year, month = month, day = day, hour = 12 }
  local utc = os.time(os.date("!*t", midnight)) -- for this zone's offset on that day
  return midnight + (midnight - utc) + (hour - 12) * 3600 + minute * 60 + tonumber(second)
end

local function difference_of(name, case)
  for _, difference in ipairs(differences) do
    local field = next(difference.off)
    if operations[name][3] == difference.protection and case.arguments[field] == nil then
      return difference
    end
  end
end

describe("on the wire,", function()
  local server, client

  setup(function()
    server = assert(listener.start { module = "spec.support.request_recorder",
                                     config = whole_answer() })
    client = agentmail.new {
      api_key = "am_wire", base_url = "http://127.0.0.1:" .. server:port(), proxy = "",
      limits = { attempts = 1 },
      checks = false, -- some recordings hold less than the service requires
    }
  end)

  before_each(function() server:call() end)

  teardown(function()
    client:close()
    server:close()
  end)

  local function seen()
    local requests = cjson.decode(server:call())
    assert.equal(1, #requests)
    return requests[1]
  end

  -- The long form, like the package's: client.inboxes.messages:send { inbox_id = …, … }
  local function long_door(name, arguments)
    local at = client
    for word in name:gmatch "([%w_]+)%." do at = at[word] end
    return at[name:match "[%w_]+$"](at, arguments)
  end

  -- The short form, if there is one: client:inbox(id).messages:send { … }
  local function short_door(name, arguments)
    local scope, rest = name:match "^(%a+)%.(.+)$"
    local class = ({ inboxes = "inbox", pods = "pod" })[scope]
    local id = class and arguments[class .. "_id"]
    if not id or name == "inboxes.authorize" then return long_door(name, arguments) end
    arguments[class .. "_id"] = nil
    local at = client[class](client, id)
    for word in rest:gmatch "([%w_]+)%." do at = at[word] end
    local method = rest:match "[%w_]+$"
    return at[method](at, arguments)
  end

  local function expected(case)
    local headers = {}
    for name, value in pairs(case.headers) do headers[name] = value end
    return { method = case.method, target = case.target, headers = headers,
             body = with_public_key(case) }
  end

  it("all 140 operations are recorded", function()
    assert.equal(140, #names)
  end)

  for _, name in ipairs(names) do
    it(name .. " is what the official npm package sends", function()
      for _, case in ipairs(cases[name]) do
        local arguments = arguments_of(case.arguments, as_text)
        local difference = difference_of(name, case)
        for field, off in pairs(difference and difference.off or {}) do arguments[field] = off end
        assert(long_door(name, arguments))
        assert.same(comparable(expected(case)), comparable(seen()))
      end
    end)

    it(name .. " called on a handle, its dates as numbers, is the same", function()
      for _, case in ipairs(cases[name]) do
        assert(short_door(name, arguments_of(case.arguments, as_number)))
        local ours, theirs = seen(), expected(case)
        local difference = difference_of(name, case)
        if difference then difference.expect(ours, theirs) end
        assert.same(comparable(theirs), comparable(ours))
      end
    end)
  end
end)

describe("operations.lua and the official npm package", function()
  it("differ in methods, paths, fields and words only as listed in drift.txt", function()
    assert.same(drift.known(), drift.of(recorded))
  end)

  it("have the same parameters in their paths", function()
    for name, theirs in pairs(recorded.operations) do
      assert.same(theirs.params, schema.plan(name).params)
    end
  end)

  it("would be seen to differ", function()
    local theirs = {}
    for name, row in pairs(recorded.operations) do theirs[name] = row end
    theirs["inboxes.get"] = nil
    theirs["pods.get"] = { method = "POST", path = "/v0/pods/{pod_id}", query = { "x" }, body = {} }
    theirs["zebras.list"] = { method = "GET", path = "/v0/zebras", query = {}, body = {} }
    local known, found = {}, {}
    for _, line in ipairs(drift.known()) do known[line] = true end
    for _, line in ipairs(drift.of { operations = theirs, words = { usage_type = { "x" } } }) do
      if not known[line] then found[#found + 1] = line end
    end
    assert.same({
      "changed pods.get GET /v0/pods/{pod_id} was POST /v0/pods/{pod_id}",
      "changed pods.get query -x", "changed usage_type +domain_count +inbox_count +message_count "
        .. "+pod_count +storage_bytes +thread_count -x", "missing zebras.list GET /v0/zebras",
      "new inboxes.get GET /v0/inboxes/{inbox_id}",
    }, found)
  end)
end)
