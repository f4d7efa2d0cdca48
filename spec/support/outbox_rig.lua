-- SPDX-License-Identifier: MIT
-- Shared by specs of the outbox: a file, a clock that stands until a spec moves it, an organization
-- of the sandbox with an inbox, and a client that sends one mail under one key.

local agentmail = require "agentmail"
local helper = require "spec.support.helper"
local outbox_file = require "spec.support.outbox_file"

local Rig = {}
Rig.__index = Rig

local function merged(into, more)
  for name, value in pairs(more or {}) do into[name] = value end
  return into
end

--- Opens the client, anew if there is one. `rig.key` is asked for at each call.
---@param outbox? table    settings of the outbox
---@param options? table   of `agentmail.new`
function Rig:open(outbox, options)
  if self.client then self.client:close() end
  self.client = agentmail.new(merged({
    base_url = self.view.url, api_key = function() return self.key end,
    limits = { attempts = 1, backoff_base = 0.001, backoff_cap = 0.002 },
    outbox = merged({ path = self.path, clock = function() return self.now end }, outbox),
  }, options))
  self.inbox = self.client:inbox(self.inbox_id)
end

--- Sends the mail.
---@param more? table      arguments beside or instead of those here
---@param options? table   of the call
function Rig:send(more, options)
  return self.inbox.messages:send(merged({
    to = "ann@example.com", subject = "Receipt", text = "Paid.", idempotency_key = "receipt-12",
  }, more), options)
end

--- One send meets this fault.
---@param place string   "before", "commit", …
---@param does string
function Rig:fault(place, does)
  self.view:fault { at = place, ["do"] = does, match = { sends = true }, ["until"] = { total = 1 } }
end

--- Sends the mail, which the service refuses for now: it waits. Its failure.
function Rig:postpone(more, options)
  self:fault("before", "429")
  local failure = select(3, self:send(more, options))
  assert(failure and failure.state == "waiting", "it does not wait")
  return failure
end

--- Sends the mail, all of whose answers are lost: it is in doubt. Its failure.
---@param place string   "commit": it has left; "before": it has not
function Rig:lose(place)
  self.view:fault { at = place, ["do"] = "reset", match = { sends = true },
                    ["until"] = { total = 1000 } }
  local before = #self.view:sent()
  local failure = select(3, self:send(nil, { deadline = 0.9 }))
  self.view:faults {}
  assert(failure and failure.state == "doubtful", "it is not in doubt")
  assert(#self.view:sent() - before == (place == "commit" and 1 or 0), "it left, or it did not")
  return failure
end

--- What the record says of the mail.
function Rig:row() return self.client.outbox:get("receipt-12", self.inbox_id) end

--- Removes the file, as if this were another host.
function Rig:remove() outbox_file.remove(self.path) end

function Rig:finish()
  self.client:close()
  self.plain:close()
  self:remove()
end

--- Begins; `rig:open` comes next.
---@return table rig   path, now, plain (a client without an outbox), key, view, inbox_id; after
---                    `open` client and inbox
return function()
  local plain, key, view = helper.client()
  return setmetatable({
    path = outbox_file.path(), now = os.time(), plain = plain, key = key, view = view,
    inbox_id = assert(plain.inboxes:create { username = "orders" }).inbox_id,
  }, Rig)
end
