/* SPDX-License-Identifier: MIT */
/*
 * The engine in a main loop of GLib, beside a timer of the host's own.
 *
 *     cc glib.c $(pkg-config --cflags --libs agentmail glib-2.0) -o glib
 *     ./glib INBOX ...               with AGENTMAIL_API_KEY and AGENTMAIL_BASE_URL
 */
#include <glib-unix.h>

#include "inboxes.h"

typedef struct program {
    GMainLoop *loop;
    inboxes all;
} program;

static gboolean on_ready(gint fd, GIOCondition condition, gpointer data)
{
    program *mine = data;
    (void)fd, (void)condition;
    if (inboxes_step(&mine->all))
        return G_SOURCE_CONTINUE;
    g_main_loop_quit(mine->loop);
    return G_SOURCE_REMOVE;
}

static gboolean on_second(gpointer data)
{
    (void)data;
    g_print("a second has passed\n");
    return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
    program mine = {.all = inboxes_begin(argv + (argc > 0))};
    if (mine.all.unfinished) {
        mine.loop = g_main_loop_new(NULL, FALSE);
        g_unix_fd_add(am_engine_pollfd(mine.all.engine), G_IO_IN, on_ready, &mine);
        guint timer = g_timeout_add_seconds(1, on_second, NULL);
        g_main_loop_run(mine.loop);
        g_source_remove(timer);
        g_main_loop_unref(mine.loop);
    }
    am_engine_free(mine.all.engine);
    return mine.all.failed > 0;
}
