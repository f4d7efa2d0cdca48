-- SPDX-License-Identifier: MIT
-- Times of the API agree with the C library's calendar.

local calendar = require "agentmail.util.calendar"

describe("the stamp of a time", function()
  it("is the C library's date, and is read back", function()
    for time = -86400 * 366 * 100, 86400 * 366 * 400, 86400 * 17 + 12345 do
      assert.equal(os.date("!%Y-%m-%dT%H:%M:%S.000000Z", time), calendar.stamp(time))
      assert.equal(time, calendar.seconds(calendar.stamp(time)))
    end
    for _, date in ipairs { "2000-02-29", "2024-02-29", "2100-02-28", "1969-12-31" } do
      assert.equal(date .. "T00:00:00.000000Z", calendar.stamp(calendar.seconds(date)))
    end
  end)

  it("has microseconds", function()
    assert.equal("2026-08-31T12:00:00.250000Z",
                 calendar.stamp(calendar.seconds "2026-08-31T12:00:00Z" + 0.25))
    assert.equal("1969-12-31T23:59:59.500000Z", calendar.stamp(-0.5))
  end)
end)
