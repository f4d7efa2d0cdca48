-- SPDX-License-Identifier: MIT
-- Which service a client talks to, and with which credentials.

local helper = require "spec.support.helper"
local agentmail = require "agentmail"
local environment = require "agentmail.call.environment"

-- The base URL of a client with these options, in a process with these variables.
local function base_url(options, variables)
  local program = "local client = require 'agentmail'.new { %s } print(client)"
  return (helper.run(program:format(options), "AGENTMAIL_API_KEY= AGENTMAIL_BASE_URL= "
    .. (variables or "")):match("%((.-)%)"))
end

describe("the environment of a client", function()
  it("comes from an option, a variable or the key's region, else is production", function()
    assert.equal("https://api.agentmail.to", base_url "")
    assert.equal("https://api.agentmail.to", base_url "api_key = 'am_us_x'")
    assert.equal("https://api.agentmail.eu", base_url "api_key = 'am_eu_x'")
    assert.equal("https://api.agentmail.eu", base_url("", "AGENTMAIL_API_KEY=am_eu_x"))
    assert.equal("https://api.agentmail.to",
                 base_url "api_key = 'am_eu_x', environment = 'production'")
    for name, url in pairs(environment.ENVIRONMENTS) do
      assert.equal(url, base_url(("environment = %q"):format(name),
                                 "AGENTMAIL_BASE_URL=https://example.com"))
    end
    assert.equal("https://example.com", base_url("api_key = 'am_eu_x'",
                                                 "AGENTMAIL_BASE_URL=https://example.com"))
    assert.equal("https://example.org", base_url("base_url = 'https://example.org'",
                                                 "AGENTMAIL_BASE_URL=https://example.com"))
  end)

  it("must have a known name, and excludes a base_url", function()
    assert.equal("agentmail.new: unknown environment 'EU' (did you mean 'eu'?)",
                 helper.mistake(agentmail.new, { environment = "EU" }))
    assert.equal("agentmail.new: 'environment' and 'base_url' both say where the service is; "
      .. "give one of them",
      helper.mistake(agentmail.new, { environment = "eu", base_url = "https://example.com" }))
  end)

  it("names a wrong URL or key by the option or variable that it came from", function()
    local function mistake(options, variables)
      local program = "print(select(2, pcall(require 'agentmail'.new, { %s })))"
      return helper.run(program:format(options), "AGENTMAIL_API_KEY= AGENTMAIL_BASE_URL= "
        .. (variables or ""))
    end
    assert.matches('^agentmail.new: base_url "foo" must begin', mistake "base_url = 'foo'")
    assert.matches('^agentmail.new: $AGENTMAIL_BASE_URL "foo" must begin',
                   mistake("", "AGENTMAIL_BASE_URL=foo"))
    assert.matches("^agentmail.new: $AGENTMAIL_API_KEY ", mistake("", "AGENTMAIL_API_KEY='a b'"))
    assert.matches("^agentmail.new: api_key ", mistake "api_key = 'a\\n'")
    assert.matches("^agentmail.new: base_url must not end in /v0",
                   mistake "base_url = 'https://example.com/v0/'")
    local words = mistake("", "AGENTMAIL_BASE_URL=https://user:s3cret@example.com/v0")
    assert.matches("^agentmail.new: $AGENTMAIL_BASE_URL must not", words)
    assert.is_nil(words:find("s3cret", 1, true))
  end)
end)

describe("a client's request", function()
  it("has the client's headers and User-Agent, and may go through a proxy", function()
    local answer = { body = { inbox_id = "a" } }
    local _, log, url = helper.scripted { answer, answer }
    local port, script = url:match ":(%d+)(/.*)$"
    local client = agentmail.new {
      api_key = "k", base_url = "http://service.example" .. script, headers = { ["X-Team"] = "7" },
      user_agent = "robot/1.0", proxy = "http://127.0.0.1:" .. port, limits = { attempts = 1 },
    }
    assert(client.inboxes:get "a")
    assert.same({ "service.example", "7", "robot/1.0", "Bearer k" }, { log[1].proxied,
      log[1].headers["x-team"], log[1].headers["user-agent"], log[1].headers.authorization })
    assert(agentmail.new { api_key = "k", base_url = url }.inboxes:get "a")
    assert.equal("agentmail-lua/" .. agentmail._VERSION:match "%S+$", log[2].headers["user-agent"])
    assert.is_nil(log[2].proxied)
  end)

  it("trusts the system's certificates, or those of ca_file or ca_dir", function()
    local folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir -p " .. folder .. "/private"))
    local certificate, key = folder .. "/cert.pem", folder .. "/private/key.pem"
    assert(os.execute(("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 1 "
      .. "-addext subjectAltName=IP:127.0.0.1 -keyout %s -out %s 2>/dev/null")
      :format(key, certificate)))
    assert(os.execute("openssl rehash " .. folder))
    local server = assert(io.popen(("echo $$; exec openssl s_server -www -accept 127.0.0.1:0 "
      .. "-cert %s -key %s 2>&1"):format(certificate, key)))
    local pid, port = server:read "l", nil
    for line in server:lines() do
      port = line:match "^ACCEPT .*:(%d+)"
      if port then break end
    end
    local function ask(options)
      options.base_url, options.api_key = "https://127.0.0.1:" .. port, "k"
      options.limits = { attempts = 1 }
      return agentmail.new(options):request { path = "/v0/x" }
    end
    local none, _, failure = ask {}
    local by_file, by_folder = ask { ca_file = certificate }, ask { ca_dir = folder }
    os.execute("kill " .. pid)
    server:close()
    os.execute("rm -r " .. folder)
    assert.is_nil(none)
    assert.same({ "tls", "not_applied" }, { failure.code, failure.outcome })
    assert.is_truthy(by_file and by_file:find("s_server", 1, true))
    assert.is_truthy(by_folder and by_folder:find("s_server", 1, true))
  end)
end)

describe("an API key that is a function", function()
  local INBOX = { body = { inbox_id = "a" } }

  it("is called for each call, and again for a retry", function()
    local count = 0
    local client, log = helper.scripted({ INBOX, INBOX, { status = 500 }, INBOX },
      { api_key = function()
          count = count + 1
          return "am_rotated_" .. count
        end })
    assert(client.inboxes:get "a")
    assert(client.inboxes:get("a", { headers = { ["X-A"] = "1" } }))
    assert(select(3, client.inboxes:get "a"):retry())
    for i = 1, 4 do
      assert.equal("Bearer am_rotated_" .. i, log[i].headers.authorization)
    end
    assert.equal("1", log[2].headers["x-a"])
  end)

  it("is called once for all attempts of a call", function()
    local count = 0
    local client, log = helper.scripted({ { status = 503 }, INBOX }, {
      limits = helper.REPEATING, api_key = function()
        count = count + 1
        return "k" .. count
      end })
    assert(client.inboxes:get "a")
    assert.equal("Bearer k1", log[2].headers.authorization)
  end)

  it("that fails makes the call fail, and nothing is sent", function()
    for words, source in pairs {
      ["the api_key function failed: vault is sealed"] = function() error("vault is sealed", 0) end,
      ["the api_key function returned a nil instead of a key"] = function() end,
      ["the api_key function returned a table instead of a key"] = function() return {} end,
    } do
      local client, log = helper.scripted({}, { api_key = source })
      local none, message, failure = client:inbox("a").messages:send { to = "b" }
      assert.is_nil(none)
      assert.same({ "unauthenticated", "not_applied", 0 },
                  { failure.code, failure.outcome, failure.attempts })
      assert.is_truthy(message:find(words, 1, true), message)
      assert.equal(0, #log)
    end
  end)

  it("is not called when no key is sent", function()
    local client, log = helper.scripted({ { body = { organization_id = "o", inbox_id = "a",
                                                     api_key = "am_new" } } },
                                        { api_key = function() error "asked" end })
    assert(client.agent:sign_up { human_email = "a@b.c", username = "u" })
    assert.is_nil(log[1].headers.authorization)
  end)

  it("never has its key shown, even if no header can hold it", function()
    local secret = "am_secret\r\nX-Evil: 1"
    local client, log = helper.scripted({}, { api_key = function() return secret end })
    local done, message, words = pcall(function() return client.inboxes:get "a" end)
    assert.is_nil((tostring(message) .. tostring(words)):find("am_secret", 1, true))
    assert.is_true(done)
    assert.equal(0, #log)
  end)
end)
