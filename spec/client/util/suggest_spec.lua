-- SPDX-License-Identifier: MIT
local names = require "agentmail.util.suggest"

describe("the suggestion for an unknown name", function()
  local known = { subject = true, to = true, text = true, labels = true, reply_to = true }

  it("is the nearest known name", function()
    assert.equal(" (did you mean 'subject'?)", names.suggestion("sbject", known))
    assert.equal(" (did you mean 'subject'?)", names.suggestion("Subject", known))
    assert.equal(" (did you mean 'labels'?)", names.suggestion("lables", known))
    assert.equal(" (did you mean 'reply_to'?)", names.suggestion("replyTo", known))
  end)

  it("is the name for what other libraries call it", function()
    assert.equal(" (did you mean 'to'?)", names.suggestion("recipients", known))
    assert.equal(" (did you mean 'text'?)", names.suggestion("body", known))
    assert.equal("", names.suggestion("timeout", known))
  end)

  it("is empty if no name is near", function()
    assert.equal("", names.suggestion("attachments", known))
    assert.equal("", names.suggestion(7, known))
    assert.equal("", names.suggestion("x", {}))
  end)

  it("is the same every time", function()
    for _ = 1, 20 do
      assert.equal(" (did you mean 'aa'?)", names.suggestion("ac", { ab = true, aa = true }))
    end
  end)

  it("lists the known names if none is near", function()
    local _, mistake = names.unknown("attachments", { b = 1, a = 1 }, "parameter")
    assert.equal("unknown parameter 'attachments'; known: a, b", mistake)
    _, mistake = names.unknown("attachments", {}, "parameter")
    assert.equal("unknown parameter 'attachments'; it takes none", mistake)
  end)
end)
