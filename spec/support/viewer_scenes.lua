-- SPDX-License-Identifier: MIT
-- Mail to look at on the sandbox's page: what its pictures in the guide show, and what it is tried
-- with.
local http = require "spec.support.http"

local scenes = {}

local SHOP = "/v0/inboxes/shop@agentmail.to"

local RECEIPT = [[<!DOCTYPE html><html><body style="margin:0;background:#f2f4f3">
<table width="900" align="center" cellpadding="0" cellspacing="0" style="font-family:sans-serif">
<tr><td style="background:#22604f;color:#fff;padding:26px 32px;font-size:22px">Your order has left
</td></tr><tr><td style="background:#fff;padding:24px 32px;font-size:15px;line-height:1.6">
<p>Dear Ann,</p><p>order <b>4711</b> left our desk today and will be with you on Thursday.</p>
<table width="100%%" cellpadding="8" style="border-collapse:collapse;font-size:14px">
<tr style="background:#eef3f1"><th align="left">Article</th><th align="right">Price</th></tr>
<tr><td>Lamp, blue</td><td align="right">49.00</td></tr>
<tr><td>Shade, small</td><td align="right">18.50</td></tr>
<tr><td><b>Sum</b></td><td align="right"><b>67.50</b></td></tr></table>
<p><img src="https://pictures.example.com/lamp.png" width="420" height="90" alt="lamp"></p>
<p>Yours, the shop</p></td></tr></table></body></html>]]

local LETTERS = {
  { "Eve Miller <eve@example.com>", "Invoice 2030-118", "Please find the invoice attached.",
    attachments = { { filename = "invoice-2030-118.pdf", content = ("aaaa"):rep(9000),
                      content_type = "application/pdf" },
                    { filename = "terms.txt", content = "aGVsbG8=" } } },
  { "Bank <service@bank.example>", "Your account", "Please confirm your data.", auth = "fail" },
  { "Newsletter <news@example.com>", "Lamps in May", "What is new in our shops this month.",
    labels = { "spam" } },
  { "Bob Stone <bob@example.com>", "Opening hours", "Are you open on Saturday?" },
  { "Dan Field <dan@example.com>", "Return of order 4690", "The shade does not fit. May I send it "
    .. "back, and how?" },
  { "Cleo Park <cleo@example.com>", "Thank you", "It came in time, and she was delighted." },
}

--- A shop with two inboxes, mails of all kinds, a draft and a lost answer.
function scenes.shop(sandbox, api)
  for _, name in ipairs { "shop", "support" } do -- "shop" may be there
    api("POST", "/v0/inboxes", { username = name })
  end
  for _, letter in ipairs(LETTERS) do
    sandbox:inbound { from = letter[1], to = "shop@agentmail.to", subject = letter[2],
                      text = letter[3], attachments = letter.attachments, auth = letter.auth,
                      labels = letter.labels }
    sandbox:advance "7m"
  end
  sandbox:inbound { from = "Fay Brook <fay@example.com>", to = "support@agentmail.to",
                    subject = "Password", text = "I cannot sign in any more." }
  local asked = sandbox:inbound { from = "Ann Example <ann@example.com>", to = "shop@agentmail.to",
    subject = "Where is order 4711?", text = "I ordered a lamp on Monday. Has it left?" }
  sandbox:advance "3m"
  http.ok(api("POST", SHOP .. "/messages/" .. http.escape(asked.message_id) .. "/reply",
    { text = "Dear Ann,\n\nyour order left our desk today.", html = RECEIPT:gsub("%%%%", "%%") },
    { ["Idempotency-Key"] = "reply-4711" }))
  http.ok(api("POST", SHOP .. "/messages/send", { to = "bounce@sandbox.test",
    subject = "Order 4688 is ready", text = "Please come and get it." },
    { ["Idempotency-Key"] = "order-4688" }))
  http.ok(api("POST", SHOP .. "/drafts", { to = { "gus@example.com" }, subject = "Offer",
                                           text = "Dear Gus," }))
  return asked
end

--- So many short mails in the inbox "shop".
function scenes.many(sandbox, count)
  local letters = {}
  for i = 1, count do
    letters[#letters + 1] = { to = "shop@agentmail.to", subject = "Question " .. i,
                              from = ("Person %d <p%d@example.com>"):format(i, i),
                              text = "Is number " .. i .. " still to be had?" }
    if #letters == 1000 or i == count then
      sandbox:plant { inbound = letters }
      letters = {}
    end
  end
end

return scenes
