/* The parts of test_same.c, which sends the same requests to a real Flowable and to the sandbox and compares the
 * answers. The requests are in the files of tests/flowable/same, whose README tells how they are written. */
#ifndef KF_TESTS_SAME_H
#define KF_TESTS_SAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* same_text.c: a growing text, always terminated. All zero is an empty one. */
typedef struct text {
    char *bytes;
    size_t length, capacity;
} text;

void text_add(text *to, const char *bytes, size_t length);
void text_puts(text *to, const char *bytes);
void text_printf(text *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_clear(text *to);
void text_free(text *to);
void text_read_file(text *to, const char *path);

/* A value that came with an answer and is called by a name in later requests. */
typedef struct kept {
    char name[32];
    char *value;
} kept;

/* One of the two servers. */
typedef struct peer {
    const char *name;
    int port;
    int fd; /* its connection; -1: none */
    kept kept[40];
    size_t kept_count;
    char *started[40]; /* ids of process instances */
    size_t started_count;
    int64_t began_ms; /* the section */
} peer;

void peer_keep(peer *server, const char *name, const char *value);
/* The text with `$name`, `$<hex digits>` and `$(text*count)` replaced by what they stand for. */
void peer_expand(const peer *server, const char *from, text *to);

/* same_script.c: the requests */
typedef enum step_kind {
    STEP_SECTION,
    STEP_DEPLOY, /* `target` into the tenant `body`, which the sandbox has no need of */
    STEP_START, /* an instance of `target`, with `body` as the rest of the request */
    STEP_TAKE, /* one job of the topic `target` by the worker `body` for an hour */
    STEP_REQUEST,
    STEP_VARIABLE /* `body` as the variable of a completed task, read by the next task's worker */
} step_kind;

typedef struct step {
    step_kind kind;
    const char *file;
    int line;
    const char *method, *target, *body;
    const char *headers[4]; /* "Name: value" */
    size_t header_count;
    struct {
        const char *name, *pointer;
    } keep[3];
    size_t keep_count;
    int times;
    const char *until; /* asked again until the answer has something at this JSON pointer */
    const char *masked; /* names of members whose values may differ */
    const char *only; /* the one version that the sandbox is compared with here */
    bool ordered; /* the order of arrays counts */
    bool roughly; /* the server's own words in the body may differ */
} step;

typedef struct script {
    text source;
    step *steps;
    size_t count;
} script;

void script_read(script *requests, const char *path);
void script_free(script *requests);

/* same_http.c: one request, one answer */
typedef struct answer {
    int status;
    text head; /* the header fields, one a line */
    text body;
    bool close; /* after this answer */
    int64_t sent_ms, received_ms; /* by the clock of day */
} answer;

/* Sends the method, the target and the body as they are. `headers` replace the usual ones of their names; one without
 * value leaves it out. */
void peer_send(peer *server, const char *method, const char *target, const char *const *headers, size_t header_count,
               const text *body, answer *result);
void peer_disconnect(peer *server);
void answer_free(answer *result);
/* A header field's value; NULL: there is none. Lives until the next call. */
const char *answer_header(const answer *result, const char *name);
int64_t now_ms(void);

/* same_compare.c: what may not differ, as lines of text */
typedef struct lengths {
    int64_t shortest, longest; /* of locks, in milliseconds; nothing is known when shortest > longest */
} lengths;

/* Ids, times, the server's address and (unless `ordered`) the order of arrays are taken out of the answer. */
void normalise(const peer *server, const step *request, const answer *from, text *to, lengths *locks);
/* The text at a JSON pointer; false: there is none. */
bool answer_text(const answer *from, const char *pointer, text *to);

#endif
