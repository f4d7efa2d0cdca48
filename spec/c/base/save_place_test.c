/* SPDX-License-Identifier: MIT */
/* Where a file is saved: the target of a path, and the name of the part beside it. */
#define _GNU_SOURCE
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/save_place.h"

/* ---- a folder with files of every kind ------------------------------------------------------- */

static char folder[PATH_MAX], before[PATH_MAX];

static void make_file(const char *name)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static void make_socket(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
}

static int make_folder(void **state)
{
    static const char *const links[][2] = {
        {"file", "to-file"},
        {"./to-file", "to-link"},
        {"none", "dangling"},
        {"sub/../sub/none", "deep-dangling"},
        {"loop-b", "loop-a"},
        {"loop-a", "loop-b"},
        {"sub", "to-sub"},
        {"..", "sub/up"},
        {"/dev/stdout", "to-stdout"},
        {"/proc/self/fd", "to-fds"},
        {"/proc/self", "to-self"},
        {"fifo", "to-fifo"},
        {"file/", "to-file-as-dir"},
        {"nowhere/none", "to-nowhere"},
    };
    char template[] = "/tmp/agentmail-place-XXXXXX";
    (void)state;
    if (!getcwd(before, sizeof before) || !mkdtemp(template) || chdir(template) != 0 ||
        !getcwd(folder, sizeof folder))
        return -1;
    make_file("file");
    make_socket("socket");
    if (mkdir("sub", 0700) != 0 || mkfifo("fifo", 0600) != 0)
        return -1;
    for (size_t i = 0; i < COUNT(links); i++)
        if (symlink(links[i][0], links[i][1]) != 0)
            return -1;
    return 0;
}

static int remove_folder(void **state)
{
    char command[PATH_MAX + 16];
    (void)state;
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return chdir(before) != 0 || system(command) != 0 ? -1 : 0;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void a_path_to_save_to_is_followed_to_its_file(void **state)
{
    static const struct {
        const char *path, *found; /* in the folder */
    } cases[] = {
        {"file", "file"},
        {"none", "none"},
        {"./file", "file"},
        {".//sub/..///file", "file"},
        {"sub/none", "sub/none"},
        {"to-file", "file"},
        {"to-link", "file"},
        {"dangling", "none"},
        {"deep-dangling", "sub/none"},
        {"to-sub/none", "sub/none"},
        {"to-sub/up/to-sub/up/file", "file"},
        {"..none", "..none"},
        {"...", "..."},
        {"/proc/self/cwd/file", "file"},
        {"to-self/cwd/none", "none"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        am_place place;
        char expected[2 * PATH_MAX];
        snprintf(expected, sizeof expected, "%s/%s", folder, cases[i].found);
        if (!am_place_find_file(&place, cases[i].path))
            fail_msg("%s: %s", cases[i].path, place.refusal ? place.refusal : strerror(errno));
        assert_null(place.refusal);
        assert_string_equal(place.path, expected);
        if (cases[i].path[0] == '/')
            continue;
        snprintf(expected, sizeof expected, "%s/%s", folder, cases[i].path);
        assert_true(am_place_find_file(&place, expected));
    }
}

static void a_path_to_save_to_that_is_no_regular_file_is_refused(void **state)
{
    static const struct {
        const char *path, *word;
    } cases[] = {
        {".", "directory"},
        {"..", "directory"},
        {"/", "directory"},
        {"//", "directory"},
        {"sub", "directory"},
        {"sub/", "directory"},
        {"to-sub", "directory"},
        {"to-sub/", "directory"},
        {"fifo", "FIFO"},
        {"to-fifo", "FIFO"},
        {"socket", "socket"},
        {"/dev/null", "device"},
        {"/dev/stdout", "descriptor"},
        {"/dev/stderr", "descriptor"},
        {"/dev/stdin", "descriptor"},
        {"/dev/../dev/stdout", "descriptor"},
        {"/dev/fd", "descriptor"},
        {"/dev/fd/1", "descriptor"},
        {"/dev/fd/1/file", "descriptor"},
        {"/proc/self/fd/1", "descriptor"},
        {"/proc/self/fd/99", "descriptor"},
        {"/proc/self/fd/99/file", "descriptor"},
        {"/proc/thread-self/fd/1", "descriptor"},
        {"/proc/self/task/../fd/1", "descriptor"},
        {"/proc/self/exe", "/proc"},
        {"/proc/version", "/proc"},
        {"/proc/none", "/proc"},
        {"to-stdout", "descriptor"},
        {"to-fds/1", "descriptor"},
        {"to-self/fd/1", "descriptor"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        am_place place;
        if (am_place_find_file(&place, cases[i].path) || !place.refusal ||
            !strstr(place.refusal, cases[i].word))
            fail_msg("%s: %s", cases[i].path, place.refusal ? place.refusal : place.path);
    }
}

static void a_path_through_a_descriptor_of_a_regular_file_is_refused(void **state)
{
    (void)state;
    am_place place;
    char path[64];
    int fd = open("file", O_RDONLY), of_folder = open("sub", O_RDONLY | O_DIRECTORY);
    static const char *const forms[] = {"/proc/self/fd/%d", "/dev/fd/%d"};
    for (size_t i = 0; i < COUNT(forms); i++) {
        snprintf(path, sizeof path, forms[i], fd);
        assert_false(am_place_find_file(&place, path));
        assert_non_null(strstr(place.refusal, "descriptor"));
        snprintf(path, sizeof path, forms[i], of_folder);
        assert_false(am_place_find_folder(&place, path));
        assert_non_null(strstr(place.refusal, "descriptor"));
        snprintf(path + strlen(path), 8, "/none");
        assert_false(am_place_find_file(&place, path));
        assert_non_null(strstr(place.refusal, "descriptor"));
    }
    close(fd);
    close(of_folder);
}

static void a_path_that_cannot_be_followed_has_the_systems_reason(void **state)
{
    static const struct {
        const char *path;
        int error;
    } cases[] = {
        {"", ENOENT},
        {"nowhere/none", ENOENT},
        {"none/", ENOENT},
        {"dangling/", ENOENT},
        {"to-nowhere", ENOENT},
        {"nowhere/../file", ENOENT},
        {"file/", ENOTDIR},
        {"file/.", ENOTDIR},
        {"file/none", ENOTDIR},
        {"file/../file", ENOTDIR},
        {"to-file-as-dir", ENOTDIR},
        {"loop-a", ELOOP},
        {"loop-b/none", ELOOP},
    };
    (void)state;
    am_place place;
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (am_place_find_file(&place, cases[i].path) || place.refusal || errno != cases[i].error)
            fail_msg("%s: %s", cases[i].path, strerror(errno));
    }
    char longer[PATH_MAX + 8];
    memset(longer, 'a', sizeof longer);
    longer[NAME_MAX + 1] = '\0';
    assert_false(am_place_find_file(&place, longer));
    assert_int_equal(errno, ENAMETOOLONG);
    longer[NAME_MAX + 1] = 'a';
    longer[sizeof longer - 1] = '\0';
    assert_false(am_place_find_file(&place, longer));
    assert_int_equal(errno, ENAMETOOLONG);
}

static void a_folder_to_save_in_is_found_through_links(void **state)
{
    (void)state;
    am_place place;
    char expected[2 * PATH_MAX];
    static const char *const paths[] = {"sub", "sub/", "to-sub", "./to-sub/.", "sub/up/sub"};
    snprintf(expected, sizeof expected, "%s/sub", folder);
    for (size_t i = 0; i < COUNT(paths); i++) {
        assert_true(am_place_find_folder(&place, paths[i]));
        assert_string_equal(place.path, expected);
    }
    assert_true(am_place_find_folder(&place, "/"));
    assert_string_equal(place.path, "/");
    assert_false(am_place_find_folder(&place, "file"));
    assert_int_equal(errno, ENOTDIR);
    assert_false(am_place_find_folder(&place, "none"));
    assert_int_equal(errno, ENOENT);
    assert_null(place.refusal);
}

/* In a folder like /tmp, where any user can create links that others follow. */
static void another_users_link_in_a_shared_folder_is_refused(void **state)
{
    static const struct {
        uid_t folder, link;
        mode_t mode;
        bool is_refused;
    } cases[] = {
        {0, 12345, 01777, true},      {54321, 12345, 01777, true}, {12345, 12345, 01777, false},
        {12345, 0, 01777, false},     {0, 0, 01777, false},        {0, 12345, 0755, false},
        {54321, 12345, 01775, false},
    };
    static const char *const paths[] = {"open/link", "open/link/none"};
    (void)state;
    if (geteuid() != 0) {
        print_message("only root can make another user's link\n");
        skip();
    }
    assert_int_equal(mkdir("open", 0700), 0);
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t j = 0; j < COUNT(paths); j++) {
            am_place place;
            assert_int_equal(symlink(j == 0 ? "../file" : "../sub", "open/link"), 0);
            assert_int_equal(chown("open", cases[i].folder, 0), 0);
            assert_int_equal(chmod("open", cases[i].mode), 0);
            assert_int_equal(lchown("open/link", cases[i].link, 0), 0);
            assert_int_equal(am_place_find_file(&place, paths[j]), !cases[i].is_refused);
            assert_int_equal(place.refusal != NULL, cases[i].is_refused);
            assert_int_equal(unlink("open/link"), 0);
        }
}

/* ---- the part -------------------------------------------------------------------------------- */

static void expect_part(const char *name, const char *expected)
{
    char path[2 * PATH_MAX], part[PATH_MAX];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = am_place_open_part(path, "0123abcd", part);
    if (fd < 0)
        fail_msg("%s: %s", name, strerror(errno));
    assert_int_equal(strncmp(part, folder, strlen(folder)), 0);
    assert_string_equal(part + strlen(folder) + 1, expected);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(am_place_open_part(path, "0123abcd", part), -1);
    assert_int_equal(errno, EEXIST);
    close(fd);
    assert_int_equal(unlink(part), 0);
}

static void a_part_file_is_beside_the_file_it_becomes(void **state)
{
    char name[NAME_MAX + 1], expected[NAME_MAX + 1];
    (void)state;
    mode_t mask = umask(0);
    expect_part("file", "file.part-0123abcd");
    umask(mask);
    memset(name, 'n', sizeof name);
    name[NAME_MAX] = '\0';
    memcpy(expected, name, sizeof name);
    memcpy(expected + NAME_MAX - 14, ".part-0123abcd", 15);
    expect_part(name, expected);
    name[NAME_MAX - 14] = '\0';
    expect_part(name, expected);
}

static void the_name_of_a_part_file_has_no_half_character(void **state)
{
    char name[NAME_MAX + 1], expected[NAME_MAX + 16];
    (void)state;
    for (int shift = 0; shift < 4; shift++) { /* of four-byte characters */
        size_t size = (size_t)shift;
        memset(name, 'n', size);
        while (size + 4 <= NAME_MAX) {
            memcpy(name + size, "\xf0\x9f\x93\x8e", 4);
            size += 4;
        }
        name[size] = '\0';
        int whole = shift + (NAME_MAX - 14 - shift) / 4 * 4;
        snprintf(expected, sizeof expected, "%.*s.part-0123abcd", whole, name);
        expect_part(name, expected);
    }
}

static long told; /* 0: the truth */
long __real_pathconf(const char *path, int name);
long __wrap_pathconf(const char *path, int name);

long __wrap_pathconf(const char *path, int name)
{
    return told ? told : __real_pathconf(path, name);
}

/* A file system that counts in characters reports a limit in bytes that no name reaches. */
static void the_name_of_a_part_file_fits_where_the_limit_is_told_wrong(void **state)
{
    char name[NAME_MAX + 1];
    (void)state;
    memset(name, 'n', sizeof name);
    name[NAME_MAX] = '\0';
    told = 1530;
    expect_part(name, ".part-0123abcd");
    told = 20; /* the smallest usable value */
    expect_part(name, "nnnnnn.part-0123abcd");
    told = -1;
    expect_part("file", "file.part-0123abcd");
    told = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_to_save_to_is_followed_to_its_file),
        cmocka_unit_test(a_path_to_save_to_that_is_no_regular_file_is_refused),
        cmocka_unit_test(a_path_through_a_descriptor_of_a_regular_file_is_refused),
        cmocka_unit_test(a_path_that_cannot_be_followed_has_the_systems_reason),
        cmocka_unit_test(a_folder_to_save_in_is_found_through_links),
        cmocka_unit_test(another_users_link_in_a_shared_folder_is_refused),
        cmocka_unit_test(a_part_file_is_beside_the_file_it_becomes),
        cmocka_unit_test(the_name_of_a_part_file_has_no_half_character),
        cmocka_unit_test(the_name_of_a_part_file_fits_where_the_limit_is_told_wrong),
    };
    return cmocka_run_group_tests_name("save_place", tests, make_folder, remove_folder);
}
