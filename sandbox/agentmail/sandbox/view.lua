-- SPDX-License-Identifier: MIT
-- What the page shows of an organization, as JSON. It is read beside the API, not through it: to
-- look on changes no journal and meets no fault.

local faults = require "agentmail.sandbox.faults"
local json = require "agentmail.sandbox.json"
local messages = require "agentmail.sandbox.messages"
local orgs = require "agentmail.sandbox.orgs"
local journal = require "agentmail.sandbox.journal"

local SHOWN = 200

local view = {}

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

local function armed(app, org)
  local list = json.array {}
  for i, rule in ipairs(faults.list(app, org)) do
    list[i] = { name = rule.name, at = rule.at, kind = rule["do"].kind,
                hits = app.db:values([[SELECT coalesce(sum(hits), 0) FROM fault_counts
                  WHERE org = ? AND name = ? AND scope <> ?]], org.id, rule.name, "\0window") }
  end
  return json.encode(list)
end

local function namespaces(db)
  local list = {}
  for row in db:each "SELECT namespace FROM organizations ORDER BY namespace LIMIT 500" do
    list[#list + 1] = row.namespace
  end
  return json.strings(list)
end

--- Everything but the messages themselves. `about`: the newest of what there may be much of.
---@return string
function view.state(app, org)
  local db = app.db
  local last = db:values("SELECT coalesce(max(seq), 0) FROM journal WHERE org = ?", org.id)
  local first = db:values([[SELECT coalesce(min(seq), 0) - 1 FROM (SELECT seq FROM journal
    WHERE org = ? ORDER BY seq DESC LIMIT ?)]], org.id, SHOWN)
  return ('{"namespace":%s,"namespaces":%s,"seed":%d,"now":"%s","clock":"%s","last":%d,'
    .. '"sent":%d,"asked":%d,"faults":%s,"inboxes":%s,"threads":%s,"drafts":%s,"requests":%s}')
    :format(json.string(org.namespace), namespaces(db), orgs.seed(app, org),
      json.time(orgs.now(app, org)), org.frozen and "frozen" or "real", last,
      db:values("SELECT count(*) FROM sent WHERE org = ?", org.id),
      db:values("SELECT count(*) FROM journal WHERE org = ?", org.id), armed(app, org),
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

--- The messages of a thread, oldest first; nil when there is none.
---@return string?
function view.thread(app, org, thread_id)
  local list = {}
  for row in app.db:each([[SELECT * FROM messages WHERE org = ? AND thread_id = ?
    ORDER BY timestamp, id LIMIT ?]], org.id, thread_id, SHOWN) do
    -- Its HTML is shown in a frame of its own, see html().
    local number = row.html and row.id or nil
    row.html, row.extracted_html = nil, nil
    local text = messages.encode(row)
    list[#list + 1] = number and ('%s,"html_number":%d}'):format(text:sub(1, -2), number) or text
  end
  if #list == 0 then return nil end
  return '{"messages":' .. joined(list) .. "}"
end

--- The HTML of a message of this organization.
---@return string?
function view.html(app, org, number)
  return (app.db:values("SELECT html FROM messages WHERE org = ? AND id = ?", org.id,
                        math.tointeger(tonumber(number)) or 0))
end

return view
