-- SPDX-License-Identifier: MIT
-- What a send with an outbox costs the disk: a sync for each of its two commits.

local helper = require "spec.support.helper"
local outside = require "spec.support.outside"

local PROGRAM = [[
  local agentmail = require "agentmail"
  local client = agentmail.new { outbox = os.getenv "OUTBOX" }
  local inbox = client:inbox(os.getenv "INBOX")
  for i = 1, tonumber(os.getenv "COUNT") do
    assert(inbox.messages:send { to = "a@example.com", text = "Paid.",
                                 idempotency_key = agentmail.key("sync", os.getenv "COUNT", i) })
  end]]

describe("a send with an outbox", function()
  it("costs two syncs", function()
    if (os.getenv "LD_PRELOAD" or "") ~= "" then return pending "another library is preloaded" end
    outside.folder(function(folder)
      outside.library("spec/crash/count_syncs.c", folder .. "/count.so")
      outside.write(folder .. "/program.lua", PROGRAM)
      local client <close>, key, view = helper.client()
      local inbox_id = assert(client.inboxes:create { username = "synced" }).inbox_id
      local function syncs_of(count)
        local output = outside.shell(("%s AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s "
          .. "OUTBOX=%s/agent.db INBOX=%s COUNT=%d LD_PRELOAD=%s/count.so %s %s/program.lua")
          :format(outside.paths(), view.url, key, folder, inbox_id, count, folder, outside.lua,
                  folder))
        return tonumber(output:match "(%d+) syncs") or error(output)
      end
      syncs_of(1) -- makes the file
      local one = syncs_of(2)
      assert.equal(one + 2 * 20, syncs_of(22))
      assert.equal(25, #view:sent())
    end)
  end)
end)
