-- SPDX-License-Identifier: MIT
-- Which proxy a client uses.

local proxy = require "agentmail.call.proxy"

describe("the proxy of a client", function()
  it("is none on loopback, in any spelling of that", function()
    for _, url in ipairs { "http://127.0.0.1:8025", "https://LOCALHOST/x", "http://[::1]:1",
                           "HTTP://127.9.8.7" } do
      assert.equal("", proxy.proxy_of({}, url), url)
    end
  end)

  it("is the environment's everywhere else", function()
    for _, url in ipairs { "https://api.agentmail.to", "http://127.0.0.1.example.com",
                           "http://localhost.example.com", "http://10.0.0.1", "http://[::2]" } do
      assert.is_nil(proxy.proxy_of({}, url), url)
    end
  end)

  it("is the one that the options name, on loopback too", function()
    assert.equal("http://p:1", proxy.proxy_of({ proxy = "http://p:1" }, "http://127.0.0.1"))
    assert.equal("", proxy.proxy_of({ proxy = "" }, "https://api.agentmail.to"))
  end)
end)
