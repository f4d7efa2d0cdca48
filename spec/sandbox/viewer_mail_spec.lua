-- SPDX-License-Identifier: MIT
-- The page at /: what it shows of mails, and what it does with them.
local cjson = require "cjson"
local http = require "spec.support.http"
local page = require "spec.support.viewer_page"
local scenes = require "spec.support.viewer_scenes"

local A = "/v0/inboxes/a@agentmail.to"
local shows = page.shows

describe("the sandbox's web page, about mails,", function()
  local sandbox, api = http.sandbox({ namespace = "mails", seed = 5 }, "a", "b")
  local it_shows = page.tests(sandbox)

  local function inbound(letter)
    letter.to = letter.to or "a@agentmail.to"
    return sandbox:inbound(letter)
  end

  local function send(to, subject, more)
    local body = { to = to, subject = subject }
    for name, value in pairs(more or {}) do body[name] = value end
    return http.ok(api("POST", A .. "/messages/send", body))
  end

  local function subjects()
    local found = {}
    local _, list = api("GET", "/v0/threads?include_spam=true")
    for _, one in ipairs(list.threads) do found[#found + 1] = one.subject end
    table.sort(found)
    return table.concat(found, ",")
  end

  it_shows("lists a mail in two lines, with labels only where they differ", function(window, url)
    send("ann@example.com", "One", { text = ("Many words. "):rep(60) })
    send("bob@example.com", "Two")
    page.open(window, url)
    shows(window, "Two")
    local function line(subject)
      return window:run(([[const one = [...document.querySelectorAll("#list button")].find(
        (node) => node.innerText.includes("%s")); return one.innerText]]):format(subject))
    end
    assert.is_true(window:run [[return [...document.querySelectorAll("#list button")].every(
      (one) => one.offsetHeight < 60)]])
    assert.is_nil(line("Two"):find "delivered")
    send("bounce@sandbox.test", "Three")
    shows(window, "Three")
    assert.matches("delivered", line "Two")
    assert.matches("bounced", line "Three")
    inbound { from = "Cleo <cleo@example.com>", subject = "Four" }
    shows(window, "Four")
    assert.matches("^%s*Cleo", line "Four")
    assert.equal(1, window:run "return document.querySelectorAll('#list .new .dot').length")
  end)

  it_shows("counts the unread in its title", function(window, url)
    page.open(window, url)
    assert.equal("AgentMail sandbox", window:run "return document.title")
    inbound { subject = "One" }
    window:wait "document.title === '(1) AgentMail sandbox'"
    inbound { subject = "Two", to = "b@agentmail.to" }
    window:wait "document.title === '(2) AgentMail sandbox'"
    shows(window, "New mail: ") -- for a screen reader
  end)

  it_shows("switches between HTML and text, their source, and headers", function(window, url)
    inbound { subject = "Sides", from = "Ann <ann@example.com>", text = "plain words",
              html = "<p id='p'>rich <b>words</b></p>", headers = { ["X-Word"] = "Schlüssel" } }
    page.open(window, url)
    page.read(window, "Sides")
    window:wait "document.querySelector('#read iframe[data-loaded]')"
    local function side(name, text)
      page.click(window, name, "#read .tabs")
      shows(window, text)
      window:wait(([=[[...document.querySelectorAll("#read .tabs button")]
        .every((one) => (one.innerText === "%s") === (one.ariaPressed === "true"))]=]):format(name))
    end
    side("Text", "plain words")
    assert.equal(0, window:run "return document.querySelectorAll('iframe').length")
    side("HTML source", "<p id='p'>rich <b>words</b></p>")
    side("Headers", "X-Word")
    assert.equal("ann@example.com", window:run
      [[return [...document.querySelectorAll("#read .fields tr")].find((row) =>
        row.cells[0].innerText === "From").cells[1].innerText.match(/<(.*)>/)[1] ]])
    side("Source", "MIME-Version: 1.0")
    page.click(window, "HTML", "#read .tabs")
    window:wait "document.querySelector('#read iframe[data-loaded]')"
  end)

  it_shows("fills its pane with a wide mail, and says what is not loaded", function(window, url)
    scenes.shop(sandbox, api)
    page.open(window, url)
    page.read(window, "Where is order 4711?")
    window:wait "document.querySelector('#read iframe[data-loaded]')"
    shows(window, "1 image not loaded")
    for _, width in ipairs { 1600, 1440, 1280, 390 } do
      window:look(width, 900)
      window:wait [[(() => {
        const frame = document.querySelector("iframe"), box = frame.getBoundingClientRect();
        const pane = $("read");
        return frame.offsetWidth >= 900 && Math.abs(box.width - pane.clientWidth) < 2
          && box.height > 150 && document.body.scrollWidth <= innerWidth;
      })()]]
    end
    assert.matches("image not loaded", (window:run
      "return fetch(document.querySelector('iframe').src).then((answer) => answer.text())"))
  end)

  it_shows("shows pictures that a mail carries", function(window, url)
    local picture = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
    inbound { subject = "Picture", html = "<img src='cid:logo@x'>", attachments = {
      { filename = "logo.gif", content_type = "image/gif", content = picture,
        content_disposition = "inline", content_id = "<logo@x>" } } }
    page.open(window, url)
    page.read(window, "Picture")
    window:wait "document.querySelector('#read iframe[data-loaded]')"
    assert.is_true(window:run(
      "return fetch(document.querySelector('iframe').src).then((answer) => answer.text())")
      :find("src='data:image/gif;base64," .. picture .. "'", 1, true) ~= nil)
    assert.equal(0, window:run "return document.querySelectorAll('#read .note').length")
  end)

  it_shows("downloads attachments and the mail itself", function(window, url)
    inbound { subject = "Files", text = "see there", attachments = {
      { filename = "é \"x\".html", content_type = "text/html", content = "PGI+eDwvYj4=" } } }
    page.open(window, url)
    page.read(window, "Files")
    shows(window, "8 bytes")
    local folder = io.popen("mktemp -d"):read "l"
    window:cdp("Browser.setDownloadBehavior", { behavior = "allow", downloadPath = folder })
    window:run "document.querySelector('#read .files a').click()"
    local function downloaded()
      for _ = 1, 200 do
        local file = io.popen("cat " .. folder .. "/*.html 2>/dev/null")
        local text = file:read "a"
        file:close()
        if text ~= "" then return text end
        window:run "return new Promise((done) => setTimeout(done, 20))"
      end
    end
    assert.equal("<b>x</b>", downloaded())
    os.execute("rm -rf " .. folder)
    local told = window:run [[
      const answer = await fetch(document.querySelector("#read .files a").href);
      return JSON.stringify(Object.fromEntries(answer.headers))]]
    local headers = cjson.decode(told)
    assert.equal("application/octet-stream", headers["content-type"])
    assert.equal("attachment; filename*=UTF-8''%C3%A9%20%22x%22.html",
                 headers["content-disposition"])
    page.click(window, "Source", "#read .tabs")
    shows(window, "Download")
  end)

  it_shows("searches all mails, old ones too", function(window, url)
    for i = 1, 210 do
      inbound { subject = "Mail " .. i, text = i == 1 and "The Needle is here" or "hay" }
    end
    page.open(window, url)
    window:wait "document.querySelectorAll('#list button').length === 201"
    page.click(window, "Show more of 10 older", "#list")
    window:wait "document.querySelectorAll('#list button').length === 210"
    window:press("/", "n", "e", "e", "d", "l", "e")
    shows(window, "1 conversation with “needle”")
    assert.equal(1, window:run "return document.querySelectorAll('#list button').length")
    assert.matches("[?&]q=needle", window:run "return location.search")
    window:press("x")
    shows(window, "Nothing found")
    window:press("Escape")
    window:wait "document.querySelectorAll('#list button').length > 100"
    assert.equal("", window:run "return $('search').value")
  end)

  it_shows("deletes a conversation, a mail, all, everything", function(window, url)
    for _, subject in ipairs { "One", "Two", "Three" } do inbound { subject = subject } end
    inbound { subject = "Other", to = "b@agentmail.to" }
    page.open(window, url)
    page.read(window, "Two")
    page.click(window, "Delete", "#read .over")
    window:wait "document.querySelectorAll('#list button').length === 3"
    assert.equal("One,Other,Three", subjects())
    shows(window, "One") -- the next is open
    local sent = send("ann@example.com", "Talk")
    sandbox:reply(sent.message_id, { text = "second" })
    page.read(window, "Talk")
    window:wait "document.querySelectorAll('#read .mail').length === 2"
    page.click(window, "Delete", "#read .mail .side")
    window:wait "document.querySelectorAll('#read .mail').length === 1"
    assert.equal(1, api("GET", "/v0/threads/" .. sent.thread_id) == 200
      and select(2, api("GET", "/v0/threads/" .. sent.thread_id)).message_count)
  end)

  it_shows("asks before it deletes all, and does no more than it says", function(window, url)
    inbound { subject = "One" }
    inbound { subject = "Other", to = "b@agentmail.to" }
    page.open(window, url .. "?inbox=b@agentmail.to")
    shows(window, "Other")
    page.click(window, "Delete all", "#column")
    shows(window, "Delete all mail of b@agentmail.to?")
    page.click(window, "Cancel", "#ask")
    window:wait "!$('ask').open"
    assert.equal("One,Other", subjects())
    page.click(window, "Delete all", "#column")
    page.click(window, "Delete all", "#ask")
    shows(window, "No mail yet")
    assert.equal("One", subjects())
    sandbox:fault "lost_ack"
    page.click(window, "Reset …", "nav")
    shows(window, "Reset mails?")
    page.click(window, "Reset", "#ask")
    shows(window, "none yet")
    assert.equal(0, #sandbox:faults())
    assert.equal(0, select(2, api("GET", "/v0/inboxes")).count)
  end)

  it_shows("can be linked to and gone back from", function(window, url)
    inbound { subject = "One", text = "first text" }
    local two = inbound { subject = "Two", text = "second text", to = "b@agentmail.to" }
    page.open(window, url .. "?namespace=mails&inbox=b@agentmail.to&thread=" .. two.thread_id)
    shows(window, "second text")
    assert.is_false(window:run "return document.querySelector('#list').innerText.includes('One')")
    page.open(window, url)
    page.read(window, "One")
    shows(window, "first text")
    page.read(window, "Two")
    shows(window, "second text")
    window:run "history.back()"
    shows(window, "first text")
    window:run "history.back()"
    shows(window, "Nothing is open")
    window:run "history.forward()"
    shows(window, "first text")
    window:run "location.reload()"
    shows(window, "first text")
    local first = inbound { subject = "Old", text = "old text" }
    for i = 1, 40 do inbound { subject = "New " .. i } end
    page.open(window, url .. "?thread=" .. first.thread_id)
    shows(window, "old text")
    assert.is_true(window:run [[const list = $("list").getBoundingClientRect();
      const one = document.querySelector("#list [aria-current=true]").getBoundingClientRect();
      return one.top >= list.top && one.bottom <= list.bottom + 1]])
  end)

  it_shows("suggests whom a mail may be to, and from", function(window, url)
    inbound { subject = "One", from = "Cleo <cleo@example.com>" }
    page.open(window, url)
    shows(window, "One")
    window:press("c")
    window:wait "$('letter').open"
    assert.same({ "a@agentmail.to", "b@agentmail.to" }, window:run
      "return [...$($('to').getAttribute('list')).options].map((one) => one.value)")
    assert.is_true(window:run
      "return [...$('people').options].some((one) => one.value === 'Cleo <cleo@example.com>')")
    window:run [[$("to").value = "nobody@agentmail.to"; $("send").click()]]
    shows(window, "nobody@agentmail.to")
    window:wait "$('wrong').textContent !== ''"
    window:run [[$("to").value = "a@agentmail.to, b@agentmail.to"; $("subject").value = "Both";
      $("send").click()]]
    window:wait "!$('letter').open"
    shows(window, "Both")
    assert.equal("Both,Both,One", subjects())
  end, "404 %(Not Found%)")

  it_shows("writes again as the person whose mail is open", function(window, url)
    inbound { subject = "Hello", from = "Cleo <cleo@example.com>", text = "first" }
    page.open(window, url)
    page.read(window, "Hello")
    window:press("r", "m", "o", "r", "e", "Tab", "Enter")
    window:wait "document.querySelectorAll('#read .mail').length === 2"
    local _, list = api("GET", A .. "/messages")
    assert.same({ "Re: Hello", "Cleo <cleo@example.com>", "more" },
      { list.messages[1].subject, list.messages[1].from, list.messages[1].preview })
    assert.equal(list.messages[2].thread_id, list.messages[1].thread_id)
  end)

  it_shows("is a stack on a telephone", function(window, url)
    inbound { subject = "One", text = "first text" }
    window:look(390, 800)
    page.open(window, url)
    local function visible(id)
      return window:run(("return $('%s').offsetHeight > 0"):format(id))
    end
    shows(window, "One")
    assert.same({ true, false, false }, { visible "list", visible "read", visible "scroll" })
    page.read(window, "One")
    shows(window, "first text")
    assert.same({ false, true }, { visible "list", visible "read" })
    page.click(window, "← Back", "#read")
    window:wait "$('list').offsetHeight > 0"
    assert.is_false(visible "read")
    page.click(window, "Show", "#journal")
    assert.is_true(visible "scroll")
    assert.is_false(visible "hold")
    page.click(window, "Controls", "header")
    assert.is_true(visible "hold")
    assert.is_true(window:run "return document.body.scrollWidth <= innerWidth")
  end)
end)
