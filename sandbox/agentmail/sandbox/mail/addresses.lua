-- SPDX-License-Identifier: MIT
-- Mail addresses as the API takes them: "a@b" or "Name <a@b>".

local errors = require "agentmail.sandbox.http.errors"

local addresses = {}

local MAX_RECIPIENTS = 50

--- The bare, lower-cased address; nil when there is none.
---@param text string
---@return string?
function addresses.bare(text)
  local address = text:match "<([^<>]*)>%s*$" or text
  address = address:match "^%s*(.-)%s*$"
  if address:find "^[^%s@<>,;\"\128-\255]+@[^%s@<>,;\"]+$" then return address:lower() end
  return nil
end

--- Checks the lists of a send. Answers how many recipients there are, or nil and a refusal.
function addresses.check(envelope)
  local count = 0
  for _, field in ipairs { "to", "cc", "bcc", "reply_to" } do
    for i, text in ipairs(envelope[field] or {}) do
      if not addresses.bare(text) then
        return nil, errors.invalid_field(("'%s' is not an email address"):format(text), field,
                                         i - 1)
      end
      if field ~= "reply_to" then count = count + 1 end
    end
  end
  if count > MAX_RECIPIENTS then
    return nil, errors.invalid_field(("at most 50 recipients in to, cc and bcc together; there "
      .. "are %d"):format(count), "to")
  end
  return count
end

--- Every recipient once, bare, in order.
function addresses.recipients(envelope)
  local list, seen = {}, {}
  for _, field in ipairs { "to", "cc", "bcc" } do
    for _, text in ipairs(envelope[field] or {}) do
      local bare = addresses.bare(text)
      if bare and not seen[bare] then
        seen[bare] = true
        list[#list + 1] = bare
      end
    end
  end
  return list
end

--- A list without the given address.
function addresses.without(list, address)
  local rest = {}
  for _, text in ipairs(list or {}) do
    if addresses.bare(text) ~= address then rest[#rest + 1] = text end
  end
  return rest
end

return addresses
