-- SPDX-License-Identifier: MIT
-- The web server lighttpd with mod_magnet: a script answers requests. The server has one thread and
-- gives scripts no descriptor to watch: while a call blocks, it serves nobody, so calls get short
-- deadlines.

local core = require "agentmail.core"
local hosts = require "spec.support.hosts"
local outside = require "spec.support.outside"
local unix = require "socket.unix"

local CONFIGURATION = [[
server.modules = ("mod_magnet")
server.document-root = "FOLDER"
server.bind = "FOLDER/socket"
magnet.attract-raw-url-to = ("FOLDER/magnet.lua")
]]

local SCRIPT = [[
local agent = require "agent"
local lines = {}
local function say(line) lines[#lines + 1] = line .. "\n" end
agent[lighty.r.req_attr["uri.path"]:sub(2)](say)
lighty.r.resp_body.set(lines)
return 200
]]

local function get(folder, path)
  local connection = assert(unix())
  assert(connection:connect(folder .. "/socket"))
  connection:settimeout(60)
  assert(connection:send("GET " .. path .. " HTTP/1.0\r\n\r\n"))
  local answer = assert(connection:receive "*a")
  connection:close()
  return answer
end

-- Starts the server, calls f, and returns the server's log.
local function serve(folder, environment, f)
  local server = assert(io.popen(("cd %s && echo $$ && %s exec lighttpd -D -f configuration 2>&1")
    :format(folder, environment)))
  local pid, log = server:read "l", {}
  for line in server:lines() do
    log[#log + 1] = line
    if line:find("server started", 1, true) then break end
  end
  local done, problem = pcall(f)
  os.execute("kill " .. pid)
  log[#log + 1] = server:read "a"
  server:close()
  log = table.concat(log, "\n")
  assert(done, tostring(problem) .. "\n" .. log)
  return log
end

describe("the web server lighttpd #hosts", function()
  it("runs a script that calls and sends, and logs its failure", function()
    local missing = hosts.missing("lighttpd with mod_magnet", "lighttpd -v",
      "ls /usr/lib/lighttpd/mod_magnet.so || ls /usr/lib64/lighttpd/mod_magnet.so")
    if missing then return pending(missing) end
    hosts.with("lighttpd", function(folder, environment, sent)
      outside.write(folder .. "/configuration", (CONFIGURATION:gsub("FOLDER", folder)))
      outside.write(folder .. "/magnet.lua", SCRIPT)
      local log = serve(folder, environment, function()
        local function shows(path, line)
          hosts.shows(get(folder, path), { "^HTTP/1.0 200 OK\r\n", "\r\n\r\n" .. line .. "\n$" })
        end
        shows("/call", hosts.CALLED:format "lighttpd")
        for _ = 1, 2 do shows("/send", hosts.SENT) end -- a reload of the page
        local began = core.now()
        shows("/deadline", hosts.ENDED)
        assert.is_true(core.now() - began < 20)
        assert.matches("^HTTP/1.0 500 ", get(folder, "/fail"))
        shows("/call", hosts.CALLED:format "lighttpd")
      end)
      hosts.shows(log, { "mod_magnet[^\n]*" .. hosts.FAILED })
      assert.equal(1, sent())
    end)
  end)
end)
