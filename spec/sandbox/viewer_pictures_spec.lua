-- SPDX-License-Identifier: MIT
-- The page at / with much in it: how long its first view takes, and what it looks like. The
-- pictures in the guide are made here, into the folder that AGENTMAIL_PICTURES names:
--
--   AGENTMAIL_PICTURES=docs/pictures busted spec/sandbox/viewer_pictures_spec.lua
local http = require "spec.support.http"
local page = require "spec.support.viewer_page"
local scenes = require "spec.support.viewer_scenes"

local FOLDER = os.getenv "AGENTMAIL_PICTURES"
local COLOURS = 128
local LARGEST = 60 * 1024 -- bytes of a picture
local SLOW = (os.getenv "LD_PRELOAD" or ""):find "asan"
  or (os.getenv "LD_PRELOAD" or ""):find "valgrind"
local MANY = SLOW and 500 or 10000

describe("the sandbox's web page, with much in it,", function()
  local sandbox, api = http.sandbox({ namespace = "shop", seed = 42,
                                      clock = "2030-05-01T09:00:00Z" })
  local it_shows = page.tests(sandbox)

  local function picture(window, name)
    window:run "return document.fonts.ready"
    local bytes = window:screenshot(COLOURS)
    assert.matches("^\137PNG", bytes)
    assert.is_true(#bytes <= LARGEST, name .. ".png has " .. #bytes .. " bytes")
    if not FOLDER then return end
    local file <close> = assert(io.open(FOLDER .. "/" .. name .. ".png", "wb"))
    file:write(bytes)
  end

  local function open_order(window, url)
    page.open(window, url)
    page.read(window, "Where is order 4711?")
    window:wait "document.querySelector('iframe[data-loaded]')"
    window:run "document.activeElement.blur()"
  end

  it_shows("looks at the state of 10,000 mails at once", function(window, url)
    http.ok(api("POST", "/v0/inboxes", { username = "shop" }))
    scenes.many(sandbox, MANY)
    page.open(window, url)
    local took = {}
    for i = 1, 5 do
      page.open(window, url .. "?time=" .. i)
      took[i] = window:run "return Number(document.body.dataset.readyAt)"
    end
    table.sort(took)
    assert.equal(200, window:run
      "return document.querySelectorAll('#list button:not(.more)').length")
    if not SLOW then
      print(("# first view with %d mails: %.0f ms (median of 5, at most 300 wanted)"):format(MANY,
        took[3]))
    end
  end)

  it_shows("before the first mail", function(window, url)
    window:look(1280, 760)
    page.open(window, url)
    picture(window, "empty")
  end)

  it_shows("on a desktop", function(window, url)
    scenes.shop(sandbox, api)
    window:look(1280, 760)
    open_order(window, url)
    picture(window, "desktop")
  end)

  it_shows("in the dark", function(window, url)
    scenes.shop(sandbox, api)
    window:look(1280, 760, "dark")
    open_order(window, url)
    picture(window, "dark")
  end)

  it_shows("with a fault armed", function(window, url)
    scenes.shop(sandbox, api)
    sandbox:fault "lost_ack"
    for _ = 1, 2 do
      api("POST", "/v0/inboxes/shop@agentmail.to/messages/send", { to = "ann@example.com",
        subject = "Order 4712", text = "It is on its way." },
        { ["Idempotency-Key"] = "order-4712" })
    end
    window:look(1280, 760)
    page.open(window, url)
    window:run "return openRequest(state.requests[state.requests.length - 2].seq)"
    page.shows(window, "What the service had decided")
    page.click(window, "Show the mail", "#journal")
    page.shows(window, "It is on its way.")
    window:run "document.activeElement.blur()"
    picture(window, "fault")
  end)

  it_shows("full of mail, with a search", function(window, url)
    http.ok(api("POST", "/v0/inboxes", { username = "shop" }))
    scenes.many(sandbox, 400)
    scenes.shop(sandbox, api)
    window:look(1280, 760)
    page.open(window, url .. "?q=question")
    page.read(window, "Question 398")
    window:run "foldJournal(true); document.activeElement.blur()"
    picture(window, "full")
  end)

  it_shows("on a phone", function(window, url)
    scenes.shop(sandbox, api)
    window:look(390, 720)
    page.open(window, url)
    picture(window, "phone-list")
    open_order(window, url)
    picture(window, "phone-mail")
  end)
end)
