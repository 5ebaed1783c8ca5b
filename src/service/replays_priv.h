/* What replays.c (the line of those who wait) and replays_far.c (other processes) share. */
#ifndef REPLAYS_PRIV_H
#define REPLAYS_PRIV_H

#include "iv_list.h"
#include "iv_replays.h"

enum { REPLAYS_ANSWER_MAX = 6 << 20 };

struct iv_replays {
	struct iv_loop *loop;
	struct iv_list jobs; /* the first one may be in the thread */
	size_t count;
	bool busy;
	struct iv_control *control; /* NULL: it is alone */
	const char *data_dir;
};

#endif
