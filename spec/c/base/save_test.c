/* SPDX-License-Identifier: MIT */
/* A file gets its name once it is complete and on the disk: in that order only. */
#define _GNU_SOURCE
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/save.h"

/* ---- the world, as the linker's --wrap lets it be seen --------------------------------------- */

static char steps[64];      /* f: a file was synced, d: a folder, r: a file renamed, l: linked */
static int fsync_errors[4]; /* by call; 0: the real system call */
static int fsync_calls;
static int renameat2_error, link_error; /* 0: the real one */
static bool no_write;                   /* writes nothing, and reports no error */
static bool steal_at_sync;              /* another program creates the file now */
static void make_old_file(void);

int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __real_renameat2(int in, const char *from, int out, const char *to, unsigned flags);
int __real_link(const char *from, const char *to);
ssize_t __real_write(int fd, const void *bytes, size_t size);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);
int __wrap_renameat2(int in, const char *from, int out, const char *to, unsigned flags);
int __wrap_link(const char *from, const char *to);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);

int __wrap_fsync(int fd)
{
    struct stat info;
    int error = fsync_calls < (int)COUNT(fsync_errors) ? fsync_errors[fsync_calls] : 0;
    fsync_calls++;
    assert_int_equal(fstat(fd, &info), 0);
    if (steal_at_sync)
        make_old_file();
    steal_at_sync = false;
    strcat(steps, S_ISDIR(info.st_mode) ? "d" : "f");
    if (!error)
        return __real_fsync(fd);
    errno = error;
    return -1;
}

int __wrap_rename(const char *from, const char *to)
{
    strcat(steps, "r");
    return __real_rename(from, to);
}

int __wrap_renameat2(int in, const char *from, int out, const char *to, unsigned flags)
{
    if (!renameat2_error) {
        strcat(steps, "r");
        return __real_renameat2(in, from, out, to, flags);
    }
    errno = renameat2_error;
    return -1;
}

int __wrap_link(const char *from, const char *to)
{
    if (!link_error) {
        strcat(steps, "l");
        return __real_link(from, to);
    }
    errno = link_error;
    return -1;
}

ssize_t __wrap_write(int file, const void *bytes, size_t size)
{
    errno = 0;
    return no_write ? 0 : __real_write(file, bytes, size);
}

/* ---- a folder with a file in it -------------------------------------------------------------- */

static char folder[] = "/tmp/agentmail-save-XXXXXX";
static char part[64], path[64];
static int fd;

static int open_part(void **state)
{
    (void)state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    if (!mkdtemp(folder))
        return -1;
    snprintf(part, sizeof part, "%s/a.part", folder);
    snprintf(path, sizeof path, "%s/a", folder);
    fd = open(part, O_RDWR | O_CREAT | O_EXCL, 0600);
    memset(fsync_errors, 0, sizeof fsync_errors);
    fsync_calls = renameat2_error = link_error = 0;
    no_write = steal_at_sync = false;
    steps[0] = '\0';
    return fd < 0 ? -1 : 0;
}

static int remove_all(void **state)
{
    (void)state;
    close(fd);
    unlink(part);
    unlink(path);
    return rmdir(folder);
}

static void assert_content(const char *name, const char *expected)
{
    char bytes[64];
    int file = open(name, O_RDONLY);
    assert_true(file >= 0);
    ssize_t size = read(file, bytes, sizeof bytes);
    close(file);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(bytes, expected, strlen(expected));
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void each_attempt_to_save_begins_with_an_empty_file(void **state)
{
    (void)state;
    assert_true(am_save_bytes(fd, "a lost answer", 13));
    assert_true(am_save_restart(fd));
    assert_true(am_save_bytes(fd, "the ", 4) && am_save_bytes(fd, "whole", 5));
    assert_content(part, "the whole");
}

static void a_file_that_cannot_be_written_is_reported(void **state)
{
    (void)state;
    int reading = open(part, O_RDONLY);
    assert_false(am_save_bytes(reading, "x", 1));
    assert_int_equal(errno, EBADF);
    assert_false(am_save_restart(reading));
    close(reading);
    no_write = true;
    assert_false(am_save_bytes(fd, "x", 1));
    assert_int_equal(errno, EIO);
}

static void a_saved_file_is_on_the_disk_before_it_gets_its_name(void **state)
{
    (void)state;
    am_save_bytes(fd, "new", 3);
    assert_true(am_save_publish(fd, part, path));
    assert_string_equal(steps, "frd");
    assert_content(path, "new");
    assert_int_equal(access(part, F_OK), -1);
}

static void a_file_name_without_a_folder_is_in_the_current_one(void **state)
{
    (void)state;
    char here[1024];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(folder), 0);
    assert_true(am_save_publish(fd, "a.part", "a"));
    assert_int_equal(chdir(here), 0);
    assert_string_equal(steps, "frd");
}

static void a_file_that_did_not_reach_the_disk_gets_no_name(void **state)
{
    (void)state;
    fsync_errors[0] = EIO;
    assert_false(am_save_publish(fd, part, path));
    assert_int_equal(errno, EIO);
    assert_string_equal(steps, "f");
    assert_int_equal(access(path, F_OK), -1);
}

static void an_interrupted_fsync_is_repeated(void **state)
{
    (void)state;
    fsync_errors[0] = EINTR;
    assert_true(am_save_publish(fd, part, path));
    assert_string_equal(steps, "ffrd");
}

static void a_file_that_does_not_support_fsync_is_saved_without(void **state)
{
    (void)state;
    fsync_errors[0] = EINVAL;
    fsync_errors[1] = EIO; /* the error of the folder: the file is in place by then */
    assert_true(am_save_publish(fd, part, path));
    assert_string_equal(steps, "frd");
}

static void a_save_that_cannot_rename_leaves_both_files(void **state)
{
    (void)state;
    assert_int_equal(mkdir(path, 0700), 0);
    assert_false(am_save_publish(fd, part, path));
    assert_int_equal(errno, EISDIR);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(access(part, F_OK), 0);
}

/* ---- a new name ------------------------------------------------------------------------------ */

static void make_old_file(void)
{
    int old = open(path, O_WRONLY | O_CREAT | O_EXCL, 0640);
    assert_int_equal(__real_write(old, "old", 3), 3);
    close(old);
}

static void a_file_that_is_replaced_lends_its_mode(void **state)
{
    struct stat info;
    (void)state;
    make_old_file();
    assert_int_equal(chmod(path, 0604), 0);
    am_save_bytes(fd, "new", 3);
    assert_true(am_save_publish(fd, part, path));
    assert_content(path, "new");
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0604);
}

/* The check took place before the download, which may take hours. */
static void a_save_whose_path_became_no_file_leaves_it_alone(void **state)
{
    struct stat info;
    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(am_save_publish(fd, part, path));
    assert_int_equal(errno, EEXIST);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_false(am_save_publish(fd, part, path));
    assert_int_equal(errno, EEXIST);
    assert_int_equal(lstat(path, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
}

static void a_new_saved_file_takes_a_free_name(void **state)
{
    struct stat info;
    mode_t mask = umask(027);
    (void)state;
    am_save_bytes(fd, "new", 3);
    assert_true(am_save_publish_new(fd, part, path));
    umask(mask);
    assert_string_equal(steps, "frd");
    assert_content(path, "new");
    assert_int_equal(access(part, F_OK), -1);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0640);
}

static void a_new_saved_file_never_replaces_one(void **state)
{
    (void)state;
    make_old_file();
    assert_false(am_save_publish_new(fd, part, path));
    assert_int_equal(errno, EEXIST);
    assert_content(path, "old");
    assert_string_equal(steps, "");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("nowhere", path), 0);
    assert_false(am_save_publish_new(fd, part, path));
    assert_int_equal(errno, EEXIST);
    assert_int_equal(access(part, F_OK), 0);
}

/* The early check only saves time; the rename itself, or the link, decides. */
static void a_new_saved_file_never_replaces_one_made_in_the_last_moment(void **state)
{
    static const int errors[] = {0, ENOSYS};
    (void)state;
    for (size_t i = 0; i < COUNT(errors); i++) {
        renameat2_error = errors[i];
        steal_at_sync = true;
        assert_false(am_save_publish_new(fd, part, path));
        assert_int_equal(errno, EEXIST);
        assert_content(path, "old");
        assert_int_equal(access(part, F_OK), 0);
        assert_int_equal(unlink(path), 0);
    }
}

static void where_no_rename_is_exclusive_a_new_saved_file_is_linked(void **state)
{
    static const int errors[] = {EINVAL, ENOSYS, EPERM, ENOTSUP};
    (void)state;
    am_save_bytes(fd, "new", 3);
    for (size_t i = 0; i < COUNT(errors); i++) {
        steps[0] = '\0';
        renameat2_error = errors[i];
        assert_true(am_save_publish_new(fd, part, path));
        assert_string_equal(steps, "fld");
        assert_content(path, "new");
        assert_int_equal(access(part, F_OK), -1);
        assert_int_equal(__real_rename(path, part), 0);
    }
    link_error = EPERM;
    assert_false(am_save_publish_new(fd, part, path));
    assert_int_equal(errno, EPERM);
    renameat2_error = ENOSPC;
    link_error = 0;
    assert_false(am_save_publish_new(fd, part, path));
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_part, remove_all)
    const struct CMUnitTest tests[] = {
        TEST(each_attempt_to_save_begins_with_an_empty_file),
        TEST(a_file_that_cannot_be_written_is_reported),
        TEST(a_saved_file_is_on_the_disk_before_it_gets_its_name),
        TEST(a_file_name_without_a_folder_is_in_the_current_one),
        TEST(a_file_that_did_not_reach_the_disk_gets_no_name),
        TEST(an_interrupted_fsync_is_repeated),
        TEST(a_file_that_does_not_support_fsync_is_saved_without),
        TEST(a_save_that_cannot_rename_leaves_both_files),
        TEST(a_file_that_is_replaced_lends_its_mode),
        TEST(a_save_whose_path_became_no_file_leaves_it_alone),
        TEST(a_new_saved_file_takes_a_free_name),
        TEST(a_new_saved_file_never_replaces_one),
        TEST(a_new_saved_file_never_replaces_one_made_in_the_last_moment),
        TEST(where_no_rename_is_exclusive_a_new_saved_file_is_linked),
    };
    return cmocka_run_group_tests_name("save", tests, NULL, NULL);
}
