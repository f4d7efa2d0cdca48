-- SPDX-License-Identifier: MIT
-- Runs the steps named by its arguments (or, with `-`, by the lines of standard input), counts what
-- really ran and ends with `N passed, N failed`. Two kinds of step:
--   tap NAME: COMMAND    a test program that speaks TAP: each of its tests counts
--   item NAME: COMMAND   one check, judged by its exit status
-- A test program that dies, runs nothing, or runs fewer tests than it announced adds a failure.

local passed, failed, skipped = 0, 0, 0

-- Both streams of a command, then its exit status as the last line; cmocka is told to speak TAP.
local function shell(command)
  return assert(io.popen("export CMOCKA_MESSAGE_OUTPUT=TAP; ( " .. command
    .. "\n) 2>&1 </dev/null; status=$?; echo; echo exit status $status"))
end

local function report(mark, name, note, seconds, lines)
  print(("%-4s  %-56s %s  %.1f s"):format(mark, name, note, seconds))
  for _, line in ipairs(lines) do
    print("      " .. line)
  end
  io.stdout:flush()
end

-- Worth showing: comments after a failure, skips, and anything that is not TAP (the output of a
-- crash).
local function shown(line, after_failure)
  if line:find("# SKIP", 1, true) then
    return true
  end
  local routine = line:match("^ok ") or line:match("^1%.%.%d") or line == "exit status 0"
  return not routine and (after_failure or not line:match("^[#%s]"))
end

local function tap(name, command)
  local start, counts = os.time(), { ok = 0, bad = 0, skip = 0 }
  local planned, status, trouble, keep = 0, "lost", {}, false
  for line in shell(command):lines() do
    local bad = line:match("^not ok%f[%s]")
    if bad then
      counts.bad = counts.bad + 1
    elseif line:match("^ok %d.*# SKIP") then
      counts.skip = counts.skip + 1
    elseif line:match("^ok %d") then
      counts.ok = counts.ok + 1
    elseif line:match("^1%.%.%d+$") then
      planned = planned + tonumber(line:match("%d+$"))
    elseif line:match("^exit status %d+$") then
      status = line:match("%d+$")
    end
    keep = bad or shown(line, keep)
    if keep and line ~= "" then
      trouble[#trouble + 1] = line
    end
  end
  local seen = counts.ok + counts.bad + counts.skip
  local function extra(reason)
    counts.bad = counts.bad + 1
    trouble[#trouble + 1] = "counted as a failure: " .. reason
  end
  if seen == 0 then
    extra("no test ran, exit status " .. status)
  elseif seen ~= planned then
    extra(("%d tests announced, %d seen, exit status %s"):format(planned, seen, status))
  elseif status ~= "0" and counts.bad == 0 then
    extra("every test passed, yet the exit status is " .. status)
  end
  passed, failed, skipped = passed + counts.ok, failed + counts.bad, skipped + counts.skip
  report(counts.bad == 0 and "ok" or "FAIL", name, ("%d tests"):format(seen),
    os.time() - start, trouble)
end

local function item(name, command)
  local start, lines = os.time(), {}
  for line in shell(command):lines() do
    lines[#lines + 1] = line
  end
  local good = lines[#lines] == "exit status 0"
  passed, failed = passed + (good and 1 or 0), failed + (good and 0 or 1)
  report(good and "ok" or "FAIL", name, "", os.time() - start, good and {} or lines)
end

local KINDS = { tap = tap, item = item }

local function step(line)
  local kind, name, command = line:match("^(%l+)%s+(.-):%s+(.+)")
  if KINDS[kind] then
    KINDS[kind](name, command)
  elseif line:match("%S") then
    error("a step is `tap NAME: COMMAND` or `item NAME: COMMAND`, not `" .. line .. "`")
  end
end

if arg[1] == "-" then
  for line in io.lines() do
    step(line)
  end
else
  for _, line in ipairs(arg) do
    step(line)
  end
end
if passed + failed == 0 then
  failed = 1
  print("nothing ran: counted as a failure")
end
print(("%d passed, %d failed%s"):format(passed, failed,
  skipped > 0 and (", %d skipped"):format(skipped) or ""))
os.exit(failed == 0)
