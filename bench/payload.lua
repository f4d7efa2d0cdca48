-- SPDX-License-Identifier: MIT
-- The payloads that both sides send and the server returns. run.lua writes the C side's header from
-- it.
local text = ("Your order has left our warehouse and is on its way to you. "):rep(12)

local payload = {
  inbox_id = "bench@example.com",
  message = {
    to = { "customer@example.com" },
    subject = "Your order 10-2231 is on its way",
    text = text,
  },
  send_body = '{"to":["customer@example.com"],"subject":"Your order 10-2231 is on its way","text":"'
    .. text .. '"}',
  inbox_answer = '{"pod_id":"0d2bfa3e-0d28-4a83-a7b5-3f5f0c6d6a58","inbox_id":"bench@example.com",'
    .. '"email":"bench@example.com","display_name":"Bench Inbox","client_id":"bench-inbox-v1",'
    .. '"updated_at":"2025-06-01T12:00:00.000Z","created_at":"2025-06-01T12:00:00.000Z"}',
  message_item = '{"inbox_id":"bench@example.com","thread_id":"8a6c6f0e-64a5-4b55-8f1b-%d",'
    .. '"message_id":"<0100019d2f3e4b7a-%d@example.com>","labels":["received","unread"],'
    .. '"timestamp":"2026-08-31T12:00:00.000Z","from":"Ann Example <ann@example.com>",'
    .. '"to":["bench@example.com"],"subject":"Your order 10-%d is on its way",'
    .. '"preview":"Your order has left our warehouse and is on its way to you.","size":3%d,'
    .. '"updated_at":"2026-08-31T12:00:00.000Z","created_at":"2026-08-31T12:00:00.000Z"}',
  send_answer = '{"message_id":"<0100019d2f3e4b7a-1c9f@example.com>",'
    .. '"thread_id":"8a6c6f0e-64a5-4b55-8f1b-1d2a8b6b2c11"}',
}

--- How many pages there are; they differ, as those of a listing do.
payload.PAGES = 12

--- The answer that is the nth page of 100 messages.
---@param n integer   1 to PAGES
function payload.page(n)
  local items = {}
  for i = 1, 100 do items[i] = payload.message_item:gsub("%%d", 1000 + 100 * n + i) end
  return '{"count":100,"limit":100,"next_page_token":"t","messages":['
    .. table.concat(items, ",") .. "]}"
end

return payload
