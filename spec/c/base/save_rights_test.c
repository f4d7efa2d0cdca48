/* SPDX-License-Identifier: MIT */
/* Ownership and mode of a saved file: same as the file it replaces, and never open to more
 * users. */
#define _GNU_SOURCE
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/save_rights.h"

/* ---- what this process may, as the linker's --wrap has it ------------------------------------ */

static bool no_owner, no_group, no_mode;

int __real_fchown(int fd, uid_t owner, gid_t group);
int __real_fchmod(int fd, mode_t mode);
int __wrap_fchown(int fd, uid_t owner, gid_t group);
int __wrap_fchmod(int fd, mode_t mode);

int __wrap_fchown(int fd, uid_t owner, gid_t group)
{
    bool is_refused = no_group || (no_owner && owner != (uid_t)-1);
    if (!is_refused)
        return __real_fchown(fd, owner, group);
    errno = EPERM;
    return -1;
}

int __wrap_fchmod(int fd, mode_t mode)
{
    if (!no_mode)
        return __real_fchmod(fd, mode);
    errno = EPERM;
    return -1;
}

/* ---- an old file and a part that takes its place --------------------------------------------- */

static char folder[64], old_path[80], part[80];
static int fd;

static int make_files(void **state)
{
    char template[] = "/tmp/agentmail-rights-XXXXXX";
    (void)state;
    if (!mkdtemp(template))
        return -1;
    snprintf(folder, sizeof folder, "%s", template);
    snprintf(old_path, sizeof old_path, "%s/a", folder);
    snprintf(part, sizeof part, "%s/a.part", folder);
    close(open(old_path, O_WRONLY | O_CREAT | O_EXCL, 0600));
    fd = open(part, O_RDWR | O_CREAT | O_EXCL, 0600);
    no_owner = no_group = no_mode = false;
    return fd < 0 ? -1 : 0;
}

static int remove_files(void **state)
{
    (void)state;
    close(fd);
    unlink(old_path);
    unlink(part);
    return rmdir(folder); /* it contains nothing else */
}

/* The mode of the part after it took over the mode of this file. */
static mode_t taken_over(mode_t mode)
{
    struct stat info;
    assert_int_equal(chmod(old_path, mode), 0);
    assert_int_equal(stat(old_path, &info), 0);
    assert_int_equal(__real_fchmod(fd, 0600), 0);
    am_rights_take_over(fd, old_path, &info);
    assert_int_equal(fstat(fd, &info), 0);
    return info.st_mode & 07777;
}

static mode_t new_mode(mode_t mask)
{
    struct stat info;
    mode_t before = umask(mask);
    assert_int_equal(__real_fchmod(fd, 0600), 0);
    am_rights_of_new(fd, part);
    umask(before);
    assert_int_equal(fstat(fd, &info), 0);
    return info.st_mode & 07777;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void a_saved_file_keeps_the_mode_of_the_one_it_replaces(void **state)
{
    static const mode_t modes[] = {0600, 0644, 0640, 0664, 0666, 0400,  0444,
                                   0,    0755, 0700, 0604, 0777, 04755, 04700};
    (void)state;
    for (size_t i = 0; i < COUNT(modes); i++)
        assert_int_equal(taken_over(modes[i]), modes[i]);
}

static void a_new_saved_file_has_the_mode_that_the_umask_gives(void **state)
{
    (void)state;
    assert_int_equal(new_mode(022), 0644);
    assert_int_equal(new_mode(077), 0600);
    assert_int_equal(new_mode(0), 0666);
    assert_int_equal(new_mode(0777), 0);
}

static void a_file_with_the_name_of_the_mode_trial_is_left_alone(void **state)
{
    char other[80];
    struct stat info;
    (void)state;
    snprintf(other, sizeof other, "%s/a.par~", folder);
    assert_int_equal(symlink("nowhere", other), 0);
    assert_int_equal(new_mode(022), 0600);
    assert_int_equal(lstat(other, &info), 0);
    assert_int_equal(unlink(other), 0);
}

static void a_saved_file_that_loses_its_owner_loses_its_set_user_id(void **state)
{
    struct stat info;
    (void)state;
    no_owner = true;
    assert_int_equal(chmod(old_path, 06755), 0);
    assert_int_equal(stat(old_path, &info), 0);
    info.st_uid++;
    am_rights_take_over(fd, old_path, &info);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_mode & 05777, 0755);
}

/* A member of the group may now be one of the others, and vice versa. */
static void a_saved_file_that_loses_its_group_is_not_open_to_more(void **state)
{
    static const struct {
        mode_t old, now;
    } cases[] = {{0600, 0600}, {0640, 0600}, {0660, 0600},   {0644, 0644},   {0664, 0644},
                 {0604, 0600}, {0606, 0600}, {0666, 0666},   {0755, 0755},   {0751, 0711},
                 {0754, 0744}, {0770, 0700}, {06775, 04755}, {02754, 00744}, {0624, 0600}};
    (void)state;
    no_group = true;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct stat info;
        assert_int_equal(chmod(old_path, cases[i].old), 0);
        assert_int_equal(stat(old_path, &info), 0);
        info.st_mode = (info.st_mode & ~(mode_t)07777) | cases[i].old;
        info.st_gid++;
        am_rights_take_over(fd, old_path, &info);
        assert_int_equal(fstat(fd, &info), 0);
        assert_int_equal(info.st_mode & 07777, cases[i].now);
    }
}

static void where_chmod_is_refused_a_saved_file_stays_private(void **state)
{
    struct stat info;
    (void)state;
    no_mode = true;
    assert_int_equal(taken_over(0644), 0600);
    am_rights_of_new(fd, part);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
}

static void a_saved_file_keeps_owner_and_group_of_the_one_it_replaces(void **state)
{
    struct stat info;
    (void)state;
    if (geteuid() != 0) {
        print_message("only root can give files away\n");
        skip();
    }
    assert_int_equal(chown(old_path, 12345, 54321), 0);
    assert_int_equal(taken_over(06751), 06751);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_uid, 12345);
    assert_int_equal(info.st_gid, 54321);
    no_owner = true;
    assert_int_equal(__real_fchown(fd, 0, 0), 0);
    assert_int_equal(taken_over(06751), 02751);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_uid, 0);
    assert_int_equal(info.st_gid, 54321);
}

/* ---- access lists ---------------------------------------------------------------------------- */

static const char access_name[] = "system.posix_acl_access";

/* The owner and user 12345 may read and write, the group and others nothing. */
static const unsigned char list[] = {
    2,    0, 0, 0,                         /* version */
    0x01, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, /* owner */
    0x02, 0, 6, 0, 0x39, 0x30, 0,    0,    /* user 12345 */
    0x04, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, /* group */
    0x10, 0, 6, 0, 0xff, 0xff, 0xff, 0xff, /* mask */
    0x20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, /* others */
};

static void need_access_lists(void)
{
    if (setxattr(old_path, access_name, list, sizeof list, 0) == 0)
        return;
    print_message("no access lists in /tmp: %s\n", strerror(errno));
    skip();
}

static void a_saved_file_keeps_the_access_list_of_the_one_it_replaces(void **state)
{
    unsigned char seen[256];
    struct stat info;
    (void)state;
    need_access_lists();
    assert_int_equal(stat(old_path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0660); /* opens it to the group, without a list */
    am_rights_take_over(fd, old_path, &info);
    assert_int_equal(fgetxattr(fd, access_name, seen, sizeof seen), sizeof list);
    assert_memory_equal(seen, list, sizeof list);
    no_group = true;
    info.st_gid++;
    am_rights_take_over(fd, old_path, &info);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

/* An access list that lets others read, but not the group: a member of it would be one of the
 * others. */
static void a_saved_file_with_an_access_list_that_loses_its_group_is_not_open_to_more(void **state)
{
    unsigned char open_to_others[sizeof list];
    struct stat info;
    (void)state;
    memcpy(open_to_others, list, sizeof list);
    open_to_others[sizeof list - 6] = 4;
    need_access_lists();
    assert_int_equal(setxattr(old_path, access_name, open_to_others, sizeof list, 0), 0);
    assert_int_equal(stat(old_path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0664);
    no_group = true;
    info.st_gid++;
    am_rights_take_over(fd, old_path, &info);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void the_access_list_of_the_folder_does_not_open_a_saved_file(void **state)
{
    unsigned char seen[256];
    struct stat info;
    (void)state;
    need_access_lists();
    assert_int_equal(removexattr(old_path, access_name), 0);
    assert_int_equal(fsetxattr(fd, access_name, list, sizeof list, 0), 0);
    assert_int_equal(chmod(old_path, 0664), 0);
    assert_int_equal(stat(old_path, &info), 0);
    am_rights_take_over(fd, old_path, &info);
    assert_int_equal(fgetxattr(fd, access_name, seen, sizeof seen), -1);
    assert_int_equal(errno, ENODATA);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0664);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_files, remove_files)
    const struct CMUnitTest tests[] = {
        TEST(a_saved_file_keeps_the_mode_of_the_one_it_replaces),
        TEST(a_new_saved_file_has_the_mode_that_the_umask_gives),
        TEST(a_file_with_the_name_of_the_mode_trial_is_left_alone),
        TEST(a_saved_file_that_loses_its_owner_loses_its_set_user_id),
        TEST(a_saved_file_that_loses_its_group_is_not_open_to_more),
        TEST(where_chmod_is_refused_a_saved_file_stays_private),
        TEST(a_saved_file_keeps_owner_and_group_of_the_one_it_replaces),
        TEST(a_saved_file_keeps_the_access_list_of_the_one_it_replaces),
        TEST(a_saved_file_with_an_access_list_that_loses_its_group_is_not_open_to_more),
        TEST(the_access_list_of_the_folder_does_not_open_a_saved_file),
    };
    return cmocka_run_group_tests_name("save_rights", tests, NULL, NULL);
}
