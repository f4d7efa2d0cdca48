-- SPDX-License-Identifier: MIT
-- docs/sandbox.md does what it says: each scenario runs, in its own process, against the sandbox
-- that its first lines start.
local helper = require "spec.support.helper"
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"
local npm = require "spec.support.npm"
local outside = require "spec.support.outside"
local presets = require "agentmail.sandbox.faults.presets"
local rules = require "agentmail.sandbox.faults.rules"
local sandboxes = require "agentmail.sandbox"
local schema = require "agentmail.sandbox.faults.schema"

local file <close> = assert(io.open "docs/sandbox.md")
local guide = file:read "a"

local function blocks(text)
  local found = {}
  for block in text:gmatch "\n```lua\n(.-)```" do found[#found + 1] = block end
  return table.concat(found, "\n")
end

describe("docs/sandbox.md", function()
  local beginning = blocks(guide:match "^(.-)\n## ")

  for title, text in guide:gsub("\n## ", "\0"):gmatch "%z(%d%. [^\n]*)([^%z]*)" do
    it("has a scenario that runs: " .. title, function()
      local snippet = blocks(text)
      assert.matches("assert%(", snippet)
      assert.equal("done\n", helper.run(beginning .. snippet .. "\nprint 'done'"))
    end)
  end

  it("shows one rule in JSON and in Lua, which is the same rule", function()
    local faults = guide:match "\n## Faults\n(.-)\n## "
    local rule = faults:match "\n```lua\n(sandbox:fault {.-)```"
    local program = beginning .. rule .. [[
      assert(shop.messages:send { to = "ann@example.com", subject = "x" })
      assert(#sandbox:sent() == 1 and #sandbox:sent()[1].attempts == 2)
      print(require "agentmail.sandbox.http.json".encode(sandbox:faults()[1]))]]
    local written = json.decode(faults:match "\n```json\n(.-)```")
    local armed = json.decode(helper.run(program))
    for name, value in pairs(written) do
      if name == "match" then value.operation = { value.operation } end
      assert.same(value, armed[name], name)
    end
  end)

  it("shows a mail from the wild, and that runs", function()
    local snippet = blocks(guide:match "\n## Real mail\n(.-)\n## ")
    assert.equal("done\n", helper.run(beginning .. snippet .. "\nprint 'done'"))
  end)

  it("shows a WebSocket of the official package and its faults, and that runs", function()
    local text = guide:match "\n## Events by WebSocket\n(.-)\n## "
    assert.equal("done\n", helper.run(beginning .. blocks(text) .. "\nprint 'done'"))
    local script = text:match "\n```js\n(.-)```"
    local why = npm.missing()
    if why then return pending(why) end
    local sandbox <close> = assert(sandboxes.start { namespace = "guide" })
    local pipe = io.popen(([[unset LD_PRELOAD; export no_proxy=127.0.0.1
      export AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s
      cd spec && node --input-type=module - 2>&1 <<'EOF'
%s
EOF]]):format(sandbox.url, sandbox.api_key, script))
    assert.equal("message.received Hello\n", pipe:read "a")
    pipe:close()
  end)

  describe("shows from any language", function()
    local text = guide:match "\n## From any language\n(.-)\n## "

    -- What a shell script prints that has the sandbox's URL and key in its environment.
    local function output_of(sandbox, script)
      return (outside.shell(("unset LD_PRELOAD; export no_proxy=127.0.0.1\n"
        .. "export AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s\n%s"):format(sandbox.url,
        sandbox.api_key, script)))
    end

    it("curl, and that runs", function()
      if not os.execute "command -v curl >/dev/null 2>&1" then return pending "curl is not here" end
      local sandbox <close> = assert(sandboxes.start { namespace = "guide" })
      local output = output_of(sandbox, text:match "\n```sh\n(.-)```")
      assert.equal(sandbox:sent()[1].message_id, output:match '"message_id":"([^"]+)"', output)
      assert.equal("shop@agentmail.to", sandbox:sent()[1].inbox_id)
    end)

    it("TypeScript with the official package, and that runs", function()
      local why = npm.missing()
      if why then return pending(why) end
      local sandbox <close> = assert(sandboxes.start { namespace = "guide" })
      local output = output_of(sandbox, "cd spec && node --input-type=module - <<'EOF'\n"
        .. text:match "\n```js\n(.-)```" .. "\nEOF")
      assert.equal("support@agentmail.to sent a mail\n", output)
      assert.equal("support@agentmail.to", sandbox:sent()[1].inbox_id)
    end)

    it("Python, which is at least well-formed, and says that it is not executed", function()
      assert.matches("No spec executes this block", text)
      if not os.execute "unset LD_PRELOAD; python3 --version >/dev/null 2>&1" then
        return pending "python3 is not here"
      end
      assert.equal("ok\n", outside.shell("unset LD_PRELOAD; python3 -c 'import ast, sys\n"
        .. "ast.parse(sys.stdin.read())\nprint(\"ok\")' <<'EOF'\n"
        .. text:match "\n```python\n(.-)```" .. "EOF"))
    end)

    it("Lua, and that runs", function()
      local sandbox <close> = assert(sandboxes.start { namespace = "guide" })
      local environment = ("AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s"):format(sandbox.url,
                                                                               sandbox.api_key)
      assert.equal("done\n", helper.run(blocks(text) .. "\nprint 'done'", environment))
      assert.equal(2, #sandbox:sent()[1].attempts)
      assert.equal(0, #sandbox:faults())
    end)

    it("files that exist, and the commands that they name", function()
      for path in text:gmatch "%]%(%.%./([^)]+)%)" do assert.truthy(io.open(path), path):close() end
      local commands = 0
      for path, command in text:gmatch "%.%./([%w_./]+)%) | `([^`]+)` |" do
        local one <close> = assert(io.open(path))
        assert.is_truthy(one:read "a":find(command, 1, true), path)
        commands = commands + 1
      end
      assert.equal(3, commands)
    end)
  end)

  it("shows how to begin, go back and wait, and that runs", function()
    local snippet = blocks(guide:match "\n## Control\n(.*)$")
    assert.equal("done\n", helper.run(beginning .. snippet .. "\nprint 'done'"))
  end)

  it("has a sample of curl with the control interface that runs", function()
    if not os.execute "command -v curl >/dev/null 2>&1" then return pending "curl is not here" end
    local sandbox <close> = assert(sandboxes.start { namespace = "guide", clock = "2030-05-01" })
    local script = guide:match "\n## Control\n.-\n```sh\n(.-)```"
    assert.equal(4, select(2, script:gsub("\ncurl ", "")))
    local pipe = io.popen(("unset LD_PRELOAD; export no_proxy=127.0.0.1\n"
      .. "export AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s\n%s"):format(sandbox.url,
        sandbox.api_key, (script:gsub("\ncurl ", "\necho; curl "))))
    local answers = {}
    for line in pipe:lines() do
      if line ~= "" then answers[#answers + 1] = json.decode(line) end
    end
    pipe:close()
    assert.equal("lost_ack", answers[1].rules[1].name)
    assert.equal("2030-05-02T01:00:00.000Z", answers[2].now)
    assert.equal(0, answers[3].count)
    assert.equal(0, #answers[4].duplicates)
  end)

  it("shows a certificate fetched and trusted, and that runs", function()
    if not os.execute "command -v curl >/dev/null 2>&1 && command -v python3 >/dev/null" then
      return pending "curl or python3 is not here"
    end
    local script = guide:match "\n### From another container.-\n```sh\n(curl.-)```"
    local sandbox <close> = assert(sandboxes.start { namespace = "guide", tls = "self" })
    local pipe = io.popen(([[unset LD_PRELOAD; export no_proxy=127.0.0.1; set -e
      export AGENTMAIL_BASE_URL=%s AGENTMAIL_API_KEY=%s; cd "$(mktemp -d)"; (%s)
      rm sandbox.pem; rmdir "$PWD"]]):format(sandbox.url, sandbox.api_key, script))
    assert.equal(0, json.decode(pipe:read "a").count)
    assert.is_true((pipe:close()))
  end)

  it("lists the program's options as --help does", function()
    assert.equal(require("agentmail.sandbox.main").usage, guide:match "\n```text\n(.-)```")
  end)

  -- The names in the first column of the table with this heading; and in all its columns.
  local function fields(heading)
    local rows = assert(guide:match("\n| " .. heading .. " | |\n|%-%-%-|%-%-%-|\n(.-)\n\n"))
    local first, all = {}, {}
    for names, rest in (rows .. "\n"):gmatch "| ([^|\n]*) |([^\n]*)\n" do
      for name in names:gmatch "`([%w_]+)`" do first[name], all[name] = true, true end
      for name in rest:gmatch "`([%w_]+)`" do all[name] = true end
    end
    return first, all
  end

  it("lists every field that the control interface returns and takes", function()
    local sandbox <close> = assert(sandboxes.start { namespace = "fields" })
    local api = http.api(sandbox)
    local A = "/v0/inboxes/a@agentmail.to"
    http.ok(api("POST", "/v0/inboxes", { username = "a" }))
    http.ok(api("POST", "/v0/webhooks", { url = "http://127.0.0.1:9/", event_types = {
      "message.sent" } }))
    sandbox:fault { name = "f", at = "commit", ["do"] = "500", match = { sends = true } }
    for _ = 1, 2 do
      api("POST", A .. "/messages/send", { to = "x@example.com", subject = "s",
          headers = { ["X-Sandbox-Op"] = "m" } }, { ["Idempotency-Key"] = "k" })
    end
    local draft = http.ok(api("POST", A .. "/drafts", { to = { "x@example.com" },
                                                        client_id = "d" }))
    api("POST", A .. "/drafts/" .. draft.draft_id .. "/send", {})
    for heading, rows in pairs { ["a mail of `sent`"] = sandbox:sent(),
        ["a row of `requests`"] = sandbox:requests(), ["`audit`"] = { sandbox:audit() },
        ["a row of `deliveries`"] = sandbox:deliveries() } do
      local seen, told = {}, fields(heading)
      for _, row in ipairs(rows) do for name in pairs(row) do seen[name] = true end end
      for name in pairs(seen) do assert.is_true(told[name], heading .. " " .. name) end
      for name in pairs(told) do assert.is_true(seen[name], heading .. " has no " .. name) end
    end
    for name in pairs(fields "`inbound` takes") do
      local _, message = pcall(sandbox.inbound, sandbox, { [name] = 5 })
      assert.is_nil(tostring(message):find "unknown field", name)
    end
    local _, message = pcall(sandbox.expect, sandbox, { nothing = 1 })
    local _, told = fields "`expect` takes"
    for name in message:match "known: (.*)$":gmatch "[%w_]+" do assert.is_true(told[name], name) end
  end)

  it("shows pictures of the page, which are small and are all shown", function()
    local shown = {}
    for name in guide:gmatch "!%[[^%]]+%]%(pictures/([%w-]+%.png)%)" do
      shown[#shown + 1] = name
      local picture <close> = assert(io.open("docs/pictures/" .. name, "rb"))
      local bytes = picture:read "a"
      assert.matches("^\137PNG\r\n\26\n", bytes)
      assert.is_true(#bytes <= 60 * 1024, name)
    end
    table.sort(shown)
    local there, pipe = {}, io.popen "ls docs/pictures"
    for name in pipe:lines() do there[#there + 1] = name end
    pipe:close()
    table.sort(there)
    assert.same(there, shown)
    assert.equal(7, #shown)
  end)

  it("has the tables that faults/schema.lua declares", function()
    local output, done = outside.shell(outside.paths() .. " lua5.4 tools/faults.lua --check")
    assert.is_true(done, output)
  end)

  it("shows how a wrong rule is refused, and that runs", function()
    local snippet = blocks(guide:match "\n## Faults\n(.-)\n## ")
    assert.equal("done\n", helper.run(beginning .. snippet .. "\nprint 'done'"))
  end)

  it("has six scenarios", function()
    local count = select(2, guide:gsub("\n## %d%. ", ""))
    assert.equal(6, count)
  end)

  it("lists presets and faults that exist", function()
    local list = guide:match "<!%-%- faults: presets %-%->\n(.-)<!"
    local listed = 0
    for preset in list:gmatch "\n| `([^`]+)` |" do
      local rule, refusal = presets.expand(preset)
      assert.is_nil(refusal)
      assert(rules.read(rule, 1))
      listed = listed + 1
    end
    assert.equal(#schema.presets, listed)
    local count = 0
    for place, deeds in guide:gmatch "\n| `(%l+)` |[^|]*| ([^\n]*) |" do
      for words in deeds:gmatch "`([^`]+)`" do
        for kind in words:gmatch "%S+" do
          local rule, refusal = rules.read({ at = place, ["do"] = kind }, 1)
          assert(rule, refusal and refusal.message)
          count = count + 1
        end
      end
    end
    assert.equal(64, count)
  end)
end)
