-- SPDX-License-Identifier: MIT
-- The page at /: a mail neither runs nor fetches anything, nothing is asked of anybody else, all
-- text can be read, and everything has a name for a screen reader.
local http = require "spec.support.http"
local page = require "spec.support.viewer_page"
local scenes = require "spec.support.viewer_scenes"
local socket = require "socket"

local shows = page.shows

local function script(name)
  local file <close> = assert(io.open("spec/support/" .. name))
  return file:read "a"
end

-- Each wants to leave a mark: in the page, in the sandbox, or at the listener elsewhere.
local HOSTILE = {
  "<script>top.document.title='ran'; fetch('ELSEWHERE/script')</script>",
  "<script src='ELSEWHERE/script.js'></script><script type='module' src='ELSEWHERE/m.js'></script>",
  "<img src='ELSEWHERE/a.png' srcset='ELSEWHERE/b.png 2x' onerror=\"top.document.title='ran'\">",
  "<svg onload=\"top.document.title='ran'\"><image href='ELSEWHERE/svg.png'/></svg>",
  "<link rel='stylesheet' href='ELSEWHERE/a.css'><link rel='icon' href='ELSEWHERE/icon.png'>",
  "<link rel='preconnect' href='ELSEWHERE'><LINK REL='prefetch' HREF='ELSEWHERE/next'>"
    .. "<link/rel='preload' as='image' href='ELSEWHERE/preload.png'>",
  "<style>@import 'ELSEWHERE/b.css'; @font-face { font-family: f; src: url(ELSEWHERE/f.woff) }"
    .. "body { background: url(ELSEWHERE/back.png); font-family: f }</style>text",
  "<body background='ELSEWHERE/body.png'><table background='ELSEWHERE/table.png'><td>x",
  "<iframe src='ELSEWHERE/frame'></iframe><iframe srcdoc=\"<script>top.document.title='ran'"
    .. "</script>\"></iframe>",
  "<object data='ELSEWHERE/object'></object><embed src='ELSEWHERE/embed'>",
  "<video src='ELSEWHERE/v.mp4' poster='ELSEWHERE/p.png' autoplay></video>"
    .. "<audio src='ELSEWHERE/a'></audio>",
  "<meta http-equiv='refresh' content='0;url=ELSEWHERE/refresh'>",
  "<meta http-equiv='refresh' content='0;url=/_sandbox/v1/view/state'>",
  "<base href='ELSEWHERE/'><img src='relative.png'><a href='/x' ping='ELSEWHERE/ping'>go</a>",
  "<form action='/_sandbox/v1/reset' method='post'><input autofocus onfocus='this.form.submit()'>",
  "<details open ontoggle=\"top.document.title='ran'\"><p>x</details><marquee onstart=alert(1)>",
  "</iframe></div><script>document.title='ran'</script><img src=x onerror=alert(1)>",
  "<style>img{content:url(ELSEWHERE/content.png)}</style><img src='ELSEWHERE/c.png'>",
  "<!doctype html><!-- > --><plaintext><script>top.document.title='ran'</script>",
}

-- Everything that can be used and has no name, and every frame and area without one.
local NAMELESS = [[return [...document.querySelectorAll(
    "button, a, input, select, textarea, iframe, nav, section, article, [role=group], [role=img]")]
  .filter((node) => node.checkVisibility() && !(node.ariaLabel || node.title || node.labels?.length
    || node.textContent.trim() && !node.matches("select, section, article, nav")))
  .map((node) => node.outerHTML.slice(0, 120))]]

describe("the sandbox's web page, to be safe and readable,", function()
  local sandbox, api = http.sandbox { namespace = "safety", seed = 5 }
  local it_shows = page.tests(sandbox)

  it("is small, and one answer", function()
    local connection = http.connect(sandbox.url)
    local _, body = connection:request("GET", "/")
    connection:close()
    assert.is_true(#body <= 100 * 1024, #body .. " bytes")
    assert.is_nil(body:find "<link")
    assert.is_nil(body:find "<script src")
    assert.is_nil(body:find("{{", 1, true))
  end)

  it_shows("asks nobody but the sandbox", function(window, url)
    scenes.shop(sandbox, api)
    page.open(window, url)
    page.read(window, "Where is order 4711?")
    window:wait "document.querySelector('iframe[data-loaded]')"
    for _, name in ipairs { "HTML source", "Headers", "Source", "Text" } do
      page.click(window, name, "#read .tabs")
    end
    assert.same({}, window:run [[return performance.getEntriesByType("resource")
      .map((one) => one.name).filter((name) => new URL(name).origin !== location.origin)]])
    assert.is_true(window:run
      "return performance.getEntriesByType('resource').every((one) => one.name.includes('/view/'))")
  end)

  it_shows("lets no mail run, fetch or frame anything", function(window, url)
    http.ok(api("POST", "/v0/inboxes", { username = "a" }))
    local elsewhere = assert(socket.bind("127.0.0.1", 0))
    local _, port = elsewhere:getsockname()
    elsewhere:settimeout(0)
    for i, html in ipairs(HOSTILE) do
      local mail = sandbox:inbound { to = "a@agentmail.to", subject = "<b>H" .. i .. "</b>",
        text = html, html = html:gsub("ELSEWHERE", "http://127.0.0.1:" .. port) }
      page.open(window, url .. "?thread=" .. mail.thread_id)
      window:wait "document.querySelector('iframe[data-loaded]')"
      window:run "return new Promise((done) => setTimeout(done, 30))" -- it has its chance
      assert.equal("", window:run "return document.querySelector('iframe').getAttribute('sandbox')")
      assert.equal(("(%d) AgentMail sandbox"):format(i), window:run "return document.title")
      assert.equal(0, window:run "return document.querySelectorAll('img, #read h2 b').length")
      local frame = window:run "return document.querySelector('iframe').src"
      for _, side in ipairs { "Text", "HTML source", "Headers", "Source" } do
        page.click(window, side, "#read .tabs")
        window:wait "document.querySelector('#read :is(pre, .text, .fields)')?.textContent"
      end
      assert.is_nil(elsewhere:accept(), html)
      -- In a window of its own it has no more rights.
      window:go(frame)
      assert.not_equal("ran", window:run "return document.title")
      assert.equal("null", window:run "return self.origin")
      assert.is_nil(elsewhere:accept(), html)
    end
    elsewhere:close()
    assert.equal(#HOSTILE, select(2, api("GET", "/v0/threads")).count) -- nothing was reset
  end, ".") -- what is blocked is said in the console

  it_shows("can be read in light and dark, and everything has a name", function(window, url)
    local function judge(what)
      for _, scheme in ipairs { "light", "dark" } do
        for _, width in ipairs { 1440, 390 } do
          window:look(width, 900, scheme)
          local found = window:run(script "contrast.js")
          assert.is_true(found[1] >= 4.5, ("%s, %s, %d: %.2f at %s"):format(what, scheme, width,
            found[1], found[2]))
          assert.same({}, window:run(NAMELESS))
        end
      end
      window:look(1440, 900)
    end
    page.open(window, url)
    judge "empty"
    scenes.shop(sandbox, api)
    sandbox:fault "lost_ack"
    sandbox:fault { name = "late", ["do"] = "500", ["until"] = { after = "1m" },
                    match = { method = "DELETE" } }
    sandbox:advance "2m"
    api("POST", "/v0/inboxes/shop@agentmail.to/messages/send", { to = "ann@example.com",
      subject = "Lost" }, { ["Idempotency-Key"] = "k" })
    page.open(window, url)
    page.read(window, "Where is order 4711?")
    window:wait "document.querySelector('iframe[data-loaded]')"
    window:run "return openRequest(state.requests[state.requests.length - 1].seq)"
    shows(window, "What the service had decided")
    judge "a lost answer"
    page.read(window, "Invoice 2030-118")
    page.click(window, "Headers", "#read .tabs")
    shows(window, "Message-ID")
    judge "files and headers"
    window:run "compose(); $('send').click(); $('wrong').textContent = 'No such inbox.'"
    judge "writing"
    window:run "$('letter').close(); $('help').showModal()"
    judge "keys"
    window:run "$('help').close(); reset()"
    judge "a question"
    window:run [[$("ask").close(); connected(false);
      return attempt(() => { throw Error("It is so."); })]]
    judge "cut off"
  end, "403 %(Forbidden%)")
end)
