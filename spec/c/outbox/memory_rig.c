/* SPDX-License-Identifier: MIT */
#include "memory_rig.h"

#include "scarce.h"
#include "store_rig.h"

void memory_run(const memory_plan *plan, bool for_good)
{
    bool failed = true;
    long n = 0;
    plan->run(); /* what is allocated once */
    while (failed) {
        rig_empty();
        long live = scarce_live();
        scarce_fail(++n, for_good);
        int done = plan->run();
        failed = scarce_asked() >= n;
        scarce_fail(0, false);
        assert_int_equal(scarce_live(), live);
        if (!failed)
            assert_int_equal(done, plan->whole);
        plan->check(done);
    }
    print_message("# %ld allocations\n", n - 1);
    assert_true(n > plan->least);
}
