-- SPDX-License-Identifier: MIT
-- `make bench-sandbox`: how fast the sandbox is, in memory, on one core, driven by wrk from
-- another: keyed sends and GETs a second, beside nginx serving a constant answer; start to ready;
-- resident memory; the last ten of many mails that were sent; an event's way to a WebSocket, and
-- the memory of a thousand of those, plain and under TLS. Each rate is given twice: by the clock,
-- and by the server's processor time, which other work on the machine does not affect.
--   lua5.4 bench/sandbox.lua [seconds] [rounds]
local certificate, certificate_key =
  require("agentmail.sandbox.listener").self_signed "DNS:localhost,IP:127.0.0.1"
local counting = dofile ".ci/counting.lua"
local socket = require "socket"
local progress = dofile "bench/progress.lua"
local websocket = require "spec.support.websocket"
local seconds, rounds = tonumber(arg[1]) or 5, tonumber(arg[2]) or 3
local lua = os.getenv "LUA" or "lua5.4"
local build = os.getenv "AGENTMAIL_BUILD" or "build"
local median, read = counting.median, counting.read
local SERVER_CORE, CLIENT_CORE, CONNECTIONS, MESSAGES, MANY = 0, 1, 16, 10000, 100000
local SOCKETS, EVENTS = 1000, 1000

local function slurp(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local dir = read "mktemp -d":match "%S+"
local TICKS = tonumber(read "getconf CLK_TCK")

-- Processor seconds a process has used.
local function cpu(pid)
  local user, system = slurp(("/proc/%d/stat"):format(pid)):match(
    "^.*%) %S" .. (" %S+"):rep(10) .. " (%d+) (%d+)")
  return (tonumber(user) + tonumber(system)) / TICKS
end

local function resident(pid)
  return tonumber(slurp(("/proc/%d/status"):format(pid)):match "VmRSS:%s*(%d+)") / 1024
end

-- Starts the program; returns its address, and how long it took to report it.
local function start(options)
  local out = dir .. "/out"
  local started = socket.gettime()
  local command = "taskset -c %d %s sandbox/bin/agentmail-sandbox seed=1 %s >%s 2>&1 & echo $!"
  local pid = tonumber(read(command:format(SERVER_CORE, lua, options or "", out)))
  repeat
    local text = slurp(out)
    local url = text:match "url%s+(https?://[%w.:]+)"
    if url then return { url = url, pid = pid, ready = socket.gettime() - started } end
  until socket.gettime() - started > 10
  error("the sandbox did not start: " .. slurp(out))
end

local function stop(server)
  os.execute(("kill %d; while kill -0 %d 2>/dev/null; do :; done"):format(server.pid, server.pid))
end

local SCRIPT = [[
local count, thread = 0, 0
function setup(t) thread = thread + 1 t:set("number", thread) end
local body = '{"to":"someone@example.com","subject":"A subject","text":"%s"}'
function request()
  count = count + 1
  return wrk.format("POST", "/v0/inboxes/bench@agentmail.to/messages/send", {
    ["Authorization"] = "Bearer am_test_local", ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = "%s-" .. count }, body)
end
]]

local function send_script(round)
  local path = dir .. "/send.lua"
  write(path, SCRIPT:format(("Some text. "):rep(20), "r" .. round))
  return "-s " .. path .. " "
end

-- One run of wrk: requests a second by the clock and by the server's processor time.
local function wrk(server, how, target)
  local before = cpu(server.pid)
  local text = read(("taskset -c %d wrk -t1 -c%d -d%ds %s'%s%s'"):format(CLIENT_CORE, CONNECTIONS,
    seconds, how, server.url, target))
  local used = cpu(server.pid) - before
  assert(not text:find "Non%-2xx", text)
  local total = tonumber(text:match "(%d+) requests in")
  return tonumber(text:match "Requests/sec:%s*([%d.]+)"), total / used
end

local AUTHORIZED = "-H 'Authorization: Bearer am_test_local' "
local INBOX = "/v0/inboxes/bench@agentmail.to"

local function api(server, method, path, body)
  local host, port = server.url:match "^http://([^:]+):(%d+)"
  local sock = assert(socket.connect(host, tonumber(port)))
  sock:send(("%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
    .. "am_test_local\r\nContent-Length: %d\r\n\r\n%s"):format(method, path, #body, body))
  local answer = sock:receive "*a"
  sock:close()
  return assert(answer and answer:match "^HTTP/1.1 200.-\r\n\r\n(.*)$", answer)
end

local function nginx()
  local free = assert(socket.bind("127.0.0.1", 0))
  local _, port = free:getsockname()
  free:close()
  write(dir .. "/nginx.conf", ([[
daemon off; master_process off; pid DIR/nginx.pid; error_log DIR/error.log;
events { worker_connections 256; }
http {
  access_log off; keepalive_requests 100000000; default_type application/json;
  client_body_temp_path DIR/body; proxy_temp_path DIR/proxy; fastcgi_temp_path DIR/fastcgi;
  uwsgi_temp_path DIR/uwsgi; scgi_temp_path DIR/scgi;
  server { listen 127.0.0.1:PORT; location / { return 200 '{"message_id":"<1@example.com>"}'; } }
}]]):gsub("DIR", dir):gsub("PORT", port))
  local pid = tonumber(read(("taskset -c %d nginx -p %s -c %s/nginx.conf >/dev/null 2>&1 & echo $!")
    :format(SERVER_CORE, dir, dir)))
  local until_time = socket.gettime() + 5
  repeat
    local probe = socket.connect("127.0.0.1", port)
    if probe then
      probe:close()
      return { url = "http://127.0.0.1:" .. port, pid = pid }
    end
  until socket.gettime() > until_time
  error "nginx did not start"
end

local ready, ready_cpu = {}, {}
for i = 1, 11 do
  local server = start()
  ready[i], ready_cpu[i] = server.ready * 1000, cpu(server.pid) * 1000
  stop(server)
end

local rates = { send = { {}, {} }, get = { {}, {} }, list = { {}, {} }, nginx = { {}, {} } }
local function note(name, by_clock, by_cpu)
  table.insert(rates[name][1], by_clock)
  table.insert(rates[name][2], by_cpu)
end

local constant = nginx()
for round = 1, rounds do
  local server = start()
  api(server, "POST", "/v0/inboxes", '{"username":"bench"}')
  note("get", wrk(server, AUTHORIZED, INBOX))
  note("send", wrk(server, send_script(round), INBOX))
  note("list", wrk(server, AUTHORIZED, INBOX .. "/messages?limit=10"))
  note("nginx", wrk(constant, "", "/"))
  stop(server)
  progress(round, rounds)
end
stop(constant)

local server = start()
api(server, "POST", "/v0/inboxes", '{"username":"bench"}')
local letter = ('{"to":"someone@example.com","subject":"A subject","text":"%s"}'):format(
  ("Some text. "):rep(20))
for _ = 1, MESSAGES do api(server, "POST", INBOX .. "/messages/send", letter) end
local memory = resident(server.pid)
local LAST = "/_sandbox/v1/sent?last="
local round = 0
repeat
  round = round + 1
  wrk(server, send_script("m" .. round), INBOX)
until tonumber(api(server, "GET", LAST .. 1, ""):match '"id":(%d+)') >= MANY
local before, reads = cpu(server.pid), 1000
for _ = 1, reads do api(server, "GET", LAST .. 10, "") end
local last_ten = (cpu(server.pid) - before) / reads * 1000
stop(server)

-- From the request to the event, and from its answer: the commit comes between the two.
server = start()
api(server, "POST", "/v0/inboxes", '{"username":"bench"}')
local sockets, ways, after = {}, {}, {}
for i = 1, SOCKETS do
  sockets[i] = assert(websocket.connect(server.url, { api_key = "am_test_local" }))
  local hears = i == 1 and "message.sent" or "domain.verified"
  sockets[i]:ask { type = "subscribe", event_types = { hears } }
end
for i = 1, EVENTS do
  local began = socket.gettime()
  api(server, "POST", INBOX .. "/messages/send", letter)
  local answered = socket.gettime()
  assert(sockets[1]:next())
  local came = socket.gettime()
  ways[i], after[i] = (came - began) * 1000, (came - answered) * 1000
end
table.sort(ways)
table.sort(after)
stop(server)

-- MB that the sandbox grows by while many WebSockets are idle.
local function idle(options, ca_file)
  local one = start(options)
  local kib = read(("taskset -c %d %s/bench/idle %s %d %d %s"):format(CLIENT_CORE, build, one.url,
    SOCKETS, one.pid, ca_file or ""))
  stop(one)
  return tonumber(kib) / 1024
end

write(dir .. "/cert.pem", certificate)
write(dir .. "/key.pem", certificate_key)
local plain = idle()
local secure = idle(("tls=%s/cert.pem,%s/key.pem"):format(dir, dir), dir .. "/cert.pem")
os.execute("rm -rf " .. dir)

local base = median(rates.nginx[2])
local function yes(good) return good and "yes" or "no" end
local function line(name, key, goal)
  local by_clock, by_cpu = median(rates[key][1]), median(rates[key][2])
  print(("| %-34s | %9.0f | %11.0f | %8.2f | %8s | %3s |"):format(name, by_clock, by_cpu,
    by_cpu / base, goal and "> " .. goal or "", goal and yes(by_cpu > goal) or ""))
end
print "| requests a second, one core        |  by clock |  by its CPU | to nginx |     goal | met |"
print "|------------------------------------|-----------|-------------|----------|----------|-----|"
line("keyed sends", "send", 5000)
line("GET of an inbox", "get", 15000)
line("list of 10 messages", "list")
line("nginx, a constant answer", "nginx")

local function value(what, words, number, goal, unit)
  print(("| %-34s | %27s | %8s | %3s |"):format(what, words, ("< %d %s"):format(goal, unit),
    yes(number < goal)))
end
print "\n| start, memory, journal             |                    measured |     goal | met |"
print "|------------------------------------|-----------------------------|----------|-----|"
value("start to ready", ("%.1f ms, %.0f ms of CPU"):format(median(ready), median(ready_cpu)),
  median(ready), 50, "ms")
value(("resident with %d messages"):format(MESSAGES), ("%.1f MB"):format(memory), memory, 30, "MB")
value(("the last 10 of %d mails sent"):format(MANY), ("%.2f ms of CPU"):format(last_ten),
  last_ten, 5, "ms")
local P99 = EVENTS * 99 // 100
value("event at a WebSocket, p99", ("%.2f ms after its answer"):format(after[P99]), after[P99], 5,
  "ms")
value(("%d idle WebSockets"):format(SOCKETS), ("%.1f MB"):format(plain), plain, 10, "MB")
print(("| %-34s | %27s | %8s | %3s |"):format(SOCKETS .. " of them under TLS",
  ("%.1f MB"):format(secure), "", ""))
