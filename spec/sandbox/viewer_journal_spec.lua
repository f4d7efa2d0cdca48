-- SPDX-License-Identifier: MIT
-- The page at /: what it shows of requests and faults, and that it is used by keyboard alone.
local cjson = require "cjson"
local http = require "spec.support.http"
local page = require "spec.support.viewer_page"

local A = "/v0/inboxes/a@agentmail.to"
local RED = "rgb(168, 42, 26)"
local shows = page.shows

describe("the sandbox's web page, about requests,", function()
  local sandbox, api = http.sandbox({ namespace = "journal", seed = 5 }, "a")
  local it_shows = page.tests(sandbox)

  local function send(key, subject)
    return api("POST", A .. "/messages/send", { to = "ann@example.com", subject = subject or key,
      text = "words of " .. key }, { ["Idempotency-Key"] = key })
  end

  local function control(path)
    local connection = http.connect(sandbox.url)
    local status, body = connection:request("GET", "/_sandbox/v1/view/" .. path)
    connection:close()
    return status, status == 200 and cjson.decode(body) or body
  end

  it("keeps the newest exchanges, without a credential", function()
    send "k-1"
    local row = http.last(sandbox)
    local _, told = control("requests/" .. row.seq)
    assert.equal(row.seq, told.row.seq)
    assert.same({ to = "ann@example.com", subject = "k-1", text = "words of k-1" },
                cjson.decode(told.request.body))
    assert.equal(#told.request.body, told.request.size)
    assert.equal(row.message_id, cjson.decode(told.answer.body).message_id)
    assert.is_nil(told.lost)
    local seen = {}
    for _, header in ipairs(told.request.headers) do seen[header.name] = header.value end
    assert.same({ "(hidden)", "k-1" }, { seen.authorization, seen["idempotency-key"] })
    assert.is_nil(cjson.encode(told):find(sandbox.api_key, 1, true))
    assert.equal(404, (control "requests/999999"))
    assert.equal(404, (control("requests/" .. row.seq .. "?namespace=other")))
  end)

  it("keeps of a large body the beginning, and any bytes as text", function()
    local text = ("x"):rep(40000)
    api("POST", A .. "/messages/send", { to = "ann@example.com", text = text })
    local _, told = control("requests/" .. http.last(sandbox).seq)
    assert.equal(16384, #told.request.body)
    assert.is_true(told.request.size > 40000)
    api("POST", A .. "/messages/send", "\255\0 no JSON")
    _, told = control("requests/" .. http.last(sandbox).seq)
    assert.equal("\u{FFFD}\0 no JSON", told.request.body)
    for _ = 1, 250 do api("GET", "/v0/inboxes") end
    local first = sandbox:requests()[1]
    _, told = control("requests/" .. first.seq)
    assert.same({ first.seq, nil }, { told.row.seq, told.request })
  end)

  it_shows("opens a row to the request and its answer", function(window, url)
    send "k-1"
    local seq = http.last(sandbox).seq
    page.open(window, url)
    window:wait(("document.querySelector('[data-key=\"request %d\"]')"):format(seq))
    window:run(("document.querySelector('[data-key=\"request %d\"]').click()"):format(seq))
    shows(window, '"text": "words of k-1"')
    shows(window, "idempotency-key: k-1")
    shows(window, "authorization: (hidden)")
    shows(window, "HTTP 200")
    assert.matches("[?&]request=" .. seq, window:run "return location.search")
    page.click(window, "Show the mail", "#journal")
    window:wait "document.querySelector('#read h2')?.textContent === 'k-1'"
    window:run "return go({ request: '' })"
    page.click(window, "#" .. seq, "#read") -- and from the mail to its request
    shows(window, "idempotency-key: k-1")
    window:run "history.back()"
    window:wait "!document.querySelector('#rows .detail')"
    page.open(window, url .. "?request=" .. seq)
    shows(window, "idempotency-key: k-1")
  end)

  it_shows("links a request with its fault, and shows a lost answer", function(window, url)
    sandbox:fault "lost_ack"
    send "k-1"
    local seq = http.last(sandbox).seq
    send "k-1"
    page.open(window, url .. "?request=" .. seq)
    shows(window, "What the service had decided")
    shows(window, "200 lost")
    page.click(window, "Show the fault lost_ack", "#journal")
    shows(window, "only those that met lost_ack")
    window:wait "document.querySelectorAll('#rows tr.one').length === 1"
    assert.equal("fault lost_ack", window:run "return document.activeElement.dataset.key")
    page.click(window, "Show all requests", "#journal")
    window:wait "document.querySelectorAll('#rows tr.one').length === 3"
    page.click(window, "lost_ack", "#bar")
    window:wait "document.querySelectorAll('#rows tr.one').length === 1"
    page.click(window, "Disarm lost_ack", "#bar")
    window:wait "$('bar').hidden"
    assert.equal(0, #sandbox:faults())
  end)

  it_shows("says an outage in red, and goes on at the control address", function(window)
    page.open(window, sandbox.control_url .. "/")
    shows(window, "a@agentmail.to")
    assert.is_true(window:run "return $('bar').hidden")
    sandbox:fault "outage=5m"
    shows(window, "Outage: connections are refused until 12:05")
    assert.equal(RED, window:run "return getComputedStyle($('bar')).backgroundColor")
    assert.is_true(window:run "return $('gone').hidden")
    sandbox:advance "5m"
    shows(window, "No fault is armed any more")
    api("GET", "/v0/inboxes") -- its connection is one of those that were reset
    assert.not_equal(RED, window:run "return getComputedStyle($('bar')).backgroundColor")
  end)

  it_shows("goes to the control address when it arms an outage itself", function(window, url)
    page.open(window, url)
    window:run [[$("preset").value = "outage=5m"; $("preset").onchange()]]
    shows(window, "Outage: connections are refused until 12:05")
    assert.equal(sandbox.control_url, window:run "return location.origin")
    sandbox:heal()
    api("GET", "/v0/inboxes") -- its connection is one of those that were reset
  end, "net::ERR_")

  it_shows("says that it is cut off, and where it goes on", function(window, url)
    page.open(window, url)
    sandbox:fault "outage=5m"
    window:wait "!$('gone').hidden"
    assert.equal(RED, window:run "return getComputedStyle($('gone')).backgroundColor")
    shows(window, "Not connected: the sandbox has ended, or an outage")
    assert.equal("not connected", window:run "return $('live').ariaLabel")
    assert.equal(sandbox.control_url .. "/", window:run "return $('gone').querySelector('a').href")
    sandbox:heal()
    window:wait "$('gone').hidden"
    api("GET", "/v0/inboxes") -- its connection is one of those that were reset
  end, "net::ERR_")

  it_shows("freezes the clock and lets it run", function(window, url)
    page.open(window, url)
    page.click(window, "Run clock", "header")
    shows(window, "Freeze clock")
    window:wait "$('now').textContent > '2030-05-01 12:00:00'"
    page.click(window, "Freeze clock", "header")
    shows(window, "Run clock")
    assert.equal("frozen", sandbox:info().clock)
  end)

  it_shows("says what did not work", function(window, url)
    page.open(window, url)
    window:run "return attempt(() => control('POST', 'faults', 'no_such_preset'))"
    shows(window, "That did not work.")
    shows(window, "no_such_preset")
    page.click(window, "Close", "#problem")
    assert.is_true(window:run "return $('problem').hidden")
  end, "400 %(Bad Request%)")

  -- Presses Tab until the element with the focus meets a condition; how often that took.
  local function tab_to(window, condition)
    for i = 1, 60 do
      window:press "Tab"
      local visible = window:run [[const style = getComputedStyle(document.activeElement);
        return document.activeElement === document.body || style.outlineStyle !== "none"]]
      assert.is_true(visible, "the focus is not visible")
      if window:run("const one = document.activeElement; return Boolean(" .. condition .. ")") then
        return i
      end
    end
    error("no Tab leads to " .. condition)
  end

  it_shows("is used by keyboard alone", function(window, url)
    for i = 1, 30 do sandbox:inbound { to = "a@agentmail.to", subject = "Mail " .. i } end
    sandbox:fault "lost_ack"
    page.open(window, url)
    shows(window, "Mail 30")
    window:press("j", "j", "k", "j")
    window:wait "document.querySelector('#read h2')?.textContent === 'Mail 29'"
    assert.matches("Mail 29", window:run "return document.activeElement.innerText")
    window:press("Down", "Down", "Enter")
    window:wait "document.querySelector('#read h2')?.textContent === 'Mail 27'"
    window:press "Escape"
    shows(window, "Nothing is open")
    window:press "?"
    window:wait "$('help').open"
    shows(window, "next mail")
    window:press "Escape"
    window:wait "!$('help').open"
    window:press "c"
    window:wait "$('letter').open"
    window:press("N", "e", "w", "Tab", "j", "k", "Tab", "Tab", "Enter")
    window:wait "!$('letter').open"
    window:wait "document.querySelector('#read h2')?.textContent === 'New'"
    shows(window, "jk")
    page.open(window, url)
    tab_to(window, "one.id === 'namespace'")
    tab_to(window, "one.id === 'preset'")
    tab_to(window, "one.ariaLabel === 'Disarm lost_ack'")
    tab_to(window, "one.closest('nav')")
    tab_to(window, "one.closest('#list')")
    assert.is_true(tab_to(window, "one.closest('#journal')") < 5) -- the list is one stop
    tab_to(window, "one.classList.contains('seq')")
    window:press "Enter"
    shows(window, "authorization: (hidden)")
    tab_to(window, "one.closest('.exchange')")
  end)
end)
