-- SPDX-License-Identifier: MIT
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"

describe("in the sandbox,", function()
  local A = "/v0/inboxes/a@agentmail.to"

  local sandbox, api = http.sandbox({ namespace = "sign-in" }, "a")
  local ok = http.ok
  http.check_effects(sandbox)

  it("providers and accounts are as the control interface made them", function()
    local function control(path, body) return api("POST", "/_sandbox/v1/" .. path, body) end
    assert.equal(404, (api("GET", "/v0/providers/p1")))
    ok(control("providers", { provider_id = "p1", name = "Provider One" }))
    ok(control("accounts", { provider_id = "p1", inbox_id = "a@agentmail.to" }))
    local account = ok(control("accounts", { provider_id = "p1", inbox_id = "a@agentmail.to" }))
    assert.equal(2, account.sign_in_count)
    assert.equal(400, (control("providers", { provider = "p1" })))
    assert.equal(404, (control("accounts", { provider_id = "p2", inbox_id = "a@agentmail.to" })))
    assert.equal("Provider One", ok(api("GET", "/v0/providers/p1")).name)
    assert.equal(1, ok(api("GET", "/v0/providers")).count)
    assert.equal(1, ok(api("GET", "/v0/providers/search?q=ONE")).count)
    assert.equal(0, ok(api("GET", "/v0/providers/search?q=two")).count)
    assert.same(account, ok(api("GET", "/v0/accounts")).accounts[1])
    assert.same(account, ok(api("GET", "/v0/accounts/" .. account.account_id)))
    local both = ok(api("GET", "/v0/providers/p1/accounts"))
    assert.same({ "p1", account }, { both.provider.provider_id, both.accounts[1] })
    local link = ok(api("POST", "/v0/providers/p1/connect", { inbox_id = "a@agentmail.to" }))
    assert.equal("2030-05-01T12:05:00.000Z", link.expires_at)
    assert.equal("pending", ok(api("GET", "/v0/api-keys/" .. link.api_key_id)).status)
    assert.equal(400, (api("POST", "/v0/providers/p1/connect")))
    local authorized = ok(api("POST", A .. "/authorize", { auth_token = "t" }))
    local key = ok(api("GET", "/v0/api-keys/" .. authorized.api_key_id))
    assert.same({ "a@agentmail.to", "pending" }, { key.inbox_id, key.status })
  end)

  it("agents sign up without a key, get a new one each time, and verify", function()
    local function sign_up()
      local connection = http.connect(sandbox.url)
      local status, body = connection:request("POST", "/v0/agent/sign-up",
        '{"human_email":"Human@example.com","username":"bot"}', {})
      connection:close()
      assert.equal(200, status)
      return json.decode(body)
    end
    local first, second = sign_up(), sign_up()
    assert.same({ first.organization_id, "bot@agentmail.to" },
                { second.organization_id, second.inbox_id })
    local function as(one) return http.api { url = sandbox.url, api_key = one.api_key } end
    assert.equal(401, (as(first)("GET", "/v0/inboxes")))
    local use = as(second)
    assert.equal(second.organization_id, ok(use("GET", "/v0/auth/me")).organization_id)
    assert.equal(1, ok(use("GET", "/v0/inboxes")).count)
    local agents = ok(api("GET", "/_sandbox/v1/agents")).agents
    local agent = agents[#agents]
    assert.same({ "human@example.com", false }, { agent.human_email, agent.verified })
    assert.is_false(ok(use("POST", "/v0/agent/verify", { otp_code = "nonsense" })).verified)
    assert.is_true(ok(use("POST", "/v0/agent/verify", { otp_code = agent.otp_code })).verified)
    agents = ok(api("GET", "/_sandbox/v1/agents")).agents
    assert.is_true(agents[#agents].verified)
    for _ = 1, 9 do ok(use("POST", "/v0/agent/verify", { otp_code = "nonsense" })) end
    assert.equal(403, (use("POST", "/v0/agent/verify", { otp_code = agent.otp_code })))
    assert.equal(403, (api("POST", "/v0/agent/verify", { otp_code = "1" })))
    local late = as(sign_up())
    local clock = sandbox:view(agent.namespace)
    clock:advance "23h59m59s"
    assert.is_false(ok(late("POST", "/v0/agent/verify", { otp_code = "nonsense" })).verified)
    clock:advance "1s"
    assert.equal(403, (late("POST", "/v0/agent/verify", { otp_code = "nonsense" })))
  end)
end)
