-- SPDX-License-Identifier: MIT
-- Sends a file as an attachment and downloads it again, each with a progress bar. The bar moves
-- only on a terminal; a file or a pipe gets just the full bar.
--   lua5.4 examples/progress.lua [file]
local agentmail = require "agentmail"
local sandboxes = require "agentmail.sandbox"                 -- a local AgentMail, to try it on:
local running = os.getenv "AGENTMAIL_BASE_URL"                -- the one whose page is open, or new
local sandbox = assert((running and sandboxes.connect or sandboxes.start) {})
local client = agentmail.new { base_url = sandbox.url, api_key = sandbox.api_key }

local WIDTH = 40
local terminal = os.execute "test -t 1"

local function bar(what)
  local shown
  return function(done, total)
    local filled = total and total > 0 and done * WIDTH // total or 0
    if filled == shown or filled < WIDTH and not terminal then return end
    shown = filled
    io.stdout:write(terminal and "\r" or "", ("%-8s [%s%s] %5.1f MB"):format(what,
      ("#"):rep(filled), ("."):rep(WIDTH - filled), done / 1e6), filled == WIDTH and "\n" or "")
    io.stdout:flush()
  end
end

local path = arg and arg[1]
if not path then                                              -- no file given: make one of 4 MB
  path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  for i = 1, 1000 do file:write(("%d\n"):format(i):rep(1000):sub(1, 4000)) end
  file:close()
end

local shop = assert(client.inboxes:create { username = "shop", client_id = "shop-v1" })
local ann = assert(client.inboxes:create { username = "ann", client_id = "ann-v1" })
assert(shop.messages:send({
  to = ann.inbox_id, subject = "The report", attachments = { { path = path } },
}, { on_progress = bar "sending" }))

local message = assert(assert(ann.messages:list { labels = "unread" })[1]:get())
local attachment = message:attachment(message.attachments[1])
local copy = os.tmpname()
assert(attachment:save(copy, { on_progress = bar "saving" }))
print(("%s came back as %s, %d bytes"):format(path, copy, attachment.size))

os.remove(copy)
if not (arg and arg[1]) then os.remove(path) end
sandbox:close()
