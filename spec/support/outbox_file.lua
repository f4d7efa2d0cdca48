-- SPDX-License-Identifier: MIT
-- The file of an outbox, for specs and for the programs that they start.

local outside = require "spec.support.outside"

local outbox_file = {}

--- A path at which there is nothing yet.
function outbox_file.path()
  local path = os.tmpname()
  os.remove(path)
  return path
end

--- Removes the file, and those that SQLite and the outbox keep beside it.
function outbox_file.remove(path) os.execute(("rm -f %s %s-*"):format(path, path)) end

--- Assignments for a shell: where a program finds the service, its key, this file, an inbox, and
--- the modules.
function outbox_file.environment(path, view, key, inbox_id)
  return ("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s OUTBOX=%s INBOX=%s %s"):format(
    view.url, key, path, inbox_id, outside.paths())
end

return outbox_file
