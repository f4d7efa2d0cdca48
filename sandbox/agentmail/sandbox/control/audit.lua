-- SPDX-License-Identifier: MIT
-- What went wrong, derived only from the journal and from `sent`.
--
-- A logical send is identified, in this order of certainty, by the header X-Sandbox-Op in the
-- mail's own headers (a test's name for it), the Idempotency-Key (of any age and content), and the
-- draft (its client_id, else its id). Two mails that share any of these names are one logical send.
-- A mail with none of them is identified by its request: operation, path and exact bytes.
--
--   duplicates  logical sends that left more than once, with every mail
--   losses      sends that the service answered with success, and no mail left; drafts whose time
--               has come, and that are still waiting
--   unsent      logical sends that were asked for, and of which no mail left (not an error of the
--               service: the client has to know about each)

local clock = require "agentmail.sandbox.store.clock"
local json = require "agentmail.sandbox.http.json"
local operations = require "agentmail.api.operations"
local orgs = require "agentmail.sandbox.store.orgs"

-- The operations that send, as an SQL list.
local SENDS = {}
for name, row in pairs(operations) do
  if row[3] == "idempotency_key" then
    SENDS[#SENDS + 1] = "'" .. name .. "'"
  end
end
SENDS = "(" .. table.concat(SENDS, ", ") .. ")"

-- The parts of a mail's row that identify its logical send.
local NAMING = "id, operation, target, digest, key, draft_id, draft_client_id, mark"

local function names_of(row)
  local names = {}
  if row.mark then names[#names + 1] = "operation " .. row.mark end
  if row.key then names[#names + 1] = "key " .. row.key end
  if row.draft_client_id then
    names[#names + 1] = "draft client_id " .. row.draft_client_id
  elseif row.draft_id then
    names[#names + 1] = "draft " .. row.draft_id
  end
  if #names == 0 then
    names[1] = "content " .. row.operation .. " " .. row.target .. " " .. row.digest
  end
  return names
end

-- Union of mails that share a name: id → id of another mail of the same send, or itself for the
-- representative. Keeps only names and numbers: there may be a million mails.
local function unite(db, org)
  local parent, by_name, count = {}, {}, 0
  local function root(id)
    while parent[id] ~= id do
      parent[id] = parent[parent[id]]
      id = parent[id]
    end
    return id
  end
  for row in db:each("SELECT " .. NAMING .. " FROM sent WHERE org = ? ORDER BY id", org.id) do
    local id = row.id
    parent[id], count = id, count + 1
    for _, name in ipairs(names_of(row)) do
      local other = by_name[name]
      if other then parent[root(id)] = root(other) else by_name[name] = id end
    end
  end
  return parent, root, count
end

local function describe(db, ids)
  local names, seen, mails = json.array {}, {}, json.array {}
  for i, id in ipairs(ids) do
    local row = db:row("SELECT * FROM sent WHERE id = ?", id)
    for _, name in ipairs(names_of(row)) do
      if not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
    mails[i] = { message_id = row.message_id, inbox_id = row.inbox_id, request = row.request,
                 at = clock.text(row.at), key = row.key, subject = row.subject }
  end
  table.sort(names)
  return { names = names, mails = mails, extra = #mails - 1 }
end

-- The logical sends that left more than once, in the order of their first mails; the number of all
-- mails, and of unrequested ones.
local function duplicates_of(db, org)
  local parent, root, count = unite(db, org)
  local members, firsts = {}, {}
  for id in pairs(parent) do
    local one = root(id)
    if one ~= id then
      local list = members[one]
      if list then list[#list + 1] = id else members[one] = { one, id } end
    end
  end
  for _, ids in pairs(members) do
    table.sort(ids)
    firsts[#firsts + 1] = ids
  end
  table.sort(firsts, function(a, b) return a[1] < b[1] end)
  local list, extra = json.array {}, 0
  for i, ids in ipairs(firsts) do
    list[i] = describe(db, ids)
    extra = extra + #ids - 1
  end
  return list, count, extra
end

-- The service decided on success, but the mail is not in `sent`.
local function losses_of(db, org, now)
  local list = json.array {}
  for row in db:each([[SELECT seq, operation, key, message_id FROM journal
    WHERE org = ? AND status BETWEEN 200 AND 299
      AND operation IN ]] .. SENDS .. [[
      AND (message_id IS NULL
        OR message_id NOT IN (SELECT message_id FROM sent WHERE org = ?))]], org.id, org.id) do
    list[#list + 1] = { request = row.seq, operation = row.operation, key = row.key,
                        message_id = row.message_id }
  end
  for row in db:each([[SELECT draft_id, send_at FROM drafts
    WHERE org = ? AND send_status = 'scheduled' AND send_at < ?]], org.id, now) do
    list[#list + 1] = { draft_id = row.draft_id, due = clock.text(row.send_at) }
  end
  return list
end

local function unsent_of(db, org)
  local list = json.array {}
  for row in db:each([[SELECT key, operation, max(seq) AS last, count(*) AS attempts FROM journal
    WHERE org = ? AND key IS NOT NULL AND operation IN ]] .. SENDS .. [[
      AND key NOT IN (SELECT key FROM sent WHERE org = ? AND key IS NOT NULL)
    GROUP BY key ORDER BY last]], org.id, org.id) do
    list[#list + 1] = { key = row.key, operation = row.operation, last = row.last,
                        attempts = row.attempts }
  end
  return list
end

--- The report of one organization.
local function report(app, org, now)
  local db = app.db
  local duplicates, count, extra = duplicates_of(db, org)
  return {
    seed = orgs.seed(app, org), sent = count, duplicates = duplicates, extra_mails = extra,
    losses = losses_of(db, org, now), unsent = unsent_of(db, org),
    requests = db:values("SELECT count(*) FROM journal WHERE org = ?", org.id),
  }
end

return { report = report }
