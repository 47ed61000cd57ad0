#define _DEFAULT_SOURCE 1
#include "client/stream.h"
#include "core/fail.h"
#include "http/pipe.h"
#include "kuflow/uuid.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(kf_download *download, kf_status status, const char *what, int number)
{
    char reason[96] = "";
    const char *name = download->sink->kind == KF_STREAM_PATH ? download->sink->path : "the download";
    if (number != 0 && strerror_r(number, reason, sizeof(reason)) != 0)
        snprintf(reason, sizeof(reason), "error %d", number);
    download->failure.status = status;
    snprintf(download->failure.message, sizeof(download->failure.message), "%s %.160s%s%s", what, name,
             *reason != '\0' ? ": " : "", reason);
    return false;
}

kf_status kf_download_init(kf_download *download, kf_sink *sink, size_t limit, const kf_clock *clock, kf_error *error)
{
    *download = (kf_download){.sink = sink, .fd = -1, .start = -1, .total = -1, .limit = limit};
    download->regular = sink->kind == KF_STREAM_PATH;
    if (sink->kind < KF_STREAM_MEMORY || sink->kind > KF_STREAM_CALLBACK)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the download was not set up with one of the kf_sink functions");
    if (sink->kind == KF_STREAM_PATH && sink->path == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the download has no path");
    if (sink->kind == KF_STREAM_CALLBACK && sink->write == NULL)
        return kf_fail(error, KF_ERROR_ARGUMENT, "the download has no function to write with");
    sink->data = NULL;
    sink->length = 0;
    sink->content_type[0] = '\0';
    sink->file_name[0] = '\0';
    kf_meter_init(&download->meter, sink->progress, sink->progress_user, clock);
    if (sink->kind == KF_STREAM_FD) {
        struct stat info;
        download->fd = sink->fd;
        int flags = fcntl(sink->fd, F_GETFL);
        download->regular = fstat(sink->fd, &info) == 0 && S_ISREG(info.st_mode);
        /* Only what was added at the end can be taken back without harm to what was there, and not where others may
         * append too. */
        if (download->regular && flags >= 0 && (flags & O_APPEND) == 0 && lseek(sink->fd, 0, SEEK_CUR) == info.st_size)
            download->start = info.st_size;
    }
    return KF_OK;
}

/* Opens `.<name>.XXXXXX` beside the file that it will become. */
static bool open_temporary(kf_download *download)
{
    const char *path = download->sink->path;
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t directory = (size_t)(name - path);
    size_t size = strlen(path) + 16;
    struct stat info;
    bool replaces = stat(path, &info) == 0;
    if (replaces && !S_ISREG(info.st_mode))
        return fail(download, KF_ERROR_IO, "not a regular file:", S_ISDIR(info.st_mode) ? EISDIR : 0);
    download->temporary = malloc(size);
    if (download->temporary == NULL)
        return fail(download, KF_ERROR_MEMORY, "out of memory for", 0);
    for (int tries = 0; tries < 10; tries++) {
        char random[KF_UUID_TEXT_SIZE];
        kf_uuid_new(random);
        /* A name may have 255 bytes. */
        snprintf(download->temporary, size, "%.*s.%.200s.%.6s", (int)directory, path, name, random);
        /* What replaces a file may not be read by more people than that. */
        mode_t mode = replaces ? info.st_mode & 0777 : 0666;
        download->fd = open(download->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (download->fd >= 0) {
            if (replaces)
                (void)fchmod(download->fd, mode); /* what the umask took away; else it has fewer, as above */
            return true;
        }
        if (errno != EEXIST)
            break;
    }
    int number = errno;
    free(download->temporary);
    download->temporary = NULL;
    return fail(download, KF_ERROR_IO, "cannot write", number);
}

bool kf_download_begin(kf_download *download, int64_t total)
{
    download->total = total;
    download->done = 0;
    download->begun = true;
    if (download->sink->kind == KF_STREAM_PATH && download->temporary == NULL)
        return open_temporary(download);
    if (download->sink->kind == KF_STREAM_MEMORY) {
        if (total >= 0 && (uint64_t)total > download->limit)
            return fail(download, KF_ERROR_LIMIT, "more than max_response_bytes in", 0);
        if (total > 0 && !kf_buffer_reserve(&download->data, (size_t)total + 1))
            return fail(download, KF_ERROR_MEMORY, "out of memory for", 0);
    }
    return true;
}

/* A pipe of the caller's may have lost its reader. */
static ssize_t write_some(const kf_download *download, const char *data, size_t size)
{
    kf_pipe_guard guard;
    if (download->regular)
        return write(download->fd, data, size);
    kf_pipe_guard_begin(&guard);
    ssize_t count = write(download->fd, data, size);
    int number = errno;
    kf_pipe_guard_end(&guard);
    errno = number;
    return count;
}

static bool write_all(kf_download *download, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t count = write_some(download, data, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return fail(download, KF_ERROR_IO, "cannot write", count < 0 ? errno : ENOSPC);
        data += count;
        size -= (size_t)count;
    }
    return true;
}

static bool write_memory(kf_download *download, const char *data, size_t size)
{
    if (size > download->limit - download->data.length)
        return fail(download, KF_ERROR_LIMIT, "more than max_response_bytes in", 0);
    if (!kf_buffer_append(&download->data, data, size))
        return fail(download, KF_ERROR_MEMORY, "out of memory for", 0);
    return true;
}

bool kf_download_write(kf_download *download, const char *data, size_t size)
{
    bool good;
    switch (download->sink->kind) {
    case KF_STREAM_MEMORY:
        good = write_memory(download, data, size);
        break;
    case KF_STREAM_CALLBACK:
        good = download->sink->write(data, size, download->sink->user) == 0 ||
               fail(download, KF_ERROR_IO, "the write callback refused", 0);
        break;
    default:
        good = write_all(download, data, size);
    }
    download->done += (int64_t)size;
    if (good && !kf_meter_tell(&download->meter, download->done, download->total, false))
        good = fail(download, KF_ERROR_CANCELLED, "the progress callback cancelled", 0);
    return good;
}

bool kf_download_repeatable(const kf_download *download)
{
    if (download->done == 0)
        return true;
    switch (download->sink->kind) {
    case KF_STREAM_FD:
        return download->start >= 0;
    case KF_STREAM_CALLBACK:
        return download->sink->rewind != NULL;
    default:
        return true;
    }
}

bool kf_download_reset(kf_download *download)
{
    bool taken_back = true;
    if (download->done > 0 && download->sink->kind == KF_STREAM_CALLBACK)
        taken_back = download->sink->rewind != NULL && download->sink->rewind(download->sink->user) == 0;
    else if (download->done > 0 && download->sink->kind != KF_STREAM_MEMORY) {
        off_t start = download->sink->kind == KF_STREAM_FD ? (off_t)download->start : 0;
        taken_back = start >= 0 && lseek(download->fd, start, SEEK_SET) == start && ftruncate(download->fd, start) == 0;
    }
    if (!taken_back)
        return fail(download, KF_ERROR_IO, "cannot go back in", 0);
    download->data.length = 0;
    download->done = 0;
    download->begun = false;
    download->failure.status = KF_OK;
    return true;
}

static bool commit_path(kf_download *download)
{
    int closed = close(download->fd);
    download->fd = -1;
    if (closed != 0 || rename(download->temporary, download->sink->path) != 0)
        return fail(download, KF_ERROR_IO, "cannot write", errno);
    free(download->temporary);
    download->temporary = NULL;
    return true;
}

bool kf_download_commit(kf_download *download)
{
    kf_sink *sink = download->sink;
    if (!download->begun)
        return true;
    if (!kf_meter_tell(&download->meter, download->done, download->done, true))
        return fail(download, KF_ERROR_CANCELLED, "the progress callback cancelled", 0);
    if (sink->kind == KF_STREAM_PATH && !commit_path(download))
        return false;
    if (sink->kind == KF_STREAM_MEMORY) {
        sink->data = kf_buffer_take(&download->data);
        if (sink->data == NULL)
            return fail(download, KF_ERROR_MEMORY, "out of memory for", 0);
    }
    sink->length = download->done;
    return true;
}

void kf_download_close(kf_download *download)
{
    kf_buffer_free(&download->data);
    if (download->sink != NULL && download->sink->kind == KF_STREAM_PATH && download->fd >= 0)
        close(download->fd);
    if (download->temporary != NULL)
        unlink(download->temporary);
    free(download->temporary);
    download->temporary = NULL;
    download->fd = -1;
}
