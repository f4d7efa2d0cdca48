-- SPDX-License-Identifier: MIT
-- Finds what the service would refuse before anything is sent: fields that exclude or need each
-- other, and too many values. The rules supplement operations.lua, operation → rules:
--
--   { "at_most", fields, count, what, fix }    the limit for all values of the fields together
--   { "some", fields, fix }                    at least one field has a value
--   { "without", field, others, fix }          if the field has a value (not false), no other has
--   { "needs", field, others, fix }            if the field has a value, one of the others has too
--   { "distinct", field, fix }                 at least one value, and none twice
--   { a function of the arguments → problem }  any other rule
--
-- `agentmail.new { checks = false }` turns them off, in case the service has changed a rule.

local lower = require "agentmail.util.lower".lower
local null = require "agentmail.util.json".null

local concat, format = table.concat, string.format

-- The kinds of rules: arguments, rule → nil, or the problem and its fix ---------------------------

local function is_given(value)
  return value ~= nil and value ~= null and value ~= false
end

local function count_of(value)
  if not is_given(value) then return 0 end
  return type(value) == "table" and #value or 1
end

local function quoted(names, last)
  local words = {}
  for i, name in ipairs(names) do words[i] = "'" .. name .. "'" end
  if #words == 1 then return words[1] end
  return concat(words, ", ", 1, #words - 1) .. " " .. last .. " " .. words[#words]
end

local kinds = {}

function kinds.at_most(arguments, rule)
  local fields, most = rule[2], rule[3]
  local count = 0
  for i = 1, #fields do
    local value = arguments[fields[i]]
    if value ~= nil then count = count + count_of(value) end
  end
  if count <= most then return nil end
  local what, fix = rule[4], rule[5]
  return format("%s %s %d %s, at most %d are allowed; %s", quoted(fields, "and"),
                #fields == 1 and "holds" or "hold", count, what, most, fix)
end

function kinds.some(arguments, rule)
  local fields = rule[2]
  for i = 1, #fields do
    local value = arguments[fields[i]]
    if value ~= nil and (type(value) ~= "table" or next(value) ~= nil) then return nil end
  end
  return format("needs %s; %s", quoted(rule[2], "or"), rule[3])
end

function kinds.without(arguments, rule)
  if not is_given(arguments[rule[2]]) then return nil end
  for _, name in ipairs(rule[3]) do
    if count_of(arguments[name]) > 0 then
      return format("'%s' excludes '%s'; %s", rule[2], name, rule[4])
    end
  end
end

function kinds.needs(arguments, rule)
  local value = arguments[rule[2]]
  if value == nil or not is_given(value) then return nil end
  for _, name in ipairs(rule[3]) do
    if is_given(arguments[name]) then return nil end
  end
  return format("'%s' needs %s; %s", rule[2], quoted(rule[3], "or"), rule[4])
end

function kinds.distinct(arguments, rule)
  local seen, name = {}, rule[2]
  local values = arguments[name]
  if type(values) == "string" then return nil end
  if #values == 0 then return format("'%s' is empty; %s", name, rule[3]) end
  for i, value in ipairs(values) do
    if seen[value] then
      return format("'%s' holds %q twice (%d and %d); %s", name, value, seen[value], i, rule[3])
    end
    seen[value] = i
  end
end

-- Rules that are functions ------------------------------------------------------------------------

local SYSTEM_LABELS = {}
for label in ("received sent delivered bounced complained delayed rejected opened"):gmatch("%a+") do
  SYSTEM_LABELS[label] = true
end

-- Iterates over the strings of a field that takes one string or a list.
local function strings(value)
  return ipairs(type(value) == "string" and { value } or type(value) == "table" and value or {})
end

local function system_labels(arguments)
  for _, name in ipairs { "add_labels", "remove_labels" } do
    for _, label in strings(arguments[name]) do
      if SYSTEM_LABELS[lower(label)] then
        return format("'%s' holds %q, a label that only the service sets; use one of your own",
                      name, label)
      end
    end
  end
end

local MOST_KEYS, MOST_CHARACTERS = 256, 256

local function metadata(arguments)
  local map = arguments.metadata
  if not is_given(map) then return nil end
  local count = 0
  for name, value in pairs(map) do
    count = count + 1
    for what, text in pairs { ["the key"] = name, ["a value"] = value } do
      local length = type(text) == "string" and utf8.len(text) or 0
      if length > MOST_CHARACTERS then
        return format("'metadata' has %s of %d characters (%q…), at most %d are allowed; "
          .. "keep long texts elsewhere and their id here", what, length, text:sub(1, 20),
          MOST_CHARACTERS)
      end
    end
  end
  if count > MOST_KEYS then
    return format("'metadata' has %d keys, at most %d are allowed; put several into one",
                  count, MOST_KEYS)
  end
end

local function cleared_metadata(arguments)
  local map = arguments.metadata
  if type(map) == "table" and next(map) == nil then
    return "'metadata' is {}, which changes nothing; agentmail.null clears it"
  end
end

local function header_both_ways(arguments)
  local set = {}
  for name in pairs(arguments.headers or {}) do set[name:lower()] = name end
  for _, name in strings(arguments.remove_headers) do
    if set[name:lower()] then
      return format("'remove_headers' holds %q, which 'headers' sets; name it in one of them", name)
    end
  end
end

local function block_reason(arguments)
  if arguments.reason ~= nil and arguments.type == "allow" then
    return "'reason' is for block lists; leave it out of an allow list"
  end
end

-- The rules ---------------------------------------------------------------------------------------

local TO         = { "to", "cc", "bcc" }
local LABELS     = { "add_labels", "remove_labels" }
local RECIPIENTS = { "at_most", TO, 50, "recipients", "send to the others in a second mail" }
local SOMEONE    = { "some", TO, "a mail goes to somebody" }
local OPENS      = { "needs", "track_opens", { "html" }, "only HTML can tell that it was opened" }
local ALL        = { "without", "reply_all", TO, "reply_all itself knows whom to answer" }
local RELABEL    = { "some", LABELS, "otherwise nothing changes" }
local UNTOUCHED  = { system_labels }
local METADATA   = { metadata }
local UNIQUE     = { "distinct", "message_ids", "name each message once" }
local SPLIT      = "split them over several calls"

local function ids(count)
  return { "at_most", { "message_ids" }, count, "ids", SPLIT }
end

local function ten(field)
  return { "at_most", { field }, 10, "ids", "make a second webhook for the others" }
end

local rules = {
  ["inboxes.create"] = { METADATA },
  ["inboxes.update"] = {
    { "some", { "display_name", "metadata" }, "otherwise nothing changes" }, METADATA },
  ["inboxes.messages.send"] = { SOMEONE, RECIPIENTS, OPENS },
  ["inboxes.messages.reply"] = { RECIPIENTS, ALL, OPENS },
  ["inboxes.messages.reply_all"] = { OPENS },
  ["inboxes.messages.forward"] = { SOMEONE, RECIPIENTS, OPENS },
  ["inboxes.messages.update"] = { RELABEL, UNTOUCHED },
  ["inboxes.messages.batch_get"] = { ids(500), UNIQUE },
  ["inboxes.messages.batch_update"] = { ids(50), UNIQUE, RELABEL, UNTOUCHED },
  ["inboxes.threads.update"] = { RELABEL, UNTOUCHED },
  ["inboxes.drafts.create"] = {
    RECIPIENTS, ALL,
    { "without", "in_reply_to", { "forward_of" }, "a draft either answers or forwards" } },
  ["inboxes.drafts.update"] = { RECIPIENTS, UNTOUCHED },
  ["inboxes.drafts.send"] = { UNTOUCHED },
  ["webhooks.create"] = {
    { "distinct", "event_types", "name the events to be told of" }, ten "inbox_ids",
    ten "pod_ids" },
  ["webhooks.update_headers"] = {
    { "some", { "headers", "remove_headers" }, "otherwise nothing changes" },
    { header_both_ways } },
  ["lists.create"] = { { block_reason } },
}

-- {} never clears metadata, and only in an update could it be meant to.
table.insert(rules["inboxes.update"], 1, { cleared_metadata })

for _, list in pairs(rules) do
  for _, rule in ipairs(list) do rule.check = kinds[rule[1]] or rule[1] end
end

--- The rules of an operation, which are the same in every scope; nil when there are none.
---@param name string
---@return table?
local function of(name)
  local bare = name:match("^inboxes%.(.+%..+)$") or name:match("^pods%.(.+%..+)$") or name
  return rules[name] or rules[bare] or rules["inboxes." .. bare]
end

--- The first problem with arguments whose types are right; nil when there is none.
---@param list table  the rules
---@param arguments table
---@return string? problem
local function problem(list, arguments)
  for i = 1, #list do
    local rule = list[i]
    local found = rule.check(arguments, rule)
    if found then return found end
  end
end

return { of = of, problem = problem, rules = rules }
