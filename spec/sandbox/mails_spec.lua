-- SPDX-License-Identifier: MIT
-- Mails of all kinds through the raw endpoint. Each file in mails/ is the smallest example of one
-- thing and is named after it; this spec has the expected results. For what a text file cannot
-- contain, see mails_odd_spec.lua.
local http = require "spec.support.http"

local DESK = "/v0/inboxes/desk@agentmail.to/messages"

local function is(field, value) return { [field] = value } end
local function to(...) return { to = { ... } } end
local function from(sender) return { from = sender } end
local function subject(words) return { subject = words } end
local function text(body) return { text = body } end

-- An attachment as "name, type, disposition, content".
local function files(...) return { files = { ... } } end

local function named(name) return files(name .. ", text/plain, attachment, x") end
local function page(name) return files(name .. ", application/pdf, attachment, x") end

local expected = {
  -- lists of recipients: parsed before their names are decoded
  ["list-quoted-comma"] = to '"D, H" <desk@agentmail.to>',
  ["list-quoted-comma-and-more"] = to('"D, H" <desk@agentmail.to>', '"K; L" <k@x.example>'),
  ["list-quoted-quote"] = to '"D \\"H, J\\"" <desk@agentmail.to>',
  ["list-unquoted-comma"] = to '"Doe, Jane" <desk@agentmail.to>',
  ["list-encoded-comma"] = to '"D, J" <desk@agentmail.to>',
  ["list-encoded-comma-base64"] = to('"D, J" <desk@agentmail.to>', "k@x.example"),
  ["list-encoded-address"] = to '"a@b, <c>" <desk@agentmail.to>',
  ["list-encoded-in-quotes"] = to '"D, J" <desk@agentmail.to>',
  ["list-semicolons"] = to("desk@agentmail.to", "k@x.example"),
  ["list-empty-members"] = to("desk@agentmail.to", "k@x.example"),
  ["list-folded"] = to('"D, J" <desk@agentmail.to>', "k@x.example"),
  ["list-nonsense"] = to("desk@agentmail.to", "@@", "<>"),
  ["list-twice"] = to("k@x.example", "desk@agentmail.to"),
  ["list-group"] = { to = { '"D, H" <desk@agentmail.to>', "k@x.example" },
                     headers = { To = 'Team: "D, H" <desk@agentmail.to>, k@x.example;' } },
  ["list-group-and-more"] = to("k@x.example", "desk@agentmail.to"),
  ["list-group-encoded"] = { to = { "desk@agentmail.to" },
                             headers = { To = "Téam,: desk@agentmail.to;" } },
  ["list-group-open"] = to("desk@agentmail.to", "k@x.example"),
  ["list-group-empty"] = is("headers", { Cc = "undisclosed-recipients:;" }),

  -- senders
  ["from-comment"] = from "A <a@x.example>",
  ["from-comment-encoded"] = from '"Ä, B" <a@x.example>',
  ["from-comments-inside"] = from '"A (B)" <a@x.example>',
  ["from-comment-comma"] = from '"B, A" <a@x.example>',
  ["from-quoted-local-part"] = from '"a b, c"@x.example',
  ["from-route"] = from "A <a@x.example>",
  ["from-literal"] = from "a@[IPv6:1:2::3]",
  ["from-international"] = from "J <j@xn--bcher-kva.example>",
  ["from-several"] = { from = "A <a@x.example>",
                       headers = { From = "A <a@x.example>, b@x.example" } },
  ["from-several-sender"] = { from = "A <a@x.example>", headers = {
    From = "A <a@x.example>, b@x.example", Sender = "b@x.example" } },
  ["from-nobody"] = from "<>",
  ["from-nobody-named"] = from "Mail Delivery System <>",
  ["from-nobody-blank"] = from "<>",
  ["from-nobody-encoded"] = from '"Zustellung, gestört" <>',

  -- encoded words: those of one charset form one text
  ["subject-split-character"] = subject "ė",
  ["subject-split-base64"] = subject "ė",
  ["subject-split-both-ways"] = subject "ė",
  ["subject-split-group"] = subject "ė",
  ["subject-iso-2022-jp"] = subject "こ",
  ["subject-two-charsets"] = subject "КК x",
  ["subject-gb2312"] = subject "测试",
  ["subject-euc-kr"] = subject "가",
  ["subject-shift-jis"] = subject "こ",
  ["subject-windows-as-latin"] = subject "“q”",
  ["subject-unknown-charset"] = subject "café",
  ["subject-language"] = subject "Grüße an alle",
  ["subject-raw-utf-8"] = subject "Grüße",
  ["subject-not-encoded"] = subject "=?utf-8?Q?x and =?utf-8?Z?y?=",

  -- texts in any charset
  ["body-utf-16"] = text "hé", ["body-utf-16-no-mark"] = text "hé", ["body-utf-32"] = text "hé",
  ["body-utf-7"] = text "hé", ["body-utf-8-mark"] = text "hé", ["body-koi8-r"] = text "Привет",
  ["body-iso-8859-15"] = text "5 €", ["body-windows-1252"] = text "„x“ – 5 €",
  ["body-gb18030"] = text "汉字", ["body-unknown-charset"] = text "café",
  ["body-no-charset"] = text "café", ["body-iso-2022-jp"] = text "こ",
  ["body-charset-comment"] = text "да", ["body-charset-quotes"] = text "да",
  ["body-type-invalid"] = text "hi",
  ["body-html-meta"] = is("html", '<meta charset="windows-1251">К\n'),

  -- parts: none is lost
  ["boundary-upper-case-name"] = text "hi",
  ["boundary-upper-case-type"] = text "hi",
  ["boundary-case-differs"] = text "hi",
  ["boundary-is-prefix"] = text "a\n--Px\nb",
  ["boundary-prefix-nested"] = { text = "hi", files = { "f, text/plain, attachment, y" } },
  ["boundary-prefix-nested-inside"] = { text = "hi", files = { "f, text/plain, attachment, y" } },
  ["boundary-dashes"] = text "hi",
  ["boundary-quoted"] = text "hi",
  ["boundary-unclosed"] = { text = "hi", files = { "f, text/plain, attachment, y\n" } },
  ["boundary-unclosed-inside"] = { text = "hi", files = { "f, text/plain, attachment, y" } },
  ["boundary-unclosed-header"] = { text = "hi", files = { "f, text/plain, attachment, " } },
  ["boundary-missing"] = text "--b\n\nhi\n--b--",
  ["boundary-never-used"] = text "hi",
  ["boundary-no-empty-line"] = text "hi",
  ["boundary-text-behind"] = { text = "hi", files = { ", text/plain, attachment, and more\n" } },
  ["encoding-base64-multipart"] = text "LS1iCgpoaQotLWItLQo=",
  ["encoding-base64-two-runs"] = text "hi",
  ["encoding-base64-junk"] = text "hi",
  ["encoding-base64-no-padding"] = text "hi!",
  ["encoding-quoted-printable"] = text "hé = =zz",
  ["encoding-uuencode"] = text "hi!",
  ["encoding-unknown"] = text "hi",

  -- names of files
  ["name-star"] = named "é.pdf", ["name-star-parts"] = named "é b c.pdf",
  ["name-star-parts-plain"] = named "a b.pdf", ["name-star-charset"] = named "П.pdf",
  ["name-star-beside-plain"] = named "é.pdf", ["name-star-of-type"] = page "é.pdf",
  ["name-escaped-quote"] = named 'a"b.pdf', ["name-escaped-backslash"] = named "a\\b.pdf",
  ["name-semicolon"] = named "a;b=c.pdf", ["name-comments"] = named "b.pdf",
  ["name-bare-brackets"] = named "a (1).pdf", ["name-encoded"] = named "é.pdf",
  ["name-encoded-bare"] = named "é.pdf", ["name-encoded-split"] = named "é.pdf",
  ["name-encoded-of-type"] = page "é.pdf", ["name-blanks"] = named "a b.pdf",
  ["name-encoded-cut"] = named "é.pdf", ["name-encoded-mixed"] = named "é.pdf",
  ["name-star-unknown-charset"] = named "é.pdf",
  ["name-raw"] = named "é.pdf", ["name-upper-case"] = named "x.pdf",

  -- ids
  ["id-no-brackets"] = is("message_id", "<q1@x.example>"),
  ["id-no-at"] = is("message_id", "<q2>"),
  ["id-folded"] = is("message_id", "<q3@x.example>"),
  ["id-comment"] = is("message_id", "<q4@x.example>"),
  ["id-empty"] = from "a@x.example",
  ["id-answers"] = { in_reply_to = "<q1@x.example>",
                     references = { "<q0@x.example>", "<q1@x.example>" } },
  ["id-answers-phrase"] = is("in_reply_to", "<q1@x.example>"),

  -- headers
  ["header-repeated"] = is("headers", { ["X-Trace"] = "one\ntwo", Received = "by b\nby a" }),
  ["header-repeated-subject"] = { subject = "one", headers = { Subject = "one\ntwo" } },
  ["header-obsolete-blank"] = { from = "a@x.example", to = { "desk@agentmail.to" },
                                subject = "hi", text = "x" },
  ["header-byte-order-mark"] = { from = "a@x.example", subject = "hi", text = "x" },
  ["header-mbox-line"] = { from = "a@x.example", subject = "hi", text = "x" },
  ["header-no-empty-line"] = { subject = "hi", text = "and here it begins\nwith two lines" },
  ["header-line-not-folded"] = { subject = "a long subject", text = "x" },
  ["header-none"] = { from = "Sandbox Human <human@example.com>", to = {},
                      text = "just a text" },
  ["header-only"] = { subject = "hi", text = "" },

  -- authentication
  ["auth-fail"] = is("labels", { "received", "unread", "unauthenticated" }),
  ["auth-fail-folded"] = is("labels", { "received", "unread", "unauthenticated" }),
  ["auth-fail-second"] = is("labels", { "received", "unread", "unauthenticated" }),
  ["auth-pass"] = is("labels", { "received", "unread" }),
  ["auth-comment"] = is("labels", { "received", "unread" }),
  ["auth-none"] = is("labels", { "received", "unread" }),

  -- the text without its quotes; see quotes_spec.lua
  ["quote-above"] = is("extracted_text", "yes"),
  ["quote-between"] = is("extracted_text", "yes\n\nno"),
  ["quote-below"] = is("extracted_text", "Ja."),
  ["quote-original"] = is("extracted_text", "Yes."),

  -- whole messages
  bounce = { from = "Mail Delivery System <MAILER-DAEMON@x.example>",
             text = "It could not be delivered.", files = {
    ", message/delivery-status, attachment, Reporting-MTA: dns; x.example\n\n"
      .. "Final-Recipient: rfc822; k@x.example\nAction: failed",
    ", message/rfc822, attachment, From: desk@agentmail.to\nTo: k@x.example\n"
      .. "Subject: what came back\n\nhello" },
             headers = { ["Return-Path"] = "<>", ["Auto-Submitted"] = "auto-replied" } },
  related = { text = "see the cat", html = '<img src="cid:cat@x">', files = {
    ", image/png, inline, \x89PNG\r\n", ", text/calendar, attachment, BEGIN:VCALENDAR",
    ", text/plain, attachment, a second text" } },
}

describe("a mail through the raw door:", function()
  local sandbox, api = http.sandbox({ namespace = "mails" }, "desk")
  local ok = http.ok

  -- Its attachments, as in the table above.
  local function contents(message)
    local connection, list = http.connect(sandbox.url), {}
    for i, file in ipairs(message.attachments or {}) do
      local url = ok(api("GET", DESK .. "/" .. http.escape(message.message_id) .. "/attachments/"
                         .. file.attachment_id)).download_url
      local _, bytes = connection:request("GET", url:sub(#sandbox.url + 1))
      list[i] = ("%s, %s, %s, %s"):format(file.filename or "", file.content_type,
                                          file.content_disposition, bytes)
      assert.equal(#bytes, file.size)
    end
    connection:close()
    return list
  end

  local function read(name)
    local file <close> = assert(io.open("spec/sandbox/mails/" .. name .. ".eml", "rb"))
    return file:read "a"
  end

  local function received(bytes)
    local answer = ok(api("POST", "/_sandbox/v1/inbound?to=desk@agentmail.to", bytes,
                          { ["Content-Type"] = "message/rfc822" }))
    return ok(api("GET", DESK .. "/" .. http.escape(answer.message_id)))
  end

  local names = {}
  for name in pairs(expected) do names[#names + 1] = name end
  table.sort(names)

  for _, name in ipairs(names) do
    it(name, function()
      local bytes = read(name)
      local message = received(bytes)
      message.files = contents(message)
      for field, value in pairs(expected[name]) do assert.same(value, message[field], field) end
      assert.same(expected[name].files or {}, message.files)
      assert.equal(#bytes, message.size)
    end)
  end

  it("each file has an expected result", function()
    local pipe = io.popen "ls spec/sandbox/mails"
    for file in pipe:lines() do assert(expected[file:match "^(.*)%.eml$"], file) end
    pipe:close()
  end)

  it("without an envelope, its headers name the recipients", function()
    for _, name in ipairs { "list-quoted-comma", "list-encoded-comma", "list-group", "list-twice",
                            "list-semicolons", "list-nonsense", "from-nobody", "bounce" } do
      local answer = sandbox:inbound(read(name))
      assert.equal("desk@agentmail.to", answer.inbox_id, name)
      assert.equal(1, #answer.delivered, name)
    end
  end)

  it("with an envelope, its headers stay unchanged", function()
    ok(api("POST", "/v0/inboxes", { username = "other" }))
    local envelope = '"D, H" <desk@agentmail.to>, Other@agentmail.to, desk@agentmail.to'
    local answer = sandbox:inbound(read "list-quoted-comma", envelope)
    assert.equal(2, #answer.delivered)
    local message = ok(api("GET", "/v0/inboxes/other@agentmail.to/messages/"
                           .. http.escape(answer.message_id)))
    assert.same({ '"D, H" <desk@agentmail.to>' }, message.to)
    assert.error_matches(function() sandbox:inbound(read "from-comment", "x@agentmail.to") end,
                         "not found: x@agentmail.to")
  end)

  it("is returned with its original bytes", function()
    for _, name in ipairs { "bounce", "related", "header-byte-order-mark", "list-nonsense" } do
      local bytes = read(name)
      local message = received(bytes)
      local raw = ok(api("GET", DESK .. "/" .. http.escape(message.message_id) .. "/raw"))
      local connection = http.connect(sandbox.url)
      local _, given = connection:request("GET", raw.download_url:sub(#sandbox.url + 1))
      connection:close()
      assert.equal(bytes, given)
      assert.equal(#bytes, raw.size)
    end
  end)

  it("is in the thread of any message that it replies to", function()
    local first = ok(api("POST", DESK .. "/send", { to = "a@x.example", subject = "Hi" }))
    local bare = first.message_id:sub(2, -2)
    for _, header in ipairs {
      "In-Reply-To: " .. bare, "In-Reply-To: <lost@x.example> " .. first.message_id,
      'In-Reply-To: "A, B" of Monday ' .. first.message_id,
      "In-Reply-To: <lost@x.example>\nReferences: <other@x.example>, " .. bare,
      "References: " .. first.message_id .. " <lost@x.example>", "references :\n " .. bare,
      "References: <lost@x.example>\nReferences: <" .. bare:gsub("@", "\n @") .. ">",
    } do
      local answer = sandbox:inbound("From: a@x.example\n" .. header .. "\n\nx\n",
                                     "desk@agentmail.to")
      assert.equal(first.thread_id, answer.thread_id, header)
    end
    local answer = sandbox:inbound { to = "desk@agentmail.to", in_reply_to = bare }
    assert.equal(first.thread_id, answer.thread_id)
    assert.equal("<q9@x>", sandbox:inbound { to = "desk@agentmail.to", message_id = "q9@x" }
      .message_id)
  end)

  it("that replies to a mail is judged by the lists for replies", function()
    local first = ok(api("POST", DESK .. "/send", { to = "a@x.example", subject = "Hi" }))
    ok(api("POST", "/v0/lists/receive/block", { entry = "a@x.example" }))
    local function labels(header)
      return received("From: (c) A@X.example\n" .. header .. "\n\nx\n").labels
    end
    assert.same({ "received", "unread", "blocked" }, labels "X-Y: z")
    assert.same({ "received", "unread" },
                labels("In-Reply-To: <lost@x.example> " .. first.message_id))
  end)

  it("that fails DMARC is left out of lists, and can be requested", function()
    local failed = received(read "auth-fail").message_id
    assert.equal(0, ok(api("GET", DESK)).count)
    local list = ok(api("GET", DESK .. "?include_unauthenticated=true")).messages
    assert.same({ 1, failed }, { #list, list[1].message_id })
    received(read "auth-pass")
    assert.equal(1, ok(api("GET", DESK)).count)
  end)

  it("that a letter stands for fails as it is told to", function()
    local function labels(letter)
      letter.to = "desk@agentmail.to"
      local id = sandbox:inbound(letter).message_id
      return ok(api("GET", DESK .. "/" .. http.escape(id))).labels
    end
    local fails, passes = { "received", "unread", "unauthenticated" }, { "received", "unread" }
    local result = { ["authentication-results"] = "mx; dmarc=fail" }
    assert.same(fails, labels { auth = "fail" })
    assert.same(fails, labels { auth = "fail", labels = { "unauthenticated" } })
    assert.same(fails, labels { headers = result })
    assert.same(passes, labels { headers = result, auth = "pass" })
    assert.same(passes, labels {})
    assert.error_matches(function() labels { auth = "maybe" } end, "auth: expected pass or fail")
    local answer = ok(api("POST", "/_sandbox/v1/inbound?to=desk@agentmail.to&auth=fail",
                          "From: a@x.example\n\n", { ["Content-Type"] = "message/rfc822" }))
    assert.same(fails, ok(api("GET", DESK .. "/" .. http.escape(answer.message_id))).labels)
  end)

  it("may have no sender, and more recipients than the service sends to", function()
    local many = { "desk@agentmail.to" }
    for i = 1, 60 do many[#many + 1] = "p" .. i .. "@x.example" end
    local id = sandbox:inbound { to = many, from = "Mail Delivery System <>" }.message_id
    local message = ok(api("GET", DESK .. "/" .. http.escape(id)))
    assert.equal("Mail Delivery System <>", message.from)
    assert.equal(61, #message.to)
    assert.equal(61, #received("To: " .. table.concat(many, ", ") .. "\n\nx\n").to)
    assert.error_matches(function() sandbox:inbound { to = many, from = "nobody" } end, "from: ")
  end)
end)
