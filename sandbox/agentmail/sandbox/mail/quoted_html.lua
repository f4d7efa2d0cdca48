-- SPDX-License-Identifier: MIT
-- The HTML of a reply without its quotes: removes quoted blocks, and the lines that attribute them,
-- as mail programs mark them. The rest stays byte for byte.

local quotes = require "agentmail.sandbox.mail.quotes"
local sets = require "agentmail.sandbox.store.sets"

-- Classes and ids of elements that contain a quote, or its attribution.
local MARKS = { "gmail_attr", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote",
                "zmail_extra", "OutlookMessageHeader" }
-- From these on, everything is the original message.
local ENDS = { 'id="divRplyFwdMsg"', "id=divRplyFwdMsg", 'id="appendonsend"', "id=appendonsend" }

local VOID = sets.words("area base br col embed hr img input link meta source track wbr")
local BLOCKS = sets.words("p div td tr table body blockquote ul ol li h1 h2 h3 h4 hr br")

-- For the tag or comment that begins at a "<": where it ends, its name, whether it closes; nil:
-- none.
local function read_tag(page, at)
  if page:sub(at, at + 3) == "<!--" then
    return select(2, page:find("-->", at, true)) or #page, "!"
  end
  local _, last, slash, name = page:find("^<(/?)(%a[%w:]*)[^<>]*>", at)
  return last, name and name:lower(), slash == "/"
end

-- Pieces: { bytes, tag = its name, closes = bool }; text has no tag.
local function pieces_of(page)
  local pieces, at = {}, 1
  while at <= #page do
    local open = page:find("<", at, true) or #page + 1
    local last, name, closes = read_tag(page, open)
    if open > at then pieces[#pieces + 1] = { bytes = page:sub(at, open - 1) } end
    last = last or open
    if open <= #page then
      pieces[#pieces + 1] = { bytes = page:sub(open, last), tag = name, closes = closes }
    end
    at = last + 1
  end
  return pieces
end

local function has(bytes, list)
  for _, word in ipairs(list) do
    if bytes:find(word, 1, true) then return true end
  end
  return false
end

-- Where the element that opens at a piece ends.
local function end_of(pieces, at)
  local name, depth = pieces[at].tag, 0
  for i = at, #pieces do
    if pieces[i].tag == name then
      depth = depth + (pieces[i].closes and -1 or 1)
      if depth == 0 then return i end
    end
  end
  return #pieces
end

local function visible(text)
  return (text:gsub("&nbsp;", " "):gsub("&lt;", "<"):gsub("&gt;", ">"):gsub("&amp;", "&"))
end

-- "On Monday Ann wrote:" before a quote, down to where its block begins.
local function mark_attribution(pieces, gone, at)
  local i = at - 1
  while i > 0 and not gone[i] and (pieces[i].tag or not visible(pieces[i].bytes):find("%S")) do
    i = i - 1
  end
  local last, text = i, ""
  while i > 0 and not BLOCKS[pieces[i].tag or ""] and not gone[i] do
    if not pieces[i].tag then text = visible(pieces[i].bytes) .. text end
    i = i - 1
  end
  if not quotes.attributes(text:gsub("%s+", " ")) then return end
  for j = i + 1, last do gone[j] = not pieces[j].tag or gone[j] end
end

local function opens(piece)
  return piece.tag and not piece.closes and not VOID[piece.tag] and piece.tag ~= "!"
end

local function is_quote(piece)
  return opens(piece) and (piece.tag == "blockquote" or has(piece.bytes, MARKS))
end

-- Everything from a piece on, except the tags that close the elements around it.
local function mark_to_end(pieces, gone, at)
  local depth = 0
  for i = at, #pieces do
    gone[i] = not (pieces[i].closes and depth == 0)
    if opens(pieces[i]) then depth = depth + 1 end
    if pieces[i].closes and depth > 0 then depth = depth - 1 end
  end
end

local function mark(pieces)
  local gone, found, i = {}, false, 1
  while i <= #pieces do
    local piece = pieces[i]
    if piece.tag and has(piece.bytes, ENDS) then
      mark_to_end(pieces, gone, i)
      return gone, true
    elseif is_quote(piece) then
      local last = end_of(pieces, i)
      for j = i, last do gone[j] = true end
      mark_attribution(pieces, gone, i)
      found, i = true, last
    end
    i = i + 1
  end
  return gone, found
end

--- The page without its quotes; unchanged if it contains nothing else.
---@param page string?
---@return string?
local function without(page)
  if not page then return nil end
  local pieces = pieces_of(page)
  local gone, found = mark(pieces)
  if not found then return page end
  local kept, written = {}, false
  for i, piece in ipairs(pieces) do
    if not gone[i] then
      kept[#kept + 1] = piece.bytes
      written = written or piece.tag == "img"
        or not piece.tag and visible(piece.bytes):find("%S") ~= nil
    end
  end
  return written and table.concat(kept) or page
end

return { without = without }
