/* Uploads and downloads from and to everywhere, repeated, cut, refused. */
#define _DEFAULT_SOURCE 1
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_transport.h"
#include "small_file.h"
#include "tiny_server.h"

#define ID "11111111-1111-4111-8111-111111111111"
#define DOCUMENT "{\"documentUri\":\"ku:1\"}"

static fake_transport f;
static char directory[] = "/tmp/kf_stream_XXXXXX";
static char path[64];

static int make_directory(void **state)
{
    (void)state;
    if (mkdtemp(directory) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/file", directory);
    return 0;
}

static int remove_directory(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(directory); /* fails when something was left behind */
}

static size_t files_in_directory(void)
{
    size_t count = 0;
    DIR *entries = opendir(directory);
    while (readdir(entries) != NULL)
        count++;
    closedir(entries);
    return count - 2;
}

static kf_client *tiny_client(const tiny_server *server, int max_attempts)
{
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_client *client;
    options.base_url = tiny_url(server);
    options.allow_http = true;
    options.max_attempts = max_attempts;
    options.retry_base_ms = 1;
    assert_int_equal(kf_client_new(&options, &client, NULL), KF_OK);
    return client;
}

static kf_status upload(kf_client *client, const kf_source *source, kf_error *error)
{
    const kf_request request = {.method = "PUT", .path = "/up", .upload = source};
    return kf_request_send(client, &request, NULL, NULL, error);
}

static kf_status download(kf_client *client, kf_sink *sink, kf_error *error)
{
    const kf_request request = {.path = "/down", .download = sink};
    return kf_request_send(client, &request, NULL, NULL, error);
}

/* A reader that delivers a text in pieces of three. */
struct reader {
    const char *text;
    size_t at;
    int rewinds;
    bool cannot_rewind;
    size_t fails_at;
};

static int64_t read_some(char *buffer, size_t size, void *user)
{
    struct reader *reader = user;
    size_t left = strlen(reader->text) - reader->at;
    if (reader->fails_at != 0 && reader->at >= reader->fails_at)
        return -1;
    size = size < 3 ? size : 3;
    size = size < left ? size : left;
    memcpy(buffer, reader->text + reader->at, size);
    reader->at += size;
    return (int64_t)size;
}

static int rewind_reader(void *user)
{
    struct reader *reader = user;
    reader->at = 0;
    reader->rewinds++;
    return reader->cannot_rewind ? -1 : 0;
}

static void test_upload_is_repeated(void **state)
{
    static const fake_step steps[] = {{.http = 503}, {.status = KF_ERROR_TRANSPORT, .sent = true}, {.http = 200}};
    struct reader reader = {.text = "0123456789"};
    kf_source sources[5];
    kf_error error;
    (void)state;
    write_file(path, "0123456789");
    int fd = open(path, O_RDONLY);
    kf_source_memory(&sources[0], "0123456789", 10);
    kf_source_path(&sources[1], path);
    kf_source_fd(&sources[2], fd);
    kf_source_callback(&sources[3], read_some, rewind_reader, 10, &reader);
    kf_source_callback(&sources[4], read_some, rewind_reader, -1, &reader);
    for (int i = 0; i < 5; i++) {
        FAKE_INIT(&f, steps);
        reader.at = 0;
        kf_client *client = fake_client(&f, NULL);
        if (upload(client, &sources[i], &error) != KF_OK)
            fail_msg("source %d: %s", i, error.message);
        assert_int_equal(error.attempts, 3);
        for (int k = 0; k < 3; k++)
            assert_string_equal(f.bodies[k], "0123456789");
        assert_non_null(strstr(f.headers[0], "Content-Type: application/octet-stream\n"));
        assert_int_equal(f.timeouts[0], -1);
        kf_client_free(client);
    }
    assert_int_equal(reader.rewinds, 4);
    /* From the middle of a descriptor. */
    FAKE_INIT(&f, steps);
    lseek(fd, 4, SEEK_SET);
    kf_client *client = fake_client(&f, NULL);
    assert_int_equal(upload(client, &sources[2], &error), KF_OK);
    assert_string_equal(f.bodies[2], "456789");
    kf_client_free(client);
    close(fd);
}

static void test_upload_once(void **state)
{
    static const fake_step steps[] = {{.http = 503}, {.http = 200}};
    struct reader reader = {.text = "0123456789"};
    kf_source source;
    kf_error error;
    int ends[2];
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = fake_client(&f, NULL);
    kf_source_callback(&source, read_some, NULL, -1, &reader);
    assert_int_equal(upload(client, &source, &error), KF_ERROR_SERVER);
    assert_int_equal(error.attempts, 1);
    f.count = 0;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    close(ends[1]);
    kf_source_fd(&source, ends[0]);
    assert_int_equal(upload(client, &source, &error), KF_ERROR_SERVER);
    assert_int_equal(error.attempts, 1);
    assert_string_equal(f.bodies[0], "abc");
    close(ends[0]);
    f.count = 0;
    reader = (struct reader){.text = "0123", .cannot_rewind = true};
    kf_source_callback(&source, read_some, rewind_reader, -1, &reader);
    assert_int_equal(upload(client, &source, &error), KF_ERROR_IO);
    kf_client_free(client);
}

static void take_and_answer(tiny_server *server, int fd, int number, void *user)
{
    const size_t size = 1 << 16;
    char *request = malloc(size);
    (void)server, (void)number;
    while (tiny_read(fd, request, size)) {
        memcpy(user, request, size);
        tiny_answer(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
    free(request);
}

static int count_progress(int64_t done, int64_t total, void *user)
{
    int64_t *seen = user;
    seen[0]++;
    seen[1] = done;
    seen[2] = total;
    return seen[3] != 0 && done >= seen[3] ? 1 : 0;
}

/* On the wire: lengths, chunks, and files that are not what they said. */
static void test_upload_over_sockets(void **state)
{
    static char last[1 << 16];
    struct reader reader = {.text = "0123456789"};
    int64_t progress[4] = {0};
    kf_source source;
    kf_error error;
    (void)state;
    tiny_server *server = tiny_start(take_and_answer, last);
    kf_client *client = tiny_client(server, 1);
    write_file(path, "0123456789");
    kf_source_path(&source, path);
    source.progress = count_progress;
    source.progress_user = progress;
    assert_int_equal(upload(client, &source, &error), KF_OK);
    assert_non_null(strstr(last, "\r\nContent-Length: 10\r\n"));
    assert_non_null(strstr(last, "\r\n\r\n0123456789"));
    assert_int_equal(progress[1], 10);
    assert_int_equal(progress[2], 10);
    kf_source_callback(&source, read_some, NULL, -1, &reader);
    assert_int_equal(upload(client, &source, &error), KF_OK);
    assert_non_null(strstr(last, "\r\nTransfer-Encoding: chunked\r\n"));
    assert_null(strstr(last, "Content-Length"));
    assert_non_null(strstr(last, "012"));
    reader.at = 0;
    kf_source_callback(&source, read_some, NULL, 10, &reader);
    assert_int_equal(upload(client, &source, &error), KF_OK);
    assert_non_null(strstr(last, "\r\n\r\n0123456789"));
    assert_null(strstr(last, "chunked"));
    kf_source_memory(&source, NULL, 0);
    assert_int_equal(upload(client, &source, &error), KF_OK);
    assert_non_null(strstr(last, "\r\nContent-Length: 0\r\n"));
    write_file(path, "");
    kf_source_path(&source, path);
    assert_int_equal(upload(client, &source, &error), KF_OK);
    assert_non_null(strstr(last, "\r\nContent-Length: 0\r\n"));

    const int64_t wrong[] = {9, 11};
    for (int i = 0; i < 2; i++) {
        reader.at = 0;
        kf_source_callback(&source, read_some, NULL, wrong[i], &reader);
        assert_int_equal(upload(client, &source, &error), KF_ERROR_IO);
        assert_non_null(strstr(error.message, "announced length"));
    }
    reader = (struct reader){.text = "0123456789", .fails_at = 6};
    kf_source_callback(&source, read_some, NULL, 10, &reader);
    assert_int_equal(upload(client, &source, &error), KF_ERROR_IO);
    kf_source_path(&source, "/nonexistent/file");
    assert_int_equal(upload(client, &source, &error), KF_ERROR_IO);
    assert_string_equal(error.message, "cannot open /nonexistent/file: No such file or directory");
    kf_source_path(&source, directory);
    assert_int_equal(upload(client, &source, &error), KF_ERROR_IO);
    kf_source_fd(&source, -1);
    assert_int_equal(upload(client, &source, &error), KF_ERROR_IO);
    kf_source_path(&source, NULL);
    assert_int_equal(upload(client, &source, &error), KF_ERROR_ARGUMENT);
    memset(&source, 0, sizeof(source));
    assert_int_equal(upload(client, &source, &error), KF_ERROR_ARGUMENT);
    kf_source_memory(&source, "0123456789", 10);
    source.progress = count_progress;
    source.progress_user = progress;
    progress[3] = 1;
    assert_int_equal(upload(client, &source, &error), KF_ERROR_CANCELLED);
    kf_client_free(client);
    tiny_stop(server);
}

static void test_typed_upload(void **state)
{
    static const fake_step steps[] = {{.http = 200, .body = DOCUMENT}};
    kuflow_upload_process_document_params params = {.file_content_type = "text/plain", .file_name = "a b.txt"};
    kuflow_document_reference *reference = NULL;
    kf_source source;
    kf_error error;
    (void)state;
    FAKE_INIT(&f, steps);
    kf_client *client = fake_client(&f, NULL);
    kf_source_memory(&source, "hello", 5);
    if (kuflow_upload_process_document(client, ID, &params, &source, &reference, &error) != KF_OK)
        fail_msg("%s", error.message);
    assert_non_null(reference);
    kuflow_document_reference_free(reference);
    assert_string_equal(f.bodies[0], "hello");
    assert_non_null(strstr(f.urls[0], "/~actions/upload-document?fileContentType=text%2Fplain&fileName=a%20b.txt"));
    params.file_name = NULL;
    assert_int_equal(kuflow_upload_process_document(client, ID, &params, &source, &reference, &error),
                     KF_ERROR_ARGUMENT);
    assert_int_equal(kuflow_upload_process_document(client, ID, &params, NULL, &reference, &error), KF_ERROR_ARGUMENT);
    kf_client_free(client);
}

/* Writers that take pieces. */
struct writer {
    char text[256];
    size_t length;
    int rewinds;
    bool refuses;
};

static int write_some(const char *data, size_t size, void *user)
{
    struct writer *writer = user;
    if (writer->refuses)
        return -1;
    memcpy(writer->text + writer->length, data, size);
    writer->length += size;
    return 0;
}

static int rewind_writer(void *user)
{
    struct writer *writer = user;
    writer->length = 0;
    writer->rewinds++;
    return 0;
}

static const fake_step cut_then_whole[] = {
    {.status = KF_ERROR_TRANSPORT, .sent = true, .http = 200, .body = "012"},
    {.http = 503, .body = "{\"message\":\"not this\"}"},
    {.http = 200,
     .headers = "Content-Type: text/plain; charset=utf-8\nContent-Disposition: attachment; filename=\"../r.txt\"",
     .body = "0123456789"},
};

static void test_download_is_repeated(void **state)
{
    struct writer writer = {.length = 0};
    kf_sink sink;
    kf_error error;
    struct stat info;
    (void)state;
    unlink(path);

    FAKE_INIT(&f, cut_then_whole);
    kf_client *client = fake_client(&f, NULL);
    kf_sink_memory(&sink);
    assert_int_equal(download(client, &sink, &error), KF_OK);
    assert_int_equal(error.attempts, 3);
    assert_string_equal(sink.data, "0123456789");
    assert_int_equal(sink.length, 10);
    assert_string_equal(sink.content_type, "text/plain; charset=utf-8");
    assert_non_null(strstr(f.headers[2], "Accept-Encoding: identity\n"));
    assert_string_equal(sink.file_name, "r.txt");
    kf_free(sink.data);
    kf_client_free(client);

    FAKE_INIT(&f, cut_then_whole);
    client = fake_client(&f, NULL);
    mode_t mask = umask(027);
    kf_sink_path(&sink, path);
    assert_int_equal(download(client, &sink, &error), KF_OK);
    umask(mask);
    assert_string_equal(read_file(path), "0123456789");
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    assert_int_equal(files_in_directory(), 1);
    kf_client_free(client);

    FAKE_INIT(&f, cut_then_whole);
    client = fake_client(&f, NULL);
    write_file(path, "head:");
    int fd = open(path, O_RDWR);
    lseek(fd, 0, SEEK_END);
    kf_sink_fd(&sink, fd);
    assert_int_equal(download(client, &sink, &error), KF_OK);
    close(fd);
    assert_string_equal(read_file(path), "head:0123456789");
    kf_client_free(client);

    FAKE_INIT(&f, cut_then_whole);
    client = fake_client(&f, NULL);
    kf_sink_callback(&sink, write_some, rewind_writer, &writer);
    assert_int_equal(download(client, &sink, &error), KF_OK);
    assert_int_equal(writer.length, 10);
    assert_int_equal(writer.rewinds, 1);
    kf_client_free(client);
}

static void test_download_once(void **state)
{
    struct writer writer = {.length = 0};
    kf_sink sink;
    kf_error error;
    int ends[2];
    (void)state;
    FAKE_INIT(&f, cut_then_whole);
    kf_client *client = fake_client(&f, NULL);
    kf_sink_callback(&sink, write_some, NULL, &writer);
    assert_int_equal(download(client, &sink, &error), KF_ERROR_TRANSPORT);
    assert_int_equal(error.attempts, 1);
    f.count = 0;
    assert_int_equal(pipe(ends), 0);
    kf_sink_fd(&sink, ends[1]);
    assert_int_equal(download(client, &sink, &error), KF_ERROR_TRANSPORT);
    assert_int_equal(error.attempts, 1);
    f.count = 1; /* an error first: nothing was handed over */
    kf_sink_callback(&sink, write_some, NULL, &writer);
    writer.length = 0;
    assert_int_equal(download(client, &sink, &error), KF_OK);
    assert_int_equal(writer.length, 10);
    close(ends[0]);
    close(ends[1]);
    kf_client_free(client);
}

static void test_download_fails(void **state)
{
    static const fake_step whole[] = {{.http = 200, .headers = "Content-Length: 10", .body = "0123456789"}};
    static const fake_step cut[] = {{.status = KF_ERROR_TRANSPORT, .sent = true, .http = 200, .body = "012"}};
    static const fake_step missing[] = {{.http = 404, .body = "{\"message\":\"no\"}"}};
    static const fake_step nothing[] = {{.http = 204}};
    static const fake_step cut_then_nothing[] = {{.status = KF_ERROR_TRANSPORT, .sent = true, .http = 200, .body = "0"},
                                                 {.http = 204}};
    static const fake_step empty[] = {{.http = 200}};
    struct writer writer = {.refuses = true};
    int64_t progress[4] = {0, 0, 0, 1};
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    kf_sink sink;
    kf_error error;
    (void)state;
    write_file(path, "before");
    FAKE_INIT(&f, cut);
    kf_client *client = fake_client(&f, NULL);
    kf_sink_path(&sink, path);
    assert_int_equal(download(client, &sink, &error), KF_ERROR_TRANSPORT);
    assert_int_equal(error.attempts, 3);
    assert_string_equal(read_file(path), "before");
    f.steps = missing;
    assert_int_equal(download(client, &sink, &error), KF_ERROR_NOT_FOUND);
    assert_string_equal(error.server_message, "no");
    f.steps = nothing;
    assert_int_equal(download(client, &sink, &error), KF_OK);
    assert_string_equal(read_file(path), "before");
    FAKE_INIT(&f, cut_then_nothing);
    assert_int_equal(download(client, &sink, &error), KF_OK);
    assert_string_equal(read_file(path), "before");
    f.step_count = 1;
    kf_sink_path(&sink, directory);
    f.steps = whole;
    assert_int_equal(download(client, &sink, &error), KF_ERROR_IO);
    kf_sink_path(&sink, "/nonexistent/x");
    assert_int_equal(download(client, &sink, &error), KF_ERROR_IO);
    assert_string_equal(error.message, "cannot write /nonexistent/x: No such file or directory");
    int full = open("/dev/full", O_WRONLY);
    kf_sink_fd(&sink, full);
    assert_int_equal(download(client, &sink, &error), KF_ERROR_IO);
    assert_string_equal(error.message, "cannot write the download: No space left on device");
    close(full);
    kf_sink_callback(&sink, write_some, NULL, &writer);
    assert_int_equal(download(client, &sink, &error), KF_ERROR_IO);
    kf_sink_path(&sink, path);
    sink.progress = count_progress;
    sink.progress_user = progress;
    assert_int_equal(download(client, &sink, &error), KF_ERROR_CANCELLED);
    assert_int_equal(progress[2], 10);
    progress[3] = 0;
    f.steps = empty;
    assert_int_equal(download(client, &sink, &error), KF_OK);
    assert_string_equal(read_file(path), "");
    assert_int_equal(files_in_directory(), 1);
    memset(&sink, 0, sizeof(sink));
    assert_int_equal(download(client, &sink, &error), KF_ERROR_ARGUMENT);
    assert_int_equal(kuflow_download_process_document(client, ID, NULL, NULL, &error), KF_ERROR_ARGUMENT);
    kf_client_free(client);

    options.max_response_bytes = 9;
    FAKE_INIT(&f, whole);
    client = fake_client(&f, &options);
    kf_sink_memory(&sink);
    assert_int_equal(download(client, &sink, &error), KF_ERROR_LIMIT);
    assert_null(sink.data);
    kf_sink_path(&sink, path); /* the limit is for memory */
    assert_int_equal(download(client, &sink, &error), KF_OK);
    assert_string_equal(read_file(path), "0123456789");
    kf_client_free(client);
}

/* Over sockets: cut at every byte. */
struct cut {
    const char *text;
    _Atomic size_t length; /* the test goes on while the server still looks */
};

static void cut_answer(tiny_server *server, int fd, int number, void *user)
{
    const struct cut *cut = user;
    char request[4096];
    (void)server, (void)number;
    if (tiny_read(fd, request, sizeof(request)))
        tiny_write(fd, cut->text, cut->length);
}

static void test_download_cut(void **state)
{
    struct cut cut = {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789", 0};
    size_t whole = strlen(cut.text);
    kf_sink sink;
    kf_error error;
    (void)state;
    unlink(path);
    tiny_server *server = tiny_start(cut_answer, &cut);
    kf_client *client = tiny_client(server, 1);
    for (cut.length = 0; cut.length <= whole; cut.length++) {
        kf_sink_path(&sink, path);
        kf_status status = download(client, &sink, &error);
        assert_int_equal(status, cut.length == whole ? KF_OK : KF_ERROR_TRANSPORT);
        assert_int_equal(files_in_directory(), cut.length == whole ? 1 : 0);
    }
    kf_client_free(client);
    tiny_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_upload_is_repeated),   cmocka_unit_test(test_upload_once),
        cmocka_unit_test(test_upload_over_sockets),  cmocka_unit_test(test_typed_upload),
        cmocka_unit_test(test_download_is_repeated), cmocka_unit_test(test_download_once),
        cmocka_unit_test(test_download_fails),       cmocka_unit_test(test_download_cut),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
