/* SPDX-License-Identifier: MIT */
/* The GMime binding in Lua states that come and go, one after another and several at once: a
 * process registers GLib's types once, however many states load them. */
#define _GNU_SOURCE
#include "unit.h"

#include "lua_lives.h"

enum { LIVES = 5, MAILS = 50 };

static const char script[] =
    "local path, mails = ...\n"
    "package.cpath = path\n"
    "local gmime = require 'agentmail.sandbox.gmime'\n"
    "local body = gmime.write { content_type = 'multipart/mixed', boundary = 'b', parts = {\n"
    "  { content_type = 'text/plain', text = 'h\\u{E9}' },\n"
    "  { content_type = 'application/pdf', bytes = 'x', filename = 'h\\u{E9}.pdf' } } }\n"
    "local mail = 'To: \"D, H\" <d@x>, =?koi8-r?Q?=EB?= (c) <e@x>\\r\\nSubject:\\r\\n'\n"
    "  .. ' =?iso-2022-jp?B?GyRCJDMbKEI=?=\\r\\n' .. body\n"
    "local endless = { content_type = 'multipart/mixed', boundary = 'b', parts = {} }\n"
    "endless.parts[1] = endless\n"
    "local good = 0\n"
    "for i = 1, mails do\n"
    "  local headers, parts = gmime.read(mail)\n"
    "  local list = gmime.addresses(headers[1].raw)\n"
    "  assert(list[1].name == 'D, H' and list[2].name == '\\u{41A}')\n"
    "  assert(headers[2].value == '\\u{3053}' and parts[2].filename == 'h\\u{E9}.pdf')\n"
    "  assert(gmime.utf8(parts[1].bytes, parts[1].charset) == 'h\\u{E9}')\n"
    "  assert(gmime.leaves(mail) == 2 and not pcall(gmime.write, endless))\n"
    "  good = good + 1\n"
    "end\n"
    "return good\n";

/* First, so that the threads initialize GMime at the same time. */
static void states_come_and_go_in_several_threads_at_once(void **state)
{
    (void)state;
    lua_lives_in_threads(script, LIVES, MAILS);
}

static void states_come_and_go_one_after_another(void **state)
{
    (void)state;
    lua_lives_in_turn(script, LIVES, MAILS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_come_and_go_in_several_threads_at_once),
        cmocka_unit_test(states_come_and_go_one_after_another),
    };
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
