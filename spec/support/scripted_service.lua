-- SPDX-License-Identifier: MIT
-- A service for the listener that plays scripts. For helper.scripted.
-- The first segment of a request's path names the script; each request gets its next entry:
--   { status = 200, body = "…", headers = { … }, effect = { kill = "reset", … } }
-- See sandbox/csrc/listener.c for effects. "{url}" in a body is this script's own URL. Used as a
-- proxy, it plays the scripts itself.

local cjson = require "cjson"

local function open(_, host)
  local scripts, logs = {}, {}

  local function play(request)
    local host_asked, path = request.target:match "^http://([^/]*)(/.*)$"
    local name, target = (path or request.target):match "^/(%w+)(/.*)$"
    local script, log = scripts[name], logs[name]
    log[#log + 1] = {
      method = request.method, target = target, body = request.body, headers = request.headers,
      key = request.headers["idempotency-key"], connection = request.connection,
      proxied = host_asked,
    }
    local entry = table.remove(script, 1)
    if not entry then return 500, '{"message":"the script has no answer left"}', {} end
    local own_url = ("http://127.0.0.1:%d/%s"):format(host.port, name)
    local body = (entry.body or ""):gsub("{url}", own_url)
    return math.tointeger(entry.status or 200), body, entry.headers or {}, entry.effect
  end

  return {
    handle = play,
    call = function(what, name, text)
      if what == "log" then return cjson.encode(logs[name]) end
      if what == "count" then return #logs[name] end
      if what == "left" then return #scripts[name] end
      if what == "forget" then scripts[name], logs[name] = nil, nil end
      if what == "script" then
        scripts[name], logs[name] = scripts[name] or {}, logs[name] or {}
        for _, entry in ipairs(cjson.decode(text)) do table.insert(scripts[name], entry) end
      end
    end,
    report = function(message) io.stderr:write("scripted service: ", tostring(message), "\n") end,
  }
end

return { open = open }
