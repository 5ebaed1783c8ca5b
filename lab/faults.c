/* Fault rules: reading them, and deciding which apply to a request. */
#include "faults.h"

#include <stdlib.h>

struct rule {
	enum lab_service service;
	int64_t nth;   /* only this request since the rule was set; 0: every one */
	int64_t asked; /* requests since */
	struct fault fault;
};

struct faults {
	struct rule rules[FAULT_RULES_MAX];
	size_t count;
};

struct faults *faults_new(void)
{
	return lab_alloc(sizeof(struct faults));
}

void faults_free(struct faults *f)
{
	free(f);
}

void faults_clear(struct faults *f)
{
	f->count = 0;
}

size_t faults_count(const struct faults *f)
{
	return f->count;
}

static bool read_service(struct iv_str name, enum lab_service *out, struct iv_err *e)
{
	for (int s = 0; s < LAB_SERVICES; s++) {
		if (iv_str_eq(name, iv_str(lab_service_names[s]))) {
			*out = (enum lab_service)s;
			return true;
		}
	}
	return iv_fail_field(
		e, IV_EINVAL, "rule",
		"service must be listen, speak, elevenlabs, chat or tools, got \"%.*s\"",
		(int)(name.len < 40 ? name.len : 40), name.len ? name.ptr : "");
}

static bool read_number(struct iv_str text, int64_t lo, int64_t hi, const char *what, int64_t *out,
			struct iv_err *e)
{
	if (iv_str_to_i64(text, out) && *out >= lo && *out <= hi)
		return true;
	return iv_fail_field(e, IV_EINVAL, "rule",
			     "%s must be a number from %lld to %lld, got \"%.*s\"", what,
			     (long long)lo, (long long)hi, (int)(text.len < 40 ? text.len : 40),
			     text.len ? text.ptr : "");
}

static bool read_fault(struct iv_str text, struct fault *f, struct iv_err *e)
{
	struct iv_str name = text, value = IV_STR_NULL;
	ptrdiff_t eq = iv_str_find(text, IV_S("="), 0);
	int64_t n = 0;

	if (eq >= 0) {
		name.len = (size_t)eq;
		value = (struct iv_str){text.ptr + eq + 1, text.len - (size_t)eq - 1};
	}
	if (iv_str_eq(name, IV_S("status"))) {
		if (!read_number(value, 400, 599, "status", &n, e))
			return false;
		f->status = (int)n;
	} else if (iv_str_eq(name, IV_S("delay"))) {
		if (!read_number(value, 0, 600000, "delay", &n, e))
			return false;
		f->delay_ms = (int)n;
	} else if (iv_str_eq(name, IV_S("stall_after"))) {
		return read_number(value, 0, INT32_MAX, "stall_after", &f->stall_after, e);
	} else if (iv_str_eq(name, IV_S("cut_after"))) {
		return read_number(value, 0, INT32_MAX, "cut_after", &f->cut_after, e);
	} else if (eq < 0 && iv_str_eq(name, IV_S("stall"))) {
		f->stall = true;
	} else if (eq < 0 && iv_str_eq(name, IV_S("garbage"))) {
		f->garbage = true;
	} else if (eq < 0 && iv_str_eq(name, IV_S("empty"))) {
		f->empty = true;
	} else if (eq < 0 && iv_str_eq(name, IV_S("reset"))) {
		f->reset = true;
	} else {
		return iv_fail_field(e, IV_EINVAL, "rule",
				     "fault must be status=, delay=, stall, stall_after=, garbage, "
				     "cut_after=, empty or reset, got \"%.*s\"",
				     (int)(text.len < 40 ? text.len : 40),
				     text.len ? text.ptr : "");
	}
	return true;
}

static bool read_rule(struct iv_str text, struct rule *r, struct iv_err *e)
{
	ptrdiff_t eq = iv_str_find(text, IV_S("="), 0);
	struct iv_str head, rest, part;

	*r = (struct rule){.fault = {.stall_after = -1, .cut_after = -1}};
	if (eq <= 0)
		return iv_fail_field(e, IV_EINVAL, "rule", "must be service[:nth]=fault[,fault…]");
	head = (struct iv_str){text.ptr, (size_t)eq};
	rest = (struct iv_str){text.ptr + eq + 1, text.len - (size_t)eq - 1};
	if (!iv_str_split(&head, ':', &part) || !read_service(part, &r->service, e))
		return false;
	if (head.len && !read_number(head, 1, 1000000, "nth", &r->nth, e))
		return false;
	if (rest.len == 0)
		return iv_fail_field(e, IV_EINVAL, "rule", "must name a fault behind \"=\"");
	while (iv_str_split(&rest, ',', &part))
		if (!read_fault(iv_str_trim(part), &r->fault, e))
			return false;
	return true;
}

bool faults_add(struct faults *f, struct iv_str rule, struct iv_err *e)
{
	if (f->count == FAULT_RULES_MAX)
		return iv_fail_field(e, IV_ETOOBIG, "rules", "at most %d rules", FAULT_RULES_MAX);
	if (!read_rule(iv_str_trim(rule), &f->rules[f->count], e))
		return false;
	f->count++;
	return true;
}

static void add_up(struct fault *sum, const struct fault *f)
{
	if (f->status)
		sum->status = f->status;
	sum->delay_ms += f->delay_ms;
	sum->stall |= f->stall;
	sum->garbage |= f->garbage;
	sum->empty |= f->empty;
	sum->reset |= f->reset;
	if (f->stall_after >= 0)
		sum->stall_after = f->stall_after;
	if (f->cut_after >= 0)
		sum->cut_after = f->cut_after;
}

struct fault faults_take(struct faults *f, enum lab_service service)
{
	struct fault sum = {.stall_after = -1, .cut_after = -1};

	for (size_t i = 0; i < f->count; i++) {
		struct rule *r = &f->rules[i];

		if (r->service != service)
			continue;
		r->asked++;
		if (r->nth == 0 || r->nth == r->asked)
			add_up(&sum, &r->fault);
	}
	return sum;
}
