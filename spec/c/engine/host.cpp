// SPDX-License-Identifier: MIT
// The public headers from C++: editors and mail clients are written in it.
#include "agentmail_operation.h"

int main()
{
    am_engine *engine = am_engine_new();
    am_value to = am_text("to", "a@b.c");
    bool made = engine != nullptr && to.kind == AM_VALUE_TEXT &&
                am_operation("inboxes.messages.send") != nullptr;
    am_engine_free(engine);
    return made ? 0 : 1;
}
