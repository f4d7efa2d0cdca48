-- SPDX-License-Identifier: MIT
-- Shared by specs of the outbox that send many mails: a file, an organization of the sandbox with
-- an inbox, and a client whose mails have a key each, which is their subject. Time goes on.

local helper = require "spec.support.helper"
local outbox_file = require "spec.support.outbox_file"

local Mails = {}
Mails.__index = Mails

--- Opens the client, for an organization of its own.
---@param options? table   of `agentmail.new`
---@param outbox? table    settings of the outbox beside its path
function Mails:open(options, outbox)
  local settings, all = { path = self.path }, {}
  for name, value in pairs(outbox or {}) do settings[name] = value end
  for name, value in pairs(options or {}) do all[name] = value end
  all.outbox = settings
  local _
  self.client, _, self.view = helper.client(all)
  self.inbox = assert(self.client.inboxes:create { username = "orders" })
end

function Mails:send(key, options)
  return self.inbox.messages:send({ to = "ann@example.com", subject = key, text = "Paid.",
                                    idempotency_key = key }, options)
end

--- Sends one that the service refuses for now: it waits. Its failure.
function Mails:postpone(key)
  self.view:fault { at = "before", ["do"] = "429", match = { sends = true },
                    ["until"] = { total = 1 } }
  local failure = select(3, self:send(key, { attempts = 1 }))
  assert(failure and failure.state == "waiting", "it does not wait")
  return failure
end

--- One request has its answer so late: a send, unless `match` says another.
---@param place string   "before" or "commit"
function Mails:delay(place, seconds, match)
  self.view:fault { at = place, ["do"] = { kind = "delay", seconds = seconds },
                    match = match or { sends = true }, ["until"] = { total = 1 } }
end

--- What the record says of a mail.
function Mails:row(key) return self.client.outbox:get(key, self.inbox.inbox_id) end

--- How often the service has sent it.
function Mails:copies(key) return #self.view:sent { subject = key } end

function Mails:finish()
  if self.client then self.client:close() end
  outbox_file.remove(self.path)
end

--- Begins; `mails:open` comes next.
---@return table mails   path; after `open` client, view and inbox
return function() return setmetatable({ path = outbox_file.path() }, Mails) end
