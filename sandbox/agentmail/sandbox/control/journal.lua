-- SPDX-License-Identifier: MIT
-- The journal of physical requests, and the record of mails that really left. Both are written in
-- the transaction of the request that they describe.

local conditions = require "agentmail.sandbox.store.conditions"
local json = require "agentmail.sandbox.http.json"
local query = require "agentmail.sandbox.http.query"

local encode_row = json.shape("seq:integer at:time connection?:integer number?:integer "
  .. "reused?:boolean method target operation? inbox? key? digest? fault? place? effect "
  .. "status?:integer seen?:integer message_id? draft_id? seed?:integer")

--- Writes the row of a request. `status` is the service's decision, `seen` what went onto the wire:
--- nil if nothing did.
local function write(ctx, status, seen)
  local request = ctx.request
  ctx.db:run([[INSERT INTO journal (seq, org, at, connection, number, method, target, operation,
    inbox, key, digest, fault, place, effect, status, seen, message_id, draft_id, seed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)]], ctx.seq,
    ctx.org and ctx.org.id, ctx.now, request.connection, request.number, request.method,
    query.without_token(request.target), ctx.route and ctx.route.name,
    ctx.params and ctx.params.inbox_id, ctx.key,
    ctx.digest, ctx.fault, ctx.place, ctx.effect, status, seen, ctx.message_id, ctx.draft_id,
    ctx.org and ctx.org.seed or ctx.app.seed)
end

--- The highest sequence number in use.
local function last(db)
  return (db:values("SELECT coalesce(max(seq), 0) FROM journal"))
end

-- The filters of requests and sent: name → column.
local FILTERS = {
  requests = { operation = "operation", key = "key", inbox = "inbox", method = "method",
               status = "status", effect = "effect", fault = "fault", message_id = "message_id",
               connection = "connection" },
  sent = { key = "key", inbox = "inbox_id", message_id = "message_id", operation = "operation",
           draft_id = "draft_id", subject = "subject", mark = "mark" },
}

local TABLES = { requests = "journal", sent = "sent" }

-- Conditions from the filters of a query, column by column.
local function conditions_of(what, org, filters)
  local wanted = conditions.new("org = ?", org.id)
  for name, column in pairs(FILTERS[what]) do
    if filters[name] ~= nil then wanted:add(column .. " = ?", filters[name]) end
  end
  return wanted
end

-- The rows that pass the filters, in order: all, the first `limit` or the last `last`.
local function rows_of(what, db, org, filters, order)
  local wanted = conditions_of(what, org, filters)
  if filters.after then
    wanted:add(order .. " > ?", math.tointeger(tonumber(filters.after)) or 0)
  end
  local newest = math.tointeger(tonumber(filters.last))
  local sql = ("SELECT * FROM %s WHERE %s ORDER BY %s %s LIMIT ?"):format(TABLES[what],
    wanted:sql(), order, newest and "DESC" or "ASC")
  local arguments = wanted.arguments
  arguments[#arguments + 1] = newest or math.tointeger(tonumber(filters.limit)) or -1
  local rows = db:rows(sql, table.unpack(arguments))
  if newest then
    local count = #rows
    for i = 1, count // 2 do rows[i], rows[count + 1 - i] = rows[count + 1 - i], rows[i] end
  end
  return rows
end

--- Journal rows, encoded. Filters: those above, after (a seq), limit, last.
---@return string[]
local function requests(app, org, filters)
  local rows = rows_of("requests", app.db, org, filters, "seq")
  for i, row in ipairs(rows) do
    if row.number then row.reused = row.number > 1 end
    rows[i] = encode_row(row)
  end
  return rows
end

local encode_sent = json.shape("id:integer at:time operation inbox_id message_id thread_id "
  .. "recipients:json subject? key? draft_id? draft_client_id? mark? digest attempts:json")

-- The numbers of the physical requests for a mail, joined by commas: those with its key, else those
-- with the same bytes to the same path.
local function attempts_of(db, row)
  if row.key then
    return db:values([[SELECT group_concat(seq) FROM (SELECT seq FROM journal
      WHERE org = ? AND key = ? AND digest IS NOT NULL ORDER BY seq)]], row.org, row.key)
  end
  return db:values([[SELECT group_concat(seq) FROM (SELECT seq FROM journal
    WHERE org = ? AND digest = ? AND target = ? AND key IS NULL ORDER BY seq)]], row.org,
    row.digest, row.target)
end

--- The mails that left, encoded, each with the journal numbers of its attempts.
---@return string[]
local function sent(app, org, filters)
  local rows = rows_of("sent", app.db, org, filters, "id")
  for i, row in ipairs(rows) do
    row.attempts = "[" .. (attempts_of(app.db, row) or "") .. "]"
    rows[i] = encode_sent(row)
  end
  return rows
end

--- How many rows there are.
---@param what "requests"|"sent"
---@return integer
local function count(db, what, org, filters)
  local wanted = conditions_of(what, org, filters)
  return (db:values(("SELECT count(*) FROM %s WHERE %s"):format(TABLES[what], wanted:sql()),
                    table.unpack(wanted.arguments)))
end

return {
  FILTERS = FILTERS, write = write, last = last, requests = requests, sent = sent, count = count,
}
