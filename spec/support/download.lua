-- SPDX-License-Identifier: MIT
-- Shared by the specs of downloads: an attachment of a scripted service, and a new folder.

local helper = require "spec.support.helper"

local download = {}

download.BYTES = ("any\0bytes\255\n"):rep(20000)

--- The answer with the link to the bytes; `extra` adds fields, false removes one.
function download.link(extra)
  local body = { attachment_id = "att", filename = "a.bin", size = #download.BYTES,
                 download_url = "{url}/file" }
  for name, value in pairs(extra or {}) do body[name] = value or nil end
  return { body = body }
end

--- The answer that holds the bytes.
function download.file(body, headers, status)
  return { status = status, body = body or download.BYTES, headers = headers or {} }
end

--- An attachment of a client, as if from a message.
function download.of(client) return client:inbox("a@b.c"):message("<m>"):attachment "att" end

--- An attachment of a service that plays this script, and its log.
function download.attachment(script, options)
  local client, log, url = helper.scripted(script, options)
  return download.of(client), log, url
end

-- A new folder, with an absolute path.
local Folder = {}
Folder.__index = Folder

function download.folder()
  local name = os.tmpname()
  os.remove(name)
  assert(os.execute("mkdir -m 755 " .. name))
  return setmetatable({ name = name }, Folder)
end

function Folder:remove() os.execute("rm -rf " .. self.name) end

function Folder:path(name) return self.name .. "/" .. name end

--- Runs a shell command in it; returns its output without the last newline.
function Folder:sh(command)
  local pipe <close> = assert(io.popen(("cd %s && { %s\n} 2>&1"):format(self.name, command)))
  return (pipe:read "a":gsub("\n$", ""))
end

--- The names in it, sorted and separated by blanks.
function Folder:names() return (self:sh "LC_ALL=C ls -A":gsub("\n", " ")) end

function Folder:write(name, bytes)
  local file <close> = assert(io.open(self:path(name), "wb"))
  assert(file:write(bytes))
end

function Folder:read(name)
  local file <close> = io.open(self:path(name), "rb")
  return file and file:read "a"
end

--- "644", "4755"
function Folder:mode(name) return self:sh("stat -c %a " .. name) end

return download
