/* SPDX-License-Identifier: MIT */
/* A doubly linked ring whose links are part of the objects. A link that is in no ring is zero. */
#ifndef AM_LIST_H
#define AM_LIST_H

#include <stddef.h>

typedef struct am_link {
    struct am_link *previous, *next;
} am_link;

/* The object that contains a link. */
#define AM_OWNER(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

static inline void am_list_init(am_link *list)
{
    list->previous = list->next = list;
}

static inline am_link *am_list_first(const am_link *list)
{
    return list->next == list ? NULL : list->next;
}

static inline void am_list_append(am_link *list, am_link *link)
{
    link->previous = list->previous;
    link->next = list;
    list->previous->next = link;
    list->previous = link;
}

/* Takes a link out of its ring; does nothing if it is in none. */
static inline void am_list_remove(am_link *link)
{
    if (!link->next)
        return;
    link->previous->next = link->next;
    link->next->previous = link->previous;
    link->previous = link->next = NULL;
}

#endif
