/* iv_upload: the body of a request, straight into a file. A piece is written and digested by a worker thread while the
 * next one waits with the client: a body takes the memory of one piece, however large it is. For rows with
 * IV_API_PIECES, whose body is one of their media. */
#ifndef IV_UPLOAD_H
#define IV_UPLOAD_H

#include "iv_api.h"

#define IV_UPLOAD_PATH 700
#define IV_UPLOAD_HEAD 64

struct iv_upload {
	struct iv_op op;
	char path[IV_UPLOAD_PATH]; /* of the file; its folders are made. Until it is whole it is called PATH.part */
	/* NULL, or called once before anything is written, with the body's first 64 bytes (the whole of a shorter one).
	 * False refuses the body, with *e. It may set or change the path. */
	bool (*look)(struct iv_upload *u, struct iv_str head, struct iv_err *e);
	struct iv_api_call *call;
	struct upload_job *job;
	int64_t bytes; /* both when it is done */
	char sha256[65];
};

/* A step's operation. Behind it the file is whole, on the disk, and the step's to keep or to remove; when it fails there
 * is none. IV_ETOOBIG: more than the row takes; IV_EINVAL: malformed; IV_ETIMEDOUT: it stopped coming; IV_EDRAINING: the
 * disk is full. A client that leaves before the body is whole ends the flow, whatever it asked to be remembered. */
enum iv_flow_next iv_upload_take(struct iv_api_call *c, struct iv_upload *u);
/* Removes a file of ours in a worker thread; nobody waits for it. */
void iv_upload_remove(struct iv_services *s, const char *path);

#endif
