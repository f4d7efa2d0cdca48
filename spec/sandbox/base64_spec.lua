-- SPDX-License-Identifier: MIT
local base64 = require "agentmail.sandbox.store.base64"

describe("the sandbox's base64", function()
  it("encodes and decodes", function()
    for bytes, text in pairs { [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==",
                               ["\0\255\n~"] = "AP8Kfg==" } do
      assert.equal(text, base64.encode(bytes))
      assert.equal(bytes, base64.decode(text))
    end
  end)
end)
