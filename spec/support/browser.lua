-- SPDX-License-Identifier: MIT
-- Headless Chromium, driven through chromedriver. For viewer_spec.lua.
local base64 = require "agentmail.sandbox.store.base64"
local cjson = require "cjson"
local socket = require "socket"

local browser = {}
browser.__index = browser

local FLAGS = { "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--disable-dev-shm-usage", "--window-size=1440,900" }

local PATIENCE = 20 -- seconds

local function read(command)
  local pipe = io.popen(command)
  local text = pipe:read "a"
  pipe:close()
  return text
end

local function found(name) return read("command -v " .. name .. " 2>/dev/null"):match "%S+" end

local function free_port()
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, port = listener:getsockname()
  listener:close()
  return port
end

function browser:_ask(method, path, body)
  local sock = assert(socket.connect("127.0.0.1", self.port))
  sock:settimeout(PATIENCE)
  local bytes = body and cjson.encode(body) or ""
  sock:send(("%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
    .. "Connection: close\r\nContent-Length: %d\r\n\r\n%s"):format(method, path, self.port, #bytes,
    bytes))
  local length
  repeat
    local line = assert(sock:receive "*l")
    length = tonumber(line:lower():match "^content%-length: *(%d+)") or length
  until line == ""
  local answer = cjson.decode((assert(sock:receive(length))))
  sock:close()
  local value = answer.value
  if type(value) == "table" and value.error then error(value.error .. ": " .. value.message, 3) end
  return value
end

--- A browser with a new, empty profile; nil and why not.
function browser.open(width)
  local driver, chromium = found "chromedriver", found "chromium"
  if not driver or not chromium then return nil, "chromium and chromedriver are not installed" end
  local self = setmetatable({ port = free_port(), profile = read "mktemp -d":match "%S+" }, browser)
  self.pipe = io.popen(("echo $$; unset LD_PRELOAD; exec %s --port=%d --log-level=OFF "
    .. ">/dev/null 2>&1"):format(driver, self.port))
  self.pid = self.pipe:read "l"
  local give_up = socket.gettime() + PATIENCE
  repeat
    if socket.gettime() > give_up then return nil, "chromedriver does not start" end
    local probe = socket.connect("127.0.0.1", self.port)
    if probe then probe:close() end
  until probe
  local arguments = { "--user-data-dir=" .. self.profile, table.unpack(FLAGS) }
  if width then arguments[#arguments] = "--window-size=" .. width end
  local ok, session = pcall(self._ask, self, "POST", "/session", { capabilities = {
    alwaysMatch = { browserName = "chrome",
                    ["goog:chromeOptions"] = { args = arguments, binary = chromium },
                    ["goog:loggingPrefs"] = { browser = "ALL" } } } })
  if not ok then
    self:close()
    return nil, "chromium does not start: " .. tostring(session)
  end
  self.session = "/session/" .. session.sessionId
  return self
end

--- A command of the DevTools protocol.
function browser:cdp(command, parameters)
  return self:_ask("POST", self.session .. "/goog/cdp/execute",
                   { cmd = command, params = parameters or { [""] = cjson.null } })
end

--- Shows pages in this size, and dark or light.
function browser:look(width, height, scheme)
  self:cdp("Emulation.setDeviceMetricsOverride", { width = width, height = height,
    deviceScaleFactor = 1, mobile = false })
  self:cdp("Emulation.setEmulatedMedia", { features = {
    { name = "prefers-color-scheme", value = scheme or "light" } } })
end

--- Presses keys one after the other, as on a keyboard. Some have names here.
local NAMED = { Tab = "\u{E004}", Enter = "\u{E007}", Escape = "\u{E00C}", Up = "\u{E013}",
                Down = "\u{E015}", Space = " " }

function browser:press(...)
  local actions = {}
  for _, key in ipairs { ... } do
    local value = NAMED[key] or key
    actions[#actions + 1] = { type = "keyDown", value = value }
    actions[#actions + 1] = { type = "keyUp", value = value }
  end
  self:_ask("POST", self.session .. "/actions", { actions = { { type = "key", id = "keyboard",
                                                               actions = actions } } })
end

function browser:go(url) self:_ask("POST", self.session .. "/url", { url = url }) end

--- Runs JavaScript and returns its result; a promise is awaited.
function browser:run(script, ...)
  return self:_ask("POST", self.session .. "/execute/async", {
    script = "const done = arguments[arguments.length - 1]; (async () => {" .. script
      .. "})().then(done, (error) => done('FAILED ' + error));",
    args = { 0, ... }, -- never empty: that would be encoded as an object
  })
end

function browser:_script_timeout(ms)
  self:_ask("POST", self.session .. "/timeouts", { script = ms })
end

--- Waits until a JavaScript expression is true. A page that navigates ends the script that looks,
--- and the driver reports a timeout. So each script looks for a short time, and is run again.
function browser:wait(expression)
  local give_up, done, value = socket.gettime() + PATIENCE
  self:_script_timeout(2000)
  repeat
    done, value = pcall(self.run, self, [[
      const until = performance.now() + 500;
      while (performance.now() < until) {
        try {
          const value = await (async () => (]] .. expression .. [[))();
          if (value) return value;
        } catch (error) { void error; }
        await new Promise(requestAnimationFrame);
      }
      return 'NOT YET: ' + document.body.innerText.slice(0, 2000);]])
    local again = type(value) == "string" and (done and value:find "^NOT YET"
                                               or not done and value:find "script timeout")
  until not again or socket.gettime() > give_up
  self:_script_timeout(30000)
  if not done or type(value) == "string" and value:find "^NOT YET" then
    error(expression .. "\n" .. tostring(value), 2)
  end
  return value
end

--- The messages on the page's console: warnings, errors, violations of its policy.
function browser:log()
  return self:_ask("POST", self.session .. "/se/log", { type = "browser" })
end

--- The bytes of a PNG of what is shown, in so many colours: few make a small file.
---@param colours integer?
function browser:screenshot(colours)
  local picture = self:_ask("GET", self.session .. "/screenshot")
  if not colours then return base64.decode(picture) end
  self:go "about:blank"
  local file <close> = assert(io.open "spec/support/small_png.js")
  local few = self:run(file:read "a", picture, colours)
  return base64.decode(few)
end

function browser:close()
  if self.session then pcall(self._ask, self, "DELETE", self.session) end
  os.execute("kill " .. self.pid)
  self.pipe:read "a"
  self.pipe:close()
  os.execute(("for i in 1 2 3 4 5 6 7 8 9; do rm -rf %s 2>/dev/null && break; done"):format(
    self.profile))
end

return browser
