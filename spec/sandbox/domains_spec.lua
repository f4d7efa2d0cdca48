-- SPDX-License-Identifier: MIT
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"

describe("the sandbox's domains", function()
  local sandbox, api = http.sandbox({ namespace = "domains" }, "a")
  local ok, code = http.ok, http.code
  http.check_effects(sandbox)

  it("are registered once, described, and verified as the control interface decides", function()
    local made = ok(api("POST", "/v0/domains", { domain = "Mail.Example.com",
                                                 subdomains_enabled = true }))
    assert.same({ "mail.example.com", "NOT_STARTED", true, false },
      { made.domain_id, made.status, made.subdomains_enabled, made.tracking_enabled })
    assert.same({ 5, "MISSING" }, { #made.records, made.records[1].status })
    assert.equal("403 already_exists",
                 code(api("POST", "/v0/domains", { domain = "mail.example.com" })))
    local path = "/v0/domains/mail.example.com"
    local there = { username = "x", domain = "mail.example.com" }
    assert.equal("403 domain_not_verified", code(api("POST", "/v0/inboxes", there)))
    assert.equal(204, (api("POST", path .. "/verify")))
    assert.equal("PENDING", ok(api("GET", path)).status)
    ok(api("POST", "/v0/webhooks", { url = "http://127.0.0.1:9/", event_types = {
      "domain.verified" } }))
    assert.equal("VERIFIED", sandbox:domain("mail.example.com", "VERIFIED").status)
    assert.equal(1, #sandbox:deliveries())
    sandbox:domain("mail.example.com", "VERIFIED")
    local deliveries = sandbox:deliveries()
    assert.equal(1, #deliveries)
    assert.equal("VERIFIED", json.decode(deliveries[1].body).domain.status)
    assert.equal("VALID", ok(api("GET", path)).records[1].status)
    assert.equal(200, (api("POST", "/v0/inboxes", there)))
    assert.error_matches(function() sandbox:domain("mail.example.com", "FINE") end, "VERIFYING")
    assert.equal("dns_records_invalid",
                 sandbox:domain("mail.example.com", "INVALID", "dns_records_invalid").reason)
    local tracking = ok(api("PATCH", path, { tracking_enabled = true }))
    assert.is_true(tracking.tracking_enabled)
    assert.same({ "CNAME", "link.mail.example.com", "INVALID" },
      { tracking.records[6].type, tracking.records[6].name, tracking.records[6].status })
    assert.equal(6, #ok(api("GET", path)).records)
    assert.equal(5, #ok(api("PATCH", path, { tracking_enabled = false })).records)
    assert.equal(5, #ok(api("POST", "/v0/domains", { domain = "t.example",
                                                     tracking_enabled = true })).records)
    assert.equal(204, (api("DELETE", "/v0/domains/t.example")))
    local item = ok(api("GET", "/v0/domains")).domains[1]
    assert.is_nil(item.records)
    assert.is_nil(item.status)
    assert.is_false(ok(api("GET", path .. "/setup-link")).supported)
    assert.equal(1, ok(api("GET", "/v0/organizations")).domain_count)
    assert.equal(204, (api("DELETE", path)))
    assert.equal(404, (api("GET", path)))
    assert.equal(400, (api("POST", "/v0/domains", { domain = "nothing" })))
  end)

  it("have a zone file", function()
    ok(api("POST", "/v0/domains", { domain = "z.example", tracking_enabled = true }))
    local connection = http.connect(sandbox.url)
    local status, zone, headers = connection:request("GET",
      "/v0/domains/z.example/zone-file", nil, { "Authorization: Bearer " .. sandbox.api_key })
    connection:close()
    assert.same({ 200, "text/plain" }, { status, headers["content-type"] })
    assert.matches("^%$ORIGIN z%.example%.\n", zone)
    assert.matches("\nz%.example%. IN MX 10 inbound%.agentmail%.to%.\n", zone)
    assert.matches('\nz%.example%. IN TXT "v=spf1 ', zone)
    assert.matches("\nlink%.z%.example%. IN CNAME link%.agentmail%.to%.\n", zone)
  end)

  it("of a pod belong to that pod", function()
    local pod = ok(api("POST", "/v0/pods", {}))
    local path = "/v0/pods/" .. pod.pod_id
    local made = ok(api("POST", path .. "/domains", { domain = "p.example" }))
    assert.equal(pod.pod_id, made.pod_id)
    ok(api("POST", "/v0/domains", { domain = "o.example" }))
    assert.equal(1, ok(api("GET", "/v0/pods/" .. pod.pod_id .. "/domains")).count)
    assert.equal(2, ok(api("GET", "/v0/domains")).count)
    assert.equal(404, (api("GET", "/v0/pods/" .. pod.pod_id .. "/domains/o.example")))
    assert.equal("403 cannot_delete", code(api("DELETE", "/v0/pods/" .. pod.pod_id)))
  end)
end)
