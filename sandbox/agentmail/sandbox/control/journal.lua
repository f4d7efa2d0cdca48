-- SPDX-License-Identifier: MIT
-- The journal of physical requests, and the record of mails that really left. Both are written in
-- the transaction of the request they tell about.

local json = require "agentmail.sandbox.http.json"

local journal = {}

local encode_row = json.shape("seq:integer at:time connection?:integer number?:integer "
  .. "reused?:boolean method target operation? inbox? key? digest? fault? place? effect "
  .. "status?:integer seen?:integer message_id? draft_id? seed?:integer")

--- Writes the row of a request. `status` is what the service decided, `seen` what went onto the
--- wire: nil when nothing did.
function journal.write(ctx, status, seen)
  local request = ctx.request
  ctx.db:run([[INSERT INTO journal (seq, org, at, connection, number, method, target, operation,
    inbox, key, digest, fault, place, effect, status, seen, message_id, draft_id, seed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)]], ctx.seq,
    ctx.org and ctx.org.id, ctx.now, request.connection, request.number, request.method,
    request.target, ctx.route and ctx.route.name, ctx.params and ctx.params.inbox_id, ctx.key,
    ctx.digest, ctx.fault, ctx.place, ctx.effect, status, seen, ctx.message_id, ctx.draft_id,
    ctx.org and ctx.org.seed or ctx.app.seed)
end

--- The highest sequence number that was used.
function journal.last(db)
  return (db:values "SELECT coalesce(max(seq), 0) FROM journal")
end

-- Conditions from the filters of a query, column by column.
local function conditions_of(org, filters, columns)
  local where, arguments = { "org = ?" }, { org.id }
  for name, column in pairs(columns) do
    if filters[name] ~= nil then
      where[#where + 1] = column .. " = ?"
      arguments[#arguments + 1] = filters[name]
    end
  end
  return where, arguments
end

local function select_rows(db, table_name, org, filters, columns, order)
  local where, arguments = conditions_of(org, filters, columns)
  if filters.after then
    where[#where + 1] = order .. " > ?"
    arguments[#arguments + 1] = math.tointeger(tonumber(filters.after)) or 0
  end
  arguments[#arguments + 1] = math.tointeger(tonumber(filters.limit)) or -1
  return db:rows(("SELECT * FROM %s WHERE %s ORDER BY %s LIMIT ?"):format(table_name,
    table.concat(where, " AND "), order), table.unpack(arguments))
end

local request_columns = { operation = "operation", key = "key", inbox = "inbox", method = "method",
  status = "status", effect = "effect", fault = "fault", message_id = "message_id",
  connection = "connection" }

--- Journal rows, encoded. Filters: the columns above, after (a seq), limit.
---@return string[]
function journal.requests(app, org, filters)
  local rows = select_rows(app.db, "journal", org, filters, request_columns, "seq")
  for i, row in ipairs(rows) do
    if row.number then row.reused = row.number > 1 end
    rows[i] = encode_row(row)
  end
  return rows
end

local sent_columns = { key = "key", inbox = "inbox_id", message_id = "message_id",
  operation = "operation", draft_id = "draft_id", subject = "subject", mark = "mark" }

local encode_sent = json.shape("id:integer at:time operation inbox_id message_id thread_id "
  .. "recipients:json subject? key? draft_id? draft_client_id? mark? digest attempts:json")

-- Which physical requests asked for which mail: by key, else by the same bytes to the same place.
local function attempts_by_name(db, org)
  local by_name = {}
  for row in db:each([[SELECT seq, key, target, digest FROM journal
    WHERE org = ? AND digest IS NOT NULL ORDER BY seq]], org.id) do
    local name = row.key and "key " .. row.key or row.target .. " " .. row.digest
    local list = by_name[name]
    if list then list[#list + 1] = row.seq else by_name[name] = { row.seq } end
  end
  return by_name
end

--- The mails that left, encoded, each with the journal numbers of its attempts.
---@return string[]
function journal.sent(app, org, filters)
  local rows = select_rows(app.db, "sent", org, filters, sent_columns, "id")
  local by_name = attempts_by_name(app.db, org)
  for i, row in ipairs(rows) do
    local list = by_name[row.key and "key " .. row.key or row.target .. " " .. row.digest] or {}
    row.attempts = "[" .. table.concat(list, ",") .. "]"
    rows[i] = encode_sent(row)
  end
  return rows
end

--- What requests and sent can be filtered by: name → column.
journal.filters = { requests = request_columns, sent = sent_columns }

local tables = { requests = "journal", sent = "sent" }

--- How many rows there are.
---@param what "requests"|"sent"
function journal.count(db, what, org, filters)
  local where, arguments = conditions_of(org, filters, journal.filters[what])
  return (db:values(("SELECT count(*) FROM %s WHERE %s"):format(tables[what],
    table.concat(where, " AND ")), table.unpack(arguments)))
end

return journal
