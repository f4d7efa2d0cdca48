-- SPDX-License-Identifier: MIT
-- What went wrong, told from the journal and from `sent` alone.
--
-- A logical send is named, in this order of certainty, by the header X-Sandbox-Op in the mail's
-- own headers (a test's own name for it), the Idempotency-Key (whatever its age and content), and
-- the draft (its client_id, else its id). Two mails that share any of these names are one logical
-- send. A mail with none of them is named by its request: operation, path and exact bytes.
--
--   duplicates  logical sends that left more than once, with every mail
--   losses      sends that the service answered with success, and no mail left; drafts whose time
--               has come, and that are still waiting
--   unsent      logical sends that were asked for, and of which no mail left (not an error of the
--               service: the client has to know about each)

local json = require "agentmail.sandbox.json"
local operations = require "agentmail.operations"

local audit = {}

-- The operations that send, as an SQL list.
local SENDS = {}
for name, row in pairs(operations) do
  if row[3] == "idempotency_key" then
    SENDS[#SENDS + 1] = "'" .. name .. "'"
  end
end
SENDS = "(" .. table.concat(SENDS, ", ") .. ")"

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

-- Union of the mails that share a name: name → group, groups merged as they meet.
local function groups_of(rows)
  local by_name, groups = {}, {}
  for _, row in ipairs(rows) do
    local group = { rows = {}, names = {} }
    local names = names_of(row)
    for _, name in ipairs(names) do
      local other = by_name[name]
      while other and other.into do other = other.into end
      if other and other ~= group then
        if group.rows[1] == nil and next(group.names) == nil then
          group = other
        else
          table.move(group.rows, 1, #group.rows, #other.rows + 1, other.rows)
          for known in pairs(group.names) do other.names[known] = true end
          group.into, group = other, other
        end
      end
      group.names[name] = true
    end
    group.rows[#group.rows + 1] = row
    for name in pairs(group.names) do by_name[name] = group end
    groups[#groups + 1] = group
  end
  return groups
end

local function duplicates_of(rows)
  local list, seen = json.array {}, {}
  for _, group in ipairs(groups_of(rows)) do
    if not seen[group] and not group.into and #group.rows > 1 then
      seen[group] = true
      local names, mails = json.array {}, json.array {}
      for name in pairs(group.names) do names[#names + 1] = name end
      table.sort(names)
      for i, row in ipairs(group.rows) do
        mails[i] = { message_id = row.message_id, inbox_id = row.inbox_id, request = row.request,
                     at = json.time(row.at), key = row.key, subject = row.subject }
      end
      list[#list + 1] = { names = names, mails = mails, extra = #mails - 1 }
    end
  end
  return list
end

-- Success was decided, and the mail it speaks of is not in `sent`.
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
    list[#list + 1] = { draft_id = row.draft_id, due = json.time(row.send_at) }
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
function audit.report(app, org, now)
  local db = app.db
  local rows = db:rows("SELECT * FROM sent WHERE org = ? ORDER BY id", org.id)
  local duplicates, extra = duplicates_of(rows), 0
  for _, group in ipairs(duplicates) do extra = extra + group.extra end
  return {
    seed = app.seed, sent = #rows, duplicates = duplicates, extra_mails = extra,
    losses = losses_of(db, org, now), unsent = unsent_of(db, org),
    requests = db:values("SELECT count(*) FROM journal WHERE org = ?", org.id),
  }
end

return audit
