/* iv_list: intrusive doubly linked list. A node not on a list points to itself. */
#ifndef IV_LIST_H
#define IV_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct iv_list {
	struct iv_list *prev, *next;
};

#define IV_CONTAINER(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))
/* The current node may be removed inside the loop. */
#define IV_LIST_EACH(node, head)                                                                   \
	for (struct iv_list *node = (head)->next, *node##_next = node->next; node != (head);       \
	     node = node##_next, node##_next = node->next)

static inline void iv_list_init(struct iv_list *l)
{
	l->prev = l->next = l;
}

static inline bool iv_list_empty(const struct iv_list *l)
{
	return l->next == l;
}

static inline void iv_list_append(struct iv_list *head, struct iv_list *node)
{
	node->prev = head->prev;
	node->next = head;
	head->prev->next = node;
	head->prev = node;
}

static inline void iv_list_remove(struct iv_list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	iv_list_init(node);
}

#endif
