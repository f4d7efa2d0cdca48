/* SPDX-License-Identifier: MIT */
/*
 * The engine in a loop of libuv, beside a timer of the host's own. The loop ends when nothing is
 * watched any more.
 *
 *     cc libuv.c $(pkg-config --cflags --libs agentmail libuv) -o libuv
 *     ./libuv INBOX ...              with AGENTMAIL_API_KEY and AGENTMAIL_BASE_URL
 */
#define _GNU_SOURCE
#include <uv.h>

#include "inboxes.h"

static void on_ready(uv_poll_t *mail, int status, int events)
{
    (void)events;
    if (status < 0)
        fprintf(stderr, "%s\n", uv_strerror(status));
    if (status < 0 || !inboxes_step(mail->data))
        uv_poll_stop(mail);
}

static void on_second(uv_timer_t *timer)
{
    (void)timer;
    printf("a second has passed\n");
}

int main(int argc, char **argv)
{
    uv_loop_t *loop = uv_default_loop();
    uv_poll_t mail;
    uv_timer_t timer;
    inboxes all = inboxes_begin(argv + (argc > 0));
    if (!all.unfinished)
        return am_engine_free(all.engine), all.failed > 0;
    int status = uv_poll_init(loop, &mail, am_engine_pollfd(all.engine));
    if (status == 0)
        status = uv_timer_init(loop, &timer);
    if (status < 0)
        return fprintf(stderr, "%s\n", uv_strerror(status)), 1;
    mail.data = &all;
    uv_poll_start(&mail, UV_READABLE, on_ready);
    uv_timer_start(&timer, on_second, 1000, 1000);
    uv_unref((uv_handle_t *)&timer); /* alone it does not keep the loop alive */
    uv_run(loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&mail, NULL); /* before the engine closes its descriptor */
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    am_engine_free(all.engine);
    return uv_loop_close(loop) != 0 || all.unfinished || all.failed;
}
