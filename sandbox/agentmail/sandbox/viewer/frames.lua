-- SPDX-License-Identifier: MIT
-- Prepares a mail's HTML for the page's frame: adds a plain style, and the pictures that the mail
-- itself contains. The policy it is served with keeps it from running or fetching anything, see
-- routes.lua.

local sets = require "agentmail.sandbox.store.sets"

local MEASURED = 8000 -- bytes of HTML: more lines than fit in a frame
local LINE = 90       -- characters in a line, about
local ENDS_LINE = sets.words("p div li tr blockquote h1 h2 h3 h4 pre table ul")

-- The policy blocks what these would load. But a browser may connect to their targets before it
-- checks the policy, as Chromium does for frames, and the policy does not cover connection hints.
local CONNECTING = sets.words("link iframe frame frameset object embed fencedframe portal")

-- Shown instead of a picture that the policy blocks.
local BLOCKED = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='112' "
  .. "height='24'%3E%3Crect width='112' height='24' fill='%23eee'/%3E%3Ctext x='8' y='16' "
  .. "font-family='sans-serif' font-size='11' fill='%23444'%3Eimage not loaded%3C/text%3E%3C/svg%3E"
local LOOKS = "<style>body{font:14px/1.5 system-ui,'DejaVu Sans',sans-serif}"
  .. 'img:not([src^="data:" i]){content:url("' .. BLOCKED .. '");object-fit:none;'
  .. "background:#eee}</style>"

--- Estimates the lines of HTML: a frame whose mail may run no script cannot be measured.
---@param html string
---@return integer
local function lines_of(html)
  local text = html:sub(1, MEASURED):gsub("<!%-%-.-%-%->", "")
    :gsub("<[sS][tT][yY][lL][eE].-</[sS][tT][yY][lL][eE]>", ""):gsub("%s+", " ")
    :gsub("<(/?)(%w+)[^<>]*>", function(closing, tag)
      tag = tag:lower()
      return (tag == "br" or closing == "/" and ENDS_LINE[tag]) and "\n" or ""
    end):gsub("\n%s*", "\n"):gsub("%s*$", "")
  local lines = 0
  for line in (text .. "\n"):gmatch("(.-)\n") do
    lines = lines + math.max(1, -(-#line // LINE))
  end
  return lines
end

--- Whether HTML may be taller than its lines: it has pictures, tables, or its own style.
---@param html string
---@return boolean
local function is_laid_out(html)
  local low = html:lower()
  return low:find("<img%f[%W]") ~= nil or low:find("<table%f[%W]") ~= nil
    or low:find("height%s*[:=]") ~= nil or low:find("padding%s*:") ~= nil
end

-- Widths in pixels that are taken as the mail's own.
local LEAST, MOST = 400, 1600

--- The greatest width that HTML declares, in pixels; nil: none.
---@param html string
---@return integer?
local function declared_width(html)
  local widest
  for number, unit in html:lower():gmatch("%f[%w-]width%s*[:=]%s*[\"']?(%d+)(%S?)") do
    local pixels = math.tointeger(tonumber(number))
    if pixels and unit ~= "%" and pixels >= LEAST and pixels <= MOST then
      widest = math.max(widest or 0, pixels)
    end
  end
  return widest
end

local INSIDE = { ["data:"] = true, ["cid:"] = true }

--- Estimates how many pictures of a mail are external and so not loaded.
---@param html string
---@return integer
local function blocked_pictures(html)
  local count = 0
  for attributes in html:gmatch("<[iI][mM][gG]%f[%s/]([^<>]*)>") do
    local source = attributes:match("%f[%w][sS][rR][cC]%s*=%s*[\"']?%s*([^\"'%s>]+)")
    if source and not INSIDE[(source:lower():match("^%a+:"))] then count = count + 1 end
  end
  local _, backgrounds = html:lower():gsub("url%(%s*[\"']?%s*https?:", "")
  local _, attributes = html:lower():gsub("%sbackground%s*=%s*[\"']?%s*https?:", "")
  return count + backgrounds + attributes
end

-- The pictures attached to a message, as data URLs by content id.
local function carried(db, number)
  local found = {}
  for row in db:each([[SELECT a.content_id, a.content_type, c.base64 FROM attachments a
    JOIN contents c ON c.id = a.content WHERE a.owner = ? AND a.content_id IS NOT NULL]],
    "m" .. number) do
    local kind = (row.content_type or ""):lower():match("^image/[%w.+-]+")
    if kind then
      found[row.content_id:gsub("[<>%s]", "")] = "data:" .. kind .. ";base64," .. row.base64
    end
  end
  return found
end

--- A message's HTML for its frame.
---@param html string
---@param number integer  of the message
---@return string
local function prepare(db, html, number)
  local pictures = carried(db, number)
  if next(pictures) then
    html = html:gsub("[cC][iI][dD]:([^\"'%s<>)]+)", pictures)
  end
  html = html:gsub("<(%a+)", function(tag) return CONNECTING[tag:lower()] and "<x-" .. tag end)
  local kind = html:match("^%s*<![dD][oO][cC][tT][yY][pP][eE][^>]*>") or "<!DOCTYPE html>"
  local rest = html:sub(1, #kind) == kind and html:sub(#kind + 1) or html
  return kind .. LOOKS .. rest
end

return {
  lines_of = lines_of, is_laid_out = is_laid_out, declared_width = declared_width,
  blocked_pictures = blocked_pictures, prepare = prepare,
}
