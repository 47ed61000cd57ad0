/* Files and descriptors of the caller's: nothing of theirs is lost, opened to others, or waited for in vain. */
#define _DEFAULT_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_transport.h"
#include "small_file.h"

static fake_transport f;
static char path[] = "/tmp/kf_descriptors_XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static kf_status download(kf_client *client, kf_sink *sink, kf_error *error)
{
    const kf_request request = {.path = "/down", .download = sink};
    return kf_request_send(client, &request, NULL, NULL, error);
}

static kf_status upload(kf_client *client, const kf_source *source, kf_error *error)
{
    const kf_request request = {.method = "PUT", .path = "/up", .upload = source};
    return kf_request_send(client, &request, NULL, NULL, error);
}

static const fake_step cut_then_whole[] = {
    {.status = KF_ERROR_TRANSPORT, .sent = true, .http = 200, .body = "0123"},
    {.http = 200, .body = "abcdef"},
};

/* A repeat would have to cut the file: only what the download itself added may go. */
static void test_nothing_is_cut_off(void **state)
{
    static const struct {
        int flags;
        off_t position;
        const char *after;
    } cases[] = {{O_RDWR | O_APPEND, 0, "log\n0123"}, {O_RDWR, 0, "0123"}, {O_RDWR, 2, "lo0123"}};
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kf_sink sink;
        kf_error error;
        FAKE_INIT(&f, cut_then_whole);
        kf_client *client = fake_client(&f, NULL);
        write_file(path, "log\n");
        int fd = open(path, cases[i].flags);
        assert_int_equal(lseek(fd, cases[i].position, SEEK_SET), cases[i].position);
        kf_sink_fd(&sink, fd);
        assert_int_equal(download(client, &sink, &error), KF_ERROR_TRANSPORT);
        assert_int_equal(error.attempts, 1);
        assert_string_equal(read_file(path), cases[i].after);
        close(fd);
        kf_client_free(client);
    }
}

static void test_permissions_stay(void **state)
{
    static const fake_step fine[] = {{.http = 200, .body = "new"}};
    static const mode_t modes[] = {0600, 0664, 0755};
    struct stat info;
    kf_sink sink;
    kf_error error;
    (void)state;
    FAKE_INIT(&f, fine);
    kf_client *client = fake_client(&f, NULL);
    write_file(path, "secret");
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        mode_t mask = umask(022);
        kf_sink_path(&sink, path);
        assert_int_equal(download(client, &sink, &error), KF_OK);
        umask(mask);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 0777, modes[i]);
        assert_string_equal(read_file(path), "new");
    }
    kf_client_free(client);
}

static volatile sig_atomic_t pipes;

static void count_pipe(int signal)
{
    (void)signal;
    pipes++;
}

static void test_pipe_without_reader(void **state)
{
    static const fake_step fine[] = {{.http = 200, .body = "data"}};
    struct sigaction action = {.sa_handler = count_pipe}, before;
    int ends[2];
    kf_sink sink;
    kf_error error;
    sigset_t pending;
    (void)state;
    FAKE_INIT(&f, fine);
    kf_client *client = fake_client(&f, NULL);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    sigaction(SIGPIPE, &action, &before);
    kf_sink_fd(&sink, ends[1]);
    assert_int_equal(download(client, &sink, &error), KF_ERROR_IO);
    assert_non_null(strstr(error.message, "Broken pipe"));
    assert_int_equal(pipes, 0);
    sigpending(&pending);
    assert_false(sigismember(&pending, SIGPIPE));
    sigaction(SIGPIPE, &before, NULL);
    close(ends[1]);
    kf_client_free(client);
}

/* A file that says that it is empty, but is not. */
static void test_upload_from_proc(void **state)
{
    static const fake_step fine[] = {{.http = 200}};
    kf_source source;
    kf_error error;
    (void)state;
    FAKE_INIT(&f, fine);
    kf_client *client = fake_client(&f, NULL);
    kf_source_path(&source, "/proc/self/comm");
    assert_int_equal(upload(client, &source, &error), KF_OK);
    assert_true(strlen(f.bodies[0]) > 1);
    write_file(path, "");
    kf_source_path(&source, path);
    assert_int_equal(upload(client, &source, &error), KF_OK);
    assert_string_equal(f.bodies[1], "");
    kf_client_free(client);
}

/* The caller said how much of a descriptor is to be sent: the rest is not touched, nor waited for. */
static void test_upload_a_part(void **state)
{
    static const fake_step fine[] = {{.http = 200}};
    kf_source source;
    kf_error error;
    int ends[2];
    char rest[8] = "";
    (void)state;
    FAKE_INIT(&f, fine);
    kf_client *client = fake_client(&f, NULL);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "1234567", 7), 7);
    kf_source_fd(&source, ends[0]);
    source.length = 4;
    assert_int_equal(upload(client, &source, &error), KF_OK);
    assert_string_equal(f.bodies[0], "1234");
    source.length = 3; /* the pipe stays open: one more byte would never come */
    alarm(20);
    assert_int_equal(upload(client, &source, &error), KF_OK);
    alarm(0);
    assert_string_equal(f.bodies[1], "567");
    close(ends[1]);
    assert_int_equal(read(ends[0], rest, sizeof(rest)), 0);
    close(ends[0]);
    kf_client_free(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_cut_off),  cmocka_unit_test(test_permissions_stay),
        cmocka_unit_test(test_pipe_without_reader), cmocka_unit_test(test_upload_from_proc),
        cmocka_unit_test(test_upload_a_part),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
