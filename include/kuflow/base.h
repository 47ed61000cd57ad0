/**
 * @file base.h
 * The value types that every generated struct is made of.
 *
 * These rules hold for all of them:
 *  - Zero means absent. A struct cleared with `= {0}` has no member set. A number or truth value that the document
 *    requires is the exception: it has no presence (`int32_t`, not `kf_int32`), and 0 is sent as 0.
 *  - Any pointer in what came may be NULL, also where the document requires the member: see kf_model_check().
 *  - What you pass in is borrowed: the library neither frees nor changes it, and needs it only during the call.
 *  - What a call returns is one block with one free function; everything inside lives exactly as long as that block.
 *    Any number of threads may read it.
 *
 * An argument may be NULL only where its comment says so; `error` always may. Where a function fails, what it would
 * have returned by a pointer is NULL, unless its comment says otherwise.
 */
#ifndef KUFLOW_BASE_H
#define KUFLOW_BASE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
#define KF_API __attribute__((visibility("default")))
#define KF_DEPRECATED __attribute__((deprecated))
#else
#define KF_API
#define KF_DEPRECATED
#endif

/* The initial value of an options struct, which begins with its size. */
#ifdef __cplusplus
extern "C++" {
template <typename T> inline T kf_initial_options_()
{
    T options = T();
    options.size = sizeof(T);
    return options;
}
}
#define KF_INITIAL_OPTIONS_(type) kf_initial_options_<type>()
#else
#define KF_INITIAL_OPTIONS_(type) {.size = sizeof(type)}
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** The version of the headers. kf_version() gives the version of the library that is loaded. */
#define KF_VERSION "0.1.0"

/** The version of the loaded library, for example "0.1.0". The text is static. */
KF_API const char *kf_version(void);

/** Frees a text or buffer that a function of this library handed over. NULL is allowed. Any thread. */
KF_API void kf_free(void *memory);

/** Whether an optional scalar is there. JSON tells "left out" from "null", so this does too. */
typedef enum kf_presence {
    KF_ABSENT = 0, /**< Not there: not received, or not to be sent. */
    KF_NULL = 1,   /**< There, as JSON null. */
    KF_SET = 2     /**< There, with a value. */
} kf_presence;

/** An optional truth value. */
typedef struct kf_bool {
    kf_presence presence;
    bool value;
} kf_bool;

/** An optional integer of 32 bits. */
typedef struct kf_int32 {
    kf_presence presence;
    int32_t value;
} kf_int32;

/** An optional integer of 64 bits. Exact over its whole range, in both directions. */
typedef struct kf_int64 {
    kf_presence presence;
    int64_t value;
} kf_int64;

/** An optional floating-point number. */
typedef struct kf_double {
    kf_presence presence;
    double value;
} kf_double;

/* An expression of the struct type, for initialisers and assignments: `.size = KF_INT32(50)`. */
#ifdef __cplusplus
#define KF_LITERAL_(type) type
#else
#define KF_LITERAL_(type) (type)
#endif
#define KF_BOOL(v) (KF_LITERAL_(kf_bool){KF_SET, (v)})
#define KF_INT32(v) (KF_LITERAL_(kf_int32){KF_SET, (v)})
#define KF_INT64(v) (KF_LITERAL_(kf_int64){KF_SET, (v)})
#define KF_DOUBLE(v) (KF_LITERAL_(kf_double){KF_SET, (v)})
/** An optional scalar that is JSON null: `.priority = KF_NULL_OF(kf_int32)`. */
#define KF_NULL_OF(type) (KF_LITERAL_(type){KF_NULL, 0})

/** Bytes: base64 in JSON. Absent when `data` is NULL; empty when `data` is not NULL and `length` is 0. */
typedef struct kf_bytes {
    const uint8_t *data;
    size_t length;
} kf_bytes;

/* Lists, where an array is one member: in the parameters of an operation. `items` NULL: absent. */
typedef struct kf_string_list {
    const char *const *items;
    size_t count;
} kf_string_list;
typedef struct kf_bool_list {
    const bool *items;
    size_t count;
} kf_bool_list;
typedef struct kf_int32_list {
    const int32_t *items;
    size_t count;
} kf_int32_list;
typedef struct kf_int64_list {
    const int64_t *items;
    size_t count;
} kf_int64_list;
typedef struct kf_double_list {
    const double *items;
    size_t count;
} kf_double_list;

#ifndef __cplusplus
/* C++ has no arrays in place: there, fill `items` and `count` of the list yourself. */
/** A list of texts in place: `.sort = KF_LIST("createdAt,desc", "id")`. It lives as long as the enclosing block. */
#define KF_LIST(...) KF_LIST_OF_(kf_string_list, const char *const, __VA_ARGS__)
/** A list of another type, by the name of its list struct and of its element:
 *  `KF_LIST_OF(kuflow_process_item_type, KUFLOW_PROCESS_ITEM_TYPE_TASK)`. For enums; numbers have macros of their own. */
#define KF_LIST_OF(element, ...) KF_LIST_OF_(element##_list, const element, __VA_ARGS__)
/** Lists of numbers in place: `.task_id = KF_INT64_LIST(17, 18)`. */
#define KF_INT32_LIST(...) KF_LIST_OF_(kf_int32_list, const int32_t, __VA_ARGS__)
#define KF_INT64_LIST(...) KF_LIST_OF_(kf_int64_list, const int64_t, __VA_ARGS__)
#define KF_LIST_OF_(list, element, ...) \
    ((list){(element[]){__VA_ARGS__}, sizeof((element[]){__VA_ARGS__}) / sizeof(element)})
#endif

/* Entries of a map, in the order in which they came or are to be sent. */
typedef struct kf_string_entry {
    const char *key;
    const char *value; /**< NULL: JSON null. */
} kf_string_entry;
typedef struct kf_bool_entry {
    const char *key;
    bool value;
} kf_bool_entry;
typedef struct kf_int32_entry {
    const char *key;
    int32_t value;
} kf_int32_entry;
typedef struct kf_int64_entry {
    const char *key;
    int64_t value;
} kf_int64_entry;
typedef struct kf_double_entry {
    const char *key;
    double value;
} kf_double_entry;
typedef struct kf_bytes_entry {
    const char *key;
    kf_bytes value;
} kf_bytes_entry;
typedef struct kf_json_entry {
    const char *key;
    const cJSON *value;
} kf_json_entry;

/* Maps, where one is one member: in the parameters of an operation. `items` NULL: absent. */
typedef struct kf_string_map {
    const kf_string_entry *items;
    size_t count;
} kf_string_map;
typedef struct kf_bool_map {
    const kf_bool_entry *items;
    size_t count;
} kf_bool_map;
typedef struct kf_int32_map {
    const kf_int32_entry *items;
    size_t count;
} kf_int32_map;
typedef struct kf_int64_map {
    const kf_int64_entry *items;
    size_t count;
} kf_int64_map;
typedef struct kf_double_map {
    const kf_double_entry *items;
    size_t count;
} kf_double_map;

#ifndef __cplusplus
/** Keys and texts in place: `.filter = KF_MAP({"name", "order"}, {"status", "Deployed"})`. As KF_LIST(). */
#define KF_MAP(...)                                                                                                    \
    ((kf_string_map){(const kf_string_entry[]){__VA_ARGS__},                                                           \
                     sizeof((const kf_string_entry[]){__VA_ARGS__}) / sizeof(kf_string_entry)})
#endif

/** One member that the typed members of a struct cannot hold, with its exact JSON text. */
typedef struct kf_extra_member {
    const char *name; /**< The member's name on the wire. NULL: the text stands for the whole value. */
    const char *json; /**< Its JSON text. NULL: the document requires the member, and it did not come. */
    size_t length;    /**< Bytes of `json`; 0 in a member of your own means "up to the terminating NUL". */
    const void *origin; /**< Set by the decoder: what this text was decoded into. Leave it NULL. */
} kf_extra_member;

/**
 * What the typed members of a struct cannot hold, so that decoding and encoding again loses nothing:
 * members that the document does not know, a null where the member is a text, an enum or an object, an enum text that
 * this version does not know, the exact text of free-form JSON and of numbers with more digits than needed.
 *
 * To send a member that the document lacks, point `members` to your own array. A typed member that was changed wins
 * over the text that was received for it.
 */
typedef struct kf_extra {
    const kf_extra_member *members; /**< `count` of them. */
    size_t count;
    const uint16_t *order; /**< The order of members as received; the library's own. Leave it NULL. */
} kf_extra;

#ifndef __cplusplus
/** Members in place, to send what the struct cannot hold: `.extra = KF_EXTRA(KF_MEMBER("limit", "5"))`. As KF_LIST(). */
#define KF_EXTRA(...)                                                                                                  \
    ((kf_extra){(const kf_extra_member[]){__VA_ARGS__},                                                                \
                sizeof((const kf_extra_member[]){__VA_ARGS__}) / sizeof(kf_extra_member), NULL})
#define KF_MEMBER(name, json) {(name), (json), 0, NULL}
/** A text, object or array that is JSON null: `.extra = KF_EXTRA(KF_NULL_MEMBER("deployed_at"))`. */
#define KF_NULL_MEMBER(name) KF_MEMBER(name, "null")
#endif

/** The member of that name, or NULL. The result lives as long as the struct that `extra` belongs to. */
KF_API const kf_extra_member *kf_extra_find(const kf_extra *extra, const char *name);

#ifdef __cplusplus
}
#endif
#endif
