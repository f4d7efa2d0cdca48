-- SPDX-License-Identifier: MIT
local encoder = require "spec.support.encoder"
local labels = require "agentmail.object.labels"

local function set_of(array) return setmetatable(array, labels.mt) end

describe("the labels of an object", function()
  local set = set_of { "received", "unread", "needs-review" }

  it("are an array", function()
    assert.equal("received", set[1])
    assert.equal(3, #set)
    assert.is_nil(set[4])
    local seen = {}
    for _, label in ipairs(set) do seen[#seen + 1] = label end
    assert.same({ "received", "unread", "needs-review" }, seen)
  end)

  it("are a set, independent of case", function()
    assert.is_true(set.unread)
    assert.is_true(set.Unread)
    assert.is_true(set["Needs-Review"])
    assert.is_nil(set.replied)
  end)

  it("are compared in Unicode's lower case", function()
    local foreign = set_of { "größe", "σίσυφος", "жук", "łódź", "k" }
    for _, name in ipairs { "GRÖSSE", "größE", "ΣΊΣΥΦΟΣ", "Σίσυφος", "σίσυφοσ", "ЖУК", "Жук",
                            "ŁÓDŹ", "K", "\u{212A}" } do
      assert.equal(name ~= "GRÖSSE" or nil, foreign[name], name)
    end
    assert.is_nil(foreign["größ"])
    assert.is_nil(foreign["\xFF"])
  end)

  it("are a set of the array's current items", function()
    local own = set_of { "a" }
    own[2] = "b"
    assert.is_true(own.b)
    table.remove(own, 1)
    assert.is_nil(own.a)
  end)

  it("are sent as an array", function()
    assert.equal('["received","unread","needs-review"]', (encoder.value("strings", set, true)))
    assert.equal('["received","unread","needs-review"]',
                 (encoder.field("inboxes.drafts.create", "labels", set)))
  end)

  it("have only the array for pairs", function()
    local count = 0
    for _ in pairs(set) do count = count + 1 end
    assert.equal(3, count)
  end)
end)
