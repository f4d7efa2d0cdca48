-- SPDX-License-Identifier: MIT
-- What counts as a download: all bytes, as stored.

local download = require "spec.support.download"

local BYTES = "fifty bytes, no more and no less, for this one file"
local GZIP = { ["Content-Encoding"] = "gzip" }

local folder

before_each(function()
  folder = download.folder()
  folder:write("a.bin", "the old file")
end)

after_each(function() folder:remove() end)

-- Saves to a file and to a function, and reads: each must fail with these words and change nothing.
local function check_refused(extra, answer, words)
  local chunks = 0
  for _, get in ipairs {
    function(item) return item:save(folder:path "a.bin") end,
    function(item) return item:save_in(folder.name) end,
    function(item) return item:save(function() chunks = chunks + 1 end) end,
    function(item) return item:read() end,
  } do
    local none, message, failure = get(download.attachment { download.link(extra), answer })
    assert.is_nil(none)
    assert.same({ "bad_response", "not_applied", true },
                { failure.code, failure.outcome, failure.retryable }, message)
    assert.is_truthy(message:find(words, 1, true), message)
    assert.equal("the old file", folder:read "a.bin")
    assert.equal("a.bin", folder:names())
    assert.equal(0, chunks)
  end
end

local function check_saved(extra, answer, bytes)
  local item, log = download.attachment { download.link(extra), answer }
  local path, receipt = assert(item:save(folder:path "a.bin"))
  assert.same({ folder:path "a.bin", "applied", 1 }, { path, receipt.outcome, receipt.attempts })
  assert.equal(bytes, folder:read "a.bin")
  assert.equal("a.bin", folder:names())
  assert.equal("identity", log[2].headers["accept-encoding"])
  assert.equal(bytes, (assert(download.attachment { download.link(extra), answer }:read())))
end

describe("an answer with part of the bytes", function()
  it("is not a download", function()
    local known = { size = #BYTES }
    check_refused(known, download.file(BYTES:sub(1, -2)), "50 bytes came; the file has 51")
    check_refused(known, download.file(BYTES .. "!"), "52 bytes came; the file has 51")
    check_refused(known, download.file "", "0 bytes came; the file has 51")
    check_refused({ size = 0 }, download.file "x", "1 bytes came; the file has 0")
    local range = { ["Content-Range"] = "bytes 0-4/51" }
    check_refused(known, download.file(BYTES:sub(1, 5), range, 206),
                  "did not return the whole file (HTTP 206, bad_response)")
  end)

  it("is not a download with a status that promises no whole file", function()
    for _, size in ipairs { #BYTES, false } do
      for _, status in ipairs { 201, 202, 205, 206, 207, 226 } do
        check_refused({ size = size }, download.file(BYTES, nil, status),
                      "did not return the whole file (HTTP " .. status)
      end
      check_refused({ size = size }, { status = 204 },
                    "did not return the whole file (HTTP 204")
    end
  end)

  it("is replaced by that of the next attempt", function()
    local item = download.attachment({ download.link { size = #BYTES },
      download.file(BYTES:sub(1, 5), nil, 206), download.file(BYTES) },
      { limits = { attempts = 3, backoff_base = 0.001 } })
    local _, receipt = assert(item:save(folder:path "a.bin"))
    assert.equal(2, receipt.attempts)
    assert.equal(BYTES, folder:read "a.bin")
  end)

  it("is replaced by that of a retry", function()
    local item = download.attachment { download.link { size = #BYTES }, download.file "no",
                                       download.file(BYTES) }
    local _, _, failure = item:save_in(folder.name)
    assert.equal(folder:path "a (2).bin", (assert(failure:retry())))
    assert.equal("the old file", folder:read "a.bin")
    assert.equal(BYTES, folder:read "a (2).bin")
  end)
end)

describe("an answer with all of the bytes", function()
  it("is a download, also through a proxy, also of no bytes", function()
    check_saved({ size = #BYTES }, download.file(BYTES), BYTES)
    check_saved({ size = #BYTES }, download.file(BYTES, nil, 203), BYTES)
    check_saved({ size = 0 }, download.file "", "")
  end)

  it("needs no size if its end is marked", function()
    check_saved({ size = false }, download.file(BYTES), BYTES)
    check_saved({ size = false }, download.file "", "")
    check_saved({ size = "unknown" }, download.file(BYTES), BYTES)
  end)

  it("is kept as stored with any Content-Encoding", function()
    check_saved({ size = #BYTES }, download.file(BYTES, GZIP), BYTES)
    check_saved({ size = #BYTES }, download.file(BYTES, { ["Content-Encoding"] = "exi" }), BYTES)
    check_saved({ size = #BYTES }, download.file(BYTES, { ["Content-Encoding"] = "identity" }),
                BYTES)
    check_saved({ size = false }, download.file(BYTES, GZIP), BYTES)
  end)

  it("is not a download if it was encoded on the way, and says how", function()
    check_refused({ size = 200 }, download.file(BYTES, GZIP),
                  "51 bytes came, encoded as gzip, which was not asked for; the file has 200")
    check_refused({ size = 200 }, download.file(BYTES, { ["Content-Encoding"] = "br, GZip\1" }),
                  "encoded as br,?gzip?, which")
    check_refused({ size = 200 }, download.file(BYTES, { ["Content-Encoding"] = "Identity" }),
                  "51 bytes came; the file has 200")
  end)

  it("is checked for a raw message, too", function()
    local helper = require "spec.support.helper"
    local known = { message_id = "<m>", size = #BYTES, download_url = "{url}/file" }
    for answer, code in pairs { [BYTES] = false, [BYTES .. "!"] = "bad_response" } do
      local client = helper.scripted { { body = known }, download.file(answer) }
      local bytes, _, failure = client:inbox("a@b.c"):message("<m>"):raw():read()
      assert.equal(not code and BYTES or nil, bytes)
      assert.equal(code, failure and failure.code or false)
    end
  end)
end)
