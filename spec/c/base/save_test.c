/* SPDX-License-Identifier: MIT */
/* A file gets its name when it is complete and on the disk: in that order, and not otherwise. */
#define _GNU_SOURCE
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/save.h"

/* ---- the world, as the linker's --wrap lets it be seen --------------------------------------- */

static char steps[64];      /* f: a file was synced, d: a folder, r: a file renamed */
static int fsync_errors[4]; /* by call; 0: the real one */
static int fsync_calls;

int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);

int __wrap_fsync(int fd)
{
    struct stat info;
    int error = fsync_calls < (int)COUNT(fsync_errors) ? fsync_errors[fsync_calls] : 0;
    fsync_calls++;
    assert_int_equal(fstat(fd, &info), 0);
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
    fsync_calls = 0;
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
    fsync_errors[1] = EIO; /* the folder's: the file is in place by then */
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
    };
    return cmocka_run_group_tests_name("save", tests, NULL, NULL);
}
