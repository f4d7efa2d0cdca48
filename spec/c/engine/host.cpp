// SPDX-License-Identifier: MIT
// agentmail.h from C++: editors and mail clients are written in it.
#include "agentmail.h"

int main()
{
    am_engine *engine = am_engine_new();
    bool made = engine != nullptr;
    am_engine_free(engine);
    return made ? 0 : 1;
}
