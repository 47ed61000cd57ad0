/**
 * @file operation.h
 * Operations by description, and the one call that the generated functions are made of.
 */
#ifndef KUFLOW_OPERATION_H
#define KUFLOW_OPERATION_H

#include "kuflow/model.h"
#include "kuflow/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

struct kf_client;

/** Where a parameter travels. */
typedef enum kf_location {
    KF_IN_PATH = 1,
    KF_IN_QUERY,
    KF_IN_HEADER,
    KF_IN_COOKIE
} kf_location;

/** How an array or object is written: OpenAPI's `style`. */
typedef enum kf_style {
    KF_STYLE_FORM = 1, /**< query, cookie */
    KF_STYLE_SIMPLE,   /**< path, header */
    KF_STYLE_LABEL,    /**< path */
    KF_STYLE_MATRIX,   /**< path */
    KF_STYLE_SPACE_DELIMITED,
    KF_STYLE_PIPE_DELIMITED,
    KF_STYLE_DEEP_OBJECT,
    KF_STYLE_JSON /**< A parameter with `content: application/json`. */
} kf_style;

/** One parameter, beside the kf_field that says what it holds. */
typedef struct kf_parameter {
    uint8_t location;      /**< kf_location */
    uint8_t style;         /**< kf_style */
    bool explode;          /**< An array as repeated keys, an object as one pair a member. */
    bool allow_reserved;   /**< OpenAPI's `allowReserved`. */
    const char *prefix;    /**< Put before each key of an exploded object: "map_". NULL for none. */
} kf_parameter;

/** Whether an operation may be sent again when it is not known if the first request was carried out. */
typedef enum kf_idempotency {
    KF_IDEMPOTENCY_NONE = 0, /**< No: repeated are only failures that certainly happened before the request was sent, and
                                  refusals: 429, and one 401 when a token provider has another token. */
    KF_IDEMPOTENCY_SAFE,     /**< It changes nothing, or doing it twice is the same as once. */
    KF_IDEMPOTENCY_KEY       /**< Yes, because the body has an id, the field of its type with KF_FIELD_KEY: the
                                  caller's, or a UUID that the library fills in once per call. */
} kf_idempotency;

/** What an operation's answer is under one status. */
typedef struct kf_answer {
    const kf_type *type; /**< NULL: no content. */
    uint16_t status;     /**< 200, 304, …; 2 stands for "2XX" and for `default`. */
    bool optional;       /**< The content may be missing; without it the call succeeds and gives NULL. */
} kf_answer;

/** What the position of a page is. */
typedef enum kf_page_style {
    KF_PAGE_NUMBER = 1, /**< `position` is a page's number. */
    KF_PAGE_OFFSET      /**< `position` is an item's number. */
} kf_page_style;

/** How a list operation is paged. Names are those on the wire; paths have dots ("metadata.totalPages"). */
typedef struct kf_pagination {
    const char *position; /**< The query parameter that selects the page: "page", "start". */
    const char *size;     /**< The query parameter for the items of a page. */
    const char *items;    /**< Where the items stand in the answer; NULL when the answer itself is the array. */
    const char *total;    /**< Where the number of all items stands; NULL when it is not told. */
    const char *pages;    /**< Where the number of all pages stands; NULL when it is not told. */
    const char *next;     /**< Where the address of the next page stands: null on the last one. NULL: nowhere. An
                               answer with neither this nor numbers is the whole list, unless a size was asked for. */
    uint8_t style;        /**< kf_page_style */
    uint8_t first;        /**< The first page's number: 0 or 1. */
    uint16_t size_sent;   /**< The size that is asked for when the caller named none, by iterators and beside a lone
                               position, because the server pages only when both are there; a lone size is sent with
                               the first position. 0: none. */
    bool whole;           /**< Without a size among the parameters the answer is the whole list, whatever its length. */
    bool cumulative;      /**< A page also has all items of the pages before it: the server only counts to its end.
                               Without position and size it gives none, so kf_call() wants both. */
} kf_pagination;

/** Properties of an operation. */
typedef enum kf_operation_flag {
    KF_OPERATION_UPLOAD = 1 << 0,        /**< The body is a kf_source. */
    KF_OPERATION_DOWNLOAD = 1 << 1,      /**< The answer goes to a kf_sink. */
    KF_OPERATION_BODY_REQUIRED = 1 << 2, /**< The body may not be NULL. */
    KF_OPERATION_DEPRECATED = 1 << 3,
    KF_OPERATION_NO_AUTH = 1 << 4, /**< Sent without credentials: `security: []`. */
    KF_OPERATION_JSON_TOO = 1 << 5 /**< The answer, XML by default, may be had as JSON: kf_client_options.prefer_json. */
} kf_operation_flag;

struct kf_service;

/** One operation of a service. */
typedef struct kf_operation {
    const struct kf_service *service;
    const char *name;   /**< The operationId: "retrieveProcess". */
    const char *method; /**< "GET" */
    const char *path;   /**< The template, below the server's URL: "/processes/{id}". */
    const kf_type *path_parameters;  /**< In the order of the C function's arguments; NULL for none. */
    const kf_parameter *path_styles; /**< One for each of its fields. */
    const kf_type *parameters;       /**< The parameter struct: query, header and cookie. NULL for none. */
    const kf_parameter *styles;      /**< One for each of its fields. */
    const kf_type *body;             /**< The body's model; NULL for none, and for uploads. */
    const char *body_media;          /**< Its Content-Type; NULL without body. */
    const char *accept;              /**< The Accept header. */
    const kf_answer *answers;        /**< The answers that mean success. */
    const kf_pagination *pagination; /**< NULL when it is not a paged list. */
    const char *wait;                /**< Of a long poll: the query parameter that says for how many seconds the server
                                          may keep its answer back. NULL for others. */
    uint16_t wait_s;                 /**< Those seconds, where the parameter is left out. */
    uint8_t answer_count;
    uint8_t idempotency; /**< kf_idempotency */
    uint16_t flags;      /**< kf_operation_flag, combined. */
    uint8_t server;      /**< Which server of the service it is for: 0 the document's own, 1 the first of `servers`, … */
} kf_operation;

/** Where a service's error bodies have their parts: JSON pointers into the body; NULL for none. */
typedef struct kf_error_pointers {
    const char *message;
    const char *code;
    const char *detail;
    const char *location;
    const char *fields; /**< An object with a member for each field of the request that is wrong: a text or several. */
} kf_error_pointers;

/** A server that some operations of a document are for, beside the document's own. */
typedef struct kf_server {
    const char *name; /**< "start" */
    const char *url;
} kf_server;

/** The most servers that a service has beside the document's own. */
#define KF_SERVERS_MAX 4

/** A service: one OpenAPI document. */
typedef struct kf_service {
    const char *name;       /**< The prefix of its names in C: "kuflow". */
    const char *title;
    const char *version;    /**< The document's version. */
    const char *server_url; /**< The document's first server; the default of kf_client_options.base_url. May be NULL. */
    const kf_server *servers; /**< `server_count` of them: those of single operations. */
    const kf_type *const *types;
    const kf_enum *const *enums;
    const kf_operation *operations;
    kf_error_pointers error;
    uint16_t type_count;
    uint16_t enum_count;
    uint16_t operation_count;
    uint8_t server_count;
} kf_service;

/** The services of the library, `*count` of them; `count` may be NULL. */
KF_API const kf_service *const *kf_services(size_t *count);

/** The operation of that full name ("kuflow.retrieveProcess") among the services of the library, or NULL. */
KF_API const kf_operation *kf_operation_find(const char *name);

/**
 * Calls an operation; the generated functions are faces of this. Blocks until the answer is there, a limit is reached
 * or the call is cancelled. Any number of threads may call at once with one client.
 *
 * @param path  The path parameters: a struct of the type `operation->path_parameters`; NULL when there are none.
 *              (The generated code makes it from the function's arguments.)
 * @param parameters  The parameter struct, NULL for none.
 * @param body  A model of the type `operation->body`, or a `kf_source *` for an upload, or NULL.
 * @param out   Receives the model (`void **`, free it with kf_model_free()), NULL on failure and for an answer without
 *              content; or is the `kf_sink *` of a download; or NULL where the operation answers nothing or the answer
 *              is not wanted.
 * @return Any kf_status; error.h says what each means.
 */
KF_API kf_status kf_call(struct kf_client *client, const kf_operation *operation, const void *path,
                         const void *parameters, const void *body, void *out, kf_error *error);

/**
 * Calls an operation by its name, with JSON in and JSON out: for bindings, tools and tests. As kf_call() in all else.
 *
 *     kf_call_json(client, "kuflow.findProcesses", "{\"size\": 10, \"tenantId\": [\"…\"]}", &json, &error)
 *
 * @param operation  Its full name, as kf_operation_find() knows it.
 * @param json_in  An object with the parameters by their names on the wire ("flowId" where C has `flow_id`; a
 *              kf_operation has them in its `path_parameters` and `parameters`), those of the path too, and "body": the
 *              body's JSON, whatever form it takes on the wire. The bytes of an upload are a text, or an object with one
 *              of "text", "base64" and "path" (a file), and with "content_type" where the usual one will not do. A
 *              download may have "sink": {"path": …}, the file that it goes to. A null counts as absent. NULL: nothing.
 * @param json_out  Receives the answer's JSON, all of it, "null" when there is none; free it with kf_free(). Of a
 *              download an object with "content_type", "file_name", "length", and without a file "base64". NULL on
 *              failure. May be NULL.
 * @return As kf_call(); KF_ERROR_ARGUMENT also for an unknown operation, for a member that is not one of its parameters,
 *         and for an input that is not JSON; KF_ERROR_DECODE for a parameter or body of another type, for a parameter's
 *         value that its enum lacks, and for a body without a member that the document requires.
 */
KF_API kf_status kf_call_json(struct kf_client *client, const char *operation, const char *json_in, char **json_out,
                              kf_error *error);

#ifdef __cplusplus
}
#endif
#endif
