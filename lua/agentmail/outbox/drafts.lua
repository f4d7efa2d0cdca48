-- SPDX-License-Identifier: MIT
-- For a service that ignores Idempotency-Key: a mail is sent as a draft, which is created with the
-- key as its client_id.

local json = require "agentmail.util.json"
local plan_of = require "agentmail.object.collection".plan_of

local format = string.format

--- Operation → the field of a draft that names the message, and whether it is a reply to all.
local ABOUT = {
  ["inboxes.messages.send"] = {},
  ["inboxes.messages.reply"] = { field = "in_reply_to" },
  ["inboxes.messages.reply_all"] = { field = "in_reply_to", all = true },
  ["inboxes.messages.forward"] = { field = "forward_of" },
}

--- Parameters that are not content, or not content of a draft.
local NOT_OF_DRAFT = { inbox_id = true, message_id = true, idempotency_key = true }

--- The request that creates the draft of a mail: target and body; or nil and the mistake. For the
--- send of a draft: only nil.
---@param plan agentmail.Plan  of the send
---@param scope table
---@param arguments table      valid ones of the send
---@param ids { inbox_id: string, message_id: string?, key: string, label: string? }
---@return string? target, any body_or_mistake
local function creation(plan, scope, arguments, ids)
  local about = ABOUT[plan.name]
  if not about then return nil end
  local create, made = plan_of "inboxes.drafts.create", {}
  for name, value in pairs(arguments) do
    local own = plan.known[name] or name
    if not NOT_OF_DRAFT[own] and not create.known[own] then
      return nil, format("%s: the outbox makes a draft of it (keyed = false), which has no '%s'",
                         plan.name, own)
    end
    if not NOT_OF_DRAFT[own] then made[own] = value end
  end
  made.inbox_id, made.client_id = ids.inbox_id, ids.key
  made.labels = made.labels or ids.label
  if about.field then made[about.field] = ids.message_id end
  if about.all then made.reply_all = true end
  local request, mistake = create.encoder:request(scope, made)
  if not request then return nil, mistake end
  return request.target, request.body
end

-- Differences -------------------------------------------------------------------------------------

-- A text without the parts that a service may write differently.
local function plain(text) return (text:gsub("\r\n", "\n"):gsub("%s+$", "")) end

-- The addresses of a field, a text or a list.
local function addresses(value)
  local list = {}
  for _, one in ipairs(type(value) == "table" and value or { value }) do
    for address in tostring(one):gmatch "[^%s<>,;\"]+@[^%s<>,;\"]+" do
      list[#list + 1] = address:lower()
    end
  end
  table.sort(list)
  return table.concat(list, " ")
end

local function count(value) return type(value) == "table" and #value or 0 end

local function is_given(value) return value ~= "" end

--- How a field is compared with the same field of a draft.
local COMPARED = { text = plain, html = plain, subject = plain, to = addresses, cc = addresses,
                   bcc = addresses, reply_to = addresses, attachments = count,
                   in_reply_to = plain, forward_of = plain, send_at = is_given }

-- True if the service makes a field that was not given: recipients and subject of a reply, the
-- subject of a forward.
local function is_derived(name, asked)
  if name == "subject" then return asked.in_reply_to or asked.forward_of end
  return asked.in_reply_to and (name == "to" or name == "cc" and asked.reply_all)
end

--- True if a draft is not the requested one: another draft has its client_id. A draft with more
--- recipients or content than requested is another one, too.
---@param draft table
---@param text string?  the JSON that asked for it
---@param depth integer  of JSON, at most
---@return boolean
local function differ(draft, text, depth)
  local asked = json.decode(text or "", depth)
  if type(asked) ~= "table" then return false end
  for name, read in pairs(COMPARED) do
    local wanted, found = asked[name], draft[name]
    if found == nil or found == json.null then found = "" end
    if wanted ~= nil or not is_derived(name, asked) then
      if wanted == nil or wanted == json.null then wanted = "" end
      if read(wanted) ~= read(found) then return true end
    end
  end
  return false
end

return { creation = creation, differ = differ }
