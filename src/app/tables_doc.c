/* Tables of the documents that are printed from the tables the program reads: errors and events. */
#include <stdio.h>
#include <stdlib.h>
#include "app.h"
#include "iv_err.h"
#include "iv_webhook_event.h"

/* What an error means to who made the request. */
static const char *const meanings[] = {
	[IV_EINVAL] = "what was sent is wrong: `errors` names every field and its rule",
	[IV_EAUTH] = "no credential, or one that is wrong, expired or revoked",
	[IV_EFORBIDDEN] = "the credential is right and may not do this: its role, its scopes, its tenant, its network",
	[IV_ENOENT] = "there is nothing of that name, or it is another tenant's",
	[IV_EMETHOD] = "the address is there, not for this method: `Allow` names those it has",
	[IV_ECONFLICT] = "not in the state it is in: a call that is not live, a name that is taken, a request that still runs",
	[IV_EGONE] = "the call has ended",
	[IV_ETOOBIG] = "larger than the route takes",
	[IV_EMEDIA] = "a `Content-Type` the route does not read",
	[IV_EUNPROCESSABLE] = "understood, and cannot be done as things are: the word in `detail` says what is missing",
	[IV_EQUOTA] = "a cap on calls, cost or minutes is reached: `detail` says which",
	[IV_ERATE] = "too many requests: `Retry-After`",
	[IV_ECANCELED] = "who asked has gone",
	[IV_EINTERNAL] = "our fault: `requestId` finds it in the log",
	[IV_EUNSUPPORTED] = "not configured here, or not possible with this carrier",
	[IV_EUPSTREAM] = "a provider, a carrier or a tool is ill, late, or refuses our credentials",
	[IV_EDRAINING] = "this process ends or starts, or the database is away: `Retry-After`",
	[IV_ETIMEDOUT] = "no answer in time; what was asked for may have been done",
};

int app_errors_markdown(void)
{
	_Static_assert(IV_COUNT(meanings) == IV_ETIMEDOUT + 1, "every code has its words");
	(void)printf("| code | HTTP | socket | try again | meaning |\n| --- | --- | --- | --- | --- |\n");
	for (size_t i = IV_OK + 1; i < IV_COUNT(meanings); i++) {
		const struct iv_code_info *c = iv_code_info((enum iv_code)i);

		(void)printf("| `%s` | %d | %d | %s | %s |\n", c->name, c->http_status, c->ws_close,
			     c->retryable ? "yes" : "", meanings[i]);
	}
	return ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int app_events_markdown(void)
{
	for (const struct iv_webhook_type *t = iv_webhook_types; t->name; t++) {
		(void)printf("%s## %s\n\n%s. Schema `%s`", t == iv_webhook_types ? "" : "\n", t->name, t->doc, t->version);
		for (const char *const *older = t->older; *older; older++)
			(void)printf("%s`%s`", older == t->older ? "; older name " : ", ", *older);
		(void)printf(".\n\n| field | type | meaning |\n| --- | --- | --- |\n");
		doc_fields(t->shape, NULL, "");
	}
	return ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
