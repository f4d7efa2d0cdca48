-- SPDX-License-Identifier: MIT
-- nginx with constant answers on its own loopback ports, on one core, over HTTP and HTTPS, with a
-- temporary certificate authority.
local socket = require "socket"
local payload = dofile "bench/payload.lua"
local M = {}

local function run(command)
  assert(os.execute(command), "failed: " .. command)
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local function free_port()
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, port = listener:getsockname()
  listener:close()
  return port
end

local CONF = [[
daemon off; master_process off; pid %DIR%/nginx.pid; error_log %DIR%/error.log;
events { worker_connections 256; }
http {
  access_log off; keepalive_requests 100000000; keepalive_timeout 600s;
  default_type application/json; client_max_body_size 0;
  client_body_temp_path %DIR%/body; proxy_temp_path %DIR%/proxy; fastcgi_temp_path %DIR%/fastcgi;
  uwsgi_temp_path %DIR%/uwsgi; scgi_temp_path %DIR%/scgi;
  ssl_certificate %DIR%/server.pem; ssl_certificate_key %DIR%/server.key; ssl_session_tickets off;
  server {
    listen 127.0.0.1:%HTTP%; listen 127.0.0.1:%HTTPS% ssl;
    listen 127.0.0.1:%MULTIPLEXED% ssl http2;
    location = /v0/inboxes/%INBOX% { return 200 '%INBOX_ANSWER%'; }
    location = /v0/inboxes/%INBOX%/messages/send { return 200 '%SEND_ANSWER%'; }
    location = /v0/inboxes/%INBOX%/messages {
      root %DIR%; try_files /page-$arg_page_token.json =404;
    }
    location /download/ { root %DIR%; }
    location = /small { root %DIR%; }
  }
}
]]

-- The directory holds the certificates that this system trusts plus ours, hashed; the file holds
-- the same certificates in one file.
local function make_authority(dir)
  local quiet = " >>" .. dir .. "/openssl.log 2>&1"
  run("openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=bench authority' -keyout "
    .. dir .. "/ca.key -out " .. dir .. "/ca.pem" .. quiet)
  run("openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout " .. dir
    .. "/server.key -out " .. dir .. "/server.csr" .. quiet)
  write(dir .. "/san", "subjectAltName=DNS:localhost,IP:127.0.0.1\n")
  run("openssl x509 -req -days 30 -CAcreateserial -CA " .. dir .. "/ca.pem -CAkey " .. dir
    .. "/ca.key -in " .. dir .. "/server.csr -extfile " .. dir .. "/san -out " .. dir
    .. "/server.pem" .. quiet)
  local system = "/etc/ssl/certs/ca-certificates.crt"
  run("cat " .. system .. " " .. dir .. "/ca.pem >" .. dir .. "/bundle.pem")
  run("mkdir " .. dir .. "/hashed && cp -L /etc/ssl/certs/*.pem " .. dir .. "/hashed/ && cp " .. dir
    .. "/ca.pem " .. dir .. "/hashed/ && openssl rehash " .. dir .. "/hashed" .. quiet)
end

local function wait_for(port)
  for _ = 1, 200 do
    local connection = socket.connect("127.0.0.1", port)
    if connection then
      connection:close()
      return
    end
    socket.sleep(0.02)
  end
  error("nginx does not answer on port " .. port)
end

-- Starts the server on `core`; returns its URLs, the paths of the authority and `stop`.
function M.start(dir, core)
  make_authority(dir)
  local ports = { HTTP = free_port(), HTTPS = free_port(), MULTIPLEXED = free_port() }
  local values = {
    DIR = dir, HTTP = ports.HTTP, HTTPS = ports.HTTPS, MULTIPLEXED = ports.MULTIPLEXED,
    INBOX = payload.inbox_id,
    INBOX_ANSWER = payload.inbox_answer, SEND_ANSWER = payload.send_answer,
  }
  for i = 1, payload.PAGES do write(("%s/page-%d.json"):format(dir, i), payload.page(i)) end
  write(dir .. "/nginx.conf", (CONF:gsub("%%([A-Z_]+)%%", values)))
  run("taskset -c " .. core .. " nginx -p " .. dir .. " -e " .. dir .. "/error.log -c " .. dir
    .. "/nginx.conf & echo $! >" .. dir .. "/pid")
  wait_for(ports.HTTP)
  return {
    http = "http://127.0.0.1:" .. ports.HTTP,
    https = "https://127.0.0.1:" .. ports.HTTPS,
    http2 = "https://127.0.0.1:" .. ports.MULTIPLEXED,
    ca_file = dir .. "/bundle.pem",
    ca_dir = dir .. "/hashed",
    stop = function()
      os.execute("kill $(cat " .. dir .. "/pid)")
    end,
  }
end

return M
