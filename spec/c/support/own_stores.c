/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "own_stores.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

struct own_stores own_stores;

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* A file system of this process only, as root or as root of a user namespace. */
static bool enter_namespace(void)
{
    char users[64], groups[64];
    snprintf(users, sizeof users, "0 %u 1", (unsigned)getuid());
    snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getgid());
    return unshare(CLONE_NEWNS) == 0 ||
           (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
            write_text("/proc/self/setgroups", "deny") && write_text("/proc/self/uid_map", users) &&
            write_text("/proc/self/gid_map", groups));
}

bool own_stores_take(void)
{
    char *bundle = NULL, *dir = NULL;
    CURL *easy = curl_easy_init();
    curl_easy_getinfo(easy, CURLINFO_CAINFO, &bundle);
    curl_easy_getinfo(easy, CURLINFO_CAPATH, &dir);
    curl_easy_cleanup(easy);
    if (!bundle || !dir || strncmp(bundle, dir, strlen(dir)) != 0)
        return false; /* the bundle must be writable too */
    snprintf(own_stores.bundle, sizeof own_stores.bundle, "%s", bundle);
    snprintf(own_stores.dir, sizeof own_stores.dir, "%s", dir);
    snprintf(own_stores.other_dir, sizeof own_stores.other_dir, "%s/other", dir);
    return enter_namespace() && mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", dir, "tmpfs", 0, NULL) == 0;
}

bool own_stores_empty(void)
{
    return umount2(own_stores.dir, MNT_DETACH) == 0 &&
           mount("none", own_stores.dir, "tmpfs", 0, NULL) == 0 &&
           mkdir(own_stores.other_dir, 0700) == 0;
}

static X509 *authority_of(const fault_server *server)
{
    FILE *file = fopen(fault_server_ca_file(server), "r");
    X509 *authority = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
    if (!authority)
        abort();
    fclose(file);
    return authority;
}

static void append(const char *path, const fault_server *server)
{
    X509 *authority = authority_of(server);
    FILE *file = fopen(path, "a");
    if (!file || PEM_write_X509(file, authority) != 1 || fclose(file) != 0)
        abort();
    X509_free(authority);
}

void own_stores_bundle(const fault_server *server)
{
    append(own_stores.bundle, server);
}

void own_stores_hash(const char *dir, const fault_server *server)
{
    char path[300];
    X509 *authority = authority_of(server);
    snprintf(path, sizeof path, "%s/%08lx.0", dir, X509_subject_name_hash(authority));
    X509_free(authority);
    append(path, server);
}
