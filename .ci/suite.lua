-- SPDX-License-Identifier: MIT
-- Runs the steps named by its arguments (or, with `-`, by the lines of standard input), counts what
-- really ran and ends with `N passed, N failed`. Four kinds of step:
--   tap NAME: COMMAND    a test program that speaks TAP: each of its tests counts
--   item NAME: COMMAND   one check, judged by its exit status
--   beside NAME: COMMAND a test program that may run beside all following steps, on a second core:
--                        one at a time, in order. Those that have not begun when these have ended
--                        run then, the last first. They are counted at the end
--   alone STEP           a step of the first two kinds, after all others have ended
-- A test program that dies, runs nothing, or runs fewer tests than it announced adds a failure.
-- It names each step when it starts, says how far a long one is, and lists at the end which tests
-- were skipped and why, and which failed.

local passed, failed, skipped = 0, 0, 0
local skips = {} -- { name, reason, count } in order, and by both
local lane = {} -- what may run beside the others, see below
local alone = {} -- steps that come last
local failures = {} -- "failed: STEP: TEST" in order
local PROGRESS = 10 -- seconds after which a step that still runs says how far it is

-- Both streams of a command, then its exit status as the last line; cmocka is told to speak TAP.
local function shell(command)
  return assert(io.popen("export CMOCKA_MESSAGE_OUTPUT=TAP; ( " .. command
    .. "\n) 2>&1 </dev/null; status=$?; echo; echo exit status $status"))
end

local function say(...)
  io.write(string.format(...))
  io.flush()
end

-- A step's line: its name when it starts, the rest when it ends. In between it may say how far it
-- is, in lines of their own; then the line begins again.
local function begin(name)
  local step = { start = os.time(), told = os.time() }
  local function title() say("%-56s ", name) end
  function step.progress(count, where)
    if os.time() - step.told < PROGRESS then return end
    step.told, step.interrupted = os.time(), true
    say("\n      %5d tests after %d s%s", count, step.told - step.start,
      where and ": " .. where or "")
  end
  function step.finish(good, note, lines)
    if step.interrupted then
      say "\n"
      title()
    end
    say("%-4s %12s %5d s\n", good and "ok" or "FAIL", note, step.took or os.time() - step.start)
    for _, line in ipairs(lines) do say("      %s\n", line) end
  end
  title()
  return step
end

local function skip(name, reason)
  local id = name .. "\0" .. reason
  if not skips[id] then
    skips[id] = { name = name, reason = reason, count = 0 }
    skips[#skips + 1] = skips[id]
  end
  skips[id].count = skips[id].count + 1
end

local function failure(step, test)
  failed = failed + 1
  failures[#failures + 1] = ("failed: %s%s"):format(step, test and ": " .. test or "")
end

-- Worth showing: the comments after a failure, and what is not TAP at all (a crash's words).
local function shown(line, after_failure)
  local routine = line:match("^ok ") or line:match("^1%.%.%d") or line == "exit status 0"
  return not routine and (after_failure or not line:match("^[#%s]"))
end

local function tap(name, command)
  local step, counts = begin(name), { ok = 0, bad = 0, skip = 0 }
  local planned, status, trouble, keep, place = 0, "lost", {}, false, nil
  for line in shell(command):lines() do
    local bad = line:match("^not ok%f[%s]")
    local file = line:match("^# (%S+%.lua) @ %d+: ") -- `busted -v` names each test before it runs
    place = file or place
    if bad then
      counts.bad = counts.bad + 1
      failure(name, line:match("^not ok %d* ?%-? ?(.*)$"))
    elseif line:match("^ok %d.*# SKIP") then
      counts.skip = counts.skip + 1
      skip(place or name, (line:match("# SKIP%s*(.*)$"):gsub("^%S+:%d+: ", "")))
    elseif line:match("^ok %d") then
      counts.ok = counts.ok + 1
    elseif line:match("^1%.%.%d+$") then
      planned = planned + tonumber(line:match("%d+$"))
    elseif line:match("^exit status %d+$") then
      status = line:match("%d+$")
    end
    local took = line:match("^# took (%d+) s$") -- of what has run beside the others
    step.took = took and tonumber(took) or step.took
    keep = not file and not took and (bad or shown(line, keep))
    if keep and line ~= "" then
      trouble[#trouble + 1] = line
    end
    step.progress(counts.ok + counts.bad + counts.skip, place)
  end
  local seen = counts.ok + counts.bad + counts.skip
  local function extra(reason)
    counts.bad = counts.bad + 1
    failure(name, reason)
    trouble[#trouble + 1] = "counted as a failure: " .. reason
  end
  if seen == 0 then
    extra("no test ran, exit status " .. status)
  elseif seen ~= planned then
    extra(("%d tests announced, %d seen, exit status %s"):format(planned, seen, status))
  elseif status ~= "0" and counts.bad == 0 then
    extra("every test passed, yet the exit status is " .. status)
  end
  passed, skipped = passed + counts.ok, skipped + counts.skip
  step.finish(counts.bad == 0, ("%d tests"):format(seen), trouble)
end

local function item(name, command)
  local step, lines = begin(name), {}
  for line in shell(command):lines() do
    lines[#lines + 1] = line
  end
  local good = lines[#lines] == "exit status 0"
  if good then passed = passed + 1 else failure(name) end
  step.finish(good, "", good and {} or lines)
end

-- Who makes the folder LOG.taken runs the program: the second lane, once the one before it there
-- has ended, or `finish`. The lane writes into LOG, and status and seconds into LOG.status. Each
-- program has a session, where there is setsid, so that it can be ended as a whole.
local LANE = [[
trap 'touch LOG.over' EXIT
until %s; do sleep 0.1; done
mkdir LOG.taken || exit
began=$(date +%%s)
( %s
)
echo $? $(($(date +%%s) - began)) >LOG.status
]]

-- What it has written until now, until it has ended.
local FOLLOW = [[
at=1
while
  %s; is_over=$?
  size=$(wc -c <LOG)
  tail -c +$at LOG | head -c $((size - at + 1))
  [ $is_over != 0 ]
do at=$((size + 1)); sleep 0.2; done
read -r status seconds <LOG.status || status=1
echo "# took ${seconds:-0} s"
exit $status]]

-- A condition for the shell.
local function has_ended(one)
  return one and ("{ [ -e %s.over ] || ! kill -0 %d 2>/dev/null; }"):format(one.log, one.pid)
    or "true"
end

local function beside(name, command)
  local one = { name = name, log = os.tmpname(), command = command }
  local file <close> = assert(io.open(one.log .. ".sh", "w"))
  assert(file:write((LANE:gsub("LOG", one.log):format(has_ended(lane[#lane]), command))))
  file:close()
  local program <close> = assert(io.popen(("export CMOCKA_MESSAGE_OUTPUT=TAP; "
    .. "$(command -v setsid) sh %s.sh >%s 2>&1 </dev/null & echo $!"):format(one.log, one.log)))
  one.pid = program:read "n"
  lane[#lane + 1] = one
end

local function stop(one)
  os.execute(("{ kill -- -%d || kill %d; } 2>/dev/null"):format(one.pid, one.pid))
end

-- Runs what the lane has not begun, then counts what it has.
local function finish()
  for i = #lane, 1, -1 do
    local one = lane[i]
    if os.execute(("mkdir %s.taken 2>/dev/null"):format(one.log)) then
      stop(one) -- which waits for its turn
      tap(one.name, one.command)
      one.is_counted = true
    end
  end
  for _, one in ipairs(lane) do
    if not one.is_counted then
      tap(one.name, (FOLLOW:gsub("LOG", one.log):format(has_ended(one))))
      one.is_counted = true
    end
  end
  for _, one in ipairs(lane) do os.execute(("rm -rf %s %s.*"):format(one.log, one.log)) end
end

-- After Ctrl-C.
local _ <close> = setmetatable({}, { __close = function()
  for _, one in ipairs(lane) do
    if not one.is_counted then stop(one) end
    os.execute(("rm -rf %s %s.*"):format(one.log, one.log))
  end
end })

local KINDS = { tap = tap, item = item, beside = beside }

local function step(line)
  local kind, name, command = line:match("^(%l+)%s+(.-):%s+(.+)")
  if kind == "alone" then
    alone[#alone + 1] = line:match("^alone%s+(.+)")
  elseif KINDS[kind] then
    KINDS[kind](name, command)
  elseif line:match("%S") then
    error("a step is `tap NAME: COMMAND` or `item NAME: COMMAND`, not `" .. line .. "`")
  end
end

local start = os.time()
if arg[1] == "-" then
  for line in io.lines() do
    step(line)
  end
else
  for _, line in ipairs(arg) do
    step(line)
  end
end
finish()
for _, line in ipairs(alone) do step(line) end
if passed + failed == 0 then
  failure "nothing ran"
end

for i, each in ipairs(skips) do
  say("%s%d skipped in %s: %s\n", i == 1 and "\n" or "", each.count, each.name, each.reason)
end
if #failures > 0 then say("\n%s\n", table.concat(failures, "\n")) end
local seconds = os.time() - start
print(seconds < 60 and ("\n%d s"):format(seconds)
  or ("\n%d min %d s"):format(seconds // 60, seconds % 60))
print(("%d passed, %d failed%s"):format(passed, failed,
  skipped > 0 and (", %d skipped"):format(skipped) or ""))
os.exit(failed == 0)
