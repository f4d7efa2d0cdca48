/* SPDX-License-Identifier: MIT */
/* Tells a forked child from the process that created an object. */
#define _GNU_SOURCE
#include "base/fork.h"

#include <sys/mman.h>
#include <unistd.h>

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

void am_fork_mark_set(am_fork_mark *mark)
{
    mark->owner = getpid();
    mark->page = NULL;
    void *page =
        mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return;
    if (madvise(page, page_size(), MADV_WIPEONFORK) != 0) { /* before Linux 4.14 */
        munmap(page, page_size());
        return;
    }
    mark->page = page;
    *mark->page = 1;
}

bool am_fork_mark_is_foreign(const am_fork_mark *mark)
{
    return mark->page ? *mark->page == 0 : mark->owner != getpid();
}

void am_fork_mark_free(am_fork_mark *mark)
{
    if (mark->page)
        munmap((void *)mark->page, page_size());
    mark->page = NULL;
}
