-- SPDX-License-Identifier: MIT
-- A server that cuts its answer at every byte: no wrong `applied`, no wrong `not_applied`, no
-- changed file, no second execution of an unprotected call. The server's counts are the judge.

local cuts = require "spec.support.cuts"
local raw = require "spec.support.raw_answers"
local raw_server = require "spec.support.raw_server"

local FRAMINGS = { "length", "chunked", "close", "gzip", "gzip_chunked" }

-- One test for each.
local cases = {}

local function add(name, case)
  case.name = name
  cases[#cases + 1] = case
end

-- A case for each framing of its JSON.
local function add_framed(name, status, json, make)
  for _, framing in ipairs(FRAMINGS) do
    local bytes, by_close = raw.framings[framing](status, "application/json", json)
    local case = make()
    case.bytes, case.by_close = bytes, by_close
    case.whole_at = framing:find "chunked" and raw.last_chunk(bytes) or nil
    if by_close and case.nothing then case.empty_at = raw.head_size(bytes) end
    add(("%s, framed by %s"):format(name, framing:gsub("_", " and ")), case)
  end
end

local function done(value) return value == true end

local SENT = '{"message_id":"<m@x>","thread_id":"t1"}'

local function is_sent(message)
  return message.message_id == "<m@x>" and message.thread_id == "t1"
end

add_framed("a send with a key", 200, SENT, function()
  return { effect = "keyed", right = is_sent, run = function(client)
    return client:inbox("a@b.c").messages:send { to = "x@y.z", text = "t" }
  end }
end)

add_framed("an unprotected request", 200, '{"verified":true}', function()
  return { effect = "none",
    run = function(client) return client.agent:verify { otp_code = "123456" } end,
    right = function(answer) return answer.verified == true end }
end)

local function delete(client) return client.inboxes:delete "a@b.c" end

add("a delete, answered by 204", { effect = "idempotent", bytes = raw.NO_CONTENT, run = delete,
                                   right = done })

add_framed("a delete, answered by JSON", 200, '{"deleted":true}', function()
  return { effect = "idempotent", nothing = true, run = delete, right = done }
end)

add_framed("a delete in doubt, then gone", 404,
  '{"name":"NotFoundError","code":"not_found","message":"No such inbox."}', function()
    return { effect = "idempotent", executed = false, run = delete, right = done,
             before = { { to = "^DELETE", bytes = "", finish = "reset" } } }
  end)

add_framed("a page", 200, '{"count":1,"messages":[{"message_id":"<m@x>"}]}', function()
  return { effect = "read",
    run = function(client) return client:inbox("a@b.c").messages:list() end,
    right = function(page) return #page == 1 and page[1].message_id == "<m@x>" end }
end)

add_framed("client:request with GET", 200, '{"widgets":[1,2,3],"more":false}', function()
  return { effect = "read", nothing = true,
    run = function(client) return client:request { path = "/v0/w" } end,
    right = function(answer) return #answer.widgets == 3 and answer.more == false end }
end)

local function delete_by_door(client)
  return client:request { method = "DELETE", path = "/v0/w/1" }
end

add("client:request with DELETE, answered by 204",
    { effect = "idempotent", bytes = raw.NO_CONTENT, run = delete_by_door, right = done })

add_framed("client:request with DELETE", 200, '{"deleted":true}', function()
  return { effect = "idempotent", nothing = true, run = delete_by_door,
    right = function(answer) return answer ~= true and answer.deleted == true end }
end)

-- Downloads. The link is never cut; its size is known unless the name says otherwise.
local STORED = ("bytes\0of a file\255\n"):rep(6)
local PACKED = raw.gzip(STORED)
local OCTETS = "application/octet-stream"

local files = {
  { "by length", raw.framings.length(200, OCTETS, STORED) },
  { "by chunked", raw.framings.chunked(200, OCTETS, STORED), chunked = true },
  { "by close", raw.framings.close(200, OCTETS, STORED), by_close = true },
  { "by length, of unknown size", raw.framings.length(200, OCTETS, STORED), unknown = true },
  { "by close, of unknown size", raw.framings.close(200, OCTETS, STORED), by_close = true,
    unknown = true, never = true },
  { "by length, stored as gzip", raw.framings.gzip(200, OCTETS, STORED), stored = PACKED },
  { "by chunked, stored as gzip", raw.framings.gzip_chunked(200, OCTETS, STORED), chunked = true,
    stored = PACKED },
  { "by length, encoded on the way", raw.framings.gzip(200, OCTETS, STORED), never = true },
}

local folder, path

local function content()
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function names()
  local pipe <close> = assert(io.popen("ls -A " .. folder))
  return (pipe:read "a")
end

local function attachment(client)
  return client:inbox("a@b.c"):message("<m@x>"):attachment "f"
end

local function save(client)
  local old <close> = assert(io.open(path, "wb"))
  old:write "old"
  old:close()
  return attachment(client):save(path)
end

local function read(client) return attachment(client):read() end

local function add_download(file, method, run)
  local stored, bytes = file.stored or STORED, file[2]
  local known = file.unknown and "" or ',"size":' .. #stored
  add(("a download with %s, framed %s"):format(method, file[1]), {
    effect = "read", bytes = bytes, by_close = file.by_close, never = file.never, run = run,
    whole_at = file.chunked and raw.last_chunk(bytes) or nil, pattern = "^GET /file",
    link = ('{"attachment_id":"f"%s,"download_url":"%%s/file"}'):format(known),
    right = function(value) return value == (method == "save" and path or stored) end,
    after = method == "save" and function(value)
      local found = content()
      if value and found ~= stored then return "saved, and the file is another" end
      if not value and found ~= "old" then return "not saved, and the old file is another" end
    end,
  })
end

for _, file in ipairs(files) do
  add_download(file, "save", save)
  add_download(file, "read", read)
end

describe("an answer that is cut", function()
  local server

  setup(function()
    server = raw_server.start()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    path = folder .. "/file.bin"
  end)

  teardown(function()
    server:close()
    os.execute("rm -r " .. folder)
    print(("# cut answers: %d calls, AGENTMAIL_SEED=%d"):format(cuts.calls, cuts.seed))
  end)

  for _, case in ipairs(cases) do
    it("is reported correctly: " .. case.name, function()
      if case.link then
        case.before = { { to = "^GET /v0/", bytes = raw.json(200, case.link:format(server.url)) } }
      end
      assert.equal("", cuts.play(server, case, cuts.of(case.bytes, case.name, 1 / #cases)))
      local left = names()
      assert.is_true(left == "" or left == "file.bin\n", left)
    end)
  end

  it("is reported correctly when the rest never comes, and the deadline ends it", function()
    local bytes = raw.json(200, SENT)
    local case = { effect = "keyed", bytes = bytes, right = is_sent, run = function(client)
      return client:inbox("a@b.c").messages:send({ to = "x@y.z", text = "t" },
        { attempts = 2, attempt_timeout = 0.2 })
    end }
    local list = {}
    for i, at in ipairs { 0, 15, 17, #bytes - #SENT - 1, #bytes - #SENT, #bytes - 1 } do
      list[i] = { at = at, finish = "stall", reused = i % 2 == 0, always = i % 3 == 0 }
    end
    assert.equal("", cuts.play(server, case, list))
  end)
end)
