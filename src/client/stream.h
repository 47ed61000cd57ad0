/* Uploads and downloads over the attempts of a call. */
#ifndef KF_CLIENT_STREAM_H
#define KF_CLIENT_STREAM_H

#include "core/buffer.h"
#include "http/body.h"
#include "http/clock.h"

/* kf_source.kind and kf_sink.kind. */
enum { KF_STREAM_MEMORY = 1, KF_STREAM_PATH, KF_STREAM_FD, KF_STREAM_CALLBACK };

/* Progress, at most ten times a second. */
typedef struct kf_meter {
    kf_progress_fn progress;
    void *user;
    const kf_clock *clock;
    int64_t next_at;
} kf_meter;

void kf_meter_init(kf_meter *meter, kf_progress_fn progress, void *user, const kf_clock *clock);
/* False when the callback wants the call to end. */
bool kf_meter_tell(kf_meter *meter, int64_t done, int64_t total, bool last);

/* Why a stream ended a call: a status and a sentence. */
typedef struct kf_stream_failure {
    kf_status status;
    char message[320];
} kf_stream_failure;

/* The body of a request. */
typedef struct kf_upload {
    kf_memory_body memory; /* text that was encoded, or a source in memory */
    const kf_source *source; /* NULL: just `memory` */
    int fd;
    int64_t start; /* of a descriptor that can go back; -1: it cannot */
    int64_t length; /* in all; -1: not known */
    int64_t done;
    bool touched; /* bytes were read that may not come again */
    bool open; /* between begin and end, with a file of our own */
    bool ended; /* the end was reached and told */
    kf_meter meter;
    kf_stream_failure failure;
} kf_upload;

void kf_upload_text(kf_upload *upload, const char *data, size_t length);
/* KF_ERROR_ARGUMENT for a source that no init function filled. */
kf_status kf_upload_source(kf_upload *upload, const kf_source *source, const kf_clock *clock, kf_error *error);
/* Before each attempt: opens or goes back. */
kf_status kf_upload_begin(kf_upload *upload, kf_error *error);
/* After each attempt. */
void kf_upload_end(kf_upload *upload);
/* Whether another attempt would have the same bytes. */
bool kf_upload_repeatable(const kf_upload *upload);
/* Whether the bytes stand in `memory` and nobody wants to know about progress. */
bool kf_upload_in_memory(const kf_upload *upload);
/* Bytes that the transport took in this attempt. */
int64_t kf_upload_sent(const kf_upload *upload);
/* kf_read_fn; user is the kf_upload. */
int64_t kf_upload_read(char *buffer, size_t size, void *user);

/* Where a success's body goes. */
typedef struct kf_download {
    kf_sink *sink;
    int fd;
    char *temporary; /* the file under its temporary name */
    int64_t start; /* of a descriptor that can go back and be cut without harm; -1: not so */
    bool regular; /* a file, and nothing that may break */
    int64_t done;
    int64_t total; /* -1: not known */
    size_t limit; /* of a sink in memory */
    kf_buffer data;
    bool begun;
    kf_meter meter;
    kf_stream_failure failure;
} kf_download;

kf_status kf_download_init(kf_download *download, kf_sink *sink, size_t limit, const kf_clock *clock, kf_error *error);
/* When a success's headers are there. False: see `failure`. */
bool kf_download_begin(kf_download *download, int64_t total);
bool kf_download_write(kf_download *download, const char *data, size_t size);
/* Whether what was handed over so far can be taken back. */
bool kf_download_repeatable(const kf_download *download);
/* Takes it back, before another attempt. */
bool kf_download_reset(kf_download *download);
/* The body is whole. */
bool kf_download_commit(kf_download *download);
/* Frees everything; without a commit before it, leaves nothing behind. */
void kf_download_close(kf_download *download);

#endif
