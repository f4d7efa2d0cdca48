-- SPDX-License-Identifier: MIT
-- A process that has run out of descriptors, has left its folder, or can no longer find its
-- modules: a call either raises before anything was sent, or returns a value or `nil, message,
-- failure`. Each test has its own process; the server counts the requests.

local helper = require "spec.support.helper"
local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

-- The program: HAPPENS is the event, STAGE its time, FIRST an earlier call of the same kind that
-- succeeds, CALLS the calls after the event. It prints a line for each of these: "value",
-- "failure CODE OUTCOME", or "raise" and the error.
local PROGRAM = [[
local has_happened = false
local held = {}
local function happen()
  has_happened = true
  HAPPENS
end
local agentmail = require "agentmail"
if STAGE == "require" then happen() end
local made, client = pcall(agentmail.new, { base_url = URL, api_key = "am_test_bare", limits = {
  attempts = 4, backoff_base = 0.001, backoff_cap = 0.001, budget_cost = 0, poll_base = 0.001,
  poll_cap = 0.001 } })
if not made then
  print("raise " .. tostring(client))
  return
end
if STAGE == "new" then happen() end
if STAGE == "a call" then
  FIRST
  happen()
end
assert(has_happened)
local function call(f)
  local done, value, message, failure = pcall(f)
  if not done then
    print("raise " .. tostring(value))
  elseif value ~= nil then
    print "value"
    return value
  else
    assert(type(message) == "string", "no message")
    assert(type(failure) == "table" and tostring(failure) == message, "no failure")
    print("failure " .. failure.code .. " " .. failure.outcome)
    return nil, failure
  end
end
CALLS
]]

-- The events: name, code, possible stages, and the limit of the process.
local EVENTS = {
  { "no descriptor is left", [[
      repeat
        local file = io.open "/dev/null"
        held[#held + 1] = file
      until not file]], { "require", "new", "a call" }, "ulimit -S -n 64;" },
  -- lfs comes with busted.
  { "the process is in another folder", 'assert(require "lfs".chdir "/")',
    { "require", "new", "a call" } },
  { "there is no path to modules", 'package.path, package.cpath = "", ""', { "new", "a call" } },
}

local JSON_404 = raw.json(404, '{"name":"NotFoundError","code":"not_found","message":"No."}')
local DOMAIN = '{"domain_id":"d1","domain":"a.org"}'
local LINK = '{"attachment_id":"f","size":5,"download_url":"%s/v0/file"}'

local function json(body) return { bytes = raw.json(200, body), link = body == LINK } end
local function at(path, answer)
  answer.to = path
  return answer
end

-- Kinds of calls: the call, and one of the same kind that succeeds, with its answer.
local KINDS = {
  delete = { [[call(function() return client.inboxes:delete "a@b.c" end)]],
    [[assert(client.inboxes:delete "warm@b.c")]], { bytes = raw.NO_CONTENT } },
  send = { [[call(function()
      return client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t" } end)]],
    [[assert(client:inbox("warm@b.c").messages:send { to = "x@y.z", text = "t" })]],
    json '{"message_id":"<m@x>","thread_id":"t1"}' },
  send_file = { [[call(function() return client:inbox("a@b.c").messages:send {
      to = "x@y.z", attachments = { { path = "FILE" } } } end)]],
    [[assert(client:inbox("warm@b.c").messages:send { to = "x@y.z", text = "t" })]],
    json '{"message_id":"<m@x>","thread_id":"t1"}' },
  list = { [[
      local page = call(function() return client.inboxes:list() end)
      if page then call(function() return page:next() end) end]],
    [[assert(client.inboxes:list { page_token = "warm" })]],
    json '{"inboxes":[{"inbox_id":"a@b.c"}]}' },
  thread = { [[call(function() return client:inbox("a@b.c").threads:get "t1" end)]],
    [[assert(client:inbox("warm@b.c").threads:get "t1")]],
    json '{"thread_id":"t1","messages":[]}' },
  create = { [[call(function() return client.domains:create { domain = "a.org" } end)]],
    [[assert(client.pods.domains:create { pod_id = "warm", domain = "a.org" })]], json(DOMAIN) },
  door = { [[call(function() return client:request { method = "PUT", path = "/v0/w" } end)]],
    [[assert(client:request { method = "PUT", path = "/v0/warm" })]], json '{"a":1}' },
  save = { [[call(function()
      return client:inbox("a@b.c"):message("<m@x>"):attachment("f"):save "FILE" end)]],
    [[assert(client:inbox("warm@b.c"):message("<m@x>"):attachment("f"):get())]],
    json(LINK) },
  read = { [[call(function()
      return client:inbox("a@b.c"):message("<m@x>"):attachment("f"):read() end)]],
    [[assert(client:inbox("warm@b.c"):message("<m@x>"):attachment("f"):get())]],
    json(LINK) },
  wait = { [[call(function()
      return client:inbox("a@b.c").messages:wait { timeout = 0.1 } end)]],
    [[assert(client:inbox("warm@b.c").messages:list())]], json '{"count":0,"messages":[]}' },
  retry = { [[
      local _, failure = call(function()
        return client.inboxes:delete("a@b.c", { attempts = 1 })
      end)
      if failure then call(function() return failure:retry() end) end]],
    [[assert(client.inboxes:delete "warm@b.c")]], { bytes = raw.NO_CONTENT } },
}

local RESET = { bytes = "", finish = "reset" }
local NO = { bytes = raw.json(403, '{"code":"forbidden","message":"No."}') }

-- The calls: name, kind, answers, the last line without an event, and the requests of its first
-- call if there are two.
local OPERATIONS = {
  { "a delete", KINDS.delete, { { bytes = raw.NO_CONTENT } }, "value" },
  { "a delete that is refused", KINDS.delete, { NO }, "failure forbidden not_applied" },
  { "a delete in doubt", KINDS.delete, { RESET, { bytes = JSON_404 } }, "value" },
  { "a send", KINDS.send, { KINDS.send[3] }, "value" },
  { "a send that is refused in a foreign format", KINDS.send,
    { { bytes = raw.html(400, "<title>No</title>") } }, "failure rejected not_applied" },
  { "a send with a lost answer", KINDS.send, { RESET, KINDS.send[3] }, "value" },
  { "a send with a file", KINDS.send_file, { KINDS.send[3] }, "value" },
  { "a list and its next page", KINDS.list, {
    json '{"inboxes":[{"inbox_id":"a@b.c"}],"next_page_token":"t"}',
    json '{"inboxes":[{"inbox_id":"b@b.c"}]}' }, "value", 1 },
  { "a thread in pages", KINDS.thread, {
    json '{"thread_id":"t1","messages":[{"message_id":"<1@x>"}],"next_page_token":"t"}',
    json '{"thread_id":"t1","messages":[{"message_id":"<2@x>"}]}' }, "value" },
  { "a create of an existing object", KINDS.create, {
    at("^POST", { bytes = "", finish = "reset" }),
    at("^POST", { bytes = raw.json(403, '{"code":"already_exists","message":"Taken."}') }),
    at("domains$", json('{"domains":[' .. DOMAIN .. "]}")), at("domains/d1$", json(DOMAIN)) },
    "value" },
  { "client:request", KINDS.door, { KINDS.door[3] }, "value" },
  { "client:request that is refused", KINDS.door, { NO }, "failure forbidden not_applied" },
  { "a download into a file", KINDS.save,
    { at("attachments", json(LINK)), { bytes = raw.plain(200, "bytes") } }, "value" },
  { "a download into a file, cut", KINDS.save,
    { at("attachments", json(LINK)), { bytes = "HTTP/1.1 200", finish = "close" } },
    "failure network not_applied" },
  { "a download into a string", KINDS.read,
    { at("attachments", json(LINK)), { bytes = raw.plain(200, "bytes") } }, "value" },
  { "a wait for mail", KINDS.wait, { json '{"count":0,"messages":[]}' },
    "failure timeout not_applied" },
  { "a retry", KINDS.retry, { RESET, { bytes = raw.NO_CONTENT } }, "value", 1 },
  { "a retry that is refused", KINDS.retry, { RESET, NO }, "failure forbidden unknown", 1 },
}

describe("in a process in which", function()
  local server, file

  setup(function()
    server = raw_server.start()
    file = os.tmpname()
    local out <close> = assert(io.open(file, "w"))
    out:write "old"
  end)

  teardown(function()
    server:close()
    os.remove(file)
  end)

  -- The lines that a child printed for its calls, and the number of their requests.
  local function run(event, stage, operation)
    local kind, list = operation[2], {}
    local function add(answer, path)
      list[#list + 1] = { bytes = answer.bytes, finish = answer.finish, to = path or answer.to }
      if answer.link then list[#list].bytes = raw.json(200, LINK:format(server.url)) end
    end
    if stage == "a call" then add(kind[3], "warm") end
    for _, answer in ipairs(operation[3]) do add(answer) end
    server:script(list)
    local program = PROGRAM:gsub("%u%u%u%u+", { HAPPENS = event[2], FIRST = kind[2],
                                                CALLS = kind[1] }):gsub("FILE", file)
    local output = helper.run(("local STAGE, URL = %q, %q\n"):format(stage, server.url) .. program,
                              event[4])
    local count, lines = 0, {}
    for _, request in ipairs(server:log()) do
      if not request.target:find "warm" then count = count + 1 end
    end
    for line in output:gmatch "[^\n]+" do lines[#lines + 1] = line end
    return lines, count, output
  end

  -- Forbids an error once a request of that call was sent, and any output but these lines.
  local function check(operation, lines, count, output)
    assert.is_true(#lines > 0, output)
    for i, line in ipairs(lines) do
      if line:find "^raise " then
        local before = i == 2 and operation[5] or 0
        assert.equal(before, count, "raised after a request went out: " .. output)
        return
      end
      assert.is_truthy(line == "value" or line:find "^failure %S+ %S+$", output)
    end
  end

  local FEW = { OPERATIONS[1], OPERATIONS[2], OPERATIONS[4], OPERATIONS[8] }

  for _, event in ipairs(EVENTS) do
    for _, stage in ipairs(event[3]) do
      for _, operation in ipairs(stage == "require" and FEW or OPERATIONS) do
        it(("%s, after %s: %s"):format(event[1], stage, operation[1]), function()
          check(operation, run(event, stage, operation))
        end)
      end
    end
  end

  it("no descriptor is left, a first delete returns a failure", function()
    for _, operation in ipairs { OPERATIONS[1], OPERATIONS[2], OPERATIONS[3] } do
      local lines, count, output = run(EVENTS[1], "new", operation)
      assert.equal(0, count)
      assert.equal(1, #lines, output)
      assert.matches("^failure %S+ not_applied$", lines[1], output)
    end
  end)

  it("no descriptor is left, an open connection still works", function()
    for _, operation in ipairs { OPERATIONS[1], OPERATIONS[2], OPERATIONS[4] } do
      local lines, count, output = run(EVENTS[1], "a call", operation)
      assert.same({ operation[4], 1 }, { lines[1], count }, output)
    end
  end)

  it("nothing happens, all calls succeed", function()
    for _, operation in ipairs(OPERATIONS) do
      local lines, _, output = run({ "nothing", "" }, "new", operation)
      assert.equal(operation[4], lines[#lines], operation[1] .. ": " .. output)
    end
  end)
end)
