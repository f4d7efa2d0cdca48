-- SPDX-License-Identifier: MIT
-- The page: one document made of the files beside this module. It loads and runs nothing else.

local chance = require "agentmail.sandbox.store.chance"

local STYLES = { "looks.css", "panes.css", "journal.css" }
local SCRIPTS = { "base.js", "place.js", "header.js", "list.js", "mail.js",
                  "conversation.js", "journal.js", "dialogs.js", "main.js" }

-- Allows only what is in the page itself, marked with a new word each time.
local POLICY = "default-src 'none'; script-src 'nonce-%s'; style-src 'nonce-%s'; "
  .. "connect-src 'self'; frame-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
  .. "frame-ancestors 'none'"

local function file_text(folder, name)
  local file = io.open(folder .. name, "rb")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

-- The text of each file between two lines of HTML; nil if one is missing.
local function elements(folder, names, opening, closing)
  local parts = {}
  for i, name in ipairs(names) do
    local text = file_text(folder, name)
    if not text then return nil end
    parts[i] = opening .. "\n" .. text .. closing
  end
  return table.concat(parts, "\n")
end

-- The page with its styles and scripts; nil if a file is missing.
local function page_text()
  local here = package.searchpath("agentmail.sandbox.viewer.page", package.path) or ""
  local folder = here:match("^(.*)page%.lua$") or ""
  local parts = {
    STYLES = elements(folder, STYLES, '<style nonce="NONCE">', "</style>"),
    SCRIPTS = elements(folder, SCRIPTS, '<script nonce="NONCE">', "</script>"),
  }
  local frame = file_text(folder, "page.html")
  if not frame or not parts.STYLES or not parts.SCRIPTS then return nil end
  return (frame:gsub("{{(%u+)}}", parts))
end

--- The headers of a response that a browser shows.
---@param content_type string
---@param policy string  its Content-Security-Policy
---@return table headers
local function headers_of(content_type, policy)
  return { ["Content-Type"] = content_type, ["Content-Security-Policy"] = policy,
           ["X-Content-Type-Options"] = "nosniff", ["Referrer-Policy"] = "no-referrer",
           ["Cache-Control"] = "no-store" }
end

--- Serves the page.
---@return integer status, string body, table headers
local function answer(app)
  app.viewer_text = app.viewer_text or page_text()
  if not app.viewer_text then
    return 404, "The page is not installed.\n", { ["Content-Type"] = "text/plain" }
  end
  app.viewers = (app.viewers or 0) + 1
  local nonce = ("%016x"):format(chance.draw(app.host.now(), tostring({}), app.viewers))
  return 200, (app.viewer_text:gsub("NONCE", nonce)),
         headers_of("text/html; charset=utf-8", POLICY:format(nonce, nonce))
end

return { answer = answer, headers = headers_of }
