-- SPDX-License-Identifier: MIT
-- Which certificates a client trusts, by its options and by the variables that curl reads. Each
-- client runs in its own process against a real server.

local helper = require "spec.support.helper"

local NOTHING = "CURL_CA_BUNDLE= SSL_CERT_FILE= SSL_CERT_DIR= "

local PROGRAM = [[
  local client = require "agentmail".new {
    api_key = "k", base_url = %q, limits = { attempts = 1 }, %s }
  local body, message = client:request { path = "/v0/x" }
  print(body and "works" or message)
]]

describe("the certificates to trust", function()
  local folder, certificate, other, server, pid, port

  local function run(command, ...)
    assert(os.execute(command:format(...)))
  end

  local function certify(name)
    local path = folder .. "/" .. name
    run("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=%s -days 1 -addext "
      .. "subjectAltName=IP:127.0.0.1 -keyout %s.key -out %s.pem 2>/dev/null", name, path, path)
    run("mkdir %s && cp %s.pem %s && openssl rehash %s", path, path, path, path)
    return path
  end

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    run("mkdir %s", folder)
    certificate, other = certify "one", certify "other"
    server = assert(io.popen(("echo $$; exec openssl s_server -www -accept 127.0.0.1:0 "
      .. "-cert %s.pem -key %s.key 2>&1"):format(certificate, certificate)))
    pid = server:read "l"
    for line in server:lines() do
      port = line:match "^ACCEPT .*:(%d+)"
      if port then break end
    end
  end)

  teardown(function()
    os.execute("kill " .. pid)
    server:close()
    os.execute("rm -r " .. folder)
  end)

  -- The result of a client with these environment variables; file and folder are ours.
  local function ask(variables, options)
    local program = PROGRAM:format("https://127.0.0.1:" .. port, options or "")
    local names = { FILE = certificate .. ".pem", DIR = certificate,
                    OTHER_FILE = other .. ".pem", OTHER_DIR = other }
    return (helper.run(program:gsub("$([%u_]+)", names),
                       NOTHING .. variables:gsub("$([%u_]+)", names)):gsub("%s+$", ""))
  end

  it("are the system's, by default", function()
    local words = ask ""
    assert.matches("; trusted: the certificates of .+; set ca_file to trust another authority %(",
                   words)
    assert.equal(words, ask "CURL_CA_BUNDLE='' SSL_CERT_FILE='' SSL_CERT_DIR=''")
  end)

  it("are those named by a variable of curl", function()
    assert.equal("works", ask "CURL_CA_BUNDLE=$FILE")
    assert.equal("works", ask "SSL_CERT_FILE=$FILE")
    assert.equal("works", ask "SSL_CERT_DIR=$DIR")
    assert.equal("works", ask "SSL_CERT_DIR=/not/there:$OTHER_DIR:$DIR")
    assert.equal("works", ask "SSL_CERT_FILE=$OTHER_FILE SSL_CERT_DIR=$DIR")
    assert.equal("works", ask "SSL_CERT_FILE=$FILE SSL_CERT_DIR=$OTHER_DIR")
  end)

  it("come from one variable before the others", function()
    assert.equal("works", ask "CURL_CA_BUNDLE=$FILE SSL_CERT_FILE=$OTHER_FILE")
    local words = ask "CURL_CA_BUNDLE=$OTHER_FILE SSL_CERT_FILE=$FILE SSL_CERT_DIR=$DIR"
    assert.matches("; trusted: the certificates of [^ ]*/other%.pem", words)
  end)

  it("are replaced by a variable, each kind by its own", function()
    assert.matches("certificates of [^ ]*/other%.pem", ask "SSL_CERT_FILE=$OTHER_FILE")
    assert.matches("certificates of [^;]*/other; set", ask "SSL_CERT_DIR=$OTHER_DIR")
    assert.matches("/not/there; see the options ca_file and ca_dir, or CURL_CA_BUNDLE",
                   ask "CURL_CA_BUNDLE=/not/there")
  end)

  it("are only those of an option, with any variables", function()
    assert.equal("works", ask("CURL_CA_BUNDLE=$OTHER_FILE", "ca_file = '$FILE'"))
    assert.equal("works", ask("CURL_CA_BUNDLE=/not/there", "ca_dir = '$DIR'"))
    assert.matches("trusted: the certificates of [^ ]*/other%.pem; set ca_file",
                   ask("SSL_CERT_FILE=$FILE SSL_CERT_DIR=$DIR", "ca_file = '$OTHER_FILE'"))
    assert.matches("trusted: the certificates of [^ ]*/other; set ca_file",
                   ask("CURL_CA_BUNDLE=$FILE", "ca_dir = '$OTHER_DIR'"))
  end)
end)
