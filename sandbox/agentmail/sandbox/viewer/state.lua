-- SPDX-License-Identifier: MIT
-- What the viewer shows of an organization, as JSON. It is read beside the API, not through it: a
-- look at it is not journalled and meets no fault.

local armed = require "agentmail.sandbox.faults.armed"
local clock = require "agentmail.sandbox.store.clock"
local decide = require "agentmail.sandbox.faults.decide"
local journal = require "agentmail.sandbox.control.journal"
local json = require "agentmail.sandbox.http.json"
local messages = require "agentmail.sandbox.api.messages"
local orgs = require "agentmail.sandbox.store.orgs"
local sets = require "agentmail.sandbox.store.sets"

local SHOWN = 200

local MEASURED = 8000 -- bytes of HTML: more lines than a frame has room for
local LINE = 90       -- characters of a line of it, about
local ENDS_LINE = sets.words("p div li tr blockquote h1 h2 h3 h4 pre table ul")

local function joined(list) return "[" .. table.concat(list, ",") .. "]" end

local encode_inbox = json.shape("inbox_id display_name? messages:integer unread:integer")
local encode_thread = json.shape("inbox_id thread_id labels:json timestamp:time senders:json "
  .. "recipients:json subject? preview? message_count:integer")
local encode_draft = json.shape("inbox_id draft_id to?:json subject? preview? text? send_status? "
  .. "send_at?:time updated_at:time")

local function encoded(db, encode, sql, ...)
  local list = {}
  for row in db:each(sql, ...) do list[#list + 1] = encode(row) end
  return joined(list)
end

local function faults_of(app, org)
  local list, now = json.array {}, orgs.now(app, org)
  for i, rule in ipairs(armed.list(app, org)) do
    local one = decide.progress(app, org, rule, now)
    one.name, one.at, one.kind = rule.name, rule.at, rule["do"].kind
    one.ends = one.ends and clock.text(one.ends)
    list[i] = one
  end
  return json.encode(list)
end

local function namespaces(db)
  local list = {}
  for row in db:each("SELECT namespace FROM organizations ORDER BY namespace LIMIT 500") do
    list[#list + 1] = row.namespace
  end
  return json.strings(list)
end

--- Everything but the messages themselves; of what there may be much of, the newest.
---@return string
local function state_of(app, org)
  local db = app.db
  local last = db:values("SELECT coalesce(max(seq), 0) FROM journal WHERE org = ?", org.id)
  local first = db:values([[SELECT coalesce(min(seq), 0) - 1 FROM (SELECT seq FROM journal
    WHERE org = ? ORDER BY seq DESC LIMIT ?)]], org.id, SHOWN)
  return ('{"url":%s,"api_key":%s,"namespace":%s,"namespaces":%s,"seed":%d,"now":"%s",'
    .. '"clock":"%s","last":%d,'
    .. '"sent":%d,"asked":%d,"faults":%s,"inboxes":%s,"threads":%s,"drafts":%s,"requests":%s}')
    :format(json.string(app.config.public_url or app.url), json.string("am_test_" .. org.namespace),
      json.string(org.namespace), namespaces(db), orgs.seed(app, org),
      clock.text(orgs.now(app, org)), org.frozen and "frozen" or "real", last,
      db:values("SELECT count(*) FROM sent WHERE org = ?", org.id),
      db:values("SELECT count(*) FROM journal WHERE org = ?", org.id), faults_of(app, org),
      encoded(db, encode_inbox, [[SELECT i.inbox_id, i.display_name,
        (SELECT count(*) FROM messages m WHERE m.inbox = i.id) AS messages,
        (SELECT count(*) FROM messages m JOIN message_labels l ON l.message = m.id
          AND l.label = 'unread' WHERE m.inbox = i.id) AS unread
        FROM inboxes i WHERE i.org = ? ORDER BY i.id LIMIT 500]], org.id),
      encoded(db, encode_thread, "SELECT * FROM threads WHERE org = ? "
        .. "ORDER BY timestamp DESC, id DESC LIMIT ?", org.id, SHOWN),
      encoded(db, encode_draft, "SELECT * FROM drafts WHERE org = ? "
        .. "ORDER BY updated_at DESC, id DESC LIMIT ?", org.id, SHOWN),
      joined(journal.requests(app, org, { after = first })))
end

-- How many lines HTML makes, about: a frame whose mail may run no script cannot be measured.
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

--- The messages of a thread, oldest first; nil when there is none.
---@return string?
local function thread_of(app, org, thread_id)
  local list = {}
  for row in app.db:each([[SELECT * FROM messages WHERE org = ? AND thread_id = ?
    ORDER BY timestamp, id LIMIT ?]], org.id, thread_id, SHOWN) do
    -- Its HTML is shown in a frame of its own, see html().
    local number, lines = row.html and row.id, row.html and lines_of(row.html)
    row.html, row.extracted_html = nil, nil
    local text = messages.encode(row)
    list[#list + 1] = number
      and ('%s,"html_number":%d,"html_lines":%d}'):format(text:sub(1, -2), number, lines) or text
  end
  if #list == 0 then return nil end
  return '{"messages":' .. joined(list) .. "}"
end

--- The HTML of a message of this organization.
---@return string?
local function html_of(app, org, number)
  return (app.db:values("SELECT html FROM messages WHERE org = ? AND id = ?", org.id,
                        math.tointeger(tonumber(number)) or 0))
end

return { of = state_of, thread = thread_of, html = html_of }
