/* invorto optimise: what the optimiser would do about a campaign at this moment, rule by rule, with its numbers. Changes
 * nothing; asks the database as the worker's role. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "app.h"
#include "iv_ask.h"
#include "iv_json.h"
#include "iv_sql.h"

enum { ANSWER_BYTES = 1 << 20 };

struct wish {
	const char *campaign, *tenant;
	bool explain, json;
};

static bool read_options(struct wish *w, int argc, char **argv, struct iv_err *e)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--explain") == 0)
			w->explain = true;
		else if (strcmp(argv[i], "--json") == 0)
			w->json = true;
		else if (strcmp(argv[i], "--campaign") == 0 && i + 1 < argc)
			w->campaign = argv[++i];
		else if (strcmp(argv[i], "--tenant") == 0 && i + 1 < argc)
			w->tenant = argv[++i];
		else
			return iv_fail(e, IV_EINVAL, "%s is no option, or has no value", argv[i]);
	}
	if (!w->campaign)
		return iv_fail(e, IV_EINVAL, "--campaign is required: its id");
	/* Deciding is the daemon's. */
	return w->explain || iv_fail(e, IV_EINVAL, "--explain is required: the daemon decides, this only says what");
}

static double number(const cJSON *obj, const char *key)
{
	const cJSON *n = iv_json_get(obj, key);

	return cJSON_IsNumber(n) ? n->valuedouble : 0;
}

static void print_condition(const cJSON *c, const char *indent)
{
	const cJSON *value = iv_json_get(c, "value");

	(void)printf("%s%.*s = %g / %g", indent, IV_FMT(iv_json_str(c, "metric")), number(c, "numerator"),
		     number(c, "denominator"));
	if (cJSON_IsNumber(value))
		(void)printf(" = %g", value->valuedouble);
	(void)printf("   %.*s %g ?\n", IV_FMT(iv_json_str(c, "comparison")), number(c, "threshold"));
}

static void print_rule(const cJSON *r)
{
	const cJSON *also;

	(void)printf("%-14.*s %.*s: %.*s\n", IV_FMT(iv_json_str(r, "name")), IV_FMT(iv_json_str(r, "result")),
		     IV_FMT(iv_json_str(r, "why")));
	print_condition(r, "    ");
	cJSON_ArrayForEach(also, iv_json_get(r, "also")) print_condition(also, "    and ");
	(void)printf("    sample: %g %.*s, at least %g; looks back %g s, cools down %g s%s%s\n", number(r, "sample"),
		     IV_FMT(iv_json_str(r, "sample_of")), number(r, "min_sample"), number(r, "looks_back_s"),
		     number(r, "cool_down_s"), cJSON_IsTrue(iv_json_get(r, "parity")) ? "; the first product's formula" : "",
		     cJSON_IsTrue(iv_json_get(r, "tenant_s_own")) ? "; the tenant's own rule" : "");
}

static bool print_words(struct iv_str text, struct iv_err *e)
{
	cJSON *doc = iv_json_parse(text, e), *rule;
	const cJSON *chosen = iv_json_get(doc, "chosen");

	if (!doc)
		return false;
	(void)printf("Campaign %.*s (%.*s), %.*s; the optimiser is set to %.*s\n\n", IV_FMT(iv_json_str(doc, "campaign_id")),
		     IV_FMT(iv_json_str(doc, "campaign")), IV_FMT(iv_json_str(doc, "status")), IV_FMT(iv_json_str(doc, "mode")));
	cJSON_ArrayForEach(rule, iv_json_get(doc, "rules")) print_rule(rule);
	(void)printf("\nDecision: %.*s (%.*s)\nReason:   %.*s\nEffect:   %.*s\n", IV_FMT(iv_json_str(chosen, "decision")),
		     IV_FMT(iv_json_str(chosen, "action")), IV_FMT(iv_json_str(chosen, "reason")),
		     IV_FMT(iv_json_str(chosen, "effect")));
	cJSON_Delete(doc);
	return true;
}

static bool explain(const char *url, const struct wish *w, struct iv_err *e)
{
	struct iv_buf tenant, answer;
	bool ok = true;

	iv_buf_init(&tenant, 256);
	iv_buf_init(&answer, ANSWER_BYTES);
	if (!w->tenant)
		ok = iv_ask(url, &iv_sql_campaign_whose, (const char *const[]){w->campaign}, &tenant, e);
	else
		ok = iv_buf_adds(&tenant, iv_str(w->tenant)) || iv_fail(e, IV_EINVAL, "--tenant is no id");
	ok = ok && iv_buf_addc(&tenant, '\0') &&
	     iv_ask(url, &iv_sql_campaign_explain, (const char *const[]){tenant.ptr, w->campaign}, &answer, e);
	if (ok && w->json)
		(void)printf("%.*s\n", IV_FMT(iv_buf_str(&answer)));
	else if (ok)
		ok = print_words(iv_buf_str(&answer), e);
	iv_buf_deinit(&tenant);
	iv_buf_deinit(&answer);
	return ok;
}

int app_optimise(const struct iv_config *cfg, int argc, char **argv)
{
	struct wish w = {0};
	struct iv_err e = {0};
	bool ok = read_options(&w, argc, argv, &e);

	if (ok && !iv_secret_set(cfg->database_worker_url))
		ok = iv_fail(&e, IV_EINVAL, "set DATABASE_WORKER_URL: campaigns are looked at across tenants");
	else if (ok)
		ok = explain(iv_secret_reveal(cfg->database_worker_url), &w, &e);
	if (ok)
		return EXIT_SUCCESS;
	if (e.code == IV_ENOENT)
		(void)fprintf(stderr, "invorto optimise: no campaign has the id %s\n", w.campaign);
	else if (e.code == IV_ECONFLICT)
		(void)fprintf(stderr, "invorto optimise: several tenants have a campaign %s: say --tenant\n", w.campaign);
	else
		(void)fprintf(stderr, "invorto optimise: %s\n", e.msg);
	return e.code == IV_EINVAL ? EXIT_USAGE : EXIT_FAILURE;
}
