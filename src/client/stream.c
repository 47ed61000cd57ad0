#define _DEFAULT_SOURCE 1
#include "client/stream.h"

#include <string.h>

void kf_source_memory(kf_source *source, const void *data, size_t length)
{
    if (source == NULL)
        return;
    memset(source, 0, sizeof(*source));
    source->kind = KF_STREAM_MEMORY;
    source->data = data;
    source->length = (int64_t)length;
    source->fd = -1;
}

void kf_source_path(kf_source *source, const char *path)
{
    if (source == NULL)
        return;
    memset(source, 0, sizeof(*source));
    source->kind = KF_STREAM_PATH;
    source->path = path;
    source->length = -1;
    source->fd = -1;
}

void kf_source_fd(kf_source *source, int fd)
{
    if (source == NULL)
        return;
    memset(source, 0, sizeof(*source));
    source->kind = KF_STREAM_FD;
    source->fd = fd;
    source->length = -1;
}

void kf_source_callback(kf_source *source, kf_read_fn read, kf_rewind_fn rewind, int64_t length, void *user)
{
    if (source == NULL)
        return;
    memset(source, 0, sizeof(*source));
    source->kind = KF_STREAM_CALLBACK;
    source->read = read;
    source->rewind = rewind;
    source->length = length;
    source->user = user;
    source->fd = -1;
}

void kf_sink_memory(kf_sink *sink)
{
    if (sink == NULL)
        return;
    memset(sink, 0, sizeof(*sink));
    sink->kind = KF_STREAM_MEMORY;
    sink->fd = -1;
}

void kf_sink_path(kf_sink *sink, const char *path)
{
    if (sink == NULL)
        return;
    memset(sink, 0, sizeof(*sink));
    sink->kind = KF_STREAM_PATH;
    sink->path = path;
    sink->fd = -1;
}

void kf_sink_fd(kf_sink *sink, int fd)
{
    if (sink == NULL)
        return;
    memset(sink, 0, sizeof(*sink));
    sink->kind = KF_STREAM_FD;
    sink->fd = fd;
}

void kf_sink_callback(kf_sink *sink, kf_write_fn write, kf_rewind_fn rewind, void *user)
{
    if (sink == NULL)
        return;
    memset(sink, 0, sizeof(*sink));
    sink->kind = KF_STREAM_CALLBACK;
    sink->write = write;
    sink->rewind = rewind;
    sink->user = user;
    sink->fd = -1;
}

void kf_meter_init(kf_meter *meter, kf_progress_fn progress, void *user, const kf_clock *clock)
{
    *meter = (kf_meter){.progress = progress, .user = user, .clock = clock, .next_at = INT64_MIN};
}

bool kf_meter_tell(kf_meter *meter, int64_t done, int64_t total, bool last)
{
    if (meter->progress == NULL)
        return true;
    int64_t now = kf_clock_now(meter->clock);
    if (!last && now < meter->next_at)
        return true;
    meter->next_at = now + 100;
    return meter->progress(done, total, meter->user) == 0;
}
