/* TLS to Redis: our own OpenSSL session under hiredis's reads and writes. hiredis_ssl's own context does
 * not check the name in the certificate. Built with hiredis 1.0 or later. */
#include "redis_priv.h"

#include <arpa/inet.h>
#include <hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>

struct iv_redis_tls {
	SSL_CTX *ctx;
};

struct iv_redis_tls *iv_redis_tls_new(const char *ca_file, struct iv_err *e)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	struct iv_redis_tls *t;
	bool roots;

	if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1) {
		SSL_CTX_free(ctx);
		iv_fail(e, IV_EINTERNAL, "redis: OpenSSL gives no TLS context");
		return NULL;
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	roots = ca_file ? SSL_CTX_load_verify_locations(ctx, ca_file, NULL) == 1
			: SSL_CTX_set_default_verify_paths(ctx) == 1;
	if (!roots) {
		SSL_CTX_free(ctx);
		iv_fail(e, IV_EINVAL, "redis: no certificates in %s", ca_file ? ca_file : "the system's store");
		return NULL;
	}
	t = redis_calloc(sizeof(*t));
	t->ctx = ctx;
	return t;
}

void iv_redis_tls_free(struct iv_redis_tls *t)
{
	if (!t)
		return;
	SSL_CTX_free(t->ctx);
	free(t);
}

static bool expect_name(SSL *ssl, const char *host)
{
	unsigned char bytes[16];

	if (inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
	return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

bool iv_redis_tls_start(struct iv_redis_tls *t, redisContext *c, const char *host, void **session, char *why,
			size_t size)
{
	SSL *ssl = SSL_new(t->ctx);

	if (!ssl || !expect_name(ssl, host)) {
		SSL_free(ssl);
		snprintf(why, size, "no TLS session");
		return false;
	}
	ERR_clear_error();
	if (redisInitiateSSL(c, ssl) != REDIS_OK) {
		SSL_free(ssl);
		snprintf(why, size, "%s", c->errstr);
		return false;
	}
	*session = ssl; /* the context's: freed with it */
	return true;
}

bool iv_redis_tls_wants_read(const void *session)
{
	return SSL_want_read((const SSL *)session);
}

bool iv_redis_tls_wants_write(const void *session)
{
	return SSL_want_write((const SSL *)session);
}

void iv_redis_tls_forget_errors(void)
{
	ERR_clear_error();
}

void iv_redis_tls_why(const void *session, char *why, size_t size)
{
	long rc = SSL_get_verify_result((const SSL *)session);

	if (rc != X509_V_OK)
		snprintf(why, size, "certificate refused: %s", X509_verify_cert_error_string(rc));
}
