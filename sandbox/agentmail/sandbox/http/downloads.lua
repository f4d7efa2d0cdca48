-- SPDX-License-Identifier: MIT
-- Downloads: attachments and raw messages, behind signed links that expire, on the same host. Like
-- those of the service, they need no API key.

local base64 = require "agentmail.sandbox.store.base64"
local digest = require "agentmail.sandbox.store.digest"
local hosts = require "agentmail.sandbox.http.hosts"
local raw = require "agentmail.sandbox.mail.raw"

local LIFE = 3600 * 1000

local function signature(app, kind, id, expires)
  return digest.sha256(("%d %s %d %d"):format(app.seed, kind, id, expires)):sub(1, 32)
end

--- A link to a row of attachments or messages, and when it expires.
---@param kind "attachment"|"message"
---@return string url, integer expires_at
local function link(ctx, kind, id)
  local expires = ctx.now + LIFE
  return ("%s/_sandbox/files/%s/%d?expires=%d&signature=%s"):format(
    hosts.base(ctx.app, ctx.request), kind, id, expires,
    signature(ctx.app, kind, id, expires)), expires
end

local readers = {}

function readers.attachment(db, id)
  local row = db:row([[SELECT a.org, a.content_type, c.base64 FROM attachments a
    JOIN contents c ON c.id = a.content WHERE a.id = ?]], id)
  if row then
    return row.org, function() return base64.decode(row.base64), row.content_type end
  end
end

function readers.message(db, id)
  local row = db:row("SELECT * FROM messages WHERE id = ?", id)
  if row then
    return row.org, function() return raw.of(db, row), "message/rfc822" end
  end
end

--- The contents behind a link; nil when it is invalid or has expired.
---@param now_of fun(org: integer): integer the time of an organization
---@return string? bytes, string? content_type
local function read(app, path, filters, now_of)
  local kind, id = path:match("^(%a+)/(%d+)$")
  id = math.tointeger(tonumber(id))
  local expires = math.tointeger(tonumber(filters.expires))
  if not id or not expires or not readers[kind]
    or filters.signature ~= signature(app, kind, id, expires) then return nil end
  local org, bytes_of = readers[kind](app.db, id)
  if not org or now_of(org) > expires then return nil end
  return bytes_of()
end

return { link = link, read = read }
