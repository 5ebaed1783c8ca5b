/* The registry behind iv_metrics.def: static storage, adds without a lookup, Prometheus text. Label
 * values and bucket bounds are strings in the table; they are cut up once, at the first use. */
#include "iv_metrics.h"

#include <assert.h>
#include <math.h>

#define LABELS_MAX 12
#define BUCKETS_MAX 24

enum kind { COUNTER, GAUGE, HISTOGRAM };

static const struct row {
	const char *name, *label, *values, *buckets, *help;
	enum kind kind;
} rows[IV_M_COUNT] = {
#define METRIC_COUNTER(n, label, values, help) {#n, label, values, "", help, COUNTER},
#define METRIC_GAUGE(n, label, values, help) {#n, label, values, "", help, GAUGE},
#define METRIC_HISTOGRAM(n, label, values, buckets, help) \
	{#n, label, values, buckets, help, HISTOGRAM},
#include "iv_metrics.def"
};

/* What rows[] says, cut up. `le` keeps the table's own spelling of a bound. */
static struct layout {
	int labels, buckets;
	struct iv_str value[LABELS_MAX], le[BUCKETS_MAX];
	double bound[BUCKETS_MAX];
} layouts[IV_M_COUNT];

static struct {
	double value[LABELS_MAX]; /* a histogram's sum */
	uint64_t count[LABELS_MAX];
	uint64_t bucket[LABELS_MAX][BUCKETS_MAX]; /* not cumulative */
} series[IV_M_COUNT];

static bool ready;

static void cut_up(const struct row *row, struct layout *layout)
{
	struct iv_str rest = iv_str(row->values), word;

	*layout = (struct layout){0};
	while (layout->labels < LABELS_MAX && iv_str_split(&rest, ' ', &word))
		layout->value[layout->labels++] = word;
	assert(rest.len == 0);
	if (layout->labels == 0)
		layout->labels = 1;
	rest = iv_str(row->buckets);
	while (layout->buckets < BUCKETS_MAX && iv_str_split(&rest, ' ', &word)) {
		bool number = iv_str_to_double(word, &layout->bound[layout->buckets]);

		assert(number);
		(void)number;
		layout->le[layout->buckets++] = word;
	}
	assert(rest.len == 0);
}

static void prepare(void)
{
	for (int m = 0; m < IV_M_COUNT; m++)
		cut_up(&rows[m], &layouts[m]);
	memset(series, 0, sizeof(series));
	series[IV_M_build_info].value[0] = 1;
	ready = true;
}

/* A label outside its row is a bug: loud in debug builds, ignored on a live call. */
static bool known(enum iv_metric m, int label)
{
	bool ok;

	if (!ready)
		prepare();
	ok = (unsigned)m < IV_M_COUNT && label >= 0 && label < layouts[m].labels;
	assert(ok);
	return ok;
}

void iv_metric_add(enum iv_metric m, int label, double n)
{
	if (known(m, label))
		series[m].value[label] += n;
}

void iv_metric_set(enum iv_metric m, int label, double value)
{
	if (known(m, label))
		series[m].value[label] = value;
}

void iv_metric_observe(enum iv_metric m, int label, double value)
{
	int i = 0;

	if (!known(m, label) || isnan(value))
		return;
	while (i < layouts[m].buckets && value > layouts[m].bound[i])
		i++;
	if (i < layouts[m].buckets)
		series[m].bucket[label][i]++;
	series[m].count[label]++;
	series[m].value[label] += value;
}

double iv_metric_get(enum iv_metric m, int label)
{
	return known(m, label) ? series[m].value[label] : 0;
}

uint64_t iv_metric_count(enum iv_metric m, int label)
{
	return known(m, label) ? series[m].count[label] : 0;
}

void iv_metrics_reset(void)
{
	prepare();
}

/* Those that the first specification names without a prefix. */
static const char *prefix(int m)
{
	if (strncmp(rows[m].name, "telephony_", sizeof("telephony_") - 1) == 0)
		return "";
	switch (m) {
	case IV_M_asr_first_partial_ms:
	case IV_M_eou_ms:
	case IV_M_llm_first_token_ms:
	case IV_M_tts_first_chunk_ms:
	case IV_M_bargein_cutoff_ms:
	case IV_M_cost_per_call_inr:
		return "";
	default:
		return "invorto_";
	}
}

/* One sample line: name, suffix, the row's own label, le when it is a bucket's, value. */
static bool sample(struct iv_buf *out, int m, const char *suffix, int label, struct iv_str le,
		   double value)
{
	const struct layout *layout = &layouts[m];
	bool labelled = rows[m].label[0] != '\0';
	char number[IV_DOUBLE_SIZE];

	iv_double_str(number, value);
	if (!iv_buf_printf(out, "%s%s%s", prefix(m), rows[m].name, suffix))
		return false;
	if ((labelled || le.len) && !iv_buf_addc(out, '{'))
		return false;
	if (labelled &&
	    !iv_buf_printf(out, "%s=\"%.*s\"", rows[m].label, IV_FMT(layout->value[label])))
		return false;
	if (le.len && !iv_buf_printf(out, "%sle=\"%.*s\"", labelled ? "," : "", IV_FMT(le)))
		return false;
	if ((labelled || le.len) && !iv_buf_addc(out, '}'))
		return false;
	return iv_buf_printf(out, " %s\n", number);
}

static bool histogram(struct iv_buf *out, int m, int label)
{
	const struct layout *layout = &layouts[m];
	uint64_t below = 0;

	for (int i = 0; i < layout->buckets; i++) {
		below += series[m].bucket[label][i];
		if (!sample(out, m, "_bucket", label, layout->le[i], (double)below))
			return false;
	}
	return sample(out, m, "_bucket", label, IV_S("+Inf"), (double)series[m].count[label]) &&
	       sample(out, m, "_sum", label, IV_STR_NULL, series[m].value[label]) &&
	       sample(out, m, "_count", label, IV_STR_NULL, (double)series[m].count[label]);
}

bool iv_metrics_text(struct iv_buf *out)
{
	static const char *const types[] = {"counter", "gauge", "histogram"};

	if (!ready)
		prepare();
	for (int m = 0; m < IV_M_COUNT; m++) {
		const struct row *row = &rows[m];

		if (!iv_buf_printf(out, "# HELP %s%s %s\n# TYPE %s%s %s\n", prefix(m), row->name,
				   row->help, prefix(m), row->name, types[row->kind]))
			return false;
		for (int label = 0; label < layouts[m].labels; label++) {
			bool ok = row->kind == HISTOGRAM ? histogram(out, m, label)
							 : sample(out, m, "", label, IV_STR_NULL,
								  series[m].value[label]);

			if (!ok)
				return false;
		}
	}
	return true;
}

bool iv_metrics_markdown(struct iv_buf *out)
{
	static const char *const types[] = {"counter", "gauge", "histogram"};

	if (!iv_buf_adds(out, IV_S("| series | type | label | meaning |\n| --- | --- | --- | --- |\n")))
		return false;
	for (int m = 0; m < IV_M_COUNT; m++) {
		const struct row *row = &rows[m];

		if (!iv_buf_printf(out, "| `%s%s` | %s | %s%s%s | %s |\n", prefix(m), row->name, types[row->kind],
				   row->label, row->values[0] ? ": " : "", row->values, row->help))
			return false;
	}
	return true;
}
