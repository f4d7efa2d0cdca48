-- SPDX-License-Identifier: MIT
-- The page at /: what it shows, in a real browser, and what it never lets a mail do.
local browser = require "spec.support.browser"
local cjson = require "cjson"
local http = require "spec.support.http"

local A = "/v0/inboxes/a@agentmail.to"
local HOSTILE = [[<p>Nice</p><script>document.body.id = "ran"; fetch("/_sandbox/v1/reset",
  {method:"POST"})</script><img src="/v0/inboxes" onerror="document.body.id='ran'">
  <form action="/_sandbox/v1/reset" method="post"></form>]]

describe("the sandbox's web page", function()
  local sandbox, api = http.sandbox({ namespace = "page", seed = 5 }, "a")

  local function get(target, headers)
    local connection = http.connect(sandbox.url)
    local status, body, answer_headers = connection:request("GET", target, nil, headers)
    connection:close()
    return status, body, answer_headers
  end

  local function state()
    return cjson.decode((select(2, get "/_sandbox/v1/view/state")))
  end

  it("is one file that loads nothing and runs only its own scripts", function()
    local status, body, headers = get "/"
    assert.equal(200, status)
    assert.matches("^text/html", headers["content-type"])
    local policy = headers["content-security-policy"]
    local nonce = policy:match "script%-src 'nonce%-(%x+)'"
    assert.matches("default%-src 'none'", policy)
    assert.matches("frame%-ancestors 'none'", policy)
    assert.is_nil(policy:find("unsafe", 1, true))
    assert.matches('<script nonce="' .. nonce .. '">', body)
    assert.is_nil(body:find "NONCE")
    assert.is_nil(body:find "https?://")
    assert.is_nil(body:find "innerHTML")
    assert.not_equal(nonce, (select(3, get "/")["content-security-policy"]):match "nonce%-(%x+)")
    assert.equal(200, (get "/?namespace=page"))
    assert.equal(401, (get "/other"))
  end)

  it("is served only to this machine", function()
    assert.equal(403, (get("/", { "Origin: http://evil.example" })))
    local connection = http.connect(sandbox.url)
    connection:send "GET /_sandbox/v1/view/state HTTP/1.1\r\nHost: evil.example\r\n\r\n"
    assert.equal(403, (connection:read()))
    connection:close()
  end)

  it("reads beside the API: viewing leaves no trace and meets no fault", function()
    sandbox:fault { name = "all", ["do"] = "500" }
    local before = #sandbox:requests()
    local seen = state()
    assert.same({ "page", 5, "frozen", "all", "before" }, { seen.namespace, seen.seed, seen.clock,
      seen.faults[1].name, seen.faults[1].at })
    assert.equal("a@agentmail.to", seen.inboxes[1].inbox_id)
    assert.equal(before, #sandbox:requests())
    assert.equal(0, state().faults[1].hits)
    assert.equal(404, (get "/_sandbox/v1/view/threads/none"))
    assert.equal(404, (get "/_sandbox/v1/view/html/1"))
    assert.equal(404, (get "/_sandbox/v1/view/other"))
    assert.equal(400, (get "/_sandbox/v1/view/state?namespace=a%20b"))
  end)

  it("shows the base URL and API key for a client", function()
    local seen = state()
    assert.same({ sandbox.url, sandbox.api_key }, { seen.url, seen.api_key })
    local other = cjson.decode((select(2, get "/_sandbox/v1/view/state?namespace=other")))
    assert.equal("am_test_other", other.api_key)
  end)

  it("shows which faults have ended, and for whom", function()
    local function send(key)
      api("POST", A .. "/messages/send", { to = "x@example.com" }, { ["Idempotency-Key"] = key })
    end
    local function fault(name)
      for _, one in ipairs(state().faults) do if one.name == name then return one end end
    end
    sandbox:fault { name = "each", match = { sends = true }, ["do"] = "500",
                    ["until"] = { hits = 2 } }
    sandbox:fault { name = "one", match = { key = "k" }, ["do"] = "500" }
    sandbox:fault { name = "twice", match = { sends = true }, ["do"] = "500",
                    ["until"] = { total = 2 } }
    sandbox:fault { name = "while", match = { method = "DELETE" }, ["do"] = "500",
                    ["until"] = { after = "5m" } }
    send "k"
    assert.same({ 1, 0, false }, { fault "each".hits, fault "each".healed, fault "each".over })
    for _ = 1, 5 do send "k" end
    assert.same({ 2, 1, false }, { fault "each".hits, fault "each".healed, fault "each".over })
    assert.same({ 1, true }, { fault "one".hits, fault "one".over })
    assert.same({ 2, true }, { fault "twice".hits, fault "twice".over })
    assert.same({ "2030-05-01T12:05:00.000Z", false }, { fault "while".ends, fault "while".over })
    sandbox:advance "5m"
    assert.is_true(fault "while".over)
  end)

  it("estimates the height of a mail's HTML: its frame cannot be measured", function()
    local function lines(html)
      local mail = sandbox:inbound { to = "a@agentmail.to", html = html }
      local _, thread = get("/_sandbox/v1/view/threads/" .. mail.thread_id)
      return cjson.decode(thread).messages[1].html_lines
    end
    assert.equal(1, lines "Hello")
    assert.equal(1, lines "<style>p { margin: 0 }\np { color: red }</style><b>Hello</b>")
    assert.equal(3, lines "<p>One<br>two</P><div>three</div>")
    assert.equal(10, lines("<p>" .. ("word "):rep(180) .. "</p>"))
    assert.equal(1, lines("<table><tr><td>Nested</td></tr></table></div></div>"))
    assert.equal(50, lines(("<p>x</p>"):rep(50)))
  end)

  it("serves a mail's HTML only with a sandbox policy", function()
    local mail = sandbox:inbound { to = "a@agentmail.to", subject = "Box", html = HOSTILE }
    local _, thread = get("/_sandbox/v1/view/threads/" .. mail.thread_id)
    local message = cjson.decode(thread).messages[1]
    assert.is_nil(message.html)
    local html = ("/_sandbox/v1/view/html/%d"):format(message.html_number)
    local status, body, headers = get(html)
    assert.equal(200, status)
    assert.equal(HOSTILE, body)
    assert.matches("^sandbox; default%-src 'none'", headers["content-security-policy"])
    assert.is_nil(headers["content-security-policy"]:find("script", 1, true))
    assert.equal(404, (get(html .. "?namespace=other")))
  end)

  it("is notified of every change, by server-sent events", function()
    local connection = http.connect(sandbox.url)
    connection:write("GET", "/_sandbox/v1/view/stream")
    local function event()
      repeat local line = assert(connection.sock:receive "*l") until line:find "^event: change"
    end
    event()
    api("POST", "/v0/inboxes", { username = "b" })
    event()
    sandbox:advance "1h"
    event()
    connection:close()
    for i = 1, 20 do api("POST", "/v0/inboxes", { username = "c" .. i }) end
  end)

  describe("in Chromium", function()
    local window, why

    setup(function() window, why = browser.open() end)
    teardown(function() if window then window:close() end end)

    local function shows(text)
      return window:wait(("document.body.innerText.includes(%s)"):format(cjson.encode(text)))
    end

    it("shows inboxes, threads, drafts, requests and faults, live", function()
      if not window then return pending(why) end
      window:go(sandbox.url .. "/")
      shows "a@agentmail.to"
      shows "No mail yet"
      shows(sandbox.api_key)
      assert.equal(sandbox.url, window:run "return $('api').textContent")
      assert.equal("0 mails sent", window:run "return $('sent').textContent")
      assert.is_true(window:run "return $('bar').hidden")
      assert.is_true(window:run "return document.querySelector('main').offsetHeight" > 300)
      sandbox:fault "lost_ack"
      shows "A fault is armed"
      api("POST", A .. "/messages/send", { to = "ann@example.com", subject = "Order 1" },
          { ["Idempotency-Key"] = "order-1" })
      shows "200 lost"
      shows "commit:reset"
      shows "order-1"
      shows "1 hit · healed for 1 key"
      shows "1 mail sent"
      shows "to ann@example.com"
      api("POST", A .. "/drafts", { to = { "eve@example.com" }, subject = "Later" })
      window:run "[...document.querySelectorAll('nav button')][1].click()"
      shows "Later"
      window:run "[...document.querySelectorAll('#bar button')].pop().click()"
      window:wait "$('bar').hidden"
      assert.equal(0, #sandbox:faults())
    end)

    it("sends and answers mail as a person", function()
      if not window then return pending(why) end
      window:go(sandbox.url .. "/?namespace=page")
      shows "a@agentmail.to"
      window:run [[$("compose").click(); $("subject").value = "Where is it?";
                   $("text").value = "I wonder <b>where</b>."; $("send").click();]]
      shows "I wonder <b>where</b>." -- as text
      local _, list = api("GET", A .. "/messages")
      assert.same({ "Where is it?", "Ann Example <ann@example.com>" },
                  { list.messages[1].subject, list.messages[1].from })
      local message = A .. "/messages/" .. http.escape(list.messages[1].message_id)
      api("POST", message .. "/reply", { text = "It left today." })
      window:wait "document.querySelector('.answer textarea')"
      shows "It left today."
      window:run [[document.querySelector(".answer textarea").value = "Thank you!";
                   $("reply").click();]]
      shows "Thank you!"
      _, list = api("GET", A .. "/messages")
      assert.equal("Thank you!", list.messages[1].preview)
      assert.equal(3, select(2, api("GET", "/v0/threads")).threads[1].message_count)
    end)

    it("advances the clock", function()
      if not window then return pending(why) end
      window:go(sandbox.url .. "/")
      shows "12:00:00"
      window:run "$('day').click()"
      shows "2030-05-02 13:00:00"
      assert.equal("2030-05-02T13:00:00.000Z", sandbox:now())
    end)

    it("marks faults that are over, and names the recipients of copies", function()
      if not window then return pending(why) end
      sandbox:fault { name = "late", ["do"] = "500", match = { method = "DELETE" },
                      ["until"] = { after = "5m" } }
      api("POST", A .. "/messages/send", { to = "ann@example.com", cc = "bob@example.com",
        bcc = { "cid@example.com", "dan@example.com" }, subject = "Copies", html = "<p>Hi</p>" })
      window:go(sandbox.url .. "/")
      shows "until 12:05"
      shows "A fault is armed"
      sandbox:advance "5m"
      shows "No fault is armed any more"
      shows "0 hits · over"
      assert.equal(1, window:run "return document.querySelectorAll('.chip.over').length")
      window:run "document.querySelector('#list button').click()"
      shows "to ann@example.com · cc bob@example.com · bcc cid@example.com, dan@example.com"
      assert.is_true(window:run "return document.querySelector('iframe').offsetHeight" < 120)
    end)

    it("fits a wide window and a phone", function()
      if not window then return pending(why) end
      for i = 1, 40 do
        sandbox:inbound { to = "a@agentmail.to", subject = "Mail " .. i, text = "Text " .. i }
      end
      local overlaps = [[const boxes = [...document.querySelector("header").children].map((one) =>
        one.getBoundingClientRect());
        return Math.max(...boxes.map((box) => box.top)) <
          Math.min(...boxes.map((box) => box.bottom))]]
      local function at(width, act)
        local other = assert(browser.open(width .. ",900"))
        local fine, problem = pcall(function()
          other:go(sandbox.url .. "/")
          other:wait "document.querySelectorAll('#list button').length === 40"
          act(other)
        end)
        other:close() -- always: otherwise the end would wait for it
        assert(fine, problem)
      end
      at(1280, function(wide)
        assert.is_true(wide:run(overlaps))
      end)
      at(420, function(narrow)
        narrow:run "[...document.querySelectorAll('#list button')][30].click()"
        narrow:wait "$('read').innerText.includes('Text ')"
        narrow:wait "Math.abs($('read').getBoundingClientRect().top) < 450"
        assert.is_true(narrow:run "return document.body.scrollWidth <= innerWidth")
      end)
    end)

    it("lets a hostile mail do nothing", function()
      if not window then return pending(why) end
      sandbox:inbound { to = "a@agentmail.to", subject = "<img src=x onerror=document.title='ran'>",
                        from = "\"<b>X</b>\" <x@example.com>", html = HOSTILE }
      window:go(sandbox.url .. "/")
      shows "<img src=x"
      window:run "document.querySelector('#list button').click()"
      window:wait "document.querySelector('iframe[data-loaded]')" -- it had its chance
      assert.equal("", window:run "return document.querySelector('iframe').getAttribute('sandbox')")
      assert.equal("(1) AgentMail sandbox", window:run "return document.title") -- one is unread
      assert.equal(0, window:run "return document.querySelectorAll('img').length")
      assert.equal(1, select(2, api("GET", A .. "/messages")).count) -- nothing was reset
      local opaque = window:run [[
        try { return String(document.querySelector("iframe").contentDocument); }
        catch (error) { return "null"; }]]
      assert.equal("null", opaque) -- the frame has an opaque origin
    end)
  end)
end)
