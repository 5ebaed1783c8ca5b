#ifndef SCRATCH_H
#define SCRATCH_H

#include <stdio.h>
#include <stdlib.h>

/* A name for mkdtemp() or mkstemp() where temporary files belong. */
#define SCRATCH(name, what) \
	((void)snprintf((name), sizeof(name), "%s/" what ".XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp"))

#endif
