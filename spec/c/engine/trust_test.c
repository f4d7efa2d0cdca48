/* SPDX-License-Identifier: MIT */
/* Which certificates are used, in which order, and how they are reported. */
#define _GNU_SOURCE
#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/tls_words.h"
#include "engine/trust.h"
#include "retry/retry.h"

#define URL "https://api.example/v0/x?y"

/* A system's stores: a directory of hashed names, one of other names, and a bundle. */
typedef struct fixture {
    char root[64], hashed[80], plain[80], bundle[80], entry[100];
} fixture;

static void touch(const char *path)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static int set_up(void **state)
{
    static fixture f;
    const char *folder = getenv("TMPDIR");
    snprintf(f.root, sizeof f.root, "%s/trust_XXXXXX", folder ? folder : "/tmp");
    if (!mkdtemp(f.root))
        return -1;
    snprintf(f.hashed, sizeof f.hashed, "%s/hashed", f.root);
    snprintf(f.plain, sizeof f.plain, "%s/plain", f.root);
    snprintf(f.bundle, sizeof f.bundle, "%s/plain/a.pem", f.root);
    snprintf(f.entry, sizeof f.entry, "%s/0123abcd.0", f.hashed);
    mkdir(f.hashed, 0700);
    mkdir(f.plain, 0700);
    touch(f.entry);
    touch(f.bundle);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    unlink(f->entry);
    unlink(f->bundle);
    rmdir(f->hashed);
    rmdir(f->plain);
    return rmdir(f->root);
}

static void assert_text(const char *text, const char *wanted)
{
    if (wanted)
        assert_string_equal(text, wanted);
    else
        assert_null(text);
}

/* The stores of a trust are all used at once; NULL: not even set. */
static void assert_at_once(const am_trust *trust, bool set, const char *file, const char *dir)
{
    const am_stores *stores = am_trust_for(trust, URL);
    assert_int_equal(stores != NULL, set);
    am_stores used = am_trust_used(trust, stores);
    assert_text(used.file, file);
    assert_text(used.dir, dir);
    assert_null(am_trust_beyond(trust, stores));
}

static void a_store_that_is_named_is_trusted_alone(void **state)
{
    fixture *f = *state;
    am_stores usual = {f->bundle, f->hashed};
    am_trust trust = {0};
    am_trust_open(&trust, (am_stores){"mine", NULL}, false, usual);
    assert_at_once(&trust, true, "mine", NULL);
    am_trust_open(&trust, (am_stores){NULL, "mine"}, false, usual);
    assert_at_once(&trust, true, NULL, "mine");
    am_trust_open(&trust, (am_stores){"one", "two"}, false, usual);
    assert_at_once(&trust, true, "one", "two");
    am_trust_close(&trust);
}

static void the_systems_store_completes_one_that_is_named(void **state)
{
    fixture *f = *state;
    am_stores usual = {f->bundle, f->hashed};
    am_trust trust = {0};
    am_trust_open(&trust, (am_stores){"mine", NULL}, true, usual);
    assert_at_once(&trust, true, "mine", f->hashed);
    am_trust_open(&trust, (am_stores){NULL, "mine"}, true, usual);
    assert_at_once(&trust, true, f->bundle, "mine");
    am_trust_open(&trust, (am_stores){"one", "two"}, true, usual);
    assert_at_once(&trust, true, "one", "two");
    am_trust_open(&trust, (am_stores){NULL, "mine"}, true, (am_stores){"/not/there", NULL});
    assert_at_once(&trust, true, NULL, "mine");
    am_trust_close(&trust);
}

static void the_systems_directory_is_asked_before_its_bundle(void **state)
{
    fixture *f = *state;
    for (int completes = 0; completes < 2; completes++) { /* nothing is named: no effect */
        am_trust trust = {0};
        am_trust_open(&trust, (am_stores){0}, completes, (am_stores){f->bundle, f->hashed});
        const am_stores *first = am_trust_for(&trust, URL);
        assert_null(first->file);
        assert_string_equal(first->dir, f->hashed);
        const am_stores *all = am_trust_beyond(&trust, first);
        assert_string_equal(all->file, f->bundle);
        assert_string_equal(all->dir, f->hashed);
        assert_null(am_trust_beyond(&trust, all));
        am_trust_close(&trust);
    }
}

static void a_system_without_bundle_or_hashed_directory_is_asked_at_once(void **state)
{
    fixture *f = *state;
    am_trust trust = {0};
    am_trust_open(&trust, (am_stores){0}, true, (am_stores){f->bundle, f->plain}); /* not hashed */
    assert_at_once(&trust, false, f->bundle, f->plain);
    am_trust_open(&trust, (am_stores){0}, true, (am_stores){f->bundle, NULL});
    assert_at_once(&trust, false, f->bundle, NULL);
    am_trust_open(&trust, (am_stores){0}, true, (am_stores){f->bundle, "/not/there"});
    assert_at_once(&trust, false, f->bundle, "/not/there");
    am_trust_open(&trust, (am_stores){0}, true, (am_stores){NULL, NULL});
    assert_at_once(&trust, false, NULL, NULL);
    /* There is no bundle: only the directory counts. */
    am_trust_open(&trust, (am_stores){0}, true, (am_stores){"/not/there", f->hashed});
    assert_at_once(&trust, true, NULL, f->hashed);
    am_trust_close(&trust);
}

static bool is_remembered(const am_trust *trust, const char *url)
{
    return am_trust_for(trust, url)->file != NULL;
}

static void an_origin_that_needs_the_bundle_is_remembered(void **state)
{
    fixture *f = *state;
    char url[64];
    am_trust trust = {0};
    am_trust_open(&trust, (am_stores){0}, true, (am_stores){f->bundle, f->hashed});
    am_trust_remember(&trust, URL);
    am_trust_remember(&trust, URL);
    assert_true(is_remembered(&trust, URL));
    assert_true(is_remembered(&trust, "https://api.example"));
    assert_true(is_remembered(&trust, "https://api.example/other"));
    assert_false(is_remembered(&trust, "https://api.example.test/v0"));
    assert_false(is_remembered(&trust, "https://"));
    assert_false(is_remembered(&trust, "https://api.example:444/v0"));
    for (int i = 1; i <= 3 * AM_ORIGINS_KEPT; i++) { /* so many, and no more */
        snprintf(url, sizeof url, "https://%d.example/", i);
        am_trust_remember(&trust, url);
        assert_true(is_remembered(&trust, url));
        snprintf(url, sizeof url, "https://%d.example/", i - AM_ORIGINS_KEPT + 1);
        assert_int_equal(is_remembered(&trust, url), i >= AM_ORIGINS_KEPT);
        snprintf(url, sizeof url, "https://%d.example/", i - AM_ORIGINS_KEPT);
        assert_false(is_remembered(&trust, url));
    }
    am_trust_close(&trust);
    am_trust_close(&trust);
}

/* ---- words ----------------------------------------------------------------------------------- */

static void assert_words(const char *said, int curl, const am_stores *doubting, const char *wanted)
{
    char words[512];
    snprintf(words, sizeof words, "%s", said);
    am_tls_words(words, sizeof words, curl, doubting);
    assert_string_equal(words, wanted);
}

static void the_words_of_a_tls_failure_name_the_stores_and_ca_file(void **state)
{
    am_stores both = {"/b.pem", "/d"}, file = {"/b.pem", NULL}, dir = {NULL, "/d"}, none = {0};
    (void)state;
    assert_words("No", AM_CURL_TLS_PEER, &both,
                 "No; trusted: the certificates of /b.pem and /d; set ca_file to trust another "
                 "authority");
    assert_words("No", AM_CURL_TLS_PEER, &file,
                 "No; trusted: the certificates of /b.pem; set ca_file to trust another authority");
    assert_words("No", AM_CURL_TLS_PEER, &dir,
                 "No; trusted: the certificates of /d; set ca_file to trust another authority");
    assert_words("No", AM_CURL_TLS_PEER, &none,
                 "No; trusted: the certificates of this system; set ca_file to trust another "
                 "authority");
    assert_words("no such name", AM_CURL_TLS_PEER, NULL, "no such name");
    assert_words("error:0A00010B:SSL routines::wrong version number", AM_CURL_TLS_CONNECT, NULL,
                 "error:0A00010B:SSL routines::wrong version number; the server may not speak TLS: "
                 "should the URL begin with http://?");
    assert_words("unexpected eof", AM_CURL_TLS_CONNECT, NULL, "unexpected eof");
    assert_words("error setting certificate file: /x", AM_CURL_TLS_CA_FILE, NULL,
                 "error setting certificate file: /x; see the options ca_file and ca_dir, or "
                 "CURL_CA_BUNDLE, SSL_CERT_FILE and SSL_CERT_DIR in the environment");
    assert_words("", AM_CURL_OK, NULL, "");
}

static void the_words_of_a_tls_failure_fit_long_paths(void **state)
{
    char path[4096], words[512], said[256];
    am_stores long_ = {path, path};
    (void)state;
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    memset(said, 's', sizeof said - 1);
    said[sizeof said - 1] = '\0';
    snprintf(words, sizeof words, "No");
    am_tls_words(words, sizeof words, AM_CURL_TLS_PEER, &long_);
    assert_non_null(strstr(words, "; set ca_file to trust another authority"));
    snprintf(words, sizeof words, "%s", said);
    am_tls_words(words, sizeof words, AM_CURL_TLS_PEER, &long_);
    assert_int_equal(strlen(words), sizeof words - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_that_is_named_is_trusted_alone),
        cmocka_unit_test(the_systems_store_completes_one_that_is_named),
        cmocka_unit_test(the_systems_directory_is_asked_before_its_bundle),
        cmocka_unit_test(a_system_without_bundle_or_hashed_directory_is_asked_at_once),
        cmocka_unit_test(an_origin_that_needs_the_bundle_is_remembered),
        cmocka_unit_test(the_words_of_a_tls_failure_name_the_stores_and_ca_file),
        cmocka_unit_test(the_words_of_a_tls_failure_fit_long_paths),
    };
    return cmocka_run_group_tests_name("trust", tests, set_up, tear_down);
}
