-- SPDX-License-Identifier: MIT
-- Places that only root can make: full and read-only disks, device nodes, other users' files. Each
-- test is a process with its own mounts, so that nothing on this machine is touched; if that is not
-- allowed, it is skipped by name.

local download = require "spec.support.download"
local helper = require "spec.support.helper"

local NAMESPACE = "unshare --mount --propagation private "

local function why_not()
  if os.execute(NAMESPACE .. "mount -t tmpfs none /mnt >/dev/null 2>&1") then return nil end
  return "needs root, and unshare: no mounts of its own can be had"
end

-- The start of each program: a folder on its own small disk, sh, attachment, BYTES.
local PRELUDE = [[
local URL, FOLDER, SIZE = %q, %q, %q
local download = require "spec.support.download"
local function sh(command)
  local pipe <close> = assert(io.popen("{ " .. command .. "\n} 2>&1"))
  return (pipe:read "a":gsub("\n$", ""))
end
assert(sh("mount -t tmpfs -o mode=755,size=" .. SIZE .. " tmpfs " .. FOLDER) == "")
local path = FOLDER .. "/a"
local agentmail = require "agentmail"
local function attachment()
  local client = agentmail.new { api_key = "k", base_url = URL, limits = { attempts = 1 } }
  return download.of(client)
end
local function write(name, bytes) assert(io.open(name, "wb")):write(bytes):close() end
local function read(name)
  local file <close> = io.open(name, "rb")
  return file and file:read "a"
end
local function names() return (sh("LC_ALL=C ls -A " .. FOLDER):gsub("\n", " ")) end
local function same(expected, value)
  if value ~= expected then
    error(("expected %%q, got %%q"):format(tostring(expected), tostring(value)), 2)
  end
end
local function check_failure(words, attempts, retryable, none, message, failure)
  same(nil, none)
  same("file not_applied", failure.code .. " " .. failure.outcome)
  same(attempts, failure.attempts)
  same(retryable, failure.retryable)
  assert(message:find(words, 1, true), message)
  return failure
end
]]

describe("a place that root made:", function()
  local folder
  local why = why_not()

  before_each(function() folder = download.folder() end)
  after_each(function() folder:remove() end)

  -- Runs a program there. how.script: the answers of the service outside, "l" the link, "f" the
  -- file; how.before: a prefix of the command; how.output: further output.
  local function within(name, program, how)
    how = how or {}
    it(name, function()
      if why then return pending(why) end
      local script = {}
      for letter in (how.script or "lflf"):gmatch "." do
        script[#script + 1] = letter == "l" and download.link() or download.file()
      end
      local _, _, url = download.attachment(script)
      local output = helper.run(PRELUDE:format(url, folder.name, how.size or "4m") .. program
        .. "\nio.stderr:write 'done\\n'", NAMESPACE .. (how.before or "") .. " env")
      assert.equal(how.output or "done\n", output)
      assert.equal("", folder:names())               -- all was on the other disk
    end)
  end

  within("a full disk, and then there is room", [[
    write(path, "old")
    local failure = check_failure("cannot write " .. path .. ": No space left on device", 1, true,
                                  attachment():save(path))
    same("old", read(path))
    same("a", names())
    check_failure("cannot write in " .. FOLDER .. ": No space left on device", 1, true,
                  attachment():save_in(FOLDER))
    same("a", names())
    sh("mount -o remount,size=4m " .. FOLDER)
    same(path, (assert(failure:retry())))
    same(download.BYTES, read(path))
    same("a", names())
  ]], { size = "64k", script = "lflff" })

  within("a disk without free inodes", [[
    sh("i=0; while : >" .. FOLDER .. "/f$i; do i=$((i+1)); done")
    check_failure("cannot write " .. path .. ": No space left on device", 0, true,
                  attachment():save(path))
    sh("rm " .. FOLDER .. "/f*")
    same("", names())
  ]], { size = "4m,nr_inodes=20" })

  within("a full disk, for a save to a function", [[
    assert(sh "mount -t tmpfs -o size=64k tmpfs /tmp" == "")
    check_failure("cannot write a temporary file: No space left on device", 1, true,
                  attachment():save(function() error "called" end))
  ]])

  within("a disk that became read-only", [[
    write(path, "old")
    sh("mount -o remount,ro " .. FOLDER)
    local item = attachment()
    local failure = check_failure("cannot write " .. path .. ": Read-only file system", 0, true,
                                  item:save(path))
    check_failure("cannot write in " .. FOLDER .. ": Read-only file system", 0, true,
                  item:save_in(FOLDER))
    same("old", read(path))
    sh("mount -o remount,rw " .. FOLDER)
    same(path, (assert(failure:retry())))
    same(download.BYTES, read(path))
  ]])

  within("a folder without write permission", [[
    sh("mkdir " .. FOLDER .. "/sub; chmod 555 " .. FOLDER .. "/sub")
    local failure = check_failure("cannot write " .. FOLDER .. "/sub/a: Permission denied", 0, true,
                                  attachment():save(FOLDER .. "/sub/a"))
    sh("chmod 111 " .. FOLDER .. "/sub")
    check_failure("Permission denied", 0, true, attachment():save_in(FOLDER .. "/sub"))
    sh("chmod 755 " .. FOLDER .. "/sub")
    assert(failure:retry())
    same(download.BYTES, read(FOLDER .. "/sub/a"))
  ]], { before = "setpriv --bounding-set=-dac_override,-dac_read_search" })

  within("device nodes", [[
    sh(("cd %s; mknod c c 1 3; mknod b b 7 200; mknod full c 1 7; ln -s c link"):format(FOLDER))
    for _, name in ipairs { "c", "b", "full", "link" } do
      check_failure(FOLDER .. "/" .. name .. ": it is a device", 0, false,
                    attachment():save(FOLDER .. "/" .. name))
    end
    same("b c full link", names())
    same("character special file", sh("stat -c %F " .. FOLDER .. "/c"))
  ]])

  within("FIFOs and sockets, without blocking", [[
    sh(("cd %s; mkfifo fifo; ln -s fifo link"):format(FOLDER))
    check_failure("it is a FIFO", 0, false, attachment():save(FOLDER .. "/fifo"))
    check_failure("it is a FIFO", 0, false, attachment():save(FOLDER .. "/link"))
    local ok, unix = pcall(require, "socket.unix")
    local stream = ok and (unix.stream or unix)()
    if stream and stream:bind(FOLDER .. "/socket") then
      check_failure("it is a socket", 0, false, attachment():save(FOLDER .. "/socket"))
      sh("rm " .. FOLDER .. "/socket")
    end
    same("fifo link", names())
  ]])

  for what, how in pairs {
    ["a pipe"] = { output = "said before\ndone\n" },
    ["a file"] = { output = "done\nsaid before\n",
                   before = "sh -c '\"$@\" >/mnt/out; cat /mnt/out' sh" },
  } do
    within("the standard output, if it is " .. what, [[
      io.write "said before\n"
      io.flush()
      sh(("cd %s; ln -s /dev/stdout out; ln -s /proc/self/fd fds; ln -s fds/1 one"):format(FOLDER))
      for _, name in ipairs { "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", FOLDER .. "/out",
                              FOLDER .. "/fds/1", FOLDER .. "/one", "/dev/stderr", "/dev/stdin",
                              "/proc/thread-self/fd/1" } do
        check_failure("it leads to an open descriptor", 0, false, attachment():save(name))
      end
      sh("mkdir /mnt/proc; mount -t proc proc /mnt/proc")
      check_failure("it leads to an open descriptor", 0, false,
                    attachment():save "/mnt/proc/self/fd/1")
    ]], { output = how.output,
          before = "sh -c 'mount -t tmpfs none /mnt; exec \"$@\"' sh " .. (how.before or "") })
  end

  within("another user's file, whose owner is kept", [[
    write(path, "old")
    sh(("chown 12345:54321 %s; chmod 6750 %s"):format(path, path))
    assert(attachment():save(path))
    same("12345 54321 6750", sh("stat -c '%u %g %a' " .. path))
    same(download.BYTES, read(path))
    assert(attachment():save_in(FOLDER))
    write(FOLDER .. "/other", "")
    same(sh("stat -c '%u %g %a' " .. FOLDER .. "/other"),
         sh("stat -c '%u %g %a' " .. FOLDER .. "/a.bin"))
  ]])

  within("another user's file, whose owner cannot be set", [[
    same("12345 54321 6750", sh "stat -c '%u %g %a' /mnt/a")
    assert(attachment():save "/mnt/a")
    same("0 0 700", sh "stat -c '%u %g %a' /mnt/a")
    same(download.BYTES, read "/mnt/a")
  ]], { before = "sh -c 'mount -t tmpfs none /mnt; : >/mnt/a; chown 12345:54321 /mnt/a; "
    .. 'chmod 6750 /mnt/a; exec setpriv --bounding-set=-chown "$@"\' sh' })

  within("a disk mounted over another during the save", [[
    sh(("mkdir %s/sub; mount -t tmpfs tmpfs %s/sub"):format(FOLDER, FOLDER))
    local target, is_made = FOLDER .. "/sub/a", false
    local failure = check_failure("cannot write " .. target .. ": ", 1, true,
                                  attachment():save(target, { on_progress = function()
      if not is_made then sh(("umount -l %s/sub"):format(FOLDER)) end
      is_made = true
    end }))
    assert(failure.message:find "No such file", failure.message)
    same("sub", names())
    same(target, (assert(failure:retry())))
    same(download.BYTES, read(target))
  ]], { script = "lff" })
end)
