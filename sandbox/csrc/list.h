/* SPDX-License-Identifier: MIT */
/* Lists whose links are part of the objects: `next`, and `link`, the pointer that points here. An
 * object can be removed without knowing its list. */
#ifndef AM_SANDBOX_LIST_H
#define AM_SANDBOX_LIST_H

/* Puts an object at the head of a list, which is a pointer to the first one. */
#define AM_LIST_ADD(list, object)                                                                  \
    do {                                                                                           \
        (object)->next = (list);                                                                   \
        (object)->link = &(list);                                                                  \
        if ((object)->next)                                                                        \
            (object)->next->link = &(object)->next;                                                \
        (list) = (object);                                                                         \
    } while (0)

/* Takes an object out of its list. */
#define AM_LIST_REMOVE(object)                                                                     \
    do {                                                                                           \
        *(object)->link = (object)->next;                                                          \
        if ((object)->next)                                                                        \
            (object)->next->link = (object)->link;                                                 \
    } while (0)

#endif
