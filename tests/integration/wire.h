/* A server that answers what it is told and shows what it was sent, byte for byte. */
#ifndef KF_TESTS_WIRE_H
#define KF_TESTS_WIRE_H

#include "fixture.h"

typedef struct wire wire;

/* What one request was. */
typedef struct wire_request {
    char line[8192]; /* "GET /v2024-06-14/tenants?page=0", without the version of HTTP */
    char head[16384]; /* all header lines, each ended by CRLF */
    char body[16384]; /* its beginning, terminated */
    size_t body_length;
} wire_request;

wire *wire_start(void);
void wire_stop(wire *server);

/* "http://127.0.0.1:PORT/v2024-06-14" */
const char *wire_url(const wire *server);
int wire_port(const wire *server);

/* What every request from now on is answered with: raw bytes, copied. `pause_at`: after so many of them there is a
 * pause; 0: none. With `end` the connection is closed behind them. NULL: never an answer. */
void wire_answer_raw(wire *server, const char *bytes, size_t length, size_t pause_at, bool end);
/* The same with a status, more header lines (NULL or each ended by CRLF) and a body (NULL: none). */
void wire_answer(wire *server, int status, const char *headers, const char *body);

/* The last request; a copy that lives until the next call of this. */
const wire_request *wire_last(wire *server);
/* A header of the last request in a static array; NULL: it had none of that name. */
const char *wire_header(wire *server, const char *name);
int wire_requests(wire *server);
/* How many connections were accepted. */
int wire_connections(wire *server);

#define CHECK_LINE(server, expected) assert_string_equal(wire_last(server)->line, (expected))
#define CHECK_BODY(server, expected) assert_string_equal(wire_last(server)->body, (expected))

/* A server and a client of it that makes one attempt: for cmocka, *state becomes a wire_fixture. */
typedef struct wire_fixture {
    wire *server;
    kf_client *client;
    kf_error error;
} wire_fixture;
int wire_setup(void **state);
int wire_teardown(void **state);

#define WIRE_TEST(function) cmocka_unit_test_setup_teardown(function, wire_setup, wire_teardown)

/* A call with `w` as the wire_fixture that succeeds, and one that fails so. */
#define WIRE_OK(w, call) wire_check((w), (call), KF_OK, #call, __FILE__, __LINE__)
#define WIRE_FAILS(w, expected, call) wire_check((w), (call), (expected), #call, __FILE__, __LINE__)
void wire_check(const wire_fixture *w, kf_status status, kf_status expected, const char *call, const char *file,
                int line);

#endif
