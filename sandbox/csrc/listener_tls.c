/* SPDX-License-Identifier: MIT */
/* Makes a certificate for a TLS listener. */
#define _GNU_SOURCE
#include "listener.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <lauxlib.h>

enum { VERSION_3 = 2, SERIAL_BYTES = 16, DAYS = 30, SECONDS_A_DAY = 24 * 3600 };

static EVP_PKEY *new_key(void)
{
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    if (context && EVP_PKEY_keygen_init(context) == 1 &&
        EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1)
        (void)EVP_PKEY_keygen(context, &key);
    EVP_PKEY_CTX_free(context);
    return key;
}

static bool set_serial(X509 *certificate)
{
    unsigned char bytes[SERIAL_BYTES];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] = (bytes[0] & 0x3F) | 0x40; /* positive, and no shorter */
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool done = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    return done;
}

static bool set_name(X509 *certificate)
{
    X509_NAME *name = X509_get_subject_name(certificate);
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                      (const unsigned char *)"agentmail sandbox", -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, name) == 1;
}

static bool add_extension(X509 *certificate, int id, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, id, value);
    bool done = extension && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return done;
}

/* A client may trust it as an authority, but it signs only itself. */
static bool fill_certificate(X509 *certificate, EVP_PKEY *key, const char *names)
{
    return X509_set_version(certificate, VERSION_3) == 1 && set_serial(certificate) &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -SECONDS_A_DAY) &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), (long)DAYS * SECONDS_A_DAY) &&
           X509_set_pubkey(certificate, key) == 1 && set_name(certificate) &&
           add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
           add_extension(certificate, NID_key_usage, "critical,digitalSignature,keyCertSign") &&
           add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
           add_extension(certificate, NID_subject_alt_name, names) &&
           X509_sign(certificate, key, EVP_sha256()) > 0;
}

/* [-0, +1] pushes the contents of a memory BIO, and frees it. */
static void push_bio(lua_State *L, BIO *bio)
{
    char *bytes = NULL;
    long size = BIO_get_mem_data(bio, &bytes);
    lua_pushlstring(L, bytes ? bytes : "", size > 0 ? (size_t)size : 0);
    BIO_free(bio);
}

/* self_signed(names) -> certificate, key, both in PEM; or nil. `names` is in OpenSSL's
 * configuration syntax: "DNS:localhost,IP:127.0.0.1" */
int am_tls_self_signed(lua_State *L)
{
    const char *names = luaL_checkstring(L, 1);
    EVP_PKEY *key = new_key();
    X509 *certificate = X509_new();
    BIO *public_part = BIO_new(BIO_s_mem()), *private_part = BIO_new(BIO_s_mem());
    bool done = key && certificate && public_part && private_part &&
                fill_certificate(certificate, key, names) &&
                PEM_write_bio_X509(public_part, certificate) == 1 &&
                PEM_write_bio_PrivateKey(private_part, key, NULL, NULL, 0, NULL, NULL) == 1;
    X509_free(certificate);
    EVP_PKEY_free(key);
    if (!done) {
        BIO_free(public_part);
        BIO_free(private_part);
        luaL_pushfail(L);
        return 1;
    }
    push_bio(L, public_part);
    push_bio(L, private_part);
    return 2;
}
