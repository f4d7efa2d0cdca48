-- SPDX-License-Identifier: MIT
-- The whole control interface over HTTP.
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"

describe("the sandbox's control interface over HTTP", function()
  local sandbox, api = http.sandbox({ namespace = "control-http", seed = 21 }, "a", "b")
  local ok, send = http.ok, http.sender(api)

  local function control(method, path, body, headers)
    return api(method, "/_sandbox/v1/" .. path, body, headers)
  end

  -- Each action: method, path, body, and the condition for its answer.
  local function actions(mail, delivery, thread, token)
    return {
      { "GET", "health", nil, function(b) return b.status == "ok" end },
      { "GET", "info", nil, function(b) return b.seed == 21 and b.switches.strict end },
      { "GET", "coverage", nil, function(b) return b.counts.full > 100 end },
      { "POST", "faults", '"lost_ack"', function(b) return #b.rules == 1 end },
      { "GET", "faults", nil, function(b) return b.rules[1].name == "lost_ack" end },
      { "GET", "faults/schema", nil, function(b) return b.fields["do"][1].name == "kind" end },
      { "PUT", "faults", { { flaky = 2 } }, function(b) return b.rules[1].name == "flaky" end },
      { "DELETE", "faults", nil, function(b) return b.removed == 1 end },
      { "GET", "clock", nil, function(b) return b.mode == "frozen" end },
      { "PUT", "clock", { mode = "frozen", at = "2030-06-01" },
        function(b) return b.now == "2030-06-01T00:00:00.000Z" end },
      { "POST", "clock/advance", { by = "25h" },
        function(b) return b.now == "2030-06-02T01:00:00.000Z" and b.sent == 0 end },
      { "POST", "inbound", { to = "a@agentmail.to", subject = "In" },
        function(b) return b.inbox_id == "a@agentmail.to" end },
      { "POST", "messages/" .. http.escape(mail) .. "/reply", { text = "Yes" },
        function(b) return b.thread_id ~= nil end },
      { "POST", "messages/" .. http.escape(mail) .. "/open", nil,
        function(b) return b.first == true end },
      { "GET", "requests?limit=1", nil, function(b) return b.count == 1 end },
      { "GET", "sent", nil, function(b) return b.sent[1].message_id == mail end },
      { "GET", "audit", nil, function(b) return b.sent == 1 and #b.duplicates == 0 end },
      { "POST", "expect", { count = 1, within = 0 }, function(b) return b.sent ~= nil end },
      { "GET", "deliveries", nil, function(b) return b.deliveries[1].id == delivery end },
      { "POST", ("deliveries/%d/redeliver"):format(delivery), nil,
        function(b) return b.svix_id ~= nil end },
      { "PUT", "domains/d.example", { status = "VERIFIED" },
        function(b) return b.status == "VERIFIED" end },
      { "POST", "providers", { provider_id = "p" },
        function(b) return b.provider_id == "p" end },
      { "POST", "accounts", { provider_id = "p", inbox_id = "a@agentmail.to" },
        function(b) return b.sign_in_count == 1 end },
      { "POST", "invitations", { inbox_id = "a@agentmail.to", title = "Talk",
                                 start = "2030-05-02T09:00:00", ["end"] = "2030-05-02T10:00:00" },
        function(b) return b.response_status == "needs_action" end },
      { "POST", "scans", { inbox_id = "a@agentmail.to", message_id = mail, verdict = "clear" },
        function(b) return b.agent_armor.verdict == "clear" end },
      { "POST", "polling/receive", { token = token },
        function(b) return b.done and #b.data > 1 end },
      { "POST", "polling/commit", { token = token, iterator = "99" },
        function(b) return b.committed > 1 end },
      { "GET", "agents", nil, function(b) return b.count == 0 end },
      { "DELETE", "messages/" .. http.escape(mail), nil, function(b) return b.removed == 1 end },
      { "DELETE", "threads/" .. thread, nil, function(b) return b.removed == 1 end },
      { "DELETE", "messages?inbox=a@agentmail.to", nil, function(b) return b.removed > 0 end },
      { "POST", "seed", { seed = 4, inboxes = { "planted" } },
        function(b) return b.seed == 4 and b.inboxes[1] == "planted@agentmail.to" end },
      { "PUT", "switches", { page_tokens = "offset" },
        function(b) return b.page_tokens == "offset" end },
      { "POST", "snapshot", { name = "s" }, function(b) return b.name == "s" end },
      { "POST", "restore", { name = "s" }, function(b) return b.name == "s" end },
      { "POST", "reset", nil, function(b) return b.status == "ok" end },
    }
  end

  -- "METHOD path" with {} for names.
  local function shape(method, path)
    path = path:gsub("%?.*", ""):gsub("^messages/[^/]+", "messages/{}")
      :gsub("^threads/[^/]+", "threads/{}")
      :gsub("^deliveries/[^/]+", "deliveries/{}"):gsub("^domains/[^/]+", "domains/{}")
    return method .. " " .. path
  end

  local function delivery_of_a_closed_port()
    ok(api("POST", "/v0/domains", { domain = "d.example" }))
    ok(api("POST", "/v0/webhooks", { url = "http://127.0.0.1:1/", event_types = {
      "message.sent" } }))
    local mail = ok(send "Mail").message_id
    for _, row in ipairs(sandbox:deliveries()) do
      while sandbox:deliveries { svix_id = row.svix_id }[1].state == "pending" do
        sandbox:advance "1h"
      end
    end
    sandbox:freeze "2030-05-01T12:00:00Z"
    local token = ok(api("POST", "/v0/webhooks/polling", {
      client_id = "p", event_types = { "message.received" } })).token
    return mail, sandbox:deliveries()[1].id, sandbox:inbound({ to = "b@agentmail.to" }).thread_id,
           token
  end

  it("answers each of its actions", function()
    local tried = {}
    for _, action in ipairs(actions(delivery_of_a_closed_port())) do
      local method, path, body, check = table.unpack(action, 1, 4)
      local status, answer = control(method, path, body)
      assert.equal(200, status, path .. " " .. json.encode(answer or {}))
      assert.is_true(check(answer), path .. " " .. json.encode(answer))
      tried[shape(method, path)] = true
    end
    local _, unknown = control("GET", "nothing")
    for name in unknown.fix:match "Known: (.*)$":gmatch "[^,]+" do
      assert.is_true(tried[name:match "^%s*(.*)$"], name)
    end
  end)

  it("has every action and switch described in docs/sandbox.md", function()
    local file <close> = assert(io.open "docs/sandbox.md")
    local guide = file:read("a"):match "\n## Control\n(.*)$"
    local _, unknown = control("GET", "nothing")
    for name in unknown.fix:match "Known: (.*)$":gmatch "[^,]+" do
      local method, path = name:match "(%u+) (.*)$"
      local word = ("%s %s"):format(method, path:gsub("{}", "{id}"))
      assert.is_truthy(guide:find("`" .. word .. "`", 1, true), word)
    end
    for name, value in pairs(sandbox:info().switches) do
      assert.is_truthy(guide:find(("`%s` | `%s`"):format(name, tostring(value)), 1, true), name)
    end
  end)
end)
