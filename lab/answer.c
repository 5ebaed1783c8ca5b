/* Fault rules on the way out: refuse, delay, stall, garble, cut. */
#include "answer.h"

bool answer_open(const struct answer *a)
{
	return a->rq != NULL;
}

/* The request is gone or will be in a moment; the owner hears of it when nobody is inside it any
 * more. */
static void finish(struct answer *a, enum tally how)
{
	stats_add(a->tab, how, 1);
	a->rq = NULL;
	iv_timer_stop(&a->delay);
	iv_defer(a->lab->loop, a->over, a->arg);
}

static void client_left(void *arg)
{
	struct answer *a = arg;

	finish(a, TALLY_CANCELLED);
}

static void writable(void *arg)
{
	struct answer *a = arg;

	if (a->rq && a->room && !a->stalled)
		a->room(a->arg);
}

static void cut(struct answer *a)
{
	struct iv_http_req *rq = a->rq;

	finish(a, TALLY_FAULTED);
	iv_http_stream_abort(rq);
}

static void refuse(struct answer *a)
{
	static const char text[] =
		"{\"error\":{\"message\":\"refused by a fault rule\",\"type\":\"lab\","
		"\"param\":null,\"code\":\"fault\"}}";
	struct iv_http_req *rq = a->rq;

	finish(a, TALLY_FAULTED);
	iv_http_reply(rq, a->fault.status, "application/json", iv_str(text));
}

static void garble(struct answer *a)
{
	static const char bytes[] =
		"<html>\x01\xff\xfe\r\ndata: {\"choices\":[{\"delta\":\n\ndata: nothing\n\n"
		"{\"type\":\"Results\",\"channel\":[[[\x80</html>";
	struct iv_http_req *rq = a->rq;

	finish(a, TALLY_FAULTED);
	iv_http_stream_begin(rq, 200, "text/html");
	(void)iv_http_stream_write(rq,
				   (struct iv_str){bytes, sizeof(bytes) - 1}); /* far from full */
	iv_http_stream_end(rq);
}

static void run(void *arg)
{
	struct answer *a = arg;

	if (a->fault.reset) {
		cut(a);
	} else if (a->fault.status) {
		refuse(a);
	} else if (a->fault.garbage) {
		garble(a);
	} else if (a->fault.empty) {
		struct iv_http_req *rq = a->rq;

		finish(a, TALLY_FAULTED);
		iv_http_stream_begin(rq, 200, "application/octet-stream");
		iv_http_stream_end(rq);
	} else if (a->fault.stall) {
		a->stalled = true;
		iv_http_stream_begin(a->rq, 200, "application/octet-stream");
	} else {
		a->go(a->arg);
	}
}

void answer_start(struct answer *a, struct lab *lab, struct iv_http_req *rq,
		  enum lab_service service, struct iv_str call_id, void (*go)(void *arg),
		  void (*over)(void *arg), void *arg)
{
	*a = (struct answer){.lab = lab, .rq = rq, .go = go, .over = over, .arg = arg};
	a->tab = stats_open(lab->stats, service, call_id);
	a->fault = faults_take(lab->faults, service);
	stats_add(a->tab, TALLY_BYTES_IN, (int64_t)iv_http_body(rq).len);
	iv_timer_init(&a->delay, lab->loop, run, a);
	iv_http_on_close(rq, client_left, a);
	iv_http_on_writable(rq, writable, a);
	if (a->fault.delay_ms)
		iv_timer_in_ms(&a->delay, a->fault.delay_ms);
	else
		run(a);
}

void answer_begin(struct answer *a, const char *content_type)
{
	if (a->rq)
		iv_http_stream_begin(a->rq, 200, content_type);
}

/* How many of n bytes still leave before a limit at `after`. */
static size_t before(const struct answer *a, int64_t after, size_t n)
{
	int64_t left = after - a->sent;

	return left <= 0 ? 0 : left < (int64_t)n ? (size_t)left : n;
}

bool answer_write(struct answer *a, struct iv_str bytes)
{
	bool room = true;

	if (!a->rq || a->stalled)
		return false;
	if (a->fault.cut_after >= 0)
		bytes.len = before(a, a->fault.cut_after, bytes.len);
	if (a->fault.stall_after >= 0)
		bytes.len = before(a, a->fault.stall_after, bytes.len);
	if (bytes.len)
		room = iv_http_stream_write(a->rq, bytes);
	a->sent += (int64_t)bytes.len;
	stats_add(a->tab, TALLY_BYTES_OUT, (int64_t)bytes.len);
	if (a->fault.cut_after >= 0 && a->sent >= a->fault.cut_after) {
		cut(a);
		return false;
	}
	a->stalled = a->fault.stall_after >= 0 && a->sent >= a->fault.stall_after;
	return room && !a->stalled;
}

void answer_on_room(struct answer *a, void (*room)(void *arg))
{
	a->room = room;
}

void answer_end(struct answer *a)
{
	struct iv_http_req *rq = a->rq;

	if (!rq || a->stalled)
		return;
	finish(a, TALLY_COMPLETED);
	iv_http_stream_end(rq);
}

void answer_whole(struct answer *a, int status, struct iv_str json)
{
	struct iv_http_req *rq = a->rq;

	if (!rq)
		return;
	stats_add(a->tab, TALLY_BYTES_OUT, (int64_t)json.len);
	finish(a, status < 300 ? TALLY_COMPLETED : TALLY_FAULTED);
	iv_http_reply(rq, status, "application/json", json);
}
