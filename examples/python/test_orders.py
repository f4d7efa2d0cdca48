# SPDX-License-Identifier: MIT
"""Tests of a program that sends mail, with unittest and urllib alone:

    python3 -m unittest test_orders.py

The sandbox is `agentmail-sandbox`, which the rock installs, or the command in $AGENTMAIL_SANDBOX:
"make -s -C agentmail-lua sandbox".
"""
import json
import os
import re
import subprocess
import unittest
import urllib.error
import urllib.parse
import urllib.request

READY = re.compile(
    r"control +(\S+)/info.*AGENTMAIL_BASE_URL=(\S+) AGENTMAIL_API_KEY=(\S+)\n", re.DOTALL
)
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy to this machine


class Sandbox:
    """A sandbox of its own, on a free port. Options are those of the program: "seed=7"."""

    def __init__(self, *options):
        command = os.environ.get("AGENTMAIL_SANDBOX", "agentmail-sandbox").split()
        self.process = subprocess.Popen(command + list(options), stdout=subprocess.PIPE, text=True)
        output, found = "", None
        while not found:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError(f"{command[0]} ended with status {self.process.wait()}")
            output += line
            found = READY.search(output)
        self.control_url, self.url, self.api_key = found.groups()

    def request(self, method, url, body=None, key=None):
        headers = {"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers, method=method)
        with DIRECT.open(request, timeout=30) as answer:
            return json.load(answer)

    def control(self, method, path, body=None):
        """An action of the control interface, as in control("POST", "faults", "lost_ack")."""
        return self.request(method, f"{self.control_url}/{path}", body)

    def api(self, method, path, body=None, key=None):
        return self.request(method, f"{self.url}/v0/{path}", body, key)

    def reset(self):
        self.control("POST", "reset")

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


# With the official package, in place of api(); this is not executed here:
#
#   from agentmail import AgentMail
#   from agentmail.environment import AgentMailEnvironment
#
#   here = AgentMailEnvironment(http=sandbox.url, websockets=sandbox.url.replace("http", "ws", 1))
#   client = AgentMail(api_key=sandbox.api_key, environment=here)


class Orders(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox()
        cls.addClassCleanup(cls.sandbox.close)

    def setUp(self):
        self.sandbox.reset()  # each test begins with nothing
        shop = self.sandbox.api("POST", "inboxes", {"username": "shop"})
        self.shop = "inboxes/" + urllib.parse.quote(shop["inbox_id"])

    def confirm(self, order):
        """What is tested: it sends again if no answer came, under the same key."""
        mail = {"to": "ann@example.com", "subject": f"Order {order}"}
        for attempt in range(2):
            try:
                path = f"{self.shop}/messages/send"
                return self.sandbox.api("POST", path, mail, key=f"order-{order}")
            except urllib.error.HTTPError:
                raise
            except OSError:
                if attempt == 1:
                    raise

    def test_an_order_is_confirmed_once_even_if_the_answer_is_lost(self):
        self.sandbox.control("POST", "faults", "lost_ack")
        message = self.confirm(1)
        sent = self.sandbox.control("GET", "sent")["sent"]
        self.assertEqual([message["message_id"]], [mail["message_id"] for mail in sent])
        self.assertEqual(2, len(sent[0]["attempts"]))

    def test_a_question_arrives(self):
        self.sandbox.control("POST", "inbound", {
            "to": "shop@agentmail.to", "from": "ann@example.com", "subject": "Where is it?",
        })
        messages = self.sandbox.api("GET", f"{self.shop}/messages")["messages"]
        self.assertEqual(["Where is it?"], [message["subject"] for message in messages])
        self.assertEqual(0, self.sandbox.control("GET", "sent")["count"])


if __name__ == "__main__":
    unittest.main()
