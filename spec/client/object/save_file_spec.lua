-- SPDX-License-Identifier: MIT
-- Where a download goes: into the file of a path, or under a free name. Tests that need root are in
-- save_places_spec.lua.

local download = require "spec.support.download"
local helper = require "spec.support.helper"
local lfs = require "lfs"

local BYTES = download.BYTES

local folder

before_each(function() folder = download.folder() end)
after_each(function() folder:remove() end)

-- An attachment whose bytes can be downloaded n times, and the log.
local function attachment(n, extra)
  local script = { download.link(extra) }
  for i = 1, n or 1 do script[i + 1] = download.file() end
  return download.attachment(script)
end

-- A save that must fail with these words before any request.
local function check_refused(path, retryable, words)
  local item, log = attachment()
  local none, message, failure = item:save(path)
  assert.is_nil(none)
  assert.same({ "file", "not_applied", 0, retryable },
              { failure.code, failure.outcome, failure.attempts, failure.retryable })
  assert.is_truthy(message:find("cannot write " .. path .. ": ", 1, true), message)
  assert.is_truthy(message:find(words, 1, true), message)
  assert.equal(0, #log)
  return failure
end

describe("save", function()
  it("follows a symbolic link to its file", function()
    folder:write("real", "old")
    folder:sh "mkdir sub; ln -s ../real sub/one; ln -s sub/one two; ln -s $PWD/two three"
    for _, name in ipairs { "sub/one", "two", "three" } do
      folder:write("real", "old")
      assert.equal(folder:path(name), (assert(attachment():save(folder:path(name)))))
      assert.equal(BYTES, folder:read "real")
      assert.equal("../real", folder:sh "readlink sub/one")
      assert.equal("real sub three two", folder:names())
    end
  end)

  it("creates the missing target of a symbolic link", function()
    folder:sh "mkdir sub; ln -s sub/made link; ln -s none/made nowhere"
    assert(attachment():save(folder:path "link"))
    assert.equal(BYTES, folder:read "sub/made")
    assert.equal("sub/made", folder:sh "readlink link")
    local failure = check_refused(folder:path "nowhere", true, "No such file or directory")
    folder:sh "mkdir none"
    assert.equal(folder:path "nowhere", (assert(failure:retry())))
    assert.equal(BYTES, folder:read "none/made")
  end)

  it("refuses anything but a regular file, before any request", function()
    folder:sh "mkfifo fifo; mkdir sub; ln -s fifo to-fifo; ln -s /dev/stdout out; ln -s loop loop"
    check_refused(folder:path "fifo", false, "it is a FIFO")
    check_refused(folder:path "to-fifo", false, "it is a FIFO")
    check_refused(folder:path "sub", false, "it is a directory")
    check_refused(folder:path "sub/", false, "it is a directory")
    check_refused(folder:path "out", false, "open descriptor")
    check_refused(folder:path "loop", true, "Too many levels of symbolic links")
    check_refused(folder:path "none/", true, "No such file or directory")
    check_refused(folder:path "fifo/none", true, "Not a directory")
    for _, path in ipairs { "/dev/stdout", "/dev/stderr", "/dev/fd/1", "/proc/self/fd/1" } do
      check_refused(path, false, "open descriptor")
    end
    assert.equal("fifo loop out sub to-fifo", folder:names())
    assert.equal("", folder:sh "ls -A sub")
  end)

  it("keeps the mode of a file, and gives a new one the default mode", function()
    for _, mode in ipairs { "600", "640", "755", "400", "4755" } do
      folder:write("a", "old")
      folder:sh("chmod " .. mode .. " a")
      assert(attachment():save(folder:path "a"))
      assert.equal(mode, folder:mode "a")
      assert.equal(BYTES, folder:read "a")
      folder:sh "rm a"
    end
    folder:write("other", "")
    assert(attachment():save(folder:path "new"))
    assert.equal(folder:mode "other", folder:mode "new")
    assert.equal("new other", folder:names())
  end)

  it("writes into a part file that only this user can open", function()
    local modes, item = {}, attachment()
    folder:write("a", "old")
    folder:sh "chmod 666 a"
    assert(item:save(folder:path "a", { on_progress = function()
      modes[folder:sh "stat -c %a a.part-*"] = true
      assert.equal("old", folder:read "a")
    end }))
    assert.same({ ["600"] = true }, modes)
    assert.equal("666", folder:mode "a")
  end)

  it("accepts names of the maximum length", function()
    for _, name in ipairs { ("n"):rep(255), ("é"):rep(127), ("n"):rep(241), ("n"):rep(242) } do
      assert(attachment():save(folder:path(name)))
      assert.equal(BYTES, folder:read(name))
      assert.equal(name, folder:names())
      folder:sh "rm *"
    end
    check_refused(folder:path(("n"):rep(256)), true, "File name too long")
  end)

  it("keeps its folder when the program changes its own", function()
    local before, item = assert(lfs.currentdir()), attachment()
    folder:sh "mkdir here elsewhere"
    local function go() assert(lfs.chdir(folder:path "elsewhere")) end
    assert(lfs.chdir(folder:path "here"))
    finally(function() lfs.chdir(before) end)
    assert.equal("a", (assert(item:save("a", { on_progress = go }))))
    assert.equal(BYTES, folder:read "here/a")
    assert(lfs.chdir(folder:path "here"))
    local cut = { body = BYTES, effect = { kill = "close", keep = 70000 } }
    assert.is_nil((download.attachment { download.link(), cut }:save("b", { on_progress = go })))
    assert.equal("a", folder:sh "ls -A here")
    assert.equal("", folder:sh "ls -A elsewhere")
  end)

  it("leaves other hard links of a file unchanged", function()
    folder:write("a", "old")
    folder:sh "ln a b"
    assert(attachment():save(folder:path "a"))
    assert.equal("old", folder:read "b")
  end)

  it("reports why it failed, and its retry succeeds when the cause is gone", function()
    local failure = check_refused(folder:path "none/a", true, "No such file or directory")
    folder:sh "mkdir none"
    assert.equal(folder:path "none/a", (assert(failure:retry())))
    local item, log = attachment(2)
    local none, message, is_made
    none, message, failure = item:save(folder:path "none/b", { on_progress = function()
      if not is_made then folder:sh "mkdir none/b" end -- where there was no file at first
      is_made = true
    end })
    assert.is_nil(none)
    assert.same({ "file", 1, true }, { failure.code, failure.attempts, failure.retryable })
    assert.is_truthy(message:find("cannot write " .. folder:path "none/b" .. ": Is a directory",
                                  1, true), message)
    folder:sh "rmdir none/b"
    assert.equal(folder:path "none/b", (assert(failure:retry())))
    assert.equal(3, #log)
    assert.equal("a\nb", folder:sh "ls -A none")
  end)

  -- Like Ctrl-C or a host's hook: after each possible number of instructions, until it succeeds.
  it("leaves nothing behind when it is interrupted, at any instruction #long", function()
    local item = attachment(500)
    assert(item:get())
    folder:write("a", "old")
    local function save(after)
      local left = after
      debug.sethook(function()
        left = left - 1
        if left <= 0 then
          debug.sethook()
          error "interrupted"
        end
      end, "", 1)
      local path = item:save(folder:path "a")
      debug.sethook()
      return path
    end
    local interrupted, after = 0, 1
    while true do
      local done, value = pcall(save, after)
      if done then
        assert.equal(folder:path "a", value)
        break
      end
      assert.is_truthy(value:find("interrupted", 1, true), value)
      interrupted, after = interrupted + 1, after + 1 + after // 20
      collectgarbage()
      assert.equal("a", folder:names())
      local content = folder:read "a"
      assert.is_true(content == "old" or content == BYTES)
      folder:write("a", "old")
    end
    assert.is_true(interrupted > 50, interrupted)
    assert.equal(BYTES, folder:read "a")
  end)

  it("can write to descriptor 0", function()
    local _, _, url = download.attachment { download.link(), download.file(), download.link(),
                                            download.file(), download.link(), download.file() }
    local output = helper.run(([[
      local hold = io.open("/dev/null")                -- descriptor 0: the standard input is closed
      local first = assert(io.popen("readlink /proc/$PPID/fd/0")):read "a"
      local item = require "agentmail".new { api_key = "k", base_url = %q }
        :inbox("a@b.c"):message("<m>"):attachment "att"
      assert(item:get())
      hold:close()
      local held = {}
      local function look() held[#held + 1] = io.popen("readlink /proc/$PPID/fd/0"):read "a" end
      assert(item:save(%q, { on_progress = look }))
      local count = 0
      assert(item:save(function(chunk) count = count + #chunk end, { on_progress = look }))
      io.write(first, held[1], held[#held], count, " ", #assert(item:read()), "\n")
    ]]):format(url, folder:path "a"), "exec <&-;")
    local first, part, nameless, counts = output:match "^(%C*)\n(%C*)\n(%C*)\n(%C*)\n$"
    assert.equal("/dev/null", first, output)
    assert.is_truthy(part:find(folder:path "a.part-", 1, true), output)
    assert.is_truthy(nameless:find "%(deleted%)$", output)
    assert.equal(#BYTES .. " " .. #BYTES, counts)
    assert.equal(BYTES, folder:read "a")
  end)
end)

describe("save_in", function()
  it("uses a safe form of the attachment's name", function()
    for given, made in pairs {
      ["report.pdf"] = "report.pdf", ["../../up.txt"] = "up.txt", [".hidden"] = "hidden",
      ["a\0b\r\n.txt"] = "a_b__.txt", ["NUL.txt"] = "_NUL.txt", [""] = "attachment.pdf",
    } do
      local item, log = attachment(1, { filename = given, content_type = "application/pdf" })
      local path, receipt = assert(item:save_in(folder.name))
      assert.equal(folder:path(made), path)
      assert.equal(200, receipt.status)
      assert.equal(2, #log)
      assert.equal(BYTES, folder:read(made))
      assert.equal(made, folder:names())
      folder:sh "rm *"
    end
  end)

  it("never replaces anything", function()
    folder:write("a.bin", "old")
    folder:sh "ln -s nowhere 'a (2).bin'; mkdir 'a (3).bin'"
    for n = 4, 6 do
      assert.equal(folder:path(("a (%d).bin"):format(n)),
                   (assert(attachment():save_in(folder.name))))
    end
    assert.equal("old", folder:read "a.bin")
    assert.equal("nowhere", folder:sh "readlink 'a (2).bin'")
    assert.equal(BYTES, folder:read "a (6).bin")
  end)

  it("returns the path in the form in which the folder was given", function()
    local before = assert(lfs.currentdir())
    folder:sh "mkdir sub; ln -s sub link"
    assert(lfs.chdir(folder.name))
    finally(function() lfs.chdir(before) end)
    assert.equal("sub/a.bin", (assert(attachment():save_in "sub")))
    assert.equal("./link/a (2).bin", (assert(attachment():save_in "./link//")))
    assert.equal("./a.bin", (assert(attachment():save_in ".")))
    assert.equal(BYTES, folder:read "sub/a (2).bin")
  end)

  it("shortens a name that is too long", function()
    local name = ("é"):rep(200) .. ".tar.gz"
    for n = 1, 2 do
      local path = assert(attachment(1, { filename = name }):save_in(folder.name))
      local made = path:match "[^/]*$"
      assert.is_true(#made <= 255 and #made >= 250)
      assert.is_truthy(made:find(n == 1 and "é%.tar%.gz$" or "é %(2%)%.tar%.gz$"), made)
      assert.equal(BYTES, folder:read(made))
    end
  end)

  it("needs a folder", function()
    folder:write("file", "old")
    for name, words in pairs { none = "No such file or directory", file = "Not a directory",
                               ["file/x"] = "Not a directory" } do
      local item, log = attachment()
      local none, message, failure = item:save_in(folder:path(name))
      assert.is_nil(none)
      assert.same({ "file", true, 0 }, { failure.code, failure.retryable, #log })
      assert.is_truthy(message:find("cannot write in " .. folder:path(name) .. ": " .. words, 1,
                                    true), message)
    end
    local _, _, failure = attachment():save_in(folder:path "later")
    folder:sh "mkdir later"
    assert.equal(folder:path "later/a.bin", (assert(failure:retry())))
    assert.equal("file later", folder:names())
  end)

  it("leaves nothing behind when it fails", function()
    local cut = { body = BYTES, effect = { kill = "close", keep = 70000 } }
    local _, _, failure = download.attachment { download.link(), cut }:save_in(folder.name)
    assert.equal("network", failure.code)
    assert.equal("", folder:names())
  end)

  it("names a raw message by its id", function()
    for id, name in pairs {
      ["<m-1@example.com>"] = "m-1@example.com.eml", ["<../a/b>"] = "_a_b.eml",
      ["<.>"] = "eml", ["plain"] = "plain.eml",
    } do
      local client = helper.scripted { { body = { message_id = id, size = #BYTES,
                                                  download_url = "{url}/file" } },
                                       download.file() }
      local message = client:inbox("a@b.c"):message(id)
      assert.equal(folder:path(name), (assert(message:raw():save_in(folder.name))))
      assert.equal(BYTES, folder:read(name))
    end
  end)

  it("raises the caller's mistakes at the caller's line", function()
    local item = attachment()
    for argument, words in pairs { [""] = 'not ""', [1] = "not a number", ["a\0b"] = "not \"a" } do
      local done, mistake = pcall(function() return (item:save_in(argument)) end)
      assert.is_false(done)
      assert.is_truthy(mistake:find("save_file_spec.lua:%d+: save_in takes the path of a folder"),
                       mistake)
      assert.is_truthy(mistake:find(words, 1, true), mistake)
    end
    for _, name in ipairs { "save", "save_in" } do
      local done, mistake = pcall(function() return (item[name](item, "x", { deadlin = 1 })) end)
      assert.is_false(done)
      assert.is_truthy(mistake:find "save_file_spec.lua:%d+: inboxes.*unknown option 'deadlin'",
                       mistake)
    end
    assert.is_truthy(helper.mistake(item.save_in, "x"):find("colon", 1, true))
  end)
end)
