# SPDX-License-Identifier: MIT
"""Reads the mails in the given files with Python's email package; prints the contents as JSON."""
import base64
import email
import email.policy
import email.utils
import json
import re
import sys
from email.header import decode_header, make_header


def addresses(mail, name):
    """With the older of its two parsers: the newer leaves blanks between encoded words of names."""
    pairs = email.utils.getaddresses(map(str, mail.get_all(name, [])))
    return [[str(make_header(decode_header(who))), address] for who, address in pairs]


def part_of(part):
    if part.get_content_maintype() == "message":
        content = part.get_payload(0).as_bytes()
    else:
        content = part.get_payload(decode=True)
    return {
        "type": part.get_content_type(),
        "charset": part.get_content_charset(),
        "filename": part.get_filename(),
        "disposition": part.get_content_disposition(),
        "content_id": part["content-id"],
        "content": base64.b64encode(content).decode(),
    }


def leaves(part):
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        return [leaf for child in part.iter_parts() for leaf in leaves(child)]
    return [part_of(part)]


def tree(part):
    if part.get_content_maintype() != "multipart":
        return part.get_content_type()
    return part.get_content_subtype() + "(" + " ".join(map(tree, part.iter_parts())) + ")"


def read(path):
    with open(path, "rb") as file:
        raw = file.read()
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    old = email.message_from_bytes(raw)
    head = raw.split(b"\r\n\r\n", 1)[0]
    return {
        "from": addresses(old, "from"),
        "to": addresses(old, "to"),
        "cc": addresses(old, "cc"),
        "reply_to": addresses(old, "reply-to"),
        "subject": str(mail["subject"]),
        "message_id": str(mail["message-id"]).strip(),
        "references": str(mail["references"] or "").split(),
        "headers": {name: str(value) for name, value in mail.items()},
        "parts": leaves(mail),
        "tree": tree(mail),
        "defects": [repr(x) for part in mail.walk() for x in part.defects],
        "longest_word": max([len(x) for x in re.findall(rb"=\?[^\s]*\?=", raw)] or [0]),
        "longest_line": max(len(x) for x in raw.split(b"\r\n")),
        "longest_head": max(len(x) for x in head.split(b"\r\n")),
        "bare_newlines": len(re.findall(rb"(?<!\r)\n|\r(?!\n)", raw)),
        "eight_bit": sum(byte > 127 for byte in raw),
    }


print(json.dumps([read(path) for path in sys.argv[1:]]))
