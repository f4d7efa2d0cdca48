-- SPDX-License-Identifier: MIT
-- When a call fails, a program may have no descriptor left, or may have left the folder of its
-- relative package.path. So everything that the end of a call may need is loaded before its first
-- byte is sent: a call either raises with nothing sent, or it ends properly.

local helper = require "spec.support.helper"

local LOST, BROKEN, GONE = { effect = { kill = "reset" } }, { status = 500 }, { status = 404 }
local DELETED = { status = 404, body = { code = "not_found" } }
local TAKEN = { status = 403, body = { name = "IsTakenError", code = "already_exists" } }
local LINK = { body = { attachment_id = "x", download_url = "{url}/file" } }

local function message(id)
  return { message_id = id, thread_id = "t", labels = { "received" } }
end

local function get(id) return { body = message(id) } end

local function page(items, token, field)
  return { body = { [field or "messages"] = items, next_page_token = token } }
end

local function thread(id, token)
  return { body = { thread_id = "t", messages = { message(id) }, next_page_token = token } }
end

-- Each: its name, the service's answers, the method whose plan can be made before the call, if any,
-- the call, and the output.
local CALLS = {
  { "a send that fails", { BROKEN, BROKEN }, "box.messages.send",
    [[ _, text, failure = box.messages:send { to = "x@y.z", text = "t", idempotency_key = "k-1" }
       return failure.outcome, failure.code, failure.idempotency_key, text:match "^[%w_.]+" ]],
    "unknown service_error k-1 inboxes.messages.send" },
  { "a send whose answer is cut", { LOST, LOST, LOST, BROKEN }, "box.messages.send",
    [[ _, _, failure = box.messages:send { to = "x@y.z", attachments = { { data = "a" } } }
       _, _, again = failure:retry()
       return failure.code, again.outcome, again.idempotency_key == failure.idempotency_key ]],
    "network unknown true" },
  { "a page and later ones", { page({ message "1" }, "a"), page({ message "2" }, "b"), BROKEN,
      BROKEN }, "box.messages.list",
    [[ page = box.messages:list():next()
       _, _, failure = page:next()
       return page[1].message_id, failure.code ]], "2 service_error" },
  { "a loop from a page", { page({ message "1" }, "a"), get "1", page { message "2" }, get "2" },
    "box.messages.list",
    [[ for item in box.messages:list():each { full = true } do ids(item.message_id) end
       return ids() ]], "1 2" },
  { "a loop over full items", { page { message "1", message "2" }, get "1", BROKEN, BROKEN },
    "box.messages.each",
    [[ ok, text = pcall(function()
         for item in box.messages:each { full = true } do ids(item.message_id) end
       end)
       return ids(), ok, text:match "inboxes.messages.get" or text ]],
    "1 false inboxes.messages.get" },
  { "a loop over full threads", { page({ { thread_id = "t" } }, nil, "threads"), thread("2", "a"),
      thread "1" }, nil,
    [[ for item in box.threads:each { full = true } do
         for _, one in ipairs(item.messages) do ids(one.message_id) end
       end
       return ids() ]], "1 2" },
  { "a thread of several pages", { thread("2", "a"), thread("1", "b"), BROKEN, BROKEN },
    "box.threads.get",
    [[ _, _, failure = box.threads:get "t"
       return failure.outcome, failure.code ]], "not_applied service_error" },
  { "a thread not yet fetched", { thread("2", "a"), thread "1" }, nil,
    [[ return box:thread("t"):last_received().message_id ]], "2" },
  { "a domain that is read back", { LOST, TAKEN,
      page({ { domain_id = "1", domain = "b.org" } }, "a", "domains"),
      page({ { domain_id = "2", domain = "a.org" } }, nil, "domains"),
      { body = { domain_id = "2", domain = "a.org" } } }, "client.domains.create",
    [[ domain, receipt = client.domains:create { domain = "a.org" }
       return domain.domain_id, receipt.outcome ]], "2 applied" },
  { "a domain that cannot be read back", { LOST, TAKEN, BROKEN, BROKEN }, "client.domains.create",
    [[ _, _, failure = client.domains:create { domain = "a.org" }
       return failure.outcome, failure.code ]], "unknown already_exists" },
  { "a download", { LINK, { body = "bytes" }, LINK, GONE }, nil,
    [[ bytes = box:message("m"):attachment("x"):read()
       _, _, failure = box:message("m"):attachment("x"):read()
       return bytes, failure.operation, failure.status ]],
    "bytes inboxes.messages.get_attachment 404" },
  { "a wait", { page {}, page { message "1" }, get "1" }, "box.messages.wait",
    [[ return box.messages:wait({ interval = 0.001 }).message_id ]], "1" },
  { "a wait that times out", { page {} }, "box.messages.wait",
    [[ _, _, failure = box.messages:wait { timeout = 0 }
       return failure.code ]], "timeout" },
  { "a watch", { page {}, BROKEN, BROKEN, page({ message "1" }, "t"), page { message "0" }, get "0",
      get "1", BROKEN, BROKEN, { status = 403 } }, "box.messages.watch",
    [[ ok, text = pcall(function()
         for item in box.messages:watch({}, { poll_base = 0.001 }) do ids(item.message_id) end
       end)
       return ids(), ok, text:match "inboxes.messages.list" or text ]],
    "0 1 false inboxes.messages.list" },
  { "a delete that is repeated", { LOST, DELETED }, nil,
    [[ done, receipt = box:message("m"):delete()
       return done, receipt.outcome ]], "true applied" },
  { "client:request", { LOST }, nil,
    [[ _, _, failure = client:request { method = "POST", path = "/v0/w" }
       return failure.outcome, failure.protection ]], "unknown none" },
  { "client:request for a page", { page({ message "1" }, "a"), page { message "2" } }, nil,
    [[ page = client:request { path = "/v0/inboxes/b/messages", returns = "ListMessagesResponse" }
       return page[1].message_id, page:next()[1].message_id ]], "1 2" },
}

-- Makes a call and prints its results, and the modules requested after loading is forbidden: from
-- the first request on, or from when `before` calls forbid().
local PROGRAM = [[
  local agentmail = require "agentmail"
  local forbidden, seen, env = false, {}, setmetatable({}, { __index = _G })
  function env.forbid() forbidden = true end
  table.insert(package.searchers, 1, function(name)
    if not forbidden then return nil end
    io.write("asked for ", name, "; ")
    error "nothing can be loaded"
  end)
  env.client = agentmail.new {
    base_url = %q, api_key = "k", limits = { attempts = 2, backoff_base = 0.001 },
    on_attempt = function(event) forbidden = forbidden or event.event == "attempt" end,
  }
  env.box = env.client:inbox "b"
  function env.ids(id)
    seen[#seen + 1] = id
    return table.concat(seen, " ")
  end
  assert(load(%q, "before", "t", env))()
  local results = table.pack(pcall(assert(load(%q, "call", "t", env))))
  for i = 1, results.n do results[i] = tostring(results[i]) end
  print(table.concat(results, " ", results[1] == "true" and 2 or 1))
]]

-- The output of a program, and the number of its requests.
local function outcome_of(script, before, call)
  local _, log, url = helper.scripted(script)
  local output = helper.run(PROGRAM:format(url, before, call))
  return output:gsub("\n$", ""), #log
end

describe("the modules loaded in time", function()
  for _, case in ipairs(CALLS) do
    local name, script, method, call, expected = table.unpack(case, 1, 5)

    it("suffice for " .. name .. " from the first byte on", function()
      assert.equal(expected, (outcome_of(script, "", call)))
    end)

    it("suffice for " .. name .. ", or it raises with nothing sent", function()
      local output, requests = outcome_of(script, "forbid()", call)
      if output ~= expected then
        assert.matches("^asked for .* false .*nothing can be loaded", output)
        assert.equal(0, requests)
      end
    end)

    if method then
      it("suffice for " .. name .. " once there is a plan", function()
        local before = "local _ = " .. method .. " forbid()"
        assert.equal(expected, (outcome_of(script, before, call)))
      end)
    end
  end

  it("suffice for a first get or delete once there is a client", function()
    for _, call in ipairs { 'client.inboxes:delete "a"', 'client.domains:verify "d"',
                            'client.inboxes:get "a"', 'client:interrupted()[1] or true' } do
      local script = { { status = 204 }, { body = { inbox_id = "a" } } }
      if call:find "get" then table.remove(script, 1) end
      local output = outcome_of(script, "forbid()", "return (" .. call .. ") ~= nil")
      assert.equal("true", output)
    end
  end)

  it("suffice to report a caller's mistake, except for hints", function()
    for call, words in pairs {
      [ [[return box.messages:send { subjct = "x" }]] ] = "unknown parameter 'subjct'",
      [ [[return box.messages:send({}, { deadlin = 1 })]] ] = "unknown option 'deadlin'",
      [ [[return box.messages:send { attachments = { { dat = 1 } } }]] ] = "unknown field 'dat'",
      [ [[return box.messages:send { to = "x@y.z", text = 7 }]] ] = "'text' must be a string",
      [ [[return box.messages.send { to = "x@y.z" }]] ] = "call it with a colon",
      [ [[return client.inbxes]] ] = "a client has no 'inbxes'",
      [ [[return client:inbox(7)]] ] = "inbox_id must be a string, not a number",
      [ [[return require("agentmail").new { timout = 1 }]] ] = "unknown option 'timout'",
    } do
      local output, requests = outcome_of({}, "local _ = box.messages.send forbid()", call)
      assert.is_truthy(output:find(words, 1, true), output)
      assert.equal(0, requests)
    end
  end)
end)
