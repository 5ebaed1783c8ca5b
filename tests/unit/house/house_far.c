/* A carrier's REST side that answers as it is told, down to half an answer: a socket and no HTTP server. One request for
 * each connection. It knows at most one call, the last one that it took. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "house.h"

enum { BYTES = 16384 }; /* of a request, of an answer */
enum shape { JAMBONZ, TWILIO, ELEVENLABS };

struct far far;
static struct {
	struct iv_loop *loop;
	uv_tcp_t door;
	int port;
	bool open, closing;
} at;

struct visitor {
	uv_tcp_t tcp;
	uv_write_t write;
	size_t len;
	char in[BYTES], out[BYTES];
};

void far_reset(void)
{
	far = (struct far){0};
}

static void gone(uv_handle_t *h)
{
	free(h->data);
}

static void leave(struct visitor *v)
{
	if (!uv_is_closing((uv_handle_t *)&v->tcp))
		uv_close((uv_handle_t *)&v->tcp, gone);
}

static void on_written(uv_write_t *w, int status)
{
	(void)status;
	leave(w->data);
}

static void say(struct visitor *v, int status, const char *headers, const char *body, enum far_way way)
{
	int head = snprintf(v->out, sizeof(v->out),
			    "HTTP/1.1 %d Word\r\nContent-Type: application/json\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n",
			    status, headers ? headers : "", strlen(body));
	int n = head + snprintf(v->out + head, sizeof(v->out) - (size_t)head, "%s", body);
	uv_buf_t b;

	if (way == FAR_SILENT)
		return; /* whoever asked hangs up */
	if (way == FAR_SHUT) {
		leave(v);
		return;
	}
	b = uv_buf_init(v->out, (unsigned)(way == FAR_HALF_HEAD ? head / 2 : way == FAR_HEAD_ONLY ? head : n));
	v->write.data = v;
	assert_int_equal(uv_write(&v->write, (uv_stream_t *)&v->tcp, &b, 1, on_written), 0);
}

static enum shape shape_of(const char *in)
{
	return strstr(in, "/2010-04-01/") ? TWILIO : strstr(in, "/convai/") ? ELEVENLABS : JAMBONZ;
}

/* Each test names its calls case_…: wherever that stands in the request, it is the call. */
static void find_call(const char *body, char *out, size_t size)
{
	const char *p = strstr(body, "case_");
	size_t n = 0;

	while (p && n + 1 < size && (isalnum((unsigned char)p[n]) || p[n] == '_')) {
		out[n] = p[n];
		n++;
	}
	out[n] = '\0';
}

static void on_create(struct visitor *v, enum shape shape, const char *body)
{
	char made[256];

	far.posts++;
	find_call(body, far.call, sizeof(far.call));
	(void)snprintf(far.sid, sizeof(far.sid), "sid-%.50s", far.call);
	if (shape == ELEVENLABS)
		(void)snprintf(made, sizeof(made), "{\"success\":true,\"conversation_id\":\"%s\",\"callSid\":\"CA-%s\"}", far.sid,
			       far.sid);
	else
		(void)snprintf(made, sizeof(made), "{\"sid\":\"%s\"}", far.sid);
	if (far.before)
		far.before(far.arg);
	say(v, far.status ? far.status : 201, far.headers, far.body ? far.body : made, far.way);
}

/* What it says of its call; list: among those that it looked for. */
static void on_question(struct visitor *v, enum shape shape, bool list)
{
	char one[512] = "";

	far.questions++;
	if (far.takes && shape == JAMBONZ)
		(void)snprintf(one, sizeof(one),
			       "{\"call_sid\":\"%s\",\"call_status\":\"%s\",\"direction\":\"outbound\",\"customerData\":{\"callId\":\"%s\"}}",
			       far.sid, far.state, far.call);
	else if (far.takes && shape == TWILIO)
		(void)snprintf(one, sizeof(one),
			       "{\"sid\":\"%s\",\"status\":\"%s\",\"direction\":\"outbound-api\",\"to\":\"" HOUSE_CALLEE
			       "\",\"from\":\"" HOUSE_NUMBER "\"}",
			       far.sid, far.state);
	else if (far.takes)
		(void)snprintf(one, sizeof(one), "{\"conversation_id\":\"%s\",\"status\":\"%s\"}", far.sid, far.state);
	if (!list) {
		say(v, far.takes ? 200 : 404, NULL, far.takes ? one : "{}", FAR_WHOLE);
		return;
	}
	static const char *const around[][2] = {{"[", "]"}, {"{\"calls\":[", "]}"}, {"{\"conversations\":[", "]}"}};
	char all[600];

	(void)snprintf(all, sizeof(all), "%s%s%s", around[shape][0], one, around[shape][1]);
	say(v, 200, NULL, all, FAR_WHOLE);
}

/* What is neither a call nor asked about one. */
static bool on_other(struct visitor *v, const char *body)
{
	char out[FAR_OUT], method[8] = "", path[512] = "";
	int status = 200;
	enum far_way way;

	if (!far.other || sscanf(v->in, "%7s %511s", method, path) != 2 || !far.other(method, path, body, &status, out))
		return false;
	way = far.others++ == far.nth ? far.way : FAR_WHOLE;
	say(v, status, NULL, out, way);
	return true;
}

static void on_request(struct visitor *v, const char *body)
{
	enum shape shape = shape_of(v->in);
	char *path = strchr(v->in, ' ') + 1, *end = strpbrk(path, " ?");
	bool list, post = v->in[0] == 'P' && v->in[1] == 'O', put = v->in[0] == 'P' && v->in[1] == 'U';
	size_t n = (size_t)(end - path);

	if (on_other(v, body))
		return;
	list = (n > 6 && (memcmp(end - 6, "/Calls", 6) == 0 || (n > 11 && memcmp(end - 11, "/Calls.json", 11) == 0))) ||
	       (n > 14 && memcmp(end - 14, "/conversations", 14) == 0);
	if (post && (list || shape == ELEVENLABS)) {
		on_create(v, shape, body);
	} else if (post || put) {
		far.orders++;
		say(v, 200, NULL, "{}", FAR_WHOLE);
	} else {
		on_question(v, shape, list);
	}
}

static void room(uv_handle_t *h, size_t wanted, uv_buf_t *b)
{
	struct visitor *v = h->data;

	(void)wanted;
	*b = uv_buf_init(v->in + v->len, (unsigned)(sizeof(v->in) - 1 - v->len));
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct visitor *v = s->data;
	const char *body, *length;

	(void)b;
	if (n < 0) {
		leave(v);
		return;
	}
	v->len += (size_t)n;
	v->in[v->len] = '\0';
	body = strstr(v->in, "\r\n\r\n");
	if (!body)
		return;
	body += 4;
	length = strcasestr(v->in, "\r\ncontent-length: ");
	if (length && v->len < (size_t)(body - v->in) + strtoul(length + 18, NULL, 10))
		return;
	on_request(v, body);
}

static void on_visit(uv_stream_t *door, int status)
{
	struct visitor *v = calloc(1, sizeof(*v));

	assert_true(v && status == 0);
	v->tcp.data = v;
	uv_tcp_init(iv_loop_uv(at.loop), &v->tcp);
	assert_int_equal(uv_accept(door, (uv_stream_t *)&v->tcp), 0);
	uv_read_start((uv_stream_t *)&v->tcp, room, on_read);
}

void far_open_door(void)
{
	struct sockaddr_storage where;
	struct sockaddr_in a;
	int len = sizeof(where);

	uv_tcp_init(iv_loop_uv(at.loop), &at.door);
	assert_int_equal(uv_ip4_addr("127.0.0.1", at.port, &a), 0);
	assert_int_equal(uv_tcp_bind(&at.door, (struct sockaddr *)&a, 0), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&at.door, 16, on_visit), 0);
	assert_int_equal(uv_tcp_getsockname(&at.door, (struct sockaddr *)&where, &len), 0);
	at.port = ntohs(((struct sockaddr_in *)&where)->sin_port);
	at.open = true;
}

static void on_shut(uv_handle_t *h)
{
	(void)h;
	at.closing = false;
}

static bool is_shut(void *arg)
{
	(void)arg;
	return !at.closing;
}

void far_close_door(void)
{
	if (!at.open)
		return;
	at.open = false;
	at.closing = true;
	uv_close((uv_handle_t *)&at.door, on_shut);
	assert_true(house_until(5000, is_shut, NULL));
}

int far_start(struct iv_loop *loop)
{
	at.loop = loop;
	at.port = 0;
	far_reset();
	far_open_door();
	return at.port;
}

void far_stop(void)
{
	far_close_door();
}
