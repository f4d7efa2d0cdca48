-- SPDX-License-Identifier: MIT
-- Quotes an error body that is not the service's own, such as a gateway's JSON, an HTML page or
-- plain text, in one printable line.

local printable = require "agentmail.util.held" "agentmail.util.printable"

local concat = table.concat

local MOST = 200      -- characters of a quote, escapes included
local LOOKED_AT = 8192 -- bytes of a body that are searched for text
local ITEMS = 3       -- of a list of errors
local DEPTH = 4       -- levels of JSON that are searched for text

--- One line of a text: control characters, bidirectional marks and bytes that are not UTF-8 are
--- escaped, and a long text is cut.
---@param text string
---@return string? line  nil when nothing is visible
local function line(text)
  text = printable.without_keys(text:sub(1, LOOKED_AT))
    :gsub("[ \t\r\n\v\f]+", " "):gsub("^ ", ""):gsub(" $", "")
  return text ~= "" and (printable.escape(text, MOST)) or nil
end

local ENTITIES = { amp = "&", lt = "<", gt = ">", quot = '"', apos = "'", ["#39"] = "'",
                   nbsp = " " }

--- The title of a page, or else its first text.
---@param text string  begins with "<"
---@return string? line
local function page(text)
  text = text:sub(1, LOOKED_AT)
  local _, begins = text:find "<[tT][iI][tT][lL][eE][^>]*>"
  local ends = begins and text:find("</", begins + 1, true)
  local title = ends and line(text:sub(begins + 1, ends - 1))
  local words = title or text:gsub("<!%-%-.-%-%->", " ")
    :gsub("<[sS][cC][rR][iI][pP][tT].-</[sS][cC][rR][iI][pP][tT]", " <")
    :gsub("<[sS][tT][yY][lL][eE].-</[sS][tT][yY][lL][eE]", " <"):gsub("<[^>]*>?", " ")
  return line((words:gsub("&([%w#]+);", ENTITIES)))
end

--- Where others put the text of an error, most informative first. LISTS are read only as lists.
local NAMES = { "message", "Message", "error_description", "description", "detail", "reason", "msg",
                "error", "title" }
local LISTS = { "errors", "details" }

local words_of

-- The texts of a list of errors. The failure's sentence itself reports items with a path.
local function words_of_list(list, depth)
  local parts = {}
  for i = 1, math.min(#list, ITEMS) do
    local item = list[i]
    local words = not (type(item) == "table" and item.path) and words_of(item, depth)
    if words then parts[#parts + 1] = words end
  end
  return parts[1] and concat(parts, "; ")
end

-- The text in a JSON value that is an error; nil when there is none.
function words_of(value, depth)
  if type(value) == "string" then return value:find "%S" and value or nil end
  if type(value) ~= "table" or depth == 0 then return nil end
  local found = words_of_list(value, depth - 1)
  for i = 1, found and 0 or #NAMES do
    found = words_of(value[NAMES[i]], depth - 1)
    if found then return found end
  end
  for i = 1, found and 0 or #LISTS do
    local list = value[LISTS[i]]
    found = type(list) == "table" and words_of(list, depth - 1) or nil
    if found then return found end
  end
  return found
end

--- The text of an error body that is not the service's own.
---@param body string
---@param value any  its JSON; nil when it is not JSON
---@return string? line
local function of(body, value)
  if value ~= nil then
    local words = words_of(value, DEPTH)
    return words and line(words)
  end
  if body:find "^[\xEF\xBB\xBF%s]*<" then return page(body) end
  return line(body)
end

return { of = of, line = line, page = page }
