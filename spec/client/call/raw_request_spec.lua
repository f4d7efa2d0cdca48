-- SPDX-License-Identifier: MIT
-- Generic requests, and the response of any call.

local helper = require "spec.support.helper"

describe("client:request", function()
  it("makes a request for which the library has no method", function()
    local client, log = helper.scripted { { headers = { ["Content-Type"] = "application/json",
      ["X-Request-Id"] = "r-1", ["X-Count"] = "3" }, body = '{"n":5,"half":0.5,"none":null}' } }
    local value, receipt = assert(client:request {
      path = "/v0/widgets", query = { limit = 2, name = "a b&c", tags = { "x", "y" }, on = true } })
    assert.same({ n = 5, half = 0.5 }, value)
    assert.equal("integer", math.type(value.n))
    assert.equal("/v0/widgets?limit=2&name=a%20b%26c&on=true&tags=%5B%22x%22%2C%22y%22%5D",
                 log[1].target)
    assert.equal("GET", log[1].method)
    assert.equal("Bearer am_test_scripted", log[1].headers.authorization)
    assert.equal("r-1", receipt.request_id)
    assert.equal(200, receipt.response.status)
    assert.equal("3", receipt.response.headers["x-count"])
    assert.equal('{"n":5,"half":0.5,"none":null}', receipt.response.body)
  end)

  it("sends a table as JSON with sorted keys, and a string unchanged", function()
    local client, log = helper.scripted { { status = 204 }, {}, {} }
    assert.is_true((assert(client:request { method = "post", path = "/v0/w",
      body = { b = { 1, 2 }, a = "x" } })))
    assert.equal('{"a":"x","b":[1,2]}', log[1].body)
    assert.equal("application/json", log[1].headers["content-type"])
    assert(client:request { method = "PUT", path = "/v0/w", body = "a,b\n",
                            content_type = "text/csv", headers = { ["X-A"] = "1" } })
    assert.equal("a,b\n", log[2].body)
    assert.same({ "text/csv", "1" }, { log[2].headers["content-type"], log[2].headers["x-a"] })
    assert(client:request({ method = "DELETE", path = "/v0/w?x=1", query = { y = 2 } },
                          { deadline = 5, headers = { ["X-B"] = "2" } }))
    assert.equal("/v0/w?x=1&y=2", log[3].target)
    assert.equal("2", log[3].headers["x-b"])
  end)

  it("repeats a protected request, and no other", function()
    local lost, done = { effect = { kill = "reset" } }, { body = "{}" }
    local limits = { limits = helper.REPEATING }
    for _, given in ipairs {
      {}, { method = "PUT" }, { method = "DELETE" }, { method = "POST", idempotency_key = "k-1" },
      { method = "POST", protection = "idempotency_key" },
      { method = "PATCH", protection = "idempotent" },
    } do
      local client, log = helper.scripted({ lost, done }, limits)
      given.path = "/v0/w"
      local _, receipt = assert(client:request(given))
      assert.equal(2, receipt.attempts)
      assert.equal(log[1].key, log[2].key)
      if given.idempotency_key then assert.equal("k-1", log[2].key) end
      if given.protection == "idempotency_key" then assert.is_string(receipt.idempotency_key) end
    end
    for _, given in ipairs { { method = "POST" }, { method = "PATCH" },
                             { method = "PUT", protection = "none" } } do
      local client, log = helper.scripted({ lost, done }, limits)
      given.path = "/v0/w"
      local _, message, failure = client:request(given)
      assert.same({ "unknown", 1 }, { failure.outcome, #log })
      assert.is_truthy(message:find("^" .. given.method .. " /v0/w: "))
    end
  end)

  it("counts a delete as done when its repeat finds nothing", function()
    local gone = { status = 404, body = { code = "not_found" } }
    local client, log = helper.scripted({ { effect = { kill = "reset" } }, gone },
                                        { limits = helper.REPEATING })
    local done, receipt = assert(client:request { method = "DELETE", path = "/v0/widgets/7" })
    assert.is_true(done)
    assert.same({ "applied", 404, 2 }, { receipt.outcome, receipt.status, #log })
  end)

  it("puts the client_id that protects it into its body", function()
    local lost, done = { effect = { kill = "reset" } }, { body = { id = 1 } }
    local client, log = helper.scripted({ lost, done, lost, done },
                                        { limits = helper.REPEATING })
    local _, receipt = assert(client:request { method = "POST", path = "/v0/w",
                                               protection = "client_id", body = { a = 1 } })
    assert.equal(36, #receipt.client_id)
    assert.equal(('{"a":1,"client_id":"%s"}'):format(receipt.client_id), log[2].body)
    assert.equal(log[1].body, log[2].body)
    assert(client:request { method = "POST", path = "/v0/w", protection = "client_id",
                            body = { client_id = "mine" } })
    assert.equal('{"client_id":"mine"}', log[4].body)
    for words, body in pairs { ["must be a table when the protection is client_id"] = "{}",
                               ["a client_id that is not a string"] = { client_id = 7 },
                               ["a client_id that holds '@'"] = { client_id = "a@b" } } do
      assert.matches(words, helper.mistake(function()
        return client:request { method = "POST", path = "/v0/w", protection = "client_id",
                                body = body }
      end), 1, true)
    end
  end)

  it("returns text if the service sends text, and refuses truncated JSON", function()
    local client = helper.scripted {
      { headers = { ["Content-Type"] = "text/plain" }, body = "zone" },
      { headers = { ["Content-Type"] = "application/json; charset=utf-8" }, body = '{"a":' } }
    assert.equal("zone", (assert(client:request { path = "/v0/zone" })))
    local _, _, failure = client:request { path = "/v0/half" }
    assert.equal("bad_response", failure.code)
  end)

  it("returns an object of the model it names", function()
    local client, log = helper.scripted { { body = { inbox_id = "a@b.c", display_name = "A" } },
                                          { status = 204 } }
    local inbox = assert(client:request { path = "/v0/inboxes/a", returns = "Inbox" })
    assert.equal("A", inbox.display_name)
    assert(inbox:delete())
    assert.equal("/v0/inboxes/a%40b.c", log[2].target)
  end)

  it("fails like any other call", function()
    local client = helper.scripted { { status = 422, headers = { ["X-A"] = "1" },
                                       body = { code = "unprocessable", message = "No." } },
                                     { body = "{}" } }
    local none, message, failure = client:request { path = "/v0/w" }
    assert.is_nil(none)
    assert.equal("GET /v0/w: No. (HTTP 422, unprocessable), 1 attempt", message)
    assert.equal("1", failure.response.headers["x-a"])
    assert.same({}, (assert(failure:retry())))
  end)

  it("raises a caller's mistake at the caller's line", function()
    local client = helper.scripted {}
    for words, given in pairs {
      ["'path' is required"] = {},
      ["'path' must begin with / and be percent-encoded, not \"v0/x\""] = { path = "v0/x" },
      ["'path' must begin with / and be percent-encoded, not \"/v0/a b\""] = { path = "/v0/a b" },
      ["'path' must begin with / and be percent-encoded, not \"/v0/a#b\""] = { path = "/v0/a#b" },
      ["'path' must begin with / and be percent-encoded, not \"/v0/../x\""] = { path = "/v0/../x" },
      ["'path' must begin with / and be percent-encoded, not \"/v0/..\""] = { path = "/v0/.." },
      ["'method' must be GET, POST, PUT, PATCH or DELETE, not \"FETCH\""] =
        { path = "/x", method = "FETCH" },
      ["unknown parameter 'bdy' (did you mean 'body'?)"] = { path = "/x", bdy = "x" },
      ["'query' must be a table, not a string"] = { path = "/x", query = "a=1" },
      ["'body' [\"f\"] is a function, which JSON cannot hold"] =
        { path = "/x", method = "POST", body = { f = print } },
      ["'idempotency_key' holds '@' at position 2: use only A-Z a-z 0-9 - . _ ~"] =
        { path = "/x", method = "POST", idempotency_key = "a@b" },
      ["unknown model 'Inbx' (did you mean 'Inbox'?)"] = { path = "/x", returns = "Inbx" },
      ["takes { method =, path =, … }, not a string"] = "/x",
    } do
      local line = debug.getinfo(1, "l").currentline + 1
      local _, message = pcall(function() local v = client:request(given) return v end)
      local told = "raw_request_spec.lua:" .. line .. ": request: " .. words
      assert.is_truthy(message:find(told, 1, true), message)
    end
    assert.equal("request: options must be a table, not a string",
      helper.mistake(function() return client:request({ path = "/x" }, "x") end))
    assert.equal("request: unknown option 'deadlin' (did you mean 'deadline'?)",
      helper.mistake(function() return client:request({ path = "/x" }, { deadlin = 1 }) end))
    assert.is_truthy(helper.mistake(function()
      return client:request { path = "/x", protection = "maybe" }
    end):find("'protection' must be one of client_id, idempotency_key, ", 1, true))
  end)
end)

describe("the option raw", function()
  it("adds the response to a call's receipt or failure, which otherwise has none", function()
    local answer = { headers = { ["X-A"] = "1" }, body = { inbox_id = "a" } }
    local refusal = { status = 404, headers = { ["X-B"] = "2" }, body = { code = "not_found" } }
    local client = helper.scripted { answer, answer, refusal, refusal }
    local inbox, receipt = assert(client.inboxes:get("a", { raw = true }))
    assert.equal("a", inbox.inbox_id)
    assert.same({ 200, "1", '{"inbox_id":"a"}' }, { receipt.response.status,
      receipt.response.headers["x-a"], receipt.response.body })
    assert.is_nil(select(2, client.inboxes:get "a").response)
    local _, _, failure = client.inboxes:get("a", { raw = true })
    assert.same({ 404, "2" }, { failure.response.status, failure.response.headers["x-b"] })
    assert.is_nil(select(3, client.inboxes:get "a").response)
  end)

  it("adds no response when none came", function()
    local client = helper.scripted { { effect = { kill = "reset" } } }
    local _, _, failure = client.inboxes:get("a", { raw = true })
    assert.is_nil(failure.response)
  end)
end)
