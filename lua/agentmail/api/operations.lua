-- SPDX-License-Identifier: MIT
-- Every operation of the AgentMail API, declared once. This map, operation name → row, defines
-- the methods, the validation, the protection against repeats, and the sandbox's routes. `make
-- tables` makes C of it, which is all that a program loads:
--
--   ["inboxes.get"] = { "GET", "/v0/inboxes/{inbox_id}", "safe", returns = "Inbox" }
--
--   [1] method            [2] path, with its {parameters}
--   [3] protection        safe · idempotent · client_id · idempotency_key · natural_key ·
--                         if_match · none
--   query, body           declared fields, in wire order (see below)
--   body_optional         without fields the body is absent, not {}
--   takes                 arguments that are neither: if_match, idempotency_key
--   returns               the response model (models.lua); nil when the answer has no content
--   status                the success status, when it is neither 200 nor a DELETE's 204
--   auth, note            false: needs no API key · a remark for the reader
--
-- A field is `name:type`; `name!:type` is required. Types: string, integer, number, boolean,
-- line (of text), datetime, attachment, metadata, permissions, map<string>, any (JSON), an enum of
-- enums.lua, a record of models.lua, `strings` or `lines` (or a list). `[]` is a list, `?` lets
-- agentmail.null clear it. The rows are in operations_*.lua, by subject. There, they omit the
-- collection's path and give the model as the fourth item.

local account = require "agentmail.api.operations_account"
local calendar = require "agentmail.api.operations_calendar"
local mail = require "agentmail.api.operations_mail"

local operations = {}

local function collection(name, path, rows)
  for method, row in pairs(rows) do
    operations[name .. "." .. method] = {
      row[1], path .. row[2], row[3], returns = row[4],
      query = row.query, body = row.body, body_optional = row.body_optional, takes = row.takes,
      status = row.status or row[1] == "DELETE" and 204 or nil, auth = row.auth, note = row.note,
    }
  end
end

for _, subject in ipairs { mail, calendar, account } do
  for _, one in ipairs(subject) do collection(one[1], one[2], one[3]) end
end

return operations
