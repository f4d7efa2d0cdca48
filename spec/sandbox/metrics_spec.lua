-- SPDX-License-Identifier: MIT
local http = require "spec.support.http"

describe("the sandbox's metrics", function()
  local A = "/v0/inboxes/a@agentmail.to"

  local sandbox, api = http.sandbox({ namespace = "metrics" }, "a")
  local ok, code = http.ok, http.code
  http.check_effects(sandbox)

  it("count events in buckets of time", function()
    ok(api("POST", A .. "/messages/send", { to = { "x@example.com" } }))
    sandbox:advance "90m"
    ok(api("POST", A .. "/messages/send", { to = { "bounce@sandbox.test" } }))
    sandbox:fault { at = "outcome", ["do"] = "bounced" }
    ok(api("POST", A .. "/messages/send", { to = { "y@example.com" } }))
    sandbox:inbound { to = "a@agentmail.to", subject = "S", labels = { "spam" } }
    local range = "?start=2030-05-01T12:00:00Z&period=3600"
    local counted = ok(api("GET", "/v0/metrics/events" .. range))
    local t1, t2 = "2030-05-01T12:00:00.000Z", "2030-05-01T13:00:00.000Z"
    assert.same({
      ["message.sent"] = { { timestamp = t1, count = 1 }, { timestamp = t2, count = 2 } },
      ["message.delivered"] = { { timestamp = t1, count = 1 } },
      ["message.bounced"] = { { timestamp = t2, count = 2 } },
      ["message.received.spam"] = { { timestamp = t2, count = 1 } },
    }, counted)
    assert.same(counted, ok(api("GET", A .. "/metrics/events" .. range)))
    assert.same(counted, ok(api("GET", "/v0/pods/" .. ok(api("GET", A)).pod_id
      .. "/metrics/events" .. range)))
    assert.same({ ["message.sent"] = { { timestamp = t2, count = 2 } } },
      ok(api("GET", "/v0/metrics/events" .. range
        .. "&event_types=message.sent&descending=true&limit=1")))
    local other = ok(api("POST", "/v0/inboxes", { username = "b" })).inbox_id
    assert.same({}, ok(api("GET", "/v0/inboxes/" .. other .. "/metrics/events" .. range)))
    assert.same({}, ok(api("GET", "/v0/metrics/events?end=2030-05-01T11:00:00Z")))
  end)

  it("refuse ranges that are too long or too fine", function()
    local function status(query) return code(api("GET", "/v0/metrics/events?" .. query)) end
    assert.equal("400 validation_error", status "start=2030-01-01T00:00:00Z")
    assert.equal("400 validation_error", status "period=0")
    assert.equal("400 validation_error", status "period=86401")
    assert.equal("400 validation_error",
                 status "start=2030-05-01T11:00:00Z&end=2030-05-01T10:00:00Z")
    assert.equal("422 query_range_too_wide", status "period=60")
    local thousand = "period=1&start=2030-05-01T11:00:00Z&end=2030-05-01T11:16:40"
    assert.equal("200 ", status(thousand .. "Z"))
    assert.equal("422 query_range_too_wide", status(thousand .. ".001Z"))
    assert.equal("400 validation_error", status "event_types=message.lost")
    assert.equal("200 ", status "period=86400")
    assert.equal("200 ", status "period=87&end=2031-01-01T00:00:00Z")
  end)

  it("know the amount at each time, deleted things included", function()
    local pod = ok(api("POST", "/v0/pods", {}))
    sandbox:advance "1h"
    local sent = ok(api("POST", A .. "/messages/send", { to = "x@example.com", text = "12345" }))
    ok(api("POST", "/v0/pods/" .. pod.pod_id .. "/inboxes", { username = "b" }))
    ok(api("POST", "/v0/domains", { domain = "mail.example.com" }))
    sandbox:advance "1h"
    ok(api("DELETE", A .. "/messages/" .. http.escape(sent.message_id)))
    ok(api("DELETE", "/v0/domains/mail.example.com"))
    sandbox:advance "1h"
    local function usage(path)
      local found = {}
      for name, points in pairs(ok(api("GET", path
          .. "/metrics/usage?start=2030-05-01T12:00:00Z&period=3600"))) do
        local values = {}
        for i, point in ipairs(points) do values[i] = point.value end
        found[name] = table.concat(values, " ")
      end
      return found
    end
    -- At 13:00 the mail, the inbox and the domain exist; at 14:00 two of them are deleted.
    assert.same({ storage_bytes = "5 0 0", message_count = "1 0 0", thread_count = "1 0 0",
                  inbox_count = "2 2 2", domain_count = "1 0 0", pod_count = "2 2 2" },
                usage "/v0")
    assert.same({ storage_bytes = "5 0 0", message_count = "1 0 0", thread_count = "1 0 0" },
                usage(A))
    assert.same({ storage_bytes = "0 0 0", message_count = "0 0 0", thread_count = "0 0 0",
                  inbox_count = "1 1 1", domain_count = "0 0 0" },
                usage("/v0/pods/" .. pod.pod_id))
    ok(api("DELETE", A))
    assert.equal(1, ok(api("GET", "/v0/organizations")).inbox_count)
    assert.matches("^2 2", usage("/v0").inbox_count)
    local one = ok(api("GET", "/v0/metrics/usage?usage_types=pod_count&limit=2"))
    assert.equal(2, #one.pod_count)
    assert.is_nil(one.inbox_count)
  end)
end)
