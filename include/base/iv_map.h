/* iv_map: hash map from bytes to a pointer, seeded per process against chosen collisions. Keys are
 * copied; values belong to the caller. */
#ifndef IV_MAP_H
#define IV_MAP_H

#include "iv_str.h"

struct iv_map;

struct iv_map *iv_map_new(void);
void iv_map_free(struct iv_map *m);
void *iv_map_get(const struct iv_map *m, struct iv_str key); /* NULL when absent */
void *iv_map_put(struct iv_map *m, struct iv_str key, void *value); /* returns what was there before */
void *iv_map_remove(struct iv_map *m, struct iv_str key); /* returns what was there */
size_t iv_map_count(const struct iv_map *m);
/* Calls fn for each pair; fn may remove the pair it was given and no other. */
void iv_map_each(struct iv_map *m, void (*fn)(void *arg, struct iv_str key, void *value), void *arg);

#endif
