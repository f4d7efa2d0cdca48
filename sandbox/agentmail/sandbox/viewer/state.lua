-- SPDX-License-Identifier: MIT
-- The viewer's data about an organization, as JSON. It is read directly, not through the API, so
-- viewing is not journalled and triggers no fault.

local armed = require "agentmail.sandbox.faults.armed"
local clock = require "agentmail.sandbox.store.clock"
local decide = require "agentmail.sandbox.faults.decide"
local journal = require "agentmail.sandbox.control.journal"
local json = require "agentmail.sandbox.http.json"
local orgs = require "agentmail.sandbox.store.orgs"
local threads = require "agentmail.sandbox.viewer.threads"

local SHOWN = 200
local MOST = 10000 -- threads, however many are asked for

local function joined(list) return "[" .. table.concat(list, ",") .. "]" end

local encode_inbox = json.shape("inbox_id display_name? messages:integer unread:integer")
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

-- The newest rows of the journal.
local function requests_of(app, org)
  local first = app.db:values([[SELECT coalesce(min(seq), 0) - 1 FROM (SELECT seq FROM journal
    WHERE org = ? ORDER BY seq DESC LIMIT ?)]], org.id, SHOWN)
  return joined(journal.requests(app, org, { after = first }))
end

--- Everything except the messages; of long lists, the newest entries.
---@param filters { inbox: string?, q: string?, most: string?, thread: string? }
---  which threads, see threads.lua; `thread`: a single one, null in the answer if it is gone
---@return string
local function state_of(app, org, filters)
  local db = app.db
  local most = math.max(1, math.min(math.tointeger(tonumber(filters.most)) or SHOWN, MOST))
  local list, count = threads.list(app, org, filters, most)
  local last = db:values("SELECT coalesce(max(seq), 0) FROM journal WHERE org = ?", org.id)
  return ('{"url":%s,"control_url":%s,"api_key":%s,"namespace":%s,"namespaces":%s,"seed":%d,'
    .. '"now":"%s","clock":"%s","shut":%s,"last":%d,"sent":%d,"asked":%d,"faults":%s,'
    .. '"inboxes":%s,"threads":%s,"thread_count":%d,"thread":%s,"drafts":%s,"requests":%s}')
    :format(json.string(app.config.public_url or app.url), json.string(app.control_url),
      json.string("am_test_" .. org.namespace), json.string(org.namespace), namespaces(db),
      orgs.seed(app, org), clock.text(orgs.now(app, org)), org.frozen and "frozen" or "real",
      app.shut or false, last,
      db:values("SELECT count(*) FROM sent WHERE org = ?", org.id),
      db:values("SELECT count(*) FROM journal WHERE org = ?", org.id), faults_of(app, org),
      encoded(db, encode_inbox, [[SELECT i.inbox_id, i.display_name,
        (SELECT count(*) FROM messages m WHERE m.inbox = i.id) AS messages,
        (SELECT count(*) FROM messages m JOIN message_labels l ON l.message = m.id
          AND l.label = 'unread' WHERE m.inbox = i.id) AS unread
        FROM inboxes i WHERE i.org = ? ORDER BY i.id LIMIT 500]], org.id),
      list, count,
      threads.exists(app, org, filters.thread or "") and json.string(filters.thread) or "null",
      encoded(db, encode_draft, "SELECT * FROM drafts WHERE org = ? "
        .. "ORDER BY updated_at DESC, id DESC LIMIT ?", org.id, SHOWN), requests_of(app, org))
end

return { of = state_of }
