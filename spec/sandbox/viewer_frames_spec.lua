-- SPDX-License-Identifier: MIT
-- What the page's frame makes of a mail's HTML, and what it tells about it.
local frames = require "agentmail.sandbox.viewer.frames"
local http = require "spec.support.http"

describe("a mail's HTML on the sandbox's page", function()
  it("is as wide as it says, in pixels", function()
    for html, width in pairs {
      ["<table width=900>"] = 900, ["<TABLE WIDTH='640'>"] = 640,
      ["<td style='width: 720px'>"] = 720, ["<td style='max-width:900px'>"] = 0,
      ["<td width='100%'>"] = 0, ["<td width=20>"] = 0, ["<td width=99999999999999999999>"] = 0,
      ["<table width=600><table width=800>"] = 800, ["width"] = 0, [""] = 0,
    } do
      assert.equal(width, frames.declared_width(html) or 0, html)
    end
  end)

  it("fills the pane where it has a look of its own", function()
    for html, laid_out in pairs {
      ["<p>Hi</p>"] = false, ["<table><tr>"] = true, ["<IMG src=x>"] = true,
      ["<div style='height:900px'>"] = true, ["<p style='padding: 40px'>"] = true,
      ["<images>"] = false, ["<p style='line-height-x'>"] = false,
    } do
      assert.equal(laid_out, frames.is_laid_out(html), html)
    end
  end)

  it("has pictures that are not loaded", function()
    for html, blocked in pairs {
      ["<img src='http://x.example/a.png'>"] = 1, ["<img src=/a.png><IMG SRC=\"//x/b\">"] = 2,
      ["<img src='data:image/png;base64,x'>"] = 0, ["<img src='cid:x'>"] = 0, ["<img alt=x>"] = 0,
      ["<p style='background:url( \"https://x.example/a\")'>"] = 1, ["<image src=x>"] = 0,
      ["<body background='http://x.example/b'>"] = 1, ["<script src='http://x.example'>"] = 0,
    } do
      assert.equal(blocked, frames.blocked_pictures(html), html)
    end
  end)

  it("keeps its document type and all but what connects without asking", function()
    local app = http.service().app
    local function prepared(html)
      local text = frames.prepare(app.db, html, 1)
      return (text:gsub("<style>.-</style>", "|", 1))
    end
    assert.equal("<!DOCTYPE html>|<p>Hi</p>", prepared "<p>Hi</p>")
    assert.equal("\n<!doctype HTML PUBLIC 'x'>|<p>", prepared "\n<!doctype HTML PUBLIC 'x'><p>")
    assert.equal("<!DOCTYPE html>|<x-LINK rel=x><x-iframe/src=x><linked><b>",
                 prepared "<LINK rel=x><iframe/src=x><linked><b>")
    assert.equal("<!DOCTYPE html>|<img src='cid:none'>", prepared "<img src='cid:none'>")
    app.db:close()
  end)
end)
