-- SPDX-License-Identifier: MIT
-- Answers that are pages of a list, and an inbox that gets them. For page_spec and loop_spec.
local helper = require "spec.support.helper"
local listing = {}

function listing.page(ids, token)
  local messages = {}
  for i, id in ipairs(ids) do messages[i] = { message_id = id } end
  if #messages == 0 then messages = require "cjson".decode "[]" end
  local body = { count = #ids, limit = 2, next_page_token = token, messages = messages }
  local encoded = require "cjson".encode(body):gsub('"messages":{}', '"messages":[]')
  return { body = encoded }
end

function listing.inbox(script, options)
  local client, log = helper.scripted(script, options)
  return client:inbox "a@b.c", log
end

function listing.ids(iterator, state, control, closing)
  local found = {}
  for message in iterator, state, control, closing do found[#found + 1] = message.message_id end
  return table.concat(found, " ")
end

return listing
