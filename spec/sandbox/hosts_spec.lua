-- SPDX-License-Identifier: MIT
-- The names that the sandbox answers to, the URLs it tells, and who is kept out.
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"
local sandboxes = require "agentmail.sandbox"
local websocket = require "spec.support.websocket"

local A = "/v0/inboxes/a@agentmail.to"

describe("the names of the sandbox", function()
  -- Runs with a sandbox of its own, which has the inbox a@agentmail.to.
  local function with(options, test)
    options.namespace = "names"
    local sandbox <close> = assert(sandboxes.start(options))
    local api = http.api(sandbox)
    http.ok(api("POST", "/v0/inboxes", { username = "a" }))
    test(sandbox, api)
  end

  -- Asks under a name: the status and the decoded body.
  local function ask(sandbox, name, target, headers, method)
    local connection = http.connect(sandbox.url)
    local lines = { ("%s %s HTTP/1.1"):format(method or "GET", target or A), "Host: " .. name,
                    "Authorization: Bearer " .. sandbox.api_key, "Content-Length: 0" }
    for _, line in ipairs(headers or {}) do lines[#lines + 1] = line end
    connection:send(table.concat(lines, "\r\n") .. "\r\n\r\n")
    local status, body = connection:read()
    connection:close()
    return status, body and body ~= "" and json.decode(body) or nil
  end

  it("are loopback's and those of hosts: a page behind another name (rebinding) gets nothing",
     function()
    with({ hosts = { "mail", "Sandbox.Test" } }, function(sandbox)
      for _, name in ipairs { "mail", "mail:8025", "MAIL:1", "sandbox.test", "localhost:1",
                              "127.0.0.1", "[::1]:80" } do
        assert.equal(200, (ask(sandbox, name)), name)
      end
      for _, name in ipairs {
        "evil.example", "mail.evil.example", "evil.example:8025", "mail@evil", "mailx", "xmail",
        "127.0.0.1.evil.example", "localhost.", "10.0.0.1",
      } do
        for _, target in ipairs { A, "/", "/_sandbox/v1/info", "/v0" } do
          local status, body = ask(sandbox, name, target)
          assert.same({ 403, "forbidden" }, { status, body.code }, name .. target)
        end
      end
    end)
  end)

  it("are asked for in Origin, too: a page of another site changes nothing", function()
    with({ hosts = { "mail" } }, function(sandbox)
      for _, origin in ipairs { "https://evil.example", "null", "http://mail.evil.example" } do
        for _, target in ipairs { "/v0/inboxes", "/_sandbox/v1/reset", "/_sandbox/v1/faults" } do
          local status, body = ask(sandbox, "mail", target, { "Origin: " .. origin }, "POST")
          assert.same({ 403, "forbidden" }, { status, body.code }, origin .. target)
        end
        local client, status = websocket.connect(sandbox.url, { api_key = sandbox.api_key,
                                                 headers = { Host = "mail", Origin = origin } })
        assert.same({ nil, 403 }, { client, status }, origin)
      end
      assert.equal(200, (ask(sandbox, "mail", A, { "Origin: http://mail:3000" })))
      assert.equal(200, (ask(sandbox, "mail")))
      local client = assert(websocket.connect(sandbox.url, { api_key = sandbox.api_key,
                              headers = { Host = "mail:1", Origin = "https://mail" } }))
      client:close()
    end)
  end)

  -- A link to the raw message of the only mail, asked for under a name.
  local function link(sandbox, name)
    local message = sandbox:inbound { to = "a@agentmail.to", subject = "s" }
    local path = A .. "/messages/" .. http.escape(message.message_id) .. "/raw"
    local _, raw = ask(sandbox, name, path)
    return raw.download_url
  end

  it("stand in the URLs of answers as the client said them", function()
    with({ hosts = { "mail" } }, function(sandbox)
      assert.matches("^http://mail:8025/_sandbox/files/message/", link(sandbox, "mail:8025"))
      assert.matches("^http://localhost/_sandbox/files/", link(sandbox, "localhost"))
      local target = link(sandbox, "mail"):match "^http://mail(/.*)$"
      local connection = http.connect(sandbox.url)
      local status, body = connection:request("GET", target)
      connection:close()
      assert.equal(200, status)
      assert.matches("Subject: s", body)
    end)
  end)

  it("give way to public_url, which is a name of its own", function()
    with({ public_url = "https://mail.example/box/" }, function(sandbox)
      for _, name in ipairs { "localhost", "mail.example" } do
        assert.matches("^https://mail.example/box/_sandbox/files/message/", link(sandbox, name))
      end
      assert.equal("https://mail.example/box", sandbox:info().url)
      assert.equal(403, (ask(sandbox, "other.example")))
    end)
    assert.error_matches(function() sandboxes.start { public_url = "mail.example" } end,
                         "public_url must be an http or https URL")
  end)

  it("reach it from another network, as another container's; no other name does", function()
    if not os.execute "unshare --net --mount true 2>/dev/null && command -v ip >/dev/null" then
      return pending "this needs root, unshare and ip"
    end
    local pipe = io.popen(([[export preload=$LD_PRELOAD; unset LD_PRELOAD
      exec unshare --net --mount sh -c '
      export LUA_PATH="%s" LUA_CPATH="%s" http_proxy= no_proxy=*
      ip link set lo up && ip address add 10.9.8.7/32 dev lo
      hosts=$(mktemp) && printf "127.0.0.1 localhost\n10.9.8.7 mail\n10.9.8.7 evil\n" >$hosts
      mount --bind $hosts /etc/hosts; rm -f $hosts
      LD_PRELOAD=$preload %s - <<"END"
        local sandboxes, socket = require "agentmail.sandbox", require "socket"
        local sandbox = assert(sandboxes.start { host = "0.0.0.0", hosts = { "mail" } })
        for _, name in ipairs { "mail", "evil" } do
          local connection = assert(socket.connect(name, math.tointeger(sandbox.url:match "%%d+$")))
          connection:send("GET /v0/inboxes HTTP/1.1\r\nHost: " .. name
            .. "\r\nAuthorization: Bearer am_test_local\r\n\r\n")
          print(name, (connection:receive "*l"))
          connection:close()
        end
        sandbox:close()
END' 2>&1]]):format(package.path, package.cpath, os.getenv "LUA" or "lua5.4"))
    local output = pipe:read "a"
    pipe:close()
    assert.equal("mail\tHTTP/1.1 200 OK\nevil\tHTTP/1.1 403 Forbidden\n", output)
  end)
end)

describe("what the service still takes", function()
  local sandbox, api = http.sandbox({ namespace = "old" }, "a")
  local ok = http.ok

  it("is taken: the old path of metrics, in all scopes", function()
    sandbox:inbound { to = "a@agentmail.to", subject = "s" }
    local pod = ok(api("GET", A)).pod_id
    for _, scope in ipairs { "/v0", A, "/v0/pods/" .. pod } do
      assert.same(ok(api("GET", scope .. "/metrics/events?event_types=message.received")),
                  ok(api("GET", scope .. "/metrics?event_types=message.received")))
      assert.equal("metrics.query_events",
                   http.last(sandbox).operation:match "metrics%.query_events$")
    end
    assert.equal(400, (api("GET", "/v0/metrics?nonsense=1")))
    assert.equal(404, (api("GET", "/v0/inboxes/x@agentmail.to/metrics")))
  end)

  it("is taken: permanent, when a thread is deleted", function()
    for _, query in ipairs { "?permanent=true", "?permanent=false", "" } do
      local thread = sandbox:inbound({ to = "a@agentmail.to", subject = "s" }).thread_id
      assert.equal(204, (api("DELETE", A .. "/threads/" .. thread .. query)))
      assert.equal(404, (api("GET", "/v0/threads/" .. thread)))
    end
    local thread = sandbox:inbound({ to = "a@agentmail.to", subject = "s" }).thread_id
    assert.equal(400, (api("DELETE", A .. "/threads/" .. thread .. "?permanent=x")))
  end)
end)
