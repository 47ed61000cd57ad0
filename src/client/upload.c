#define _DEFAULT_SOURCE 1
#include "client/stream.h"
#include "core/fail.h"
#include "http/header.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fail(kf_upload *upload, kf_status status, const char *what, int number)
{
    char reason[96] = "";
    const char *name = upload->source->kind == KF_STREAM_PATH ? upload->source->path : "the upload";
    if (number != 0 && strerror_r(number, reason, sizeof(reason)) != 0)
        snprintf(reason, sizeof(reason), "error %d", number);
    upload->failure.status = status;
    snprintf(upload->failure.message, sizeof(upload->failure.message), "%s %.160s%s%s", what, name,
             *reason != '\0' ? ": " : "", reason);
}

static kf_status report(const kf_upload *upload, kf_error *error)
{
    return kf_fail(error, upload->failure.status, "%s", upload->failure.message);
}

void kf_upload_text(kf_upload *upload, const char *data, size_t length)
{
    *upload = (kf_upload){.memory = {data, length, 0}, .fd = -1, .start = -1, .length = (int64_t)length};
}

kf_status kf_upload_source(kf_upload *upload, const kf_source *source, const kf_clock *clock, kf_error *error)
{
    *upload = (kf_upload){.source = source, .fd = -1, .start = -1, .length = source->length};
    kf_meter_init(&upload->meter, source->progress, source->progress_user, clock);
    if (source->content_type != NULL && !kf_header_value_valid(source->content_type))
        return kf_fail(error, KF_ERROR_ARGUMENT, "the upload's content_type has a control character");
    switch (source->kind) {
    case KF_STREAM_MEMORY:
        if ((source->data == NULL && source->length != 0) || source->length < 0)
            return kf_fail(error, KF_ERROR_ARGUMENT, "the upload from memory has no data");
        upload->memory = (kf_memory_body){source->data, (size_t)source->length, 0};
        return KF_OK;
    case KF_STREAM_PATH:
        if (source->path == NULL)
            return kf_fail(error, KF_ERROR_ARGUMENT, "the upload has no path");
        return KF_OK;
    case KF_STREAM_FD:
        upload->fd = source->fd;
        upload->start = lseek(source->fd, 0, SEEK_CUR);
        return KF_OK;
    case KF_STREAM_CALLBACK:
        if (source->read == NULL)
            return kf_fail(error, KF_ERROR_ARGUMENT, "the upload has no callback to read from");
        return KF_OK;
    default:
        return kf_fail(error, KF_ERROR_ARGUMENT, "the upload was not set up with one of the kf_source functions");
    }
}

/* Bytes from here on, of a regular file whose length the caller did not give. */
static bool measure(kf_upload *upload, int64_t position)
{
    struct stat info;
    if (fstat(upload->fd, &info) != 0) {
        fail(upload, KF_ERROR_IO, "cannot read", errno);
        return false;
    }
    if (S_ISDIR(info.st_mode)) {
        fail(upload, KF_ERROR_IO, "cannot read", EISDIR);
        return false;
    }
    if (upload->source->length < 0 && S_ISREG(info.st_mode))
        upload->length = info.st_size > position ? (int64_t)info.st_size - position : 0;
    /* Files of /proc say that they are empty. */
    char first;
    if (upload->source->length < 0 && upload->length == 0 && pread(upload->fd, &first, 1, (off_t)position) > 0)
        upload->length = -1;
    return true;
}

static bool open_path(kf_upload *upload)
{
    upload->fd = open(upload->source->path, O_RDONLY | O_CLOEXEC);
    if (upload->fd < 0) {
        fail(upload, KF_ERROR_IO, "cannot open", errno);
        return false;
    }
    upload->open = true;
    return measure(upload, 0);
}

static bool rewind_descriptor(kf_upload *upload)
{
    if (upload->touched && (upload->start < 0 || lseek(upload->fd, (off_t)upload->start, SEEK_SET) < 0)) {
        fail(upload, KF_ERROR_IO, "cannot go back in", upload->start < 0 ? ESPIPE : errno);
        return false;
    }
    return measure(upload, upload->start < 0 ? 0 : upload->start);
}

static bool rewind_callback(kf_upload *upload)
{
    if (upload->touched && (upload->source->rewind == NULL || upload->source->rewind(upload->source->user) != 0)) {
        fail(upload, KF_ERROR_IO, "cannot go back in", 0);
        return false;
    }
    return true;
}

kf_status kf_upload_begin(kf_upload *upload, kf_error *error)
{
    bool good = true;
    upload->memory.done = 0;
    upload->done = 0;
    upload->ended = false;
    upload->failure.status = KF_OK;
    if (upload->source == NULL)
        return KF_OK;
    if (upload->source->kind == KF_STREAM_PATH)
        good = open_path(upload);
    else if (upload->source->kind == KF_STREAM_FD)
        good = rewind_descriptor(upload);
    else if (upload->source->kind == KF_STREAM_CALLBACK)
        good = rewind_callback(upload);
    if (good) {
        upload->touched = false;
        return KF_OK;
    }
    kf_upload_end(upload);
    return report(upload, error);
}

void kf_upload_end(kf_upload *upload)
{
    if (!upload->open)
        return;
    close(upload->fd);
    upload->fd = -1;
    upload->open = false;
}

bool kf_upload_repeatable(const kf_upload *upload)
{
    if (upload->source == NULL || !upload->touched)
        return true;
    switch (upload->source->kind) {
    case KF_STREAM_FD:
        return upload->start >= 0;
    case KF_STREAM_CALLBACK:
        return upload->source->rewind != NULL;
    default:
        return true;
    }
}

bool kf_upload_in_memory(const kf_upload *upload)
{
    return upload->source == NULL || (upload->source->kind == KF_STREAM_MEMORY && upload->source->progress == NULL);
}

int64_t kf_upload_sent(const kf_upload *upload)
{
    return kf_upload_in_memory(upload) ? (int64_t)upload->memory.length : upload->done;
}

static int64_t read_source(kf_upload *upload, char *buffer, size_t size)
{
    if (upload->source->kind == KF_STREAM_MEMORY)
        return kf_memory_body_read(buffer, size, &upload->memory);
    upload->touched = true;
    if (upload->source->kind == KF_STREAM_CALLBACK) {
        int64_t count = upload->source->read(buffer, size, upload->source->user);
        if (count < 0 || (uint64_t)count > size) {
            fail(upload, KF_ERROR_IO, "reading failed:", 0);
            return -1;
        }
        return count;
    }
    ssize_t count;
    do
        count = read(upload->fd, buffer, size);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        fail(upload, KF_ERROR_IO, "cannot read", errno);
    return count;
}

/* At the announced end there must be no more. A descriptor whose length the caller gave may go on, or stay open. */
static bool ends_here(kf_upload *upload)
{
    char more;
    if (upload->source->kind == KF_STREAM_FD && upload->source->length >= 0)
        return true;
    int64_t count = read_source(upload, &more, 1);
    if (count > 0)
        fail(upload, KF_ERROR_IO, "there is more than the announced length in", 0);
    return count == 0;
}

int64_t kf_upload_read(char *buffer, size_t size, void *user)
{
    kf_upload *upload = user;
    if (upload->failure.status != KF_OK)
        return -1;
    if (upload->ended)
        return 0;
    if (upload->length >= 0 && (int64_t)size > upload->length - upload->done)
        size = (size_t)(upload->length - upload->done);
    int64_t count = size > 0 ? read_source(upload, buffer, size) : 0;
    if (count < 0)
        return -1;
    upload->done += count;
    if (count == 0 && upload->length >= 0 && upload->done < upload->length) {
        fail(upload, KF_ERROR_IO, "there is less than the announced length in", 0);
        return -1;
    }
    if (upload->length >= 0 && upload->done == upload->length) {
        if (!ends_here(upload))
            return -1;
        upload->ended = true;
    } else {
        upload->ended = count == 0;
    }
    if (!kf_meter_tell(&upload->meter, upload->done, upload->length, upload->ended)) {
        fail(upload, KF_ERROR_CANCELLED, "the progress callback cancelled", 0);
        return -1;
    }
    return count;
}
