-- SPDX-License-Identifier: MIT

local etag = require "agentmail.call.etag"

describe("the revision of an etag", function()
  it("is the number behind rv-, quoted or not, weak or not", function()
    for given, revision in pairs {
      ['"rv-7"'] = 7, ["rv-7"] = 7, ['W/"rv-12"'] = 12, ['"rv-0"'] = 0,
    } do
      assert.equal(revision, etag.revision(given), given)
      assert.equal("integer", math.type(etag.revision(given)))
    end
  end)

  it("is not told by any other", function()
    for _, given in ipairs { '"occ-7"', '"rv-"', '"rv-7x"', '"rv-1.5"', "*", "", 7, true,
                             '"rv-99999999999999999999"', '"rv-7", "rv-8"' } do
      assert.is_nil(etag.revision(given), tostring(given))
    end
    assert.is_nil(etag.revision(nil))
  end)
end)

describe("the etag of the current state", function()
  it("is the header's, else made of what the body tells", function()
    assert.equal('"rv-9"', etag.current('"rv-9"', { current_revision = 8 }))
    for told, made in pairs { [8] = '"rv-8"', ["8"] = '"rv-8"', ["rv-8"] = '"rv-8"',
                              ['"rv-8"'] = '"rv-8"', ["occ-1f"] = '"occ-1f"' } do
      assert.equal(made, etag.current(nil, { current_revision = told }))
      assert.equal(made, etag.current("", { current_revision = told }))
    end
  end)

  it("is nil when nothing is told", function()
    for _, said in ipairs { {}, { current_revision = "" }, { current_revision = true },
                            { current_revision = 1.5 } } do
      assert.is_nil(etag.current(nil, said))
    end
    assert.is_nil(etag.current(nil, nil))
  end)
end)
