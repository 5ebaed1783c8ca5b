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

/* iv_replays_go whose answer is packed by the thread (packed.h): REPLAYS_PACKED_MAX at most, IV_ETOOBIG else. *bytes: of what
 * is packed. */
enum { REPLAYS_PACKED_MAX = 65000 };
enum iv_flow_next replays_go_packed(struct iv_replays *r, struct iv_flow *f, struct iv_replays_run *run, struct iv_str path,
				    struct iv_str settings, struct iv_buf *out, int64_t *bytes);

#endif
