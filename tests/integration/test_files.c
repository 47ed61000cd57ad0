/* Files: every kind of source and sink, progress, and what can go wrong with them. */
#include "fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZE ((size_t)300000)

static char process[KF_UUID_TEXT_SIZE];
static char *bytes; /* SIZE of any value */

static int files_setup(void **state)
{
    fixture_setup(state);
    fixture_process(*state, KF_SANDBOX_DEFINITION_EMPTY, process);
    bytes = malloc(SIZE);
    assert_non_null(bytes);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)(i * 2654435761u >> 13);
    return 0;
}

static int files_teardown(void **state)
{
    free(bytes);
    return fixture_teardown(state);
}

/* Counts, and keeps what came last. */
typedef struct progress {
    int calls;
    int64_t done, total;
    int64_t stop_at; /* cancel when so many bytes are done; 0: never */
} progress;

static int on_progress(int64_t done, int64_t total, void *user)
{
    progress *p = user;
    p->calls++;
    p->done = done;
    p->total = total;
    return p->stop_at > 0 && done >= p->stop_at;
}

static kf_status upload(kf_fixture *f, kf_source *source, const char *name, char **uri)
{
    kuflow_upload_process_document_params params = {.file_content_type = "application/x-test", .file_name = name};
    kuflow_document_reference *reference = NULL;
    kf_status status = kuflow_upload_process_document(f->client, process, &params, source, &reference, &f->error);
    assert_int_equal(status == KF_OK, reference != NULL);
    if (reference != NULL && uri != NULL)
        *uri = strdup(reference->document_uri);
    kuflow_document_reference_free(reference);
    return status;
}

static kf_status fetch(kf_fixture *f, const char *uri, kf_sink *sink)
{
    kuflow_download_process_document_params params = {.document_uri = uri};
    return kuflow_download_process_document(f->client, process, &params, sink, &f->error);
}

/* That the server has exactly these bytes under that name; frees the reference. */
static void check_stored(kf_fixture *f, char *uri, const char *expected, size_t length, const char *name)
{
    kf_sink sink;
    kf_sink_memory(&sink);
    CHECK_OK(f, fetch(f, uri, &sink));
    assert_int_equal(sink.length, length);
    assert_memory_equal(sink.data, expected, length);
    assert_int_equal(sink.data[length], 0);
    assert_string_equal(sink.content_type, "application/x-test");
    assert_string_equal(sink.file_name, name);
    kf_free(sink.data);
    free(uri);
}

static void test_upload_memory(void **state)
{
    kf_fixture *f = *state;
    progress p = {0};
    kf_source source;
    char *uri = NULL;
    kf_source_memory(&source, bytes, SIZE);
    source.progress = on_progress;
    source.progress_user = &p;
    CHECK_OK(f, upload(f, &source, "memory.bin", &uri));
    assert_true(p.calls > 0);
    assert_int_equal(p.done, SIZE);
    assert_int_equal(p.total, SIZE);
    check_stored(f, uri, bytes, SIZE, "memory.bin");
    kf_source_memory(&source, "", 0);
    CHECK_OK(f, upload(f, &source, "empty", &uri));
    check_stored(f, uri, "", 0, "empty");
}

static void test_upload_path(void **state)
{
    kf_fixture *f = *state;
    const char *path = scratch_path("ünï ☃.bin");
    write_file(path, bytes, SIZE);
    kf_source source;
    char *uri = NULL;
    kf_source_path(&source, path);
    CHECK_OK(f, upload(f, &source, "ünï ☃; \"x\" 100%+.bin", &uri));
    check_stored(f, uri, bytes, SIZE, "ünï ☃; \"x\" 100%+.bin");
    /* Sent again as a whole after a failure that came late. */
    fixture_answer(f, "uploadProcessDocument", 503, NULL);
    kf_source_path(&source, path);
    CHECK_OK(f, upload(f, &source, "again.bin", &uri));
    assert_int_equal(f->error.attempts, 2);
    check_stored(f, uri, bytes, SIZE, "again.bin");
    unlink(path);

    kf_source_path(&source, scratch_path("missing"));
    int requests = kf_sandbox_requests(f->sandbox, NULL);
    CHECK_FAILS(f, KF_ERROR_IO, 0, upload(f, &source, "x", NULL));
    assert_non_null(strstr(f->error.message, "missing")); /* the path is told */
    assert_int_equal(kf_sandbox_requests(f->sandbox, NULL), requests);
    kf_source_path(&source, scratch_directory());
    CHECK_FAILS(f, KF_ERROR_IO, 0, upload(f, &source, "x", NULL));
}

static void test_upload_unreadable(void **state)
{
    kf_fixture *f = *state;
    const char *path = scratch_path("secret");
    write_file(path, "x", 1);
    assert_int_equal(chmod(path, 0), 0);
    bool root = geteuid() == 0;
    if (root)
        assert_int_equal(seteuid(65534), 0); /* root can read everything */
    kf_source source;
    kf_source_path(&source, path);
    kf_status status = upload(f, &source, "x", NULL);
    if (root)
        assert_int_equal(seteuid(0), 0);
    CHECK_FAILS(f, KF_ERROR_IO, 0, status);
    unlink(path);
}

static void test_upload_descriptor(void **state)
{
    kf_fixture *f = *state;
    const char *path = scratch_path("descriptor");
    write_file(path, bytes, SIZE);
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(lseek(fd, 1000, SEEK_SET), 1000);
    kf_source source;
    char *uri = NULL;
    kf_source_fd(&source, fd);
    fixture_answer(f, "uploadProcessDocument", 503, NULL); /* the second attempt goes back to where it began */
    CHECK_OK(f, upload(f, &source, "fd.bin", &uri));
    check_stored(f, uri, bytes + 1000, SIZE - 1000, "fd.bin");
    assert_int_equal(fcntl(fd, F_GETFD) >= 0, 1); /* still open */
    close(fd);
    unlink(path);

    int pipe_ends[2]; /* cannot tell its length */
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(write(pipe_ends[1], bytes, 5000), 5000);
    close(pipe_ends[1]);
    kf_source_fd(&source, pipe_ends[0]);
    CHECK_OK(f, upload(f, &source, "pipe.bin", &uri));
    check_stored(f, uri, bytes, 5000, "pipe.bin");
    close(pipe_ends[0]);

    kf_source_fd(&source, -1);
    CHECK_FAILS(f, KF_ERROR_IO, 0, upload(f, &source, "x", NULL));
}

typedef struct reader {
    size_t position;
    size_t end;
    size_t fail_at; /* 0: never */
    int rewinds;
} reader;

static int64_t read_some(char *buffer, size_t size, void *user)
{
    reader *r = user;
    if (r->fail_at > 0 && r->position >= r->fail_at)
        return -1;
    size_t left = r->end - r->position;
    size_t count = size < left ? size : left;
    if (count > 777)
        count = 777; /* odd pieces */
    memcpy(buffer, bytes + r->position, count);
    r->position += count;
    return (int64_t)count;
}

static int read_again(void *user)
{
    reader *r = user;
    r->position = 0;
    r->rewinds++;
    return 0;
}

static void test_upload_callback(void **state)
{
    kf_fixture *f = *state;
    reader r = {.end = SIZE};
    kf_source source;
    char *uri = NULL;
    kf_source_callback(&source, read_some, read_again, (int64_t)SIZE, &r);
    fixture_answer(f, "uploadProcessDocument", 503, NULL);
    CHECK_OK(f, upload(f, &source, "callback.bin", &uri));
    assert_true(r.rewinds >= 1);
    check_stored(f, uri, bytes, SIZE, "callback.bin");

    r = (reader){.end = SIZE}; /* neither length nor rewind: chunks, once */
    kf_source_callback(&source, read_some, NULL, -1, &r);
    CHECK_OK(f, upload(f, &source, "chunks.bin", &uri));
    check_stored(f, uri, bytes, SIZE, "chunks.bin");
    char value[64];
    r = (reader){.end = SIZE};
    kf_source_callback(&source, read_some, NULL, -1, &r);
    fixture_answer(f, "uploadProcessDocument", 503, NULL);
    CHECK_FAILS(f, KF_ERROR_SERVER, 503, upload(f, &source, "x", NULL));
    assert_true(kf_sandbox_last_header(f->sandbox, "Transfer-Encoding", value, sizeof(value)));

    int created = kf_sandbox_created(f->sandbox);
    r = (reader){.end = SIZE, .fail_at = 5000};
    kf_source_callback(&source, read_some, read_again, (int64_t)SIZE, &r);
    CHECK_FAILS(f, KF_ERROR_IO, 0, upload(f, &source, "x", NULL));
    r = (reader){.end = 1000}; /* shorter than it said */
    kf_source_callback(&source, read_some, read_again, (int64_t)SIZE, &r);
    CHECK_FAILS(f, KF_ERROR_IO, 0, upload(f, &source, "x", NULL));
    assert_int_equal(kf_sandbox_created(f->sandbox), created);
}

static void test_upload_cancelled_by_progress(void **state)
{
    kf_fixture *f = *state;
    size_t size = (size_t)64 << 20; /* more than all buffers on the way can hold */
    char *zeros = calloc(1, size);
    assert_non_null(zeros);
    progress p = {.stop_at = 1};
    kf_source source;
    kf_source_memory(&source, zeros, size);
    source.progress = on_progress;
    source.progress_user = &p;
    CHECK_FAILS(f, KF_ERROR_CANCELLED, 0, upload(f, &source, "x", NULL));
    free(zeros);
}

static char *upload_bytes(kf_fixture *f)
{
    kf_source source;
    char *uri = NULL;
    kf_source_memory(&source, bytes, SIZE);
    CHECK_OK(f, upload(f, &source, "bytes.bin", &uri));
    return uri;
}

static void check_file(const char *path)
{
    size_t length = 0;
    char *got = read_file(path, &length);
    assert_non_null(got);
    assert_int_equal(length, SIZE);
    assert_memory_equal(got, bytes, SIZE);
    free(got);
}

static void test_download_path(void **state)
{
    kf_fixture *f = *state;
    char *uri = upload_bytes(f);
    const char *path = scratch_path("einö☃.bin");
    progress p = {0};
    kf_sink sink;
    for (int i = 0; i < 2; i++) { /* the second time it replaces the first */
        kf_sink_path(&sink, path);
        sink.progress = on_progress;
        sink.progress_user = &p;
        CHECK_OK(f, fetch(f, uri, &sink));
        assert_int_equal(sink.length, SIZE);
        assert_int_equal(p.done, SIZE);
        check_file(path);
        assert_int_equal(count_files(scratch_directory()), 1);
    }
    /* A failure leaves the old file as it is, and no other. */
    fixture_fault(f, "downloadProcessDocument",
                  (kf_sandbox_fault_spec){.kind = KF_SANDBOX_FAULT_ANSWER, .status = 404});
    kf_sink_path(&sink, path);
    CHECK_FAILS(f, KF_ERROR_NOT_FOUND, 404, fetch(f, uri, &sink));
    check_file(path);
    assert_int_equal(count_files(scratch_directory()), 1);
    unlink(path);
    char deep[500];
    snprintf(deep, sizeof(deep), "%s/no/such/directory", scratch_directory());
    kf_sink_path(&sink, deep);
    CHECK_FAILS(f, KF_ERROR_IO, 200, fetch(f, uri, &sink));
    assert_int_equal(count_files(scratch_directory()), 0);
    free(uri);
}

static void test_download_descriptor(void **state)
{
    kf_fixture *f = *state;
    char *uri = upload_bytes(f);
    const char *path = scratch_path("descriptor");
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    kf_sink sink;
    kf_sink_fd(&sink, fd);
    CHECK_OK(f, fetch(f, uri, &sink));
    assert_int_equal(sink.length, SIZE);
    close(fd);
    check_file(path);
    unlink(path);
    free(uri);
}

static void test_full_disk(void **state)
{
    kf_fixture *f = *state;
    int fd = open("/dev/full", O_WRONLY);
    assert_true(fd >= 0);
    char *uri = upload_bytes(f);
    kf_sink sink;
    kf_sink_fd(&sink, fd);
    CHECK_FAILS(f, KF_ERROR_IO, 200, fetch(f, uri, &sink));
    close(fd);
    free(uri);
}

typedef struct writer {
    char *data;
    size_t length;
    size_t fail_at; /* 0: never */
} writer;

static int write_some(const char *data, size_t size, void *user)
{
    writer *w = user;
    if (w->fail_at > 0 && w->length + size > w->fail_at)
        return -1;
    memcpy(w->data + w->length, data, size);
    w->length += size;
    return 0;
}

static void test_download_callback(void **state)
{
    kf_fixture *f = *state;
    char *uri = upload_bytes(f);
    writer w = {.data = malloc(SIZE)};
    assert_non_null(w.data);
    kf_sink sink;
    kf_sink_callback(&sink, write_some, NULL, &w);
    CHECK_OK(f, fetch(f, uri, &sink));
    assert_int_equal(w.length, SIZE);
    assert_memory_equal(w.data, bytes, SIZE);
    w = (writer){.data = w.data, .fail_at = 20000};
    kf_sink_callback(&sink, write_some, NULL, &w);
    CHECK_FAILS(f, KF_ERROR_IO, 200, fetch(f, uri, &sink));
    /* An error's body never gets to the callback. */
    w = (writer){.data = w.data};
    fixture_answer(f, "downloadProcessDocument", 400, NULL);
    kf_sink_callback(&sink, write_some, NULL, &w);
    CHECK_FAILS(f, KF_ERROR_REJECTED, 400, fetch(f, uri, &sink));
    assert_int_equal(w.length, 0);
    free(w.data);
    free(uri);
}

/* Far more than a download into memory may have; into a callback that has seen enough. */
static void test_huge_download(void **state)
{
    kf_fixture *f = *state;
    kf_sandbox_fault_spec fault = {.kind = KF_SANDBOX_FAULT_HUGE, .times = 2};
    fixture_fault(f, "downloadProcessDocument", fault);
    kf_sink sink;
    kf_sink_memory(&sink);
    CHECK_FAILS(f, KF_ERROR_LIMIT, 200, fetch(f, "x", &sink));
    assert_null(sink.data);
    progress p = {.stop_at = 1 << 20};
    const char *path = scratch_path("huge");
    kf_sink_path(&sink, path);
    sink.progress = on_progress;
    sink.progress_user = &p;
    CHECK_FAILS(f, KF_ERROR_CANCELLED, 200, fetch(f, "x", &sink));
    assert_int_equal(count_files(scratch_directory()), 0);
}

#define TEST(function) cmocka_unit_test_teardown(function, fixture_clean)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_upload_memory),     TEST(test_upload_path),         TEST(test_upload_unreadable),
        TEST(test_upload_descriptor), TEST(test_upload_callback),     TEST(test_upload_cancelled_by_progress),
        TEST(test_download_path),     TEST(test_download_descriptor), TEST(test_full_disk),
        TEST(test_download_callback), TEST(test_huge_download),
    };
    return cmocka_run_group_tests_name("files", tests, files_setup, files_teardown);
}
