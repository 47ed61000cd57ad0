/* An engine that plays a script, for workers; with the clock of fake_transport.h where threads do not matter. */
#ifndef FAKE_SOURCE_H
#define FAKE_SOURCE_H

#include "fake_transport.h"
#include "kuflow/worker.h"
#include "worker/source.h"

#include <pthread.h>

#define FAKE_EVENTS 256

/* What a request for jobs comes to. */
typedef struct fake_answer {
    const char *jobs; /* "a b c": their ids; "*a": it cannot be read; "?": it has no id; NULL: none */
    kf_status status;
    int http;
    bool acted; /* of a failure */
    int64_t retry_after_ms; /* 0: none */
    int64_t takes_ms;
} fake_answer;

/* What a report, an undo or the begin of a job comes to. */
typedef struct fake_word {
    kf_verdict verdict;
    bool acted; /* with KF_VERDICT_AGAIN */
    const char *message;
    int64_t retry_after_ms;
    int64_t takes_ms;
} fake_word;

typedef struct fake_source {
    fake_transport *transport; /* its clock is moved by `takes_ms`; NULL: none is */
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t change;
    const fake_answer *answers; /* after the last one: nothing */
    size_t answer_count;
    size_t polls;
    const fake_word *words; /* of reports; after the last one: taken */
    size_t word_count;
    size_t reports;
    const fake_word *undo_words;
    size_t undo_word_count;
    size_t undos;
    const fake_word *begin_words; /* NULL: all begin */
    size_t begin_word_count;
    size_t begins;
    /* Instead of the answers; adds jobs with fake_add(). Called without the lock. */
    kf_status (*on_acquire)(struct fake_source *fake, kf_client *client, const kf_poll *poll, kf_batch *batch,
                            kf_error *error);
    /* Instead of the words. */
    kf_verdict (*on_report)(struct fake_source *fake, kf_client *client, kf_job *job, const kf_end *end,
                            kf_error *error);
    kf_verdict (*on_undo)(struct fake_source *fake, const char *worker_id);
    void (*on_tend)(struct fake_source *fake, kf_client *client); /* first of all */
    int retries; /* of all jobs */
    int64_t tend_ms; /* what tend() answers */
    int tends;
    const char *refuses;
    int live_data; /* not freed */
    bool freed;
    char log[16384]; /* "poll TOPIC LIMIT", "report ID OUTCOME …", "undo", one a line */
    char last_id[512]; /* the worker id of the last poll */
    char undone_ids[4096]; /* one a line */
    int64_t last_delay; /* of the last failure reported; -1: none */
    int32_t last_retries; /* -1: none */
    kf_worker_event events[FAKE_EVENTS]; /* their texts are not to be read */
    char messages[FAKE_EVENTS][512];
    size_t event_count;
    void *user;
} fake_source;

extern const kf_source_ops fake_ops; /* with locks */
extern const kf_source_ops fake_lockless_ops; /* without locks, without undo, with begin() */

/* `fake` is large, so keep it static. */
void fake_source_init(fake_source *fake, fake_transport *transport);
#define FAKE_ANSWERS(fake, script)                                                                                     \
    ((fake)->answers = (script), (fake)->answer_count = sizeof(script) / sizeof((script)[0]))
#define FAKE_WORDS(fake, script) ((fake)->words = (script), (fake)->word_count = sizeof(script) / sizeof((script)[0]))
#define FAKE_UNDO_WORDS(fake, script)                                                                                  \
    ((fake)->undo_words = (script), (fake)->undo_word_count = sizeof(script) / sizeof((script)[0]))
#define FAKE_BEGIN_WORDS(fake, script)                                                                                 \
    ((fake)->begin_words = (script), (fake)->begin_word_count = sizeof(script) / sizeof((script)[0]))

/* A worker over it; NULL options: without threads, prefetch or jitter of its own. Aborts when it cannot be made. */
kf_worker *fake_worker(fake_source *fake, kf_client *client, const kf_source_ops *ops,
                       const kf_worker_options *options);
kf_status fake_add(fake_source *fake, kf_batch *batch, const char *id, kf_error *error);
void fake_note(fake_source *fake, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* How many events of a kind were told, and the last message of it ("" for none). */
int fake_told(fake_source *fake, kf_worker_event_kind kind);
const char *fake_message(fake_source *fake, kf_worker_event_kind kind);
/* Waits, with a limit that only a broken worker reaches, until the kind was told so often. */
bool fake_wait_told(fake_source *fake, kf_worker_event_kind kind, int count);
/* How often a text stands in the log. */
int fake_logged(fake_source *fake, const char *text);

#endif
