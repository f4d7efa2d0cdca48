-- SPDX-License-Identifier: MIT
-- Mail addresses as the API accepts them: "a@b" or "Name <a@b>".

local errors = require "agentmail.sandbox.http.errors"

local MAX_RECIPIENTS = 50

-- The domain whose recipients have special behaviour: see test_recipients.lua, and
-- faults/fault_recipients.lua.
local TEST_DOMAIN = "@sandbox.test"

--- The bare, lower-cased address; nil if there is none.
---@param text string
---@return string?
local function bare(text)
  local address = text:match("<([^<>]*)>%s*$") or text
  address = address:match("^%s*(.-)%s*$")
  if address:find("^[^%s@<>,;\"\128-\255]+@[^%s@<>,;\"]+$") then return address:lower() end
  return nil
end

--- True for the empty address "<>", which bounces come from.
---@param text string
---@return boolean
local function is_nobody(text) return text:find("<%s*>%s*$") ~= nil end

--- The name, without quotes, and the address in "Name <a@b>", as written. The name is nil if there
--- is none.
---@param text string
---@return string? name, string address
local function split(text)
  local name, address = text:match("^%s*(.-)%s*<([^<>]*)>%s*$")
  if not name then return nil, (text:match("^%s*(.-)%s*$")) end
  local quoted = name:match('^"(.*)"$')
  if quoted then name = quoted:gsub("\\(.)", "%1") end
  return name ~= "" and name or nil, address
end

--- True for a recipient at the test domain.
---@param address string
---@return boolean
local function is_test(address) return address:find(TEST_DOMAIN, 1, true) ~= nil end

--- True if this can be the part of an address before the @.
---@param text string
---@return boolean
local function is_local_part(text)
  return #text <= 64 and text:find("^[%w][%w._+-]*$") ~= nil
end

--- True for a domain name.
---@param text string
---@return boolean
local function is_domain(text)
  return #text <= 253 and text:find("^[%w-]+%.[%w.-]*%w$") ~= nil
end

--- Checks the lists of a letter, and counts its recipients.
---@param most number? the maximum; default: the service's own
---@return integer? count, table? refusal
local function check(envelope, most)
  most = most or MAX_RECIPIENTS
  local count = 0
  for _, field in ipairs { "to", "cc", "bcc", "reply_to" } do
    for i, text in ipairs(envelope[field] or {}) do
      if not bare(text) then
        return nil, errors.invalid_field(("'%s' is not an email address"):format(text), field,
                                         i - 1)
      end
      if field ~= "reply_to" then count = count + 1 end
    end
  end
  if count > most then
    return nil, errors.invalid_field(("at most %d recipients in to, cc and bcc together; "
      .. "there are %d"):format(most, count), "to")
  end
  return count
end

--- Every recipient once, as a bare address, in order.
---@return string[]
local function recipients(envelope)
  local list, seen = {}, {}
  for _, field in ipairs { "to", "cc", "bcc" } do
    for _, text in ipairs(envelope[field] or {}) do
      local address = bare(text)
      if address and not seen[address] then
        seen[address] = true
        list[#list + 1] = address
      end
    end
  end
  return list
end

return {
  TEST_DOMAIN = TEST_DOMAIN, bare = bare, is_test = is_test, is_local_part = is_local_part,
  is_domain = is_domain, is_nobody = is_nobody, split = split, check = check,
  recipients = recipients,
}
