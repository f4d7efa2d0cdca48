-- SPDX-License-Identifier: MIT
-- The sandbox's page in a browser, for the specs of its features.
local browser = require "spec.support.browser"
local busted = require "busted"
local cjson = require "cjson"

local page = {}

-- What the page wrote to the console that is an error; `expected` is a pattern of those that are
-- meant to be there.
local function errors(window, expected)
  local list = {}
  for _, one in ipairs(window:log()) do
    if one.level == "SEVERE" and not (expected and one.message:find(expected)) then
      list[#list + 1] = one.message
    end
  end
  return list
end

--- A function shows(name, act, expected) that makes a test of the `describe` which calls this: a
--- browser shows the sandbox's page, and act(window, url) looks. A console error fails it.
---@param sandbox agentmail.Sandbox
function page.tests(sandbox)
  local window, why
  busted.setup(function() window, why = browser.open() end)
  busted.teardown(function() if window then window:close() end end)
  return function(name, act, expected)
    busted.it(name, function()
      if not window then return busted.pending(why) end
      window:look(1440, 900)
      act(window, sandbox.url .. "/")
      busted.assert.same({}, errors(window, expected))
      window:go "about:blank" -- the sandbox is reset before the next test
    end)
  end
end

--- Waits until the page shows a text.
function page.shows(window, text)
  window:wait(("document.body.innerText.includes(%s)"):format(cjson.encode(text)))
end

--- Goes to a page and waits until it has drawn itself.
function page.open(window, url)
  window:go(url)
  window:wait "document.body.dataset.ready"
end

--- Opens the mail with a subject, from the list.
function page.read(window, subject)
  window:wait(([[(() => {
    const one = [...document.querySelectorAll("#list button")].find((node) =>
      node.innerText.includes(%s));
    one?.click();
    return Boolean(one);
  })()]]):format(cjson.encode(subject)))
  window:wait(("document.querySelector('#read h2')?.textContent.includes(%s)"):format(
    cjson.encode(subject)))
end

--- Clicks the button or link with this text.
function page.click(window, text, within)
  window:wait(([[(() => {
    const one = [...document.querySelectorAll(%s)].find((node) =>
      node.innerText.trim() === %s || node.ariaLabel === %s);
    one?.click();
    return Boolean(one);
  })()]]):format(cjson.encode((within or "body") .. " :is(button, a)"), cjson.encode(text),
    cjson.encode(text)))
end

return page
