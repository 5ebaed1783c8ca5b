/* Allocation of sizes that no peer chooses: running out is not a code path, the process ends. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdlib.h>

static inline void *must_calloc(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (!p)
		abort();
	return p;
}

#endif
