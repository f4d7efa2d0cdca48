-- SPDX-License-Identifier: MIT
local clock = require "agentmail.sandbox.store.clock"

describe("the sandbox's clock", function()
  it("reads durations", function()
    for text, ms in pairs { ["90s"] = 90000, ["25h"] = 90000000, ["1h30m"] = 5400000,
                            ["2d"] = 172800000, ["1.5s"] = 1500, ["10ms"] = 10 } do
      assert.equal(ms, (clock.duration(text)))
    end
    assert.equal(1500, (clock.duration(1.5)))
    for _, bad in ipairs { "", "h", "1", "1x", "-1s", "1h-2m", -1, 1 / 0, {}, true } do
      assert.is_nil((clock.duration(bad)))
    end
  end)

  it("reads ISO 8601 times in their common forms", function()
    for text, ms in pairs {
      ["1970-01-01"] = 0, ["2000-02-29T12:00:00Z"] = 951825600000,
      ["2030-05-01T12:00:00.25Z"] = 1903867200250, ["2030-05-01T14:00:00+02:00"] = 1903867200000,
      ["2030-05-01T12:00Z"] = 1903867200000, ["1969-12-31T23:59:59Z"] = -1000,
    } do
      assert.equal(ms, clock.parse(text), text)
    end
    for _, bad in ipairs { "", "x", "2030", "2030-13-01", "2030-01-32", "2030-01-01T25:00Z",
                           "2030-01-01T12:00:00x", "2030-01-01T12:00:00+2", 5 } do
      assert.is_nil(clock.parse(bad), tostring(bad))
    end
    assert.equal("2030-05-01T12:00:00.250Z", clock.text(1903867200250))
  end)
end)
