-- SPDX-License-Identifier: MIT
-- Pods and API keys: the scope that a key or a path sets for a request.
local access = require "agentmail.sandbox.http.access"
local enums = require "agentmail.api.models".enums
local http = require "spec.support.http"
local operations = require "agentmail.api.operations"

describe("in the sandbox,", function()
  local sandbox, api = http.sandbox { namespace = "access" }
  local ok, code = http.ok, http.code
  http.check_effects(sandbox)

  local function as(key) return http.api { url = sandbox.url, api_key = key.api_key } end

  -- An inbox in each of two pods; the keys of one of them.
  local function two_pods()
    local one = ok(api("POST", "/v0/pods", { name = "one" }))
    local two = ok(api("POST", "/v0/pods", { name = "two" }))
    for i, pod in ipairs { one, two } do
      ok(api("POST", "/v0/pods/" .. pod.pod_id .. "/inboxes", { username = "in" .. i }))
      ok(api("POST", "/v0/inboxes/in" .. i .. "@agentmail.to/messages/send",
             { to = "x@example.com", subject = "from " .. i, text = "needle" }))
      ok(api("POST", "/v0/inboxes/in" .. i .. "@agentmail.to/drafts", { subject = "d" .. i }))
    end
    return "/v0/pods/" .. one.pod_id, "/v0/pods/" .. two.pod_id, one, two
  end

  describe("pods", function()
    it("are created once per client_id, listed newest first, deleted when empty", function()
      local first = ok(api("GET", "/v0/pods")).pods[1]
      sandbox:advance(1)
      local pod = ok(api("POST", "/v0/pods", { name = "P", client_id = "p1" }))
      assert.same(pod, ok(api("POST", "/v0/pods", { name = "Q", client_id = "p1" })))
      assert.same(pod, ok(api("GET", "/v0/pods/" .. pod.pod_id)))
      local list = ok(api("GET", "/v0/pods")).pods
      assert.same({ pod, first }, list)
      assert.same({ first, pod }, ok(api("GET", "/v0/pods?ascending=true")).pods)
      local inbox = ok(api("POST", "/v0/inboxes", { username = "a" }))
      assert.equal(first.pod_id, inbox.pod_id)
      assert.equal("403 cannot_delete", code(api("DELETE", "/v0/pods/" .. first.pod_id)))
      inbox = ok(api("POST", "/v0/pods/" .. pod.pod_id .. "/inboxes", { username = "b" }))
      assert.equal(pod.pod_id, inbox.pod_id)
      assert.equal("403 cannot_delete", code(api("DELETE", "/v0/pods/" .. pod.pod_id)))
      ok(api("DELETE", "/v0/pods/" .. pod.pod_id .. "/inboxes/b@agentmail.to"))
      assert.equal(204, (api("DELETE", "/v0/pods/" .. pod.pod_id)))
      local effects = {}
      for i, row in ipairs(sandbox:requests()) do effects[i] = row.effect:sub(1, 1) end
      assert.equal("n c r n n n c n c n c c", table.concat(effects, " "))
      assert.equal("404 not_found", code(api("GET", "/v0/pods/" .. pod.pod_id)))
      assert.equal("404 not_found", code(api("GET", "/v0/pods/" .. pod.pod_id .. "/inboxes")))
    end)

    it("keep their inboxes, threads and drafts apart", function()
      local one, two = two_pods()
      assert.equal(2, ok(api("GET", "/v0/inboxes")).count)
      assert.equal(2, ok(api("GET", "/v0/threads")).count)
      for i, pod in ipairs { one, two } do
        local listed = ok(api("GET", pod .. "/inboxes")).inboxes
        assert.same({ 1, "in" .. i .. "@agentmail.to" }, { #listed, listed[1].inbox_id })
        assert.equal(1, ok(api("GET", pod .. "/inboxes/search?q=in")).count)
        local threads = ok(api("GET", pod .. "/threads")).threads
        assert.same({ 1, "from " .. i }, { #threads, threads[1].subject })
        assert.equal(1, ok(api("GET", pod .. "/threads/search?q=needle")).count)
        local drafts = ok(api("GET", pod .. "/drafts")).drafts
        assert.same({ 1, "d" .. i }, { #drafts, drafts[1].subject })
        local other = i == 1 and two or one
        assert.equal(404, (api("GET", other .. "/threads/" .. threads[1].thread_id)))
        assert.equal(404, (api("GET", other .. "/drafts/" .. drafts[1].draft_id)))
        assert.equal(404, (api("GET", other .. "/inboxes/in" .. i .. "@agentmail.to")))
        ok(api("PATCH", pod .. "/threads/" .. threads[1].thread_id, { add_labels = { "x" } }))
        ok(api("DELETE", pod .. "/threads/" .. threads[1].thread_id))
      end
      assert.equal("403 resource_taken", code(api("POST", two .. "/inboxes", { username = "in1" })))
    end)
  end)

  describe("a new API key", function()
    it("shows its secret once, can be used, renamed and deleted", function()
      local key = ok(api("POST", "/v0/api-keys", { name = "K" }))
      local fields = {}
      for name in pairs(key) do fields[#fields + 1] = name end
      table.sort(fields)
      assert.equal("api_key api_key_id created_at name prefix", table.concat(fields, " "))
      assert.equal(key.prefix, key.api_key:sub(1, #key.prefix))
      local read = ok(api("GET", "/v0/api-keys/" .. key.api_key_id))
      assert.is_nil(read.api_key)
      assert.same({ "K", "bearer" }, { read.name, read.type })
      local me = ok(as(key)("GET", "/v0/auth/me"))
      assert.same({ "organization", key.api_key_id }, { me.scope_type, me.api_key_id })
      assert.equal("2030-05-01T12:00:00.000Z",
                   ok(api("GET", "/v0/api-keys/" .. key.api_key_id)).used_at)
      local renamed = ok(api("PATCH", "/v0/api-keys/" .. key.api_key_id, { name = "Kay" }))
      assert.equal("Kay", renamed.name)
      assert.equal(400, (api("PATCH", "/v0/api-keys/" .. key.api_key_id, {})))
      local list = ok(api("GET", "/v0/api-keys"))
      assert.same({ 1, key.api_key_id }, { list.count, list.api_keys[1].api_key_id })
      assert.is_nil(list.limit)
      local use = as(key)
      assert.equal(204, (use("DELETE", "/v0/api-keys/" .. key.api_key_id)))
      assert.equal("401 unknown_api_key", code(use("GET", "/v0/inboxes")))
    end)

    it("of a pod sees only that pod", function()
      local one, two, pod = two_pods()
      local key = ok(api("POST", one .. "/api-keys", { name = "pod" }))
      local use = as(key)
      local me = ok(use("GET", "/v0/auth/me"))
      assert.same({ "pod", pod.pod_id, pod.pod_id }, { me.scope_type, me.scope_id, me.pod_id })
      assert.equal(1, ok(use("GET", "/v0/inboxes")).count)
      assert.equal(1, ok(use("GET", "/v0/threads")).count)
      assert.equal(1, ok(use("GET", "/v0/drafts")).count)
      assert.equal(1, ok(use("GET", "/v0/pods")).count)
      assert.equal(404, (use("GET", "/v0/inboxes/in2@agentmail.to")))
      assert.equal(404, (use("POST", "/v0/inboxes/in2@agentmail.to/messages/send",
                             { to = "a@b.cc" })))
      assert.equal(404, (use("GET", two .. "/inboxes")))
      assert.equal("403 forbidden", code(use("POST", "/v0/pods", {})))
      assert.equal(pod.pod_id, ok(use("POST", "/v0/inboxes", { username = "in3" })).pod_id)
      assert.equal(1, ok(use("GET", "/v0/api-keys")).count)
      ok(api("POST", "/v0/api-keys", {}))
      assert.equal(1, ok(use("GET", "/v0/api-keys")).count)
      assert.equal(1, ok(api("GET", one .. "/api-keys")).count)
    end)

    it("of an inbox sees only that inbox", function()
      two_pods()
      ok(api("POST", "/v0/inboxes", { username = "in3" }))
      local key = ok(api("POST", "/v0/inboxes/in1@agentmail.to/api-keys", {}))
      local use = as(key)
      assert.same({ "inbox", "in1@agentmail.to" }, { ok(use("GET", "/v0/auth/me")).scope_type,
                                                     ok(use("GET", "/v0/auth/me")).scope_id })
      assert.equal(1, ok(use("GET", "/v0/inboxes")).count)
      assert.equal("from 1", ok(use("GET", "/v0/threads")).threads[1].subject)
      assert.equal(404, (use("GET", "/v0/inboxes/in3@agentmail.to")))
      assert.equal("403 forbidden", code(use("POST", "/v0/inboxes", {})))
      ok(use("POST", "/v0/inboxes/in1@agentmail.to/messages/send", { to = "a@b.cc" }))
      local path = "/v0/inboxes/in3@agentmail.to/api-keys/" .. key.api_key_id
      assert.equal(404, (api("PATCH", path, { name = "x" })))
      assert.equal(404, (api("DELETE", path)))
      path = "/v0/pods/" .. ok(api("GET", "/v0/inboxes/in3@agentmail.to")).pod_id .. "/api-keys/"
      assert.equal(404, (api("DELETE", path .. key.api_key_id)))
      assert.equal(204, (api("DELETE", "/v0/inboxes/in1@agentmail.to/api-keys/" .. key.api_key_id)))
    end)

    it("has the permissions it was given, and reads the labels they name", function()
      ok(api("POST", "/v0/inboxes", { username = "a" }))
      sandbox:inbound { to = "a@agentmail.to", subject = "plain" }
      local spam = sandbox:inbound { to = "a@agentmail.to", subject = "spam", labels = { "spam" } }
      local use = as(ok(api("POST", "/v0/api-keys", { permissions = {
        message_read = true, label_trash_read = true, api_key_create = true, inbox_read = false,
      } })))
      local A = "/v0/inboxes/a@agentmail.to"
      assert.equal("403 missing_permission", code(use("GET", "/v0/inboxes")))
      assert.equal("403 missing_permission",
                   code(use("POST", A .. "/messages/send", { to = "a@b.cc" })))
      assert.equal("403 missing_permission", code(use("GET", "/v0/pods")))
      assert.equal(200, (use("GET", "/v0/auth/me")))
      assert.equal(1, ok(use("GET", A .. "/messages?include_spam=true")).count)
      assert.equal(1, ok(use("GET", A .. "/threads?include_spam=true")).count)
      assert.equal(2, ok(api("GET", A .. "/messages?include_spam=true")).count)
      assert.equal(404, (use("GET", A .. "/messages/" .. http.escape(spam.message_id))))
      assert.equal(404, (use("GET", "/v0/threads/" .. spam.thread_id)))
      assert.equal(200, (api("GET", "/v0/threads/" .. spam.thread_id)))
      -- a thread of which only a part is hidden
      local answer = sandbox:inbound { to = "a@agentmail.to", in_reply_to = spam.message_id,
                                       text = "fine", labels = {} }
      assert.equal(spam.thread_id, answer.thread_id)
      local texts = {}
      for i, one in ipairs(ok(use("GET", "/v0/threads/" .. spam.thread_id)).messages) do
        texts[i] = one.text
      end
      assert.same({ "fine" }, texts)
      assert.equal(2, #ok(api("GET", "/v0/threads/" .. spam.thread_id)).messages)
      assert.equal("403 permission_escalation",
                   code(use("POST", "/v0/api-keys", { permissions = { message_send = true } })))
      assert.equal("403 permission_escalation", code(use("POST", "/v0/api-keys", {})))
      ok(use("POST", "/v0/api-keys", { permissions = { message_read = true } }))
    end)

    it("can be given known permissions only", function()
      local _, body = api("POST", "/v0/api-keys", { permissions = { inbox_rede = true,
                                                                    inbox_read = "yes" } })
      local found = {}
      for _, problem in ipairs(body.errors) do
        found[table.concat(problem.path, ".")] = problem.message
      end
      assert.matches("did you mean 'inbox_read'", found["permissions.inbox_rede"])
      assert.matches("true or false", found["permissions.inbox_read"])
      sandbox:switch { strict = false }
      local status = api("POST", "/v0/api-keys", { permissions = { inbox_rede = true } })
      sandbox:switch { strict = true }
      assert.equal(200, status)
    end)

    it("may be a public key, created once per client_id", function()
      local jwk = { kty = "EC", crv = "P-256", x = ("A"):rep(43), y = ("B"):rep(43) }
      local key = ok(api("POST", "/v0/api-keys", { public_key = jwk, client_id = "c1",
                                                   expires_at = "2031-01-01T00:00:00Z" }))
      assert.is_nil(key.api_key)
      assert.same({ "public_key", "c1", jwk }, { key.type, key.client_id, key.public_key.jwk })
      assert.matches("^[%w_-]+$", key.public_key.fingerprint)
      assert.equal(43, #key.public_key.fingerprint)
      assert.equal("2031-01-01T00:00:00.000Z", key.expires_at)
      assert.same(key, ok(api("POST", "/v0/api-keys", { public_key = jwk, client_id = "c1" })))
      assert.same(key, ok(api("GET", "/v0/api-keys/c1")))
      local limited = ok(api("POST", "/v0/api-keys", {
        public_key = { kty = "EC", crv = "P-256", x = ("D"):rep(43), y = ("B"):rep(43) },
        permissions = { app_connect = true } }))
      assert.same({ app_connect = true }, limited.permissions)
      assert.equal("AgentID key " .. limited.public_key.fingerprint:sub(1, 8), limited.name)
      ok(api("DELETE", "/v0/api-keys/" .. limited.api_key_id))
      jwk.x = ("C"):rep(43)
      assert.equal("409 conflict",
                   code(api("POST", "/v0/api-keys", { public_key = jwk, client_id = "c1" })))
      ok(api("POST", "/v0/api-keys", {}))
      assert.equal(1, ok(api("GET", "/v0/api-keys?type=public_key")).count)
      assert.equal(1, ok(api("GET", "/v0/api-keys?type=bearer")).count)
      for field, bad in pairs { x = ("A"):rep(42), y = ("A"):rep(42) .. "=", kty = "RSA",
                                crv = "P-384" } do
        local broken = { kty = "EC", crv = "P-256", x = ("A"):rep(43), y = ("B"):rep(43) }
        broken[field] = bad
        local status, body = api("POST", "/v0/api-keys", { public_key = broken })
        assert.same({ 400, { "public_key", field } }, { status, body.errors[1].path })
      end
      jwk.d = "secret"
      assert.equal(400, (api("POST", "/v0/api-keys", { public_key = jwk })))
      assert.equal(400, (api("POST", "/v0/api-keys", { client_id = "c2" })))
      ok(api("DELETE", "/v0/api-keys/c1"))
      jwk.d = nil
      local again = ok(api("POST", "/v0/api-keys", { public_key = jwk, client_id = "c1" }))
      assert.not_equal(key.api_key_id, again.api_key_id)
    end)
  end)

  it("each operation has the permission that it needs", function()
    local known, free = {}, {}
    for _, name in ipairs(enums.permission) do known[name] = true end
    for name in pairs(operations) do
      local permission = access.needed(name)
      if permission then assert.is_true(known[permission], name .. " " .. permission)
      else free[#free + 1] = name end
    end
    table.sort(free)
    assert.same({ "accounts.get", "accounts.list", "agent.attach_human", "agent.sign_up",
      "agent.verify", "apps.get", "apps.list", "apps.list_accounts", "apps.search", "auth.me",
      "organizations.get", "providers.get", "providers.list", "providers.list_accounts",
      "providers.search" }, free)
  end)
end)
