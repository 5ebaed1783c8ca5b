/* What the words around a number say that it is. */
#include "redact_scan.h"

#define STRANGERS_MAX 2 /* words between a number and its name that say nothing */

static const char *const phone_words[] = {"phone",    "phones",	  "mobile", "cell", "cellphone", "telephone", "tel",	"ph",
					  "mob",      "whatsapp", "fax",    "dial", "landline",	 "callback",  "hotline", NULL};
static const char *const call_words[] = {"call", "reach", "text", "ring", "contact", "message", "sms", NULL};
static const char *const whom_words[] = {"me", "us", "him", "her", "them", "back", "at", "on", NULL};
static const char *const whose_words[] = {"my", "your", "his", "her", "their", "our", "contact", NULL};
static const char *const number_words[] = {"number", "numbers", "num", "no", "nos", NULL};
static const char *const ssn_words[] = {"ssn", "security", NULL};
static const char *const aadhaar_words[] = {"aadhaar", "aadhar", "adhaar", "adhar", "uid", "uidai", NULL};
static const char *const email_words[] = {"email", "emails", "mail", NULL};
static const char *const other_words[] = {
	"order",   "orders",   "invoice", "ref",    "reference", "ticket",  "case",	"account", "acct",    "booking",
	"pnr",	   "tracking", "txn",	  "transaction", "id",	 "ids",	    "sku",	"serial",  "imei",    "amount",
	"total",   "price",    "rs",	  "inr",    "usd",	 "eur",	    "rupees",	"dollars", "code",    "pin",
	"zip",	   "batch",    "version", "policy", "receipt",	 "utr",	    "timestamp", "epoch",  "unix",    "balance",
	"revenue", "count",    "population", "isbn", "awb",	 "consignment", "shipment", "build", "revision", "po",
	"quantity", "qty",     "score",	  "salary", "cost",	 "fee",	    "budget",	"loan",	   "limit",   "hash",
	"duration", "seed",    "employee", "customer", "member", "roll",    "barcode",	"ean",	   "upc",     "gstin", NULL};
static const char *const fillers[] = {"is",   "the",  "a",    "an",	"its",	   "it",      "s",	  "was",   "are",  "of",
				      "in",   "to",   "and",  "or",	"for",	   "please",  "this",	  "that",  "new",  "old",
				      "home", "work", "office", "current", "registered", "alternate", "primary", "personal",
				      "india", "indian", "us",	"uk",	"as",	   "be",      "its",	  NULL};

bool redact_in_list(struct iv_str word, const char *const *list)
{
	for (; *list; list++) {
		if (iv_str_ieq(word, iv_str(*list)))
			return true;
	}
	return false;
}

bool redact_next_part(struct iv_str *rest, struct iv_str *part)
{
	size_t from = 0, to;

	while (from < rest->len && !is_letter((unsigned char)rest->ptr[from]) &&
	       !is_digit((unsigned char)rest->ptr[from]))
		from++;
	for (to = from; to < rest->len; to++) {
		unsigned char c = (unsigned char)rest->ptr[to];
		bool capital = c >= 'A' && c <= 'Z';

		if (!is_letter(c) && !is_digit(c))
			break;
		/* A capital begins a word, unless it goes on with capitals: "apiKey", "userID", "IDNumber". */
		if (to > from && capital) {
			bool after_small = !(rest->ptr[to - 1] >= 'A' && rest->ptr[to - 1] <= 'Z');
			bool before_small = to + 1 < rest->len && rest->ptr[to + 1] >= 'a' && rest->ptr[to + 1] <= 'z';

			if (after_small || before_small)
				break;
		}
	}
	*part = (struct iv_str){rest->ptr + from, to - from};
	*rest = (struct iv_str){rest->ptr + to, rest->len - to};
	return part->len > 0;
}

/* What was read on the way back to the name of a number. */
struct way {
	bool number, whom; /* "number" and "me", "at", "on" */
	int strangers;
};

/* Does this word decide? Else it is remembered, and the one in front of it is asked. */
static bool decides(struct way *w, struct iv_str word, enum redact_label *label)
{
	*label = LABEL_NONE;
	if (redact_in_list(word, phone_words))
		*label = w->strangers ? LABEL_NONE : LABEL_PHONE;
	else if (redact_in_list(word, other_words))
		*label = LABEL_OTHER;
	else if (redact_in_list(word, ssn_words))
		*label = LABEL_SSN;
	else if (redact_in_list(word, aadhaar_words))
		*label = LABEL_AADHAAR;
	else if (redact_in_list(word, email_words))
		*label = LABEL_EMAIL;
	else if (!w->strangers && ((w->number && redact_in_list(word, whose_words)) ||
				   (w->whom && redact_in_list(word, call_words))))
		*label = LABEL_PHONE;
	else if (redact_in_list(word, number_words))
		w->number = true;
	else if (redact_in_list(word, whom_words))
		w->whom = true;
	else if (!redact_in_list(word, fillers))
		return ++w->strangers > STRANGERS_MAX;
	return *label != LABEL_NONE || redact_in_list(word, phone_words);
}

static enum redact_label label_of_name(struct way *w, struct iv_str name)
{
	struct iv_str parts[8], rest = name;
	enum redact_label label;
	size_t n = 0;

	while (n < IV_COUNT(parts) && redact_next_part(&rest, &parts[n]))
		n++;
	while (n--) {
		if (decides(w, parts[n], &label))
			return label;
	}
	return LABEL_NONE;
}

enum redact_label redact_label_before(const struct redact_scan *s, size_t i)
{
	size_t floor = i > REDACT_BEHIND - 8 ? i - (REDACT_BEHIND - 8) : 0, at = i;
	struct way w = {0};
	enum redact_label label;

	while (at > floor) {
		int c = (unsigned char)s->text[at - 1];
		size_t end = at;

		if (is_digit(c) || c == '\n' || c == ']')
			return LABEL_NONE;
		if (!is_letter(c)) {
			at--;
			continue;
		}
		while (at > floor && is_letter((unsigned char)s->text[at - 1]))
			at--;
		if (decides(&w, (struct iv_str){s->text + at, end - at}, &label))
			return label;
	}
	return at == 0 ? label_of_name(&w, s->name) : LABEL_NONE;
}

bool redact_is_amount(const struct redact_scan *s, size_t i)
{
	static const char *const currencies[] = {"rs", "inr", "usd", "eur", "gbp", "aed", "sgd", "rupees", "dollars", NULL};
	static const char *const signs[] = {"$", "\xE2\x82\xAC", "\xE2\x82\xB9", "\xC2\xA3", "\xC2\xA5", NULL};
	struct iv_str front = {s->text, i};
	size_t start;

	for (int blanks = 0; blanks < 2 && front.len && front.ptr[front.len - 1] == ' '; blanks++)
		front.len--;
	for (size_t k = 0; signs[k]; k++) {
		if (iv_str_ends(front, iv_str(signs[k])))
			return true;
	}
	if (front.len && front.ptr[front.len - 1] == '.')
		front.len--;
	for (start = front.len; start && front.len - start < 10 && is_letter((unsigned char)front.ptr[start - 1]); start--)
		;
	return redact_in_list((struct iv_str){front.ptr + start, front.len - start}, currencies);
}
