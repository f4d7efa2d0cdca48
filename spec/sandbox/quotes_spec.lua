-- SPDX-License-Identifier: MIT
-- The text of a reply without its quotes, in the forms that mail programs use.
local quoted_html = require "agentmail.sandbox.mail.quoted_html"
local quotes = require "agentmail.sandbox.mail.quotes"

describe("a text without its quotes", function()
  local function keeps(expected, text)
    assert.equal(expected, quotes.without(text))
    assert.equal(expected, quotes.without((text:gsub("\n", "\r\n"))))
  end

  it("has no attribution in any language, on one line or more", function()
    for _, line in ipairs {
      "On Mon, Jan 5, 2026 at 10:00 AM Ann Smith <ann@example.com> wrote:",
      "On Mon, Jan 5, 2026 at 10:00 AM Ann Smith <ann@example.com>\nwrote:",
      "On 1/5/26 10:00, Ann\nSmith (of the desk)\n<ann@example.com> wrote:",
      "Ann Smith <ann@example.com> writes:", "Ann wrote on Monday:",
      "Am 5. Januar 2026 um 10:00 schrieb Ann <ann@example.com>:",
      "Am Mo., 5. Jan. 2026 um 10:00 Uhr schrieb Ann\n<ann@example.com>:",
      "Ann schrieb am 05.01.26 um 10:00:",
      "Le lun. 5 janv. 2026 à 10:00, Ann <ann@example.com> a écrit :",
      "Le 05/01/2026 à 10:00, Ann a écrit\194\160:",
      "El lun, 5 ene 2026 a las 10:00, Ann (<ann@example.com>) escribió:",
      "El 5/1/26 a las 10:00, Ann\nescribió:",
      "Il giorno lun 5 gen 2026 alle ore 10:00 Ann <ann@example.com> ha scritto:",
      "Il 05/01/26 10:00, Ann ha scritto:",
      "Em seg., 5 de jan. de 2026 às 10:00, Ann <ann@example.com> escreveu:",
      "Em 05/01/2026 10:00, Ann escreveu:",
      "Op ma 5 jan 2026 om 10:00 schreef Ann <ann@example.com>:",
      "Op 5-1-2026 om 10:00 heeft Ann het volgende geschreven:",
      "W dniu 5.01.2026 o 10:00, Ann pisze:",
      "pon., 5 sty 2026 o 10:00 Ann <ann@example.com> napisał(a):",
      "Den mån 5 jan. 2026 kl 10:00 skrev Ann <ann@example.com>:",
      "Den 05-01-2026 kl. 10:00 skrev Ann:",
      "man. 5. jan. 2026 kl. 10:00 skrev Ann <ann@example.com>:",
      "пн, 5 янв. 2026 г. в 10:00, Ann <ann@example.com>:",
      "05.01.2026 10:00, Ann пишет:", "5 января 2026 г. 10:00 пользователь Ann написал:",
      "Ann <ann@example.com> 于2026年1月5日周一 10:00写道：", "在 2026-01-05 10:00:00，Ann 写道：",
      "2026年1月5日(月) 10:00 Ann <ann@example.com>:", "Annさんは書きました:",
      "2026년 1월 5일 (월) 오전 10:00, Ann <ann@example.com>님이 작성:",
      "Ann kirjoitti 5.1.2026 klo 10:00:", "Dne 5. 1. 2026 v 10:00 Ann napsal(a):",
    } do
      keeps("above\n\nbelow", "above\n\n" .. line .. "\n> q\n>> older\n\nbelow")
      keeps("above", "above\n\n" .. line .. "\n\n> q\n")
      keeps("below", line .. "\n> q\n\nbelow\n")
    end
  end)

  it("keeps the text between quotes, almost unchanged", function()
    keeps("one\ntwo", "> a\none\n> b\ntwo\n> c")
    keeps("one\n\ntwo", "> a\n\none\n\n> b\n\ntwo")
    keeps("one\n\n\ntwo", "one\n\n\ntwo\n\n> q")
    keeps("one\n-- \nAnn", "> q\n\none\n-- \nAnn\n")
    keeps("one", " > a\n  >> b\n\none")
  end)

  it("keeps what only looks like an attribution", function()
    keeps("I said:\nno.", "I said:\n> q\nno.")
    keeps("As Ann wrote:\n\nnothing.", "As Ann wrote:\n\nnothing.")
    keeps("a > b", "a > b")
    keeps(">From here on\nit goes", ">From here on\nit goes")
    keeps("Ann wrote a book.", "Ann wrote a book.\n> q")
  end)

  it("ends where the whole original is appended", function()
    for _, line in ipairs { "-----Original Message-----", "-----Ursprüngliche Nachricht-----",
      "-----Message d'origine-----", "-----Mensaje original-----", "-----Исходное сообщение-----",
      "------------------ 原始邮件 ------------------", "________________________________" } do
      keeps("Yes.", "Yes.\n\n" .. line .. "\nFrom: A\nSent: Monday\nTo: B\nSubject: s\n\nold")
    end
    for _, head in ipairs {
      "*From:* A\n*Sent:* Monday\n*To:* B\n*Subject:* s", "Von: A\nGesendet: x\nAn: B\nBetreff: s",
      "De : A\nEnvoyé : x\nÀ : B\nObjet : s", "De: A\nEnviado: x\nPara: B\nAsunto: s",
      "Da: A\nInviato: x\nA: B\nOggetto: s", "Van: A\nVerzonden: x\nAan: B\nOnderwerp: s",
      "Od: A\nWysłano: x\nDo: B\nTemat: s", "Från: A\nSkickat: x\nTill: B\nÄmne: s",
      "Fra: A\nSendt: x\nTil: B\nEmne: s", "От: A\nОтправлено: x\nКому: B\nТема: s",
      "发件人: A\n发送时间: x\n收件人: B\n主题: s", "差出人: A\n送信日時: x\n宛先: B\n件名: s",
    } do
      keeps("Yes.", "Yes.\n\n" .. head .. "\n\nold")
    end
  end)

  it("is never empty if anything is not quoted", function()
    local forwarded = "---------- Forwarded message ---------\nFrom: A\nDate: x\nSubject: s\nTo: B"
      .. "\n"
    keeps(forwarded .. "\nold", forwarded .. "\nold")
    keeps("see\n\n" .. forwarded .. "\nold", "see\n\n" .. forwarded .. "\nold")
    keeps("From: A\nSent: x\nTo: B\n\nold", "From: A\nSent: x\nTo: B\n\nold")
    local original = "-----Original Message-----\nFrom: A\n\nold"
    keeps(original, original)
    keeps("", "> all of it")
    keeps("", "")
    assert.is_nil(quotes.without(nil))
  end)
end)

describe("HTML without its quotes", function()
  local function keeps(expected, page) assert.equal(expected, quoted_html.without(page)) end

  it("has no quoted block, nor its attribution", function()
    keeps('<div>Yes</div><br><div class="gmail_quote"></div>',
      '<div>Yes</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, A &lt;'
      .. '<a href="mailto:a@x">a@x</a>&gt; wrote:<br></div><blockquote class="gmail_quote">old'
      .. "<blockquote>older</blockquote></blockquote></div>")
    keeps("<html><body><p></p><p>below</p></body></html>", "<html><body><p>On 5 May Ann wrote:</p>"
      .. '<blockquote type="cite"><p>q</p></blockquote><p>below</p></body></html>')
    keeps("Ja<br><br>", "Ja<br>Am 5. Mai schrieb B &lt;b@x.example&gt;:<br><blockquote>q"
      .. "</blockquote>")
    keeps("<p>a</p><p>b</p>", '<p>a</p><div class="moz-cite-prefix">B wrote:</div><blockquote>q'
      .. "</blockquote><p>b</p>")
    keeps("<div>top</div>", '<div>top</div><div class="protonmail_quote">q<div>r</div></div>')
  end)

  it("ends where the original begins, and closes open elements", function()
    keeps("<html><body><p>top</p></body></html>", '<html><body><p>top</p><div id="appendonsend">'
      .. '</div><hr><div id="divRplyFwdMsg"><b>From:</b> A</div><div>old</div></body></html>')
  end)

  it("stays byte for byte if nothing is quoted, or everything", function()
    for _, page in ipairs { "<p>a &lt; b</p>\r\n", "a < b", "<!-- <blockquote> --><p>x</p>", "",
      "<blockquote>all</blockquote>", "<BLOCKQUOTE><img src=x></BLOCKQUOTE>" } do
      keeps(page, page)
    end
    keeps("<p>x</p>", "<p>x</p><BLOCKQUOTE>never closed")
    assert.is_nil(quoted_html.without(nil))
  end)
end)
