-- SPDX-License-Identifier: MIT
-- Raw messages from the API show another implementation, Python's email package, what was sent.
local base64 = require "agentmail.sandbox.store.base64"
local http = require "spec.support.http"
local json = require "agentmail.sandbox.http.json"

local A = "/v0/inboxes/a@agentmail.to/messages"
local PYTHON = os.execute "unset LD_PRELOAD; python3 -c 'import email.policy' 2>/dev/null"

describe("a raw message", function()
  local sandbox, api = http.sandbox({ namespace = "raw" }, "a", "b")
  local ok = http.ok

  local function raw_of(id)
    local raw = ok(api("GET", A .. "/" .. http.escape(id) .. "/raw"))
    local connection = http.connect(sandbox.url)
    local _, bytes = connection:request("GET", raw.download_url:sub(#sandbox.url + 1))
    connection:close()
    assert.equal(raw.size, #bytes)
    return bytes
  end

  -- What Python finds in the raw messages with these ids.
  local function read(ids)
    local paths = {}
    for i, id in ipairs(ids) do
      paths[i] = os.tmpname()
      local file <close> = assert(io.open(paths[i], "wb"))
      file:write(raw_of(id))
    end
    local pipe = io.popen("unset LD_PRELOAD; python3 spec/support/read_mail.py "
                          .. table.concat(paths, " "))
    local output = pipe:read "a"
    pipe:close()
    for _, path in ipairs(paths) do os.remove(path) end
    local found = json.decode(output)
    for _, mail in ipairs(found) do
      assert.same({}, mail.defects)
      assert.is_true(mail.longest_word <= 75, mail.longest_word)
      assert.is_true(mail.longest_head <= 998 and mail.longest_line <= 1000)
      assert.same({ 0, 0 }, { mail.bare_newlines, mail.eight_bit })
      for _, part in ipairs(mail.parts) do part.content = base64.decode(part.content) end
    end
    return found
  end

  -- A Python test: without Python they are counted as skipped.
  local function by_python(name, test)
    it(name, function()
      if not PYTHON then return pending "python3 is not here" end
      test()
    end)
  end

  local function send(body) return ok(api("POST", A .. "/send", body)).message_id end

  -- A name and an address, as accepted by the API.
  local function mailbox(pair)
    if pair[1] == "" then return pair[2] end
    return '"' .. pair[1]:gsub('[\\"]', "\\%0") .. '" <' .. pair[2] .. ">"
  end

  local function mailboxes(pairs)
    local list = json.array {}
    for i, pair in ipairs(pairs) do list[i] = mailbox(pair) end
    return list
  end

  local TEXTS = {
    "plain", "Doe, Jane", 'the "best" one', "back\\slash", "Ünï, Çödé; <x@y>", "日本語の件名",
    ("ä"):rep(100), ("long "):rep(60) .. "end", "=?utf-8?q?not=20encoded?=", "a  b   c", "(c) [d]",
    "😀 " .. ("😀"):rep(30), "x" .. ("y"):rep(300), "a@b: c", "ß", "e\u{301}", "100 % =3D _ ?",
    "Re: Grüße an alle, die da sind, und an die anderen, die erst später kommen werden",
  }

  -- Text that looks like an encoded word is decoded in file names: many programs write it so.
  local function filename(text) return (text:gsub("=%?", "=")) end

  by_python("has its subject, names and addresses", function()
    local ids, sent = {}, {}
    for i, text in ipairs(TEXTS) do
      local other = TEXTS[i % #TEXTS + 1]
      sent[i] = {
        to = { { text, "p@example.com" }, { "", "q@example.com" }, { other, "r+x@example.com" } },
        cc = { { other, "s@example.com" } }, reply_to = { { text, "t@example.com" } }, text = text,
      }
      ids[i] = send { to = mailboxes(sent[i].to), cc = mailboxes(sent[i].cc), subject = text,
                      reply_to = mailboxes(sent[i].reply_to), text = text,
                      headers = { ["X-Text"] = text, ["X-A-Name-That-Is-Very-Long-" ..
                        ("x"):rep(40)] = other } }
    end
    for i, mail in ipairs(read(ids)) do
      local text = sent[i].text
      assert.equal(text, mail.subject)
      assert.same({ { "", "a@agentmail.to" } }, mail.from)
      for _, field in ipairs { "to", "cc", "reply_to" } do
        assert.same(sent[i][field], mail[field])
      end
      assert.equal(text, mail.headers["X-Text"])
      assert.equal(ids[i], mail.message_id)
      assert.equal(text, mail.parts[1].content)
    end
  end)

  by_python("has its texts and files, each where it belongs", function()
    local png = base64.encode "\x89PNG\r\n\0"
    local function file(name, disposition, id, kind, content)
      return { filename = name, content_disposition = disposition, content_id = id,
               content = content or png, content_type = kind or "image/png" }
    end
    local cases = {
      { {}, "text/plain" },
      { { text = "t" }, "text/plain" },
      { { html = "<p>h</p>" }, "text/html" },
      { { text = "t", html = "<p>h</p>" }, "alternative(text/plain text/html)" },
      { { text = "t", attachments = { file "a" } }, "mixed(text/plain image/png)" },
      { { attachments = { file "a" } }, "image/png" },
      { { html = "<img src=cid:x>", attachments = { file("a", "inline", "x") } },
        "related(text/html image/png)" },
      { { text = "t", html = "<img src=cid:x>",
          attachments = { file "a", file("b", "inline", "<x>"), file("c", "attachment", "y") } },
        "mixed(alternative(text/plain related(text/html image/png)) image/png image/png)" },
      { { text = "t", attachments = { file("a", "inline", "x") } },
        "mixed(text/plain image/png)" },
      { { text = "t", attachments = { file("a", nil, nil, "multipart/mixed; boundary=x"),
                                      file("b", nil, nil, "no type"),
                                      file("c", nil, nil, "text/plain; charset=latin1") } },
        "mixed(text/plain application/octet-stream application/octet-stream text/plain)" },
      { { text = "t", attachments = { file("m.eml", nil, nil, "message/rfc822",
                                           base64.encode "Subject: in\r\n\r\nGrüße\r\n") } },
        "mixed(text/plain message/rfc822)" },
    }
    local ids = {}
    for i, case in ipairs(cases) do
      case[1].to = "p@example.com"
      ids[i] = send(case[1])
    end
    for i, mail in ipairs(read { table.unpack(ids, 1, #ids - 1) }) do
      assert.equal(cases[i][2], mail.tree)
      for _, part in ipairs(mail.parts) do
        if part.type == "image/png" then assert.equal("\x89PNG\r\n\0", part.content) end
      end
    end
    local related = read({ ids[8] })[1].parts
    assert.same({ "<x>", "inline", "b" },
                { related[3].content_id, related[3].disposition, related[3].filename })
    assert.same({ "attachment", "a", json.null },
                { related[4].disposition, related[4].filename, related[4].content_id })
    assert.matches("\r\n\r\nSubject: in\r\n\r\nGrüße\r\n", raw_of(ids[#ids]))
  end)

  by_python("has the bytes of its texts and the names of its files", function()
    local bodies = {
      "Grüße\n", "a\n\nb\n \n\t\n", "From here\n.\n..\n--\n-- \nsig", "a\rb", "two  \nblanks \n",
      ("x"):rep(5000), ("ä"):rep(5000), "--=_x\n--=_x--\n", "\n", "a\u{2028}b", "=3D=\n=20",
    }
    local ids = {}
    for i, body in ipairs(bodies) do
      ids[i] = send { to = "p@example.com", text = body, html = body,
                      attachments = { { filename = filename(TEXTS[i]),
                                        content = base64.encode(body) } } }
    end
    for i, mail in ipairs(read(ids)) do
      assert.equal(bodies[i], (mail.parts[1].content:gsub("\r\n", "\n")))
      assert.equal(bodies[i], (mail.parts[2].content:gsub("\r\n", "\n")))
      assert.equal(bodies[i], mail.parts[3].content)
      assert.equal(filename(TEXTS[i]), mail.parts[3].filename)
    end
  end)

  by_python("answers what it answers, and keeps to itself what is nobody's business", function()
    local first = send { to = "a@agentmail.to", bcc = { "b@agentmail.to" }, subject = "Hi" }
    local reply = ok(api("POST", A .. "/" .. http.escape(first) .. "/reply", {
      text = "yes", headers = { Subject = "other", ["Message-ID"] = "<x@y>", ["X:Y"] = "no",
                                Bcc = "c@x.yz", ["X_Y.z"] = "1\r\nBcc: d@x.yz" } })).message_id
    local mail = read({ reply })[1]
    assert.same({ "Re: Hi", reply, { first } }, { mail.subject, mail.message_id, mail.references })
    assert.equal(first, mail.headers["In-Reply-To"])
    assert.equal("1 Bcc: d@x.yz", mail.headers["X_Y.z"])
    assert.is_nil(mail.headers.Bcc)
    assert.is_nil(read({ first })[1].headers.Bcc)
    local id = sandbox:inbound { to = "a@agentmail.to", from = "Mail System <>", text = "x" }
      .message_id
    assert.same({ { "Mail System", "" } }, read({ id })[1].from)
    assert.matches("\nFrom: Mail System <>\r\n", "\n" .. raw_of(id))
  end)

  it("returns through the raw endpoint unchanged", function()
    for i, text in ipairs(TEXTS) do
      local id = send { to = mailbox { text, "b@agentmail.to" }, subject = text, text = text,
                        html = "<p>" .. text, headers = { ["X-Text"] = text },
                        attachments = { { filename = filename(text), content = "aGk=" } } }
      local sent = ok(api("GET", A .. "/" .. http.escape(id)))
      local bytes = raw_of(id):gsub("Message%-ID: %S+\r\n", "")
      local answer = sandbox:inbound(bytes, "b@agentmail.to")
      local got = ok(api("GET", "/v0/inboxes/b@agentmail.to/messages/"
                         .. http.escape(answer.message_id)))
      for _, field in ipairs { "from", "subject", "text", "html" } do
        assert.equal(sent[field], got[field], i)
      end
      assert.equal(text, got.headers["X-Text"])
      assert.equal(filename(text), got.attachments[1].filename)
      local bare = text:find '[()<>@,;:\\".%[%]]' and mailbox { text, "b@agentmail.to" }
        or text .. " <b@agentmail.to>"
      assert.equal(bare, got.to[1])
    end
  end)
end)
