-- SPDX-License-Identifier: MIT
-- The sandbox's front: routing, keys, validation, errors, hosts, the control interface.
local coverage = require "agentmail.sandbox.api.coverage"
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"
local operations = require "agentmail.api.operations"
local router = require "agentmail.sandbox.http.router"
local sandboxes = require "agentmail.sandbox"

describe("in the sandbox's service,", function()
  local sandbox, api = http.sandbox { namespace = "service", seed = 11, clock = "real" }

  local function fields(body)
    local list = {}
    for i, problem in ipairs(body.errors) do list[i] = table.concat(problem.path, ".") end
    table.sort(list)
    return list
  end

  describe("a caller", function()
    local function code(authorization)
      local connection <close> = setmetatable({ http.connect(sandbox.url) },
                                              { __close = function(t) t[1]:close() end })
      local status, body = connection[1]:request("GET", "/v0/inboxes", nil,
        authorization and { "Authorization: " .. authorization } or {})
      return status .. " " .. (body:match '"code":"([%w_]+)"' or "")
    end

    it("needs a known key", function()
      assert.equal("200 ", code "Bearer am_test_someone")
      assert.equal("401 missing_authorization", code(nil))
      assert.equal("401 unknown_api_key", code "Bearer am_us_123")
      assert.equal("401 unknown_api_key", code "Bearer am_test_")
      assert.equal("401 unknown_api_key", code "Bearer am_test_a/b")
      assert.equal("401 invalid_token_type", code "Bearer eyJhbGciOi.x.y")
      assert.equal("200 ", code "bearer am_test_someone")
      assert.equal("200 ", code "BEARER  am_test_someone")
      assert.equal("401 unauthorized", code "Bearer")
      assert.equal("401 unauthorized", code "Basic abc")
    end)

    it("is known to the control interface by the same key", function()
      for _, scheme in ipairs { "Bearer", "bearer" } do
        local connection = http.connect(sandbox.url)
        local _, body = connection:request("GET", "/_sandbox/v1/info", nil,
                                           { "Authorization: " .. scheme .. " am_test_someone" })
        connection:close()
        assert.equal("someone", json.decode(body).namespace)
      end
    end)

    it("has an organization for each namespace", function()
      local other = http.api(sandbox:view "service-other")
      assert.equal(200, (api("POST", "/v0/inboxes", { username = "same" })))
      assert.equal(200, (other("POST", "/v0/inboxes", { username = "same" })))
      assert.equal(204, (other("DELETE", "/v0/inboxes/same@agentmail.to")))
      assert.equal(200, (api("GET", "/v0/inboxes/same@agentmail.to")))
      assert.equal(404, (other("GET", "/v0/inboxes/same@agentmail.to")))
      local _, mine = api("GET", "/v0/auth/me")
      local _, theirs = other("GET", "/v0/auth/me")
      assert.not_equal(mine.organization_id, theirs.organization_id)
      assert.equal(mine.organization_id, select(2, api("GET", "/v0/organizations")).organization_id)
      assert.equal(1, select(2, api("GET", "/v0/organizations")).inbox_count)
      assert.equal(1, #sandbox:view("service-other"):requests { operation = "inboxes.delete" })
      assert.equal(0, #sandbox:requests { operation = "inboxes.delete" })
    end)
  end)

  describe("the router", function()
    it("finds each of the operations, and no other", function()
      local count = 0
      for name, row in pairs(operations) do
        local path = row[2]:gsub("{[%w_]+}", "some%%2Fid")
        local route, params = router.find(row[1], path)
        assert.equal(name, route and route.name, path)
        for _, param in ipairs(route.params) do assert.equal("some/id", params[param]) end
        count = count + 1
      end
      assert.equal(177, count)
    end)

    it("reports the coverage of each operation, and serves what it reports", function()
      local report = sandbox:coverage()
      local levels = { full = 0, stored = 0, stub = 0 }
      for name in pairs(operations) do
        levels[report.operations[name]] = levels[report.operations[name]] + 1
      end
      assert.same(levels, report.counts)
      for name in pairs(coverage) do
        assert.is_table(operations[name], name)
        assert.is_function(coverage[name][2], name)
      end
    end)

    it("gives each operation only answers that the service may give", function()
      local bodies = { "", "{}", '{"name":null}' }
      local info = sandbox:info()
      local count = 0
      for name, row in pairs(operations) do
        assert.not_equal("stub", coverage[name] and coverage[name][1] or "stub", name)
        for _, id in ipairs { "nothing", "%3Ca%40b%3E", select(2, api("GET", "/v0/pods")).pods[1]
                              .pod_id } do
          for _, body in ipairs(row[1] == "GET" and { "" } or bodies) do
            local path = row[2]:gsub("{direction}", "send"):gsub("{type}", "block")
              :gsub("{[%w_]+}", (id:gsub("%%", "%%%%")))
            local status, answer = api(row[1], path .. (row.query and "?q=x" or ""), body)
            assert.is_true(status < 300 or status < 500 and answer.code ~= nil,
                           name .. " " .. tostring(status))
          end
        end
        count = count + 1
      end
      assert.equal(177, count)
      assert.same({ full = 141, stored = 36, stub = 0 }, sandbox:coverage().counts)
      assert.equal(info.seed, sandbox:info().seed)
    end)

    it("names the nearest route for an unknown one", function()
      local function nearest(method, path)
        local status, body = api(method, path)
        assert.equal(404, status)
        assert.equal("not_found", body.code)
        return body.message:match "nearest is (.*)$"
      end
      assert.equal("GET /v0/inboxes", nearest("GET", "/v0/inbox"))
      assert.equal("GET /v0/inboxes", nearest("GET", "/v1/inboxes"))
      assert.matches("^%u+ /v0/inboxes/{inbox_id}$", nearest("PUT", "/v0/inboxes/a@b.c"))
      assert.equal("POST /v0/inboxes/{inbox_id}/messages/{message_id}/reply-all",
                   nearest("POST", "/v0/inboxes/a@b.c/messages/x/reply_all"))
      assert.is_string(nearest("POST", "/"))
      assert.is_string(nearest("GET", "/" .. ("x/"):rep(5000)))
    end)

    it("refuses broken percent-encoding and control characters", function()
      for _, bad in ipairs { "%", "%4", "%zz", "%00", "%0a", "%ff", "a%", "%C3%28" } do
        assert.equal(400, (api("GET", "/v0/inboxes/" .. bad)), bad)
        assert.equal(400, (api("GET", "/v0/inboxes?page_token=" .. bad)), bad)
      end
    end)
  end)

  describe("validation", function()
    it("names each field that is wrong, with its path", function()
      local status, body = api("POST", "/v0/inboxes/x@agentmail.to/messages/send",
        '{"to":[1,"a@b.c"],"subject":7,"txt":"x","labels":"x","attachments":[{"content":"!"},'
        .. '{"content":"AAAA","url":"http://x"},{}],"headers":{"A":1},"track_opens":"yes"}')
      assert.equal(400, status)
      assert.equal("ValidationError", body.name)
      assert.equal("validation_error", body.code)
      assert.matches("https://docs", body.docs)
      assert.is_string(body.fix)
      assert.same({ "attachments.0", "attachments.1", "attachments.2", "headers.A", "labels",
                    "subject", "to.0", "track_opens", "txt" }, fields(body))
      for _, problem in ipairs(body.errors) do
        if problem.path[1] == "txt" then assert.matches("did you mean 'text'", problem.message) end
      end
    end)

    it("requires required fields, and known queries", function()
      local _, body = api("POST", "/v0/inboxes/x@agentmail.to/messages/batch-get", {})
      assert.same({ "message_ids" }, fields(body))
      _, body = api("GET", "/v0/inboxes/search")
      assert.same({ "q" }, fields(body))
      _, body = api("GET", "/v0/inboxes?limit=x&ascending=1&colour=red")
      assert.same({ "ascending", "colour", "limit" }, fields(body))
      _, body = api("GET", "/v0/inboxes?limit=0")
      assert.same({ "limit" }, fields(body))
      _, body = api("GET", "/v0/threads?before=yesterday")
      assert.same({ "before" }, fields(body))
    end)

    it("accepts unknown fields if told to", function()
      sandbox:switch { strict = false }
      local status = api("POST", "/v0/inboxes?x=1", { username = "loose", colour = "red" })
      sandbox:switch { strict = true }
      assert.equal(200, status)
    end)

    it("refuses bodies other than JSON objects", function()
      for _, text in ipairs { "{", "nonsense", "[1]", '"text"', "17", "null", "[NaN]", '{"a":}',
                              '{"username":"\255"}', ("["):rep(100000), "\0", '{"a":1}}' } do
        local status, body = api("POST", "/v0/inboxes", text)
        assert.equal(400, status, text:sub(1, 20))
        assert.equal("validation_error", body.code)
      end
      assert.equal(200, (api("POST", "/v0/inboxes")))
      assert.equal(200, (api("POST", "/v0/inboxes", {})))
    end)

    it("refuses a body that is too large, and says so", function()
      local small = assert(sandboxes.start { max_body = 1000 })
      local status, body = http.api(small)("POST", "/v0/inboxes", { username = ("x"):rep(2000) })
      assert.equal(413, status)
      assert.matches("too large", body.message)
      assert.equal(413, small:requests()[1].status)
      small:close()
    end)
  end)

  describe("a request", function()
    local function status_of(target, ...)
      local connection = http.connect(sandbox.url)
      local lines = { "Authorization: Bearer " .. sandbox.api_key, ... }
      local head = ("GET %s HTTP/1.1\r\n%s\r\n\r\n"):format(target, table.concat(lines, "\r\n"))
      connection:send(head)
      local status = connection:read()
      connection:close()
      return status
    end

    it("for another Host or from another site's page is refused", function()
      for _, target in ipairs { "/v0/inboxes", "/_sandbox/v1/info" } do
        assert.equal(200, status_of(target, "Host: localhost:80"))
        assert.equal(200, status_of(target, "Host: [::1]:80"))
        assert.equal(200, status_of(target, "Host: 127.0.0.1", "Origin: http://127.0.0.1:8080"))
        assert.equal(403, status_of(target, "Host: example.com"))
        assert.equal(403, status_of(target, "Host: 127.0.0.1.example.com"))
        assert.equal(403, status_of(target, "Host: 127.0.0.1", "Origin: https://example.com"))
        assert.equal(403, status_of(target, "Host: 127.0.0.1", "Origin: null"))
      end
    end)
  end)

  describe("the control interface", function()
    local function control(method, path, body, headers)
      return api(method, "/_sandbox/v1/" .. path, body, headers)
    end

    it("reports its health and its configuration", function()
      assert.same({ status = "ok" }, select(2, control("GET", "health")))
      local _, info = control("GET", "info")
      assert.equal(sandbox.url, info.url)
      assert.equal("am_test_service", info.api_key)
      assert.equal(11, info.seed)
      assert.equal("memory", info.store)
    end)

    it("acts for the named organization", function()
      control("PUT", "clock", { mode = "frozen", at = "2030-01-01" })
      assert.equal("2030-01-01T00:00:00.000Z", sandbox:now())
      assert.equal("real", select(2, control("GET", "clock?namespace=other")).mode)
      local _, by_header = control("GET", "clock", nil, { ["X-Sandbox-Namespace"] = "other" })
      assert.equal("real", by_header.mode)
    end)

    it("names what it does not know", function()
      local status, body = control("GET", "nothing")
      assert.equal(404, status)
      assert.matches("POST clock/advance", body.fix)
      assert.equal(400, (control("PUT", "clock", { mode = "sideways" })))
      assert.equal(400, (control("POST", "clock/advance", { by = "soon" })))
      assert.equal(400, (control("POST", "clock/advance", "[")))
      assert.equal(400, (control("PUT", "switches", { strictness = 1 })))
      assert.equal(400, (control("PUT", "switches", { same_request = "smell" })))
      assert.equal(400, (control("GET", "info?namespace=a/b")))
      assert.error_matches(function() sandbox:switch { strickt = true } end,
                           "did you mean 'strict'")
      assert.error_matches(function() sandbox:advance "soon" end, "expected seconds")
    end)

    it("filters the journal", function()
      api("POST", "/v0/inboxes", { username = "one" })
      api("GET", "/v0/inboxes")
      api("GET", "/v0/nowhere")
      local all = sandbox:requests()
      assert.same({ "inboxes.create", "inboxes.list" }, { all[1].operation, all[2].operation })
      assert.equal(404, all[3].status)
      assert.equal("created", all[1].effect)
      assert.equal("none", all[2].effect)
      assert.is_true(all[2].reused and all[2].connection == all[1].connection)
      assert.equal(all[1].seq + 1, all[2].seq)
      assert.equal(1, #sandbox:requests { operation = "inboxes.list" })
      assert.equal(2, #sandbox:requests { after = all[1].seq })
      assert.equal(1, #sandbox:requests { limit = 1 })
    end)
  end)
end)
