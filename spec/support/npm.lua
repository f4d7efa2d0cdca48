-- SPDX-License-Identifier: MIT
-- The npm packages that specs use, see spec/package.json. They are fetched when they are missing.

local npm = {}

--- The text of a file.
function npm.read(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

--- Before a command: keeps the library that a sanitizer preloads out of node.
npm.CLEAN = "unset LD_PRELOAD; "

local function runs(command) return (os.execute(npm.CLEAN .. command .. " >/dev/null 2>&1")) end

--- The packages by the names that spec/package.json gives them, which are also their folders.
npm.PACKAGES = {}
for name, version in npm.read "spec/package.json":gmatch '"([%w.-]+)": "[%a:@]*([%d.]+)"' do
  npm.PACKAGES[#npm.PACKAGES + 1] = { name = name, version = version }
end

-- Whether all of them are installed, in these versions.
local function installed()
  local checks = {}
  for i, one in ipairs(npm.PACKAGES) do
    checks[i] = ('require("./node_modules/%s/package.json").version === "%s"'):format(one.name,
                                                                                     one.version)
  end
  return runs("cd spec && node -e 'process.exit(" .. table.concat(checks, " && ") .. " ? 0 : 1)'")
end

local looked, reason = false, nil

--- Why they are not available; nil when they are.
---@return string?
function npm.missing()
  if looked then return reason end
  looked = true
  if not runs "node --version" then
    reason = "Node.js is not here"
  elseif not installed() then
    runs("cd spec && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=0 "
      .. "--fetch-timeout=20000")
    reason = not installed() and "npm cannot get what spec/package.json names" or nil
  end
  return reason
end

return npm
