/* iv_spool: append-only local files written off the loop. What is added waits in memory and goes out in
 * batches: one turn of a worker writes every file that has something and syncs the file system once.
 * A slow disk delays the batch, never a call; at the ceiling bytes are dropped and counted. */
#ifndef IV_SPOOL_H
#define IV_SPOOL_H

#include "iv_buf.h"
#include "iv_err.h"
#include "iv_loop.h"

struct iv_spools; /* the writer */
struct iv_spool;  /* one file */

struct iv_spools *iv_spools_new(struct iv_loop *l, int64_t flush_ms);
/* Writes everything out, then calls done from the loop. All files are closed by their owners before. */
void iv_spools_close(struct iv_spools *w, void (*done)(void *arg), void *arg);

/* The file is created (mode 0600, its directories too) by the first batch; `limit` bounds what may wait. */
struct iv_spool *iv_spool_open(struct iv_spools *w, const char *path, size_t limit_bytes);
/* False: dropped at the ceiling, or the file failed (disk full): counted in journal_errors_total. */
bool iv_spool_add(struct iv_spool *s, struct iv_str bytes);
/* For writers that build in place: append to it, never beyond its limit. */
struct iv_buf *iv_spool_buf(struct iv_spool *s);
/* Overwrites the first bytes of the file when it is closed (a WAV header with its final size). */
void iv_spool_set_header(struct iv_spool *s, struct iv_str bytes);
void iv_spool_close(struct iv_spool *s); /* s is dead; its bytes still go out */
/* The same; then `done` from the loop, once they are on the disk and synced, or never will be (whole false). */
void iv_spool_close_then(struct iv_spool *s, void (*done)(void *arg, bool whole), void *arg);

/* Reads a whole file (start-up and command line only: blocks). */
IV_MUST_CHECK bool iv_file_read(const char *path, size_t limit_bytes, struct iv_buf *out, struct iv_err *e);

#endif
