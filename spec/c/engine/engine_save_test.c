/* SPDX-License-Identifier: MIT */
/* Answers that are written to a descriptor: any, 0 included, and what prevents it. */
#define _GNU_SOURCE
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fault_client.h"

/* Ends a call; judges every 2xx as whole. */
static am_result finish(fault_rig *rig, am_call *call)
{
    while (am_call_state(call) != AM_STATE_DONE) {
        if (am_call_state(call) == AM_STATE_JUDGING)
            am_call_judge(call, AM_WHOLE, NULL, NULL);
        else
            am_engine_wait(rig->engine, -1);
    }
    return am_call_result(call);
}

static am_call *get_into(fault_rig *rig, int fd)
{
    char error[AM_ERROR_SIZE] = "";
    am_code code;
    am_request request = {.method = "GET", .target = "/v0/x", .save = true, .save_fd = fd};
    am_call *call = am_call_submit(rig->client, &request, &code, error);
    assert_string_equal(error, "");
    return call;
}

static int make_file(void)
{
    int fd = memfd_create("saved", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_true(fd >= 0);
    return fd;
}

static void assert_holds(int fd, const char *expected)
{
    char bytes[64];
    ssize_t size = pread(fd, bytes, sizeof bytes, 0);
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(bytes, expected, strlen(expected));
}

/* A host without standard input gets descriptor 0 for its next file. */
static void an_answer_can_be_saved_to_descriptor_0(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    size_t kept;
    int standard_input = dup(0), fd = make_file();
    assert_true(standard_input > 0);
    assert_int_equal(dup2(fd, 0), 0);
    close(fd);
    am_call *call = get_into(&rig, 0);
    assert_int_equal(finish(&rig, call).code, AM_OK);
    assert_holds(0, FAULT_WHOLE);
    am_call_body(call, &kept);
    assert_int_equal(kept, 0);
    assert_int_equal(am_call_received(call), strlen(FAULT_WHOLE));
    am_call_free(call);
    assert_int_equal(dup2(standard_input, 0), 0);
    close(standard_input);
    fault_rig_free(&rig);
}

/* A zeroed request saves nothing, and does not empty standard input. */
static void a_request_that_does_not_save_writes_nowhere(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    char error[AM_ERROR_SIZE] = "";
    am_code code;
    size_t kept;
    int standard_input = dup(0), fd = make_file();
    assert_int_equal(write(fd, "precious", 8), 8);
    assert_int_equal(dup2(fd, 0), 0);
    am_request request = {.method = "GET", .target = "/v0/x"};
    am_call *call = am_call_submit(rig.client, &request, &code, error);
    assert_int_equal(finish(&rig, call).code, AM_OK);
    am_call_body(call, &kept);
    assert_int_equal(kept, strlen(FAULT_WHOLE));
    assert_holds(fd, "precious");
    am_call_free(call);
    assert_int_equal(dup2(standard_input, 0), 0);
    close(standard_input);
    close(fd);
    fault_rig_free(&rig);
}

static void save_and_save_fd_are_refused_one_without_the_other(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    static const am_request requests[] = {
        {.method = "GET", .target = "/v0/x", .save_fd = 7},
        {.method = "GET", .target = "/v0/x", .save_fd = -1},
        {.method = "GET", .target = "/v0/x", .save = true, .save_fd = -1},
    };
    for (size_t i = 0; i < COUNT(requests); i++) {
        char error[AM_ERROR_SIZE] = "";
        am_code code;
        assert_null(am_call_submit(rig.client, &requests[i], &code, error));
        assert_int_equal(code, AM_INVALID);
        assert_non_null(strstr(error, "save_fd"));
    }
    fault_rig_free(&rig);
}

static void a_save_that_cannot_be_written_has_the_systems_reason(void **state)
{
    fault_rig rig = fault_rig_new(*state);
    int fd = make_file();
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0); /* like a full disk, but EPERM */
    am_call *call = get_into(&rig, fd);
    am_result result = finish(&rig, call);
    assert_int_equal(result.code, AM_FILE);
    assert_int_equal(result.outcome, AM_NOT_APPLIED);
    assert_int_equal(result.attempts, 1);
    assert_string_equal(result.detail, strerror(EPERM));
    am_call_free(call);
    close(fd);
    fault_rig_free(&rig);
}

static void the_body_of_an_error_is_not_saved(void **state)
{
    static const fault_step step = {.status = 404, .body = "{\"code\":\"not_found\"}"};
    fault_rig rig = fault_rig_new(*state);
    size_t size;
    int fd = make_file();
    fault_server_script(*state, &step, 1);
    am_call *call = get_into(&rig, fd);
    assert_int_equal(finish(&rig, call).status, 404);
    assert_string_equal(am_call_body(call, &size), step.body);
    assert_holds(fd, "");
    am_call_free(call);
    close(fd);
    fault_rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_CASE(an_answer_can_be_saved_to_descriptor_0),
        FAULT_CASE(a_request_that_does_not_save_writes_nowhere),
        FAULT_CASE(save_and_save_fd_are_refused_one_without_the_other),
        FAULT_CASE(a_save_that_cannot_be_written_has_the_systems_reason),
        FAULT_CASE(the_body_of_an_error_is_not_saved),
    };
    if (fcntl(0, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != 0)
        return 1; /* otherwise the tests would take descriptor 0 from the engine */
    cmocka_set_test_filter(getenv("ONLY"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
