/* SPDX-License-Identifier: MIT */
/* Makes an authority and a server's certificate on demand; the keys never leave memory. */
#define _GNU_SOURCE
#include "fault_wire.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fault_tls {
    SSL_CTX *context;
    bool h2;
    char ca_file[64];
};

static bool extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool ok = extension && X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return ok;
}

/* A certificate for `key`, signed by the issuer, or by itself when issuer is NULL. */
static X509 *certify(const char *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key)
{
    X509 *certificate = X509_new();
    if (!certificate)
        return NULL;
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), issuer ? 2 : 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_NAME *subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer) : subject);
    X509_set_pubkey(certificate, key);
    bool ok = issuer
                  ? extend(certificate, issuer, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1")
                  : extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    if (ok && X509_sign(certificate, issuer ? issuer_key : key, EVP_sha256()))
        return certificate;
    X509_free(certificate);
    return NULL;
}

static bool save(X509 *certificate, char path[64])
{
    const char *folder = getenv("TMPDIR");
    int size = snprintf(path, 64, "%s/fault_ca_XXXXXX", folder ? folder : "/tmp");
    int fd = size < 64 ? mkstemp(path) : -1;
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file) {
        path[0] = '\0';
        return false;
    }
    bool ok = PEM_write_X509(file, certificate) == 1;
    return fclose(file) == 0 && ok;
}

static int choose_protocol(SSL *ssl, const unsigned char **chosen, unsigned char *chosen_size,
                           const unsigned char *offered, unsigned offered_size, void *data)
{
    static const unsigned char both[] = "\2h2\10http/1.1";
    const fault_tls *tls = data;
    const unsigned char *known = tls->h2 ? both : both + 3;
    unsigned size = (unsigned)sizeof both - 1 - (tls->h2 ? 0 : 3);
    (void)ssl;
    if (SSL_select_next_proto((unsigned char **)(void *)chosen, chosen_size, known, size, offered,
                              offered_size) == OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_OK;
    return SSL_TLSEXT_ERR_NOACK;
}

fault_tls *fault_tls_new(bool h2)
{
    fault_tls *tls = calloc(1, sizeof *tls);
    if (!tls)
        return NULL;
    tls->h2 = h2;
    EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
    char name[64]; /* unique, so that one authority is not mistaken for another */
    snprintf(name, sizeof name, "Authority %p of a test", (void *)tls);
    X509 *ca = ca_key ? certify(name, ca_key, NULL, NULL) : NULL;
    X509 *leaf = ca && key ? certify("localhost", key, ca, ca_key) : NULL;
    tls->context = SSL_CTX_new(TLS_server_method());
    bool ok = leaf && tls->context && save(ca, tls->ca_file) &&
              SSL_CTX_use_certificate(tls->context, leaf) == 1 &&
              SSL_CTX_use_PrivateKey(tls->context, key) == 1;
    if (ok)
        SSL_CTX_set_alpn_select_cb(tls->context, choose_protocol, tls);
    X509_free(leaf);
    X509_free(ca);
    EVP_PKEY_free(key);
    EVP_PKEY_free(ca_key);
    if (ok)
        return tls;
    fault_tls_free(tls);
    return NULL;
}

void fault_tls_free(fault_tls *tls)
{
    if (!tls)
        return;
    if (tls->ca_file[0])
        unlink(tls->ca_file);
    SSL_CTX_free(tls->context);
    free(tls);
}

const char *fault_tls_ca_file(const fault_tls *tls)
{
    return tls ? tls->ca_file : NULL;
}

bool fault_tls_accept(fault_tls *tls, fault_wire *wire)
{
    SSL *ssl = SSL_new(tls->context);
    wire->ssl = ssl;
    return ssl && SSL_set_fd(ssl, wire->fd) == 1 && SSL_accept(ssl) == 1;
}
