/* Answers: whole, as a problem, streamed in chunks, or the 101 of an upgrade. */
#include "http_priv.h"

#include <stdio.h>
#include <time.h>

#include "iv_json.h"
#include "iv_log.h"
#include "iv_metrics.h"

#define HEAD_MAX 131072

const char *iv_http_status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} rows[] = {
		{100, "Continue"},
		{101, "Switching Protocols"},
		{200, "OK"},
		{201, "Created"},
		{202, "Accepted"},
		{204, "No Content"},
		{206, "Partial Content"},
		{301, "Moved Permanently"},
		{302, "Found"},
		{303, "See Other"},
		{304, "Not Modified"},
		{307, "Temporary Redirect"},
		{308, "Permanent Redirect"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{402, "Payment Required"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{406, "Not Acceptable"},
		{408, "Request Timeout"},
		{409, "Conflict"},
		{410, "Gone"},
		{412, "Precondition Failed"},
		{413, "Content Too Large"},
		{414, "URI Too Long"},
		{415, "Unsupported Media Type"},
		{416, "Range Not Satisfiable"},
		{417, "Expectation Failed"},
		{422, "Unprocessable Content"},
		{426, "Upgrade Required"},
		{428, "Precondition Required"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{499, "Client Closed Request"},
		{500, "Internal Server Error"},
		{501, "Not Implemented"},
		{502, "Bad Gateway"},
		{503, "Service Unavailable"},
		{504, "Gateway Timeout"},
		{505, "HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < IV_COUNT(rows); i++)
		if (rows[i].status == status)
			return rows[i].text;
	return "Unknown";
}

/* ── heads */
static const char *date_now(struct iv_http_server *s)
{
	static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t now = iv_wall_ms() / 1000;
	time_t t = (time_t)now;
	struct tm tm;

	if (now != s->date_s && gmtime_r(&t, &tm)) { /* strftime would ask the locale */
		s->date_s = now;
		snprintf(s->date, sizeof(s->date), "%s, %02d %s %04d %02d:%02d:%02d GMT",
			 days[tm.tm_wday % 7], tm.tm_mday % 100, months[tm.tm_mon % 12],
			 (tm.tm_year + 1900) % 10000, tm.tm_hour % 100, tm.tm_min % 100,
			 tm.tm_sec % 100);
	}
	return s->date;
}

static bool put_common(struct iv_http_server *s, struct iv_buf *b, int status)
{
	bool ok = iv_buf_printf(b, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status,
				iv_http_status_text(status), date_now(s));

	return ok && (!s->server_name[0] || iv_buf_printf(b, "Server: %s\r\n", s->server_name));
}

void iv_http_set_header(struct iv_http_req *rq, const char *name, struct iv_str value)
{
	size_t before = rq->extra.len;
	bool ok = iv_buf_printf(&rq->extra, "%s: ", name) && iv_buf_adds(&rq->extra, value) &&
		  iv_buf_adds(&rq->extra, IV_S("\r\n"));

	if (!ok) { /* 64 KiB of headers: the one too many is left out */
		rq->extra.len = before;
		return;
	}
	/* A value must not smuggle in a line of its own. */
	for (size_t i = before; i + 2 < rq->extra.len; i++)
		if ((unsigned char)rq->extra.ptr[i] < ' ' && rq->extra.ptr[i] != '\t')
			rq->extra.ptr[i] = ' ';
}

static bool has_body(const struct iv_http_req *rq, int status)
{
	return status >= 200 && status != 204 && status != 304 &&
	       !iv_str_eq(rq->head.method, IV_S("HEAD"));
}

static bool put_head(struct iv_http_req *rq, struct iv_buf *b, int status, const char *content_type)
{
	bool ok = put_common(rq->server, b, status);

	if (content_type && content_type[0])
		ok = ok && iv_buf_printf(b, "Content-Type: %s\r\n", content_type);
	ok = ok && iv_buf_adds(b, iv_buf_str(&rq->extra));
	if (!rq->keep_alive)
		ok = ok && iv_buf_adds(b, IV_S("Connection: close\r\n"));
	else if (rq->head.http_1_0)
		ok = ok && iv_buf_adds(b, IV_S("Connection: keep-alive\r\n"));
	return ok;
}

static void note_answer(struct iv_http_req *rq, int status)
{
	iv_metric_add(IV_M_http_requests_total, status / 100 - 2, 1);
	iv_debug("http.answered", IV_LV("method", rq->head.method),
		 IV_LS("route", rq->match.route ? rq->match.route->path : ""),
		 IV_LI("status", status), IV_LI("us", iv_now_us() - rq->begun_us));
}

/* May this call still answer? An orphan's late answer only frees it. */
static bool take_turn(struct iv_http_req *rq)
{
	if (rq->closing || rq->answered || rq->began)
		return false;
	if (!rq->conn || rq->conn->state == HTTP_CLOSED) {
		http_req_leave(rq);
		return false;
	}
	rq->keep_alive = rq->keep_alive && rq->server->listening && rq->body_whole;
	return true;
}

/* Ends the request; what was to be sent has been handed over. */
static void finish(struct iv_http_req *rq)
{
	struct http_conn *c = rq->conn;
	bool keep_alive = rq->keep_alive;

	http_req_leave(rq);
	http_conn_answered(c, keep_alive);
}

void iv_http_reply(struct iv_http_req *rq, int status, const char *content_type, struct iv_str body)
{
	struct iv_buf head;
	bool ok;

	if (!take_turn(rq))
		return;
	iv_buf_init(&head, HEAD_MAX);
	ok = put_head(rq, &head, status, content_type);
	if (status >= 200 && status != 204 && status != 304)
		ok = ok && iv_buf_printf(&head, "Content-Length: %zu\r\n", body.len);
	ok = ok && iv_buf_adds(&head, IV_S("\r\n"));
	if (!ok) {
		http_conn_close(rq->conn);
	} else {
		uv_buf_t bufs[2] = {uv_buf_init(head.ptr, (unsigned)head.len),
				    {.base = (char *)(uintptr_t)body.ptr, .len = body.len}};
		/* Failing closes the connection: nobody is left to tell. */
		(void)http_conn_write(rq->conn, bufs, has_body(rq, status) && body.len ? 2 : 1);
	}
	iv_buf_deinit(&head);
	note_answer(rq, status);
	finish(rq);
}

/* ── problems */
static void put_problem(struct iv_buf *out, int status, const char *code, const char *field,
			const char *detail)
{
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "type", "about:blank");
	iv_jw_cstr(&w, "title", iv_http_status_text(status));
	iv_jw_i64(&w, "status", status);
	iv_jw_cstr(&w, "code", code);
	if (detail && detail[0])
		iv_jw_cstr(&w, "detail", detail);
	if (field && field[0])
		iv_jw_cstr(&w, "field", field);
	iv_jw_end_obj(&w);
	if (!iv_jw_done(&w))
		iv_buf_clear(out); /* not in 4 KiB: the status alone has to do */
}

void http_reply_problem(struct iv_http_req *rq, int status, const char *code, const char *field,
			const char *detail)
{
	struct iv_buf body;

	iv_buf_init(&body, 4096);
	put_problem(&body, status, code, field, detail);
	iv_http_reply(rq, status, "application/problem+json", iv_buf_str(&body));
	iv_buf_deinit(&body);
}

void iv_http_reply_err(struct iv_http_req *rq, const struct iv_err *err)
{
	const struct iv_code_info *info =
		iv_code_info(err->code == IV_OK ? IV_EINTERNAL : err->code);

	http_reply_problem(rq, info->http_status, info->name, err->field, err->msg);
}

static const char *refusal_code(int status)
{
	switch (status) {
	case 408:
	case 504:
		return "timeout";
	case 413:
	case 431:
		return "too_large";
	case 501:
	case 505:
		return "not_supported";
	case 503:
		return "service_unavailable";
	default:
		return "bad_request";
	}
}

void http_refuse(struct http_conn *c, int status, const char *why)
{
	struct iv_buf body, head;

	if (c->state == HTTP_CLOSED || c->state == HTTP_LINGER)
		return;
	if (c->rq)
		http_req_leave(c->rq);
	iv_buf_init(&body, 4096);
	iv_buf_init(&head, 4096);
	put_problem(&body, status, refusal_code(status), NULL, why);
	if (put_common(c->server, &head, status) &&
	    iv_buf_printf(&head,
			  "Content-Type: application/problem+json\r\n%sContent-Length: %zu\r\n"
			  "Connection: close\r\n\r\n",
			  status == 503 ? "Retry-After: 1\r\n" : "", body.len)) {
		uv_buf_t bufs[2] = {uv_buf_init(head.ptr, (unsigned)head.len),
				    uv_buf_init(body.ptr, (unsigned)body.len)};
		(void)http_conn_write(c, bufs, 2); /* failing closes c */
	}
	iv_buf_deinit(&body);
	iv_buf_deinit(&head);
	iv_metric_add(IV_M_http_requests_total, status / 100 - 2, 1);
	http_conn_linger(c);
}

/* ── streams */
static void begin_stream(struct iv_http_req *rq, int status, const char *content_type, int64_t length)
{
	struct iv_buf head;
	bool ok;

	if (rq->began || rq->closing || !rq->conn)
		return; /* an orphan goes at stream_end */
	rq->began = true;
	if (rq->conn->state == HTTP_CLOSED)
		return;
	rq->chunked_out = length < 0 && !rq->head.http_1_0 && has_body(rq, status);
	/* Without chunks and length only the end of the connection ends the answer. */
	rq->keep_alive = rq->keep_alive && rq->server->listening && rq->body_whole &&
			 (rq->chunked_out || length >= 0 || !has_body(rq, status));
	iv_buf_init(&head, HEAD_MAX);
	ok = put_head(rq, &head, status, content_type);
	if (rq->chunked_out)
		ok = ok && iv_buf_adds(&head, IV_S("Transfer-Encoding: chunked\r\n"));
	if (length >= 0)
		ok = ok && iv_buf_printf(&head, "Content-Length: %lld\r\n", (long long)length);
	ok = ok && iv_buf_adds(&head, IV_S("\r\n"));
	rq->has_body = has_body(rq, status);
	http_conn_set_state(rq->conn, HTTP_STREAMING);
	uv_buf_t b = uv_buf_init(head.ptr, (unsigned)head.len);
	if (!ok)
		http_conn_close(rq->conn);
	else
		(void)http_conn_write(rq->conn, &b,
				      1); /* failing closes; on_close tells the handler */
	iv_buf_deinit(&head);
	note_answer(rq, status);
}

void iv_http_stream_begin(struct iv_http_req *rq, int status, const char *content_type)
{
	begin_stream(rq, status, content_type, -1);
}

void iv_http_stream_begin_sized(struct iv_http_req *rq, int status, const char *content_type, int64_t length)
{
	begin_stream(rq, status, content_type, length);
}

bool iv_http_stream_write(struct iv_http_req *rq, struct iv_str bytes)
{
	static char crlf[] = "\r\n";
	char size[20];
	uv_buf_t bufs[3];

	if (!rq->began || rq->answered || rq->closing || !rq->conn)
		return false;
	if (bytes.len == 0 || !rq->has_body)
		return true; /* an empty chunk would be the end */
	bufs[0] = uv_buf_init(size, (unsigned)snprintf(size, sizeof(size), "%zx\r\n", bytes.len));
	bufs[1] = (uv_buf_t){.base = (char *)(uintptr_t)bytes.ptr, .len = bytes.len};
	bufs[2] = uv_buf_init(crlf, 2);
	if (!http_conn_write(rq->conn, rq->chunked_out ? bufs : bufs + 1, rq->chunked_out ? 3 : 1))
		return false;
	rq->full = http_conn_unsent(rq->conn) > HTTP_HIGH_WATER;
	return !rq->full;
}

void iv_http_stream_end(struct iv_http_req *rq)
{
	static char last[] = "0\r\n\r\n";
	uv_buf_t b = uv_buf_init(last, 5);

	if (rq->answered || rq->closing)
		return;
	if (!rq->conn || rq->conn->state == HTTP_CLOSED) {
		http_req_leave(rq);
		return;
	}
	if (rq->chunked_out)
		(void)http_conn_write(rq->conn, &b, 1); /* failing closes */
	finish(rq);
}

void iv_http_stream_abort(struct iv_http_req *rq)
{
	struct http_conn *c = rq->conn;

	if (rq->answered || rq->closing)
		return;
	http_req_leave(rq);
	if (c)
		http_conn_close(c);
}

void iv_http_on_close(struct iv_http_req *rq, void (*fn)(void *arg), void *arg)
{
	rq->on_close = fn;
	rq->close_arg = arg;
}

void iv_http_on_writable(struct iv_http_req *rq, void (*fn)(void *arg), void *arg)
{
	rq->on_writable = fn;
	rq->writable_arg = arg;
}

bool http_reply_upgrade(struct iv_http_req *rq, const char *accept_key, struct iv_str subprotocol)
{
	struct iv_buf head;
	bool ok;

	iv_buf_init(&head, HEAD_MAX);
	ok = put_common(rq->server, &head, 101) &&
	     iv_buf_printf(
		     &head,
		     "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n",
		     accept_key);
	if (subprotocol.len > 0)
		ok = ok &&
		     iv_buf_printf(&head, "Sec-WebSocket-Protocol: %.*s\r\n", IV_FMT(subprotocol));
	ok = ok && iv_buf_adds(&head, iv_buf_str(&rq->extra)) && iv_buf_adds(&head, IV_S("\r\n"));
	uv_buf_t b = uv_buf_init(head.ptr, (unsigned)head.len);
	ok = ok && http_conn_write(rq->conn, &b, 1);
	iv_buf_deinit(&head);
	return ok;
}
