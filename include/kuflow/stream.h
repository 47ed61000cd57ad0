/**
 * @file stream.h
 * Where an upload comes from and where a download goes: memory, a path, a descriptor or a callback.
 *
 * Both are plain structs of the caller's: let an init function fill one, pass it to one call. They own nothing
 * but what is said below, and may be used again after a new init.
 */
#ifndef KUFLOW_STREAM_H
#define KUFLOW_STREAM_H

#include "kuflow/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Progress of a transfer. Called in the thread of the call, at most some times a second and once at the end.
 * @param done   Bytes so far; begins again at 0 when an attempt is repeated.
 * @param total  Bytes in all; -1 when not known.
 * @return 0 to go on; anything else cancels the call (KF_ERROR_CANCELLED).
 */
typedef int (*kf_progress_fn)(int64_t done, int64_t total, void *user);

/* The next three are called in the thread of the call, and must not use the same client. */

/** Fills `buffer` with at most `size` bytes. @return The number of bytes, 0 at the end, -1 on an error. */
typedef int64_t (*kf_read_fn)(char *buffer, size_t size, void *user);
/** Goes back to the first byte, so that a request can be repeated. @return 0, or -1 where that cannot be done. */
typedef int (*kf_rewind_fn)(void *user);
/** Takes `size` bytes. @return 0, or -1 to end the call with KF_ERROR_IO. */
typedef int (*kf_write_fn)(const char *data, size_t size, void *user);

/** Where the bytes of an upload come from. What is borrowed must live until the call returns. A file or descriptor that
 *  cannot be opened or read, and a callback's error, end the call with KF_ERROR_IO. */
typedef struct kf_source {
    int kind;         /**< Set by the init functions. */
    const void *data; /**< Memory; borrowed. */
    const char *path; /**< Path; borrowed. Opened for each attempt, closed after it. */
    int fd;           /**< Descriptor, blocking; stays open. Read from its position at the call, which moves. */
    kf_read_fn read;
    kf_rewind_fn rewind; /**< NULL: the upload cannot be repeated once bytes were read. */
    int64_t length;      /**< Bytes in all. -1 for a callback or pipe that does not know: sent in chunks. May be set after
                              kf_source_fd() to send just so many bytes; a source with fewer is an error, and so is a
                              file or callback with more. */
    void *user;          /**< For `read` and `rewind`. */
    kf_progress_fn progress; /**< May be NULL. Set it after init. */
    void *progress_user;
    const char *content_type; /**< What the bytes are: "application/json". NULL: what the operation takes by default. A
                                   `Content-Type` among the headers of the client or scope comes before it. Borrowed; set
                                   it after init. */
} kf_source;

/** From memory: `data` may be NULL when `length` is 0. */
KF_API void kf_source_memory(kf_source *source, const void *data, size_t length);
/** From the file at a path. */
KF_API void kf_source_path(kf_source *source, const char *path);
/** From a descriptor. */
KF_API void kf_source_fd(kf_source *source, int fd);
/** From a callback. @param length  Bytes that `read` will deliver in all, or -1. @param rewind  May be NULL. */
KF_API void kf_source_callback(kf_source *source, kf_read_fn read, kf_rewind_fn rewind, int64_t length, void *user);

/**
 * Where the bytes of a download go, and what came. Only the body of a success gets here, never an error's.
 *
 * A file appears under its path only when it is whole: until then it has a temporary name in the same directory, and a
 * failed download leaves nothing behind. It has the permissions of the file that it replaces, or the usual ones; a
 * symbolic link at the path is replaced, not followed. A descriptor or callback may have received a part when the call
 * fails; the call is not repeated after the first byte was handed over, unless `rewind` can take it back, or the
 * descriptor is a file, not O_APPEND, and stood at its end. What cannot be written is KF_ERROR_IO.
 *
 * An answer that announces neither its length nor chunks ends when the server closes the connection, so that HTTP cannot
 * tell a whole one from one that was cut. Servers of today do not answer so; where one does, check the bytes themselves.
 * The same holds for one that compresses the content although it was asked not to (`Accept-Encoding: identity`).
 */
typedef struct kf_sink {
    int kind;         /**< Set by the init functions. */
    const char *path; /**< Path; borrowed. An existing file is replaced. */
    int fd;           /**< Descriptor, blocking; stays open. Nobody reading a pipe is KF_ERROR_IO, not a signal. */
    kf_write_fn write;
    kf_rewind_fn rewind; /**< May be NULL. */
    void *user;          /**< For `write` and `rewind`. */
    kf_progress_fn progress; /**< May be NULL. Set it after init. */
    void *progress_user;

    char *data;             /**< Memory: the bytes, followed by a NUL; the caller's, free with kf_free(). NULL when the
                                 call failed, and for an answer without content. */
    int64_t length;         /**< Bytes received. */
    char content_type[128]; /**< The answer's media type; empty when it had none. */
    char file_name[256];    /**< The name that the server proposes, without any directory; may be empty. Check it
                                 before you use it as a path. */
} kf_sink;

/** Into memory; not more than the client's `max_response_bytes`. */
KF_API void kf_sink_memory(kf_sink *sink);
/** Into the file at a path. */
KF_API void kf_sink_path(kf_sink *sink, const char *path);
/** Into a descriptor. */
KF_API void kf_sink_fd(kf_sink *sink, int fd);
/** Into a callback. @param rewind  May be NULL. */
KF_API void kf_sink_callback(kf_sink *sink, kf_write_fn write, kf_rewind_fn rewind, void *user);

#ifdef __cplusplus
}
#endif
#endif
