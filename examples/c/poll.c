/* SPDX-License-Identifier: MIT */
/*
 * The engine in a loop around poll(), beside a timer of the host's own.
 *
 *     cc poll.c $(pkg-config --cflags --libs agentmail) -o poll
 *     ./poll INBOX ...               with AGENTMAIL_API_KEY and AGENTMAIL_BASE_URL
 */
#include <poll.h>

#include "inboxes.h"

int main(int argc, char **argv)
{
    inboxes all = inboxes_begin(argv + (argc > 0));
    bool goes_on = all.unfinished > 0;
    struct pollfd watched[] = {
        {.fd = goes_on ? am_engine_pollfd(all.engine) : -1, .events = POLLIN},
        {.fd = -1}}; /* yours */
    while (goes_on) {
        int ready = poll(watched, 2, 1000);
        if (ready < 0)
            return perror("poll"), 1;
        if (ready == 0)
            printf("a second without news\n");
        if (watched[0].revents)
            goes_on = inboxes_step(&all);
    }
    am_engine_free(all.engine);
    return all.failed > 0;
}
