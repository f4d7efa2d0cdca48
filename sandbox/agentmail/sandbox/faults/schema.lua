-- SPDX-License-Identifier: MIT
-- What a fault rule takes: its places, kinds, fields with their types and units, and the presets.
-- This is the only declaration: rules.lua reads rules by it, its messages quote it, `GET
-- faults/schema` prints it, and tools/faults.lua writes it into docs/sandbox.md.

local sets = require "agentmail.sandbox.store.sets"

local schema = {}

-- Where a fault happens, the state of the service there, and the kinds that are possible.
schema.places = {
  { "before", "nothing written",
    "refuse reset close hang delay garbage html 401 402 403 407 409 429 500 502 503 504" },
  { "reserved", "the key is taken, nothing sent", "reset close hang taken 500 502 503 504" },
  { "handoff", "**sent**, and the service dies: the key stays taken for a time, then it is free",
    "reset close hang 500 502 503 504" },
  { "commit", "**sent**",
    "reset close hang delay garbage truncate wrong_shape html 429 500 502 503 504" },
  { "body", "sent", "drip stall bad_chunk" },
  { "expired", "the key is forgotten", "nothing reset close" },
  { "view", "sent", "lag lost_token" },
  { "events", "sent; an event is on its way to a webhook or a WebSocket",
    "drop repeat delay reorder close cut silence" },
  { "outcome", "sent", "delivered bounced complained rejected" },
}

-- What happens, and the fields of `do` that it uses. A number in brackets is a default.
schema.kinds = {
  { "refuse", "connections are refused until the rule ends; without an end by time, as `reset`" },
  { "reset", "the connection is reset, with no answer" },
  { "close", "the connection is closed, with no answer; at `events`: after the event, by a close "
    .. "frame with `status` (1000)", "status" },
  { "hang", "silence for `seconds` (300), then the connection is closed", "seconds" },
  { "delay", "the answer, or the event, comes `seconds` later (1; an event: 5)", "seconds" },
  { "garbage", "`bytes` that are not HTTP", "bytes" },
  { "html", "a gateway's page with `status` (502)", "status" },
  { "401 402 403 407 429 500 502 503 504", "this status with `code` and, if given, `retry_after`",
    "code retry_after" },
  { "409", "this status with `code` (race_condition: another change came first)",
    "code" },
  { "taken", "the key belongs to another request" },
  { "truncate", "`keep` bytes of the body (half), then the connection ends by `kill` (close)",
    "keep kill" },
  { "wrong_shape", "the right status with JSON that is not the promised object: `body`", "body" },
  { "drip", "the body comes slowly: `step` bytes (16) at a time, `seconds` (1) in all",
    "step seconds" },
  { "stall", "`keep` bytes of the body (half), silence for `seconds` (300), then `kill` (close)",
    "keep seconds kill" },
  { "bad_chunk", "half of the body, then a chunk that is not valid" },
  { "nothing", "the place itself is the fault" },
  { "lag", "lists and searches show the state of `seconds` (0) ago", "seconds" },
  { "lost_token", "a page token is refused" },
  { "drop", "the event is lost" },
  { "repeat", "the event comes `times` times (2)", "times" },
  { "reorder", "events of the next `seconds` (5) overtake this one", "seconds" },
  { "cut", "after the event, a WebSocket ends without a close frame" },
  { "silence", "after the event, a WebSocket stays open, and nothing more comes, not even a pong" },
  { "delivered bounced complained rejected", "this happens to the mail" },
}

-- Each type: what a value must be, as a message and the guide say it.
schema.types = {
  string = "a string", boolean = "true or false", count = "a whole number",
  fraction = "a number from 0 to 1", list = "a name or a list of names",
  duration = 'seconds or a duration like "5m"',
  rate = 'a rate like "1/s", "10/m" or "100/h"', time = "an ISO 8601 date and time",
  table = "an object", deed = "a kind, or an object with kind",
}

-- table → its fields: name, type, meaning, and the possible words if any. "" is the rule itself.
schema.fields = {
  [""] = {
    { "name", "string", "its name in the journal; default: the preset's name, or rule-1" },
    { "match", "table", "the requests or events that it applies to; default: all" },
    { "when", "table", "which of them; default: each" },
    { "at", "string", "its place; default: before" },
    { "do", "deed", "what happens" },
    { "until", "table", "its end, at the first of these; default: after one hit for each key" },
  },
  match = {
    { "operation", "list", "operations, as inboxes.messages.send; * matches any text" },
    { "method", "string", "the HTTP method" },
    { "sends", "boolean", "whether the request sends a mail" },
    { "inbox", "string", "the address of the inbox" },
    { "key", "string", "the Idempotency-Key" },
    { "client_id", "string", "the client_id in the body" },
    { "recipient", "string", "a part of an address that the mail goes to" },
    { "connection", "string", "the connection", "reused fresh" },
    { "event", "list", "types of events, as message.received" },
    { "receiver", "string", "who gets the event", "webhook websocket" },
  },
  when = {
    { "nth", "count", "this one only" },
    { "from", "count", "this one and all after it" },
    { "every", "count", "each multiple of this number" },
    { "probability", "fraction", "a random choice, see below" },
    { "rate", "rate", "only requests above it" },
  },
  ["do"] = {
    { "kind", "string", "what happens, see above" },
    { "seconds", "duration", "how long" },
    { "step", "count", "bytes at a time" },
    { "times", "count", "how often" },
    { "keep", "count", "bytes that arrive" },
    { "kill", "string", "how the connection ends", "reset close" },
    { "bytes", "string", "what arrives in place of HTTP" },
    { "body", "string", "what arrives in place of the body" },
    { "status", "count", "the HTTP status; at events: the code in the close frame" },
    { "code", "string", "the code in the error" },
    { "retry_after", "count", "seconds, in the header Retry-After" },
    { "busy", "duration", "at reserved and handoff: how long the key stays taken; default: 5s" },
    { "stored", "boolean", "at handoff: whether the sender's inbox has the mail; default: true" },
    { "left", "boolean", "at handoff: false: the inbox has it, without the label sent, but it did "
      .. "not leave" },
    { "draft", "string", "at handoff: what becomes of a draft that was sent; default: gone",
      "gone kept sending" },
  },
  ["until"] = {
    { "hits", "count", "hits for each key" },
    { "total", "count", "hits in all" },
    { "time", "time", "this time of the organization's clock" },
    { "after", "duration", "this long after it was armed" },
  },
}

-- The tables of a rule in the order of reading.
schema.order = { "", "match", "when", "do", "until" }

-- Name, meaning, and for those with a value its type, an example, and whether it is required.
-- presets.lua makes the rules.
schema.presets = {
  { "lost_ack", "the first answer to each send is lost" },
  { "lost_ack_reused_connection", "the same, on a connection that served a request before" },
  { "flaky", "the first tries get a 503: this many for each key", "count", "2", true },
  { "rate_limit", "429 above this rate, at most five times for each key", "rate", "1/s" },
  { "outage", "connections are refused for this long", "duration", "5m", true },
  { "in_progress", "the first request of each send takes the key for this long and sends nothing",
    "duration", "5s" },
  { "key_reuse", "the key turns out to belong to another request" },
  { "key_expiry", "the key is forgotten, so that a repeated send sends again" },
  { "slow_body", "the body of an answer takes this long", "duration", "1s" },
  { "html_502", "the request is done, but a gateway answers with its page" },
  { "stale_list", "for this long, lists and searches show the state of that long ago", "duration",
    "30s" },
}

--- The words of a text, in order.
---@param text string?
---@return string[]
function schema.words(text)
  local list = {}
  for word in (text or ""):gmatch "%S+" do list[#list + 1] = word end
  return list
end

--- The kinds at each place: place → set of kinds.
schema.kinds_at = {}
for _, place in ipairs(schema.places) do schema.kinds_at[place[1]] = sets.words(place[3]) end

--- The fields by name: table → field → { type =, words = list or nil }.
schema.by_name = {}
for where, rows in pairs(schema.fields) do
  local named = {}
  for _, row in ipairs(rows) do
    named[row[1]] = { type = row[2], words = row[4] and schema.words(row[4]) }
  end
  schema.by_name[where] = named
end

--- What a value of a field must be, in words: "reused or fresh".
---@param where string the table
---@param name string
---@return string
function schema.expected(where, name)
  local field = schema.by_name[where][name]
  return field.words and table.concat(field.words, " or ") or schema.types[field.type]
end

return schema
