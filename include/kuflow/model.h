/**
 * @file model.h
 * Models by description: decode, encode, copy, print and look up any type of any service at run time.
 *
 * The generated code consists of plain structs and of the constant tables below; one engine walks the tables. The typed
 * functions, such as kuflow_process_decode(), are thin faces of the functions here. All descriptions are constant and
 * may be used by any thread; the functions have no state.
 */
#ifndef KUFLOW_MODEL_H
#define KUFLOW_MODEL_H

#include "kuflow/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a member holds: a single value, or the elements of an array or map. */
typedef enum kf_kind {
    KF_KIND_STRING = 1, /**< `const char *` */
    KF_KIND_BOOL,       /**< `kf_bool`; plain: `bool` */
    KF_KIND_INT32,      /**< `kf_int32`; plain: `int32_t` */
    KF_KIND_INT64,      /**< `kf_int64`; plain: `int64_t` */
    KF_KIND_DOUBLE,     /**< `kf_double`; plain: `double` */
    KF_KIND_ENUM,       /**< An enum of the service, as `int`; `ref` is its kf_enum. */
    KF_KIND_BYTES,      /**< `kf_bytes`, base64 on the wire */
    KF_KIND_JSON,       /**< `const cJSON *`: any JSON. A received tree is part of its model: read it, copy it with
                             cJSON_Duplicate(), and never change it or give it to cJSON_Delete(). A number beyond
                             the range of a double, and a text with U+0000 or half of a surrogate pair, which no C text
                             can hold, are raw items with their JSON text (cJSON_IsRaw(), valuestring). */
    KF_KIND_OBJECT      /**< `const T *`; `ref` is T's kf_type */
} kf_kind;

/** Properties of a member; any combination. */
typedef enum kf_field_flag {
    KF_FIELD_REQUIRED = 1 << 0,   /**< The document requires it. */
    KF_FIELD_NULLABLE = 1 << 1,   /**< The document allows null. */
    KF_FIELD_PLAIN = 1 << 2,      /**< A scalar without presence, or an element of an array or map. */
    KF_FIELD_ARRAY = 1 << 3,      /**< A pointer to elements, and a `size_t` count. */
    KF_FIELD_MAP = 1 << 4,        /**< A pointer to entries of key and value, and a `size_t` count. */
    KF_FIELD_READ_ONLY = 1 << 5,  /**< Never sent in a request. */
    KF_FIELD_WRITE_ONLY = 1 << 6, /**< Not expected in an answer. */
    KF_FIELD_SECRET = 1 << 7,     /**< Printed as "***", wiped when its block is freed. */
    KF_FIELD_DEPRECATED = 1 << 8, /**< The document says so. */
    KF_FIELD_ADDITIONAL = 1 << 9, /**< A map that takes every member without a field of its own. */
    KF_FIELD_KEY = 1 << 10,       /**< The server deduplicates by it: filled with a UUID when a creation has none,
                                       or null. */
    KF_FIELD_TENANT = 1 << 11,    /**< Filled with the scope's tenant when left out. */
    KF_FIELD_INDIRECT = 1 << 12,  /**< Elements of the array are pointers to objects, not the objects themselves. */
    KF_FIELD_ESCAPED = 1 << 13,   /**< JSON cannot hold its name without escapes. */
    KF_FIELD_NULLABLE_ITEMS = 1 << 14 /**< The document allows null among the elements or entries. */
} kf_field_flag;

/** One member of a struct. */
typedef struct kf_field {
    const char *name;      /**< Its name on the wire. */
    const void *ref;       /**< The kf_type of an object, the kf_enum of an enum, else NULL. */
    uint16_t offset;       /**< Where its value stands in the struct. */
    uint16_t count_offset; /**< Where the count of an array or map stands. */
    uint16_t flags;        /**< kf_field_flag, combined. */
    uint8_t kind;          /**< kf_kind. */
    uint8_t name_length;
} kf_field;

/** An enum. Its constants in C are 0 for unspecified, 1 to `count` in the document's order, and -1 for unrecognized. */
typedef struct kf_enum {
    const char *name;         /**< For example "kuflow.ProcessState". */
    const char *const *texts; /**< `count` texts as on the wire; `texts[0]` belongs to the constant 1. */
    uint16_t count;
    bool is_number; /**< The wire has numbers or true and false: the texts are JSON literals, written without quotes. */
} kf_enum;

/** Properties of a type. */
typedef enum kf_type_flag {
    KF_TYPE_VALUE = 1 << 0,     /**< On the wire it is just the value of its only field (a top-level array, say). */
    KF_TYPE_UNION = 1 << 1,     /**< One field for each alternative; exactly one of them is set. */
    KF_TYPE_BY_STATUS = 1 << 2, /**< A union chosen by the HTTP status of the answer. */
    KF_TYPE_SECRET = 1 << 3,    /**< It, or a type within it, has a secret: its block is wiped when freed. */
    KF_TYPE_REQUEST = 1 << 4    /**< Parameters of an operation: never decoded, has no `extra`. */
} kf_type_flag;

/** Properties of a member on wires other than the library's own JSON; any combination. */
typedef enum kf_wire_flag {
    KF_WIRE_ATTRIBUTE = 1 << 0, /**< XML: an attribute. */
    KF_WIRE_TEXT = 1 << 1,      /**< XML: the text of the element itself. */
    KF_WIRE_WRAPPED = 1 << 2,   /**< XML: the elements of the array stand within one element. */
    KF_WIRE_BY_NAME = 1 << 3,   /**< XML: each element of the array is named by the text of its discriminator. */
    KF_WIRE_ENTRIES = 1 << 4,   /**< JSON: an object may stand for the array of objects; each of its members is read
                                     as {"key": its name, "value": its value}. */
    KF_WIRE_TIME = 1 << 5,      /**< A date-time: a number is read as milliseconds since 1970. */
    KF_WIRE_IN_JSON = 1 << 6,   /**< An array that every answer in JSON has, be it empty: one without it cannot be used
                                     (KF_ERROR_DECODE). In XML an array without elements is just not there. */
    KF_WIRE_FILLED = 1 << 7     /**< An array that the server is known to leave empty although it should not: such an
                                     answer cannot be used (KF_ERROR_DECODE). The operation's description says more. */
} kf_wire_flag;

/** What a member is called on other wires. */
typedef struct kf_wire_field {
    const char *name; /**< XML: its element or attribute, with its prefix ("xsi:type"). NULL: as on the wire. */
    const char *item; /**< XML: the name of each element within a wrapped array. NULL: as the wrapper. */
    const char *const *aliases; /**< Further names that it is read by, in XML and JSON; ends with NULL. NULL: none. */
    uint16_t flags;             /**< kf_wire_flag, combined. */
} kf_wire_field;

/**
 * How a type looks in XML, and in the JSON of other releases of a server. Whatever form comes, it is brought into the
 * library's own JSON before it is decoded, so that the structs do not differ.
 *
 * Scalars are read from texts and texts from scalars ("id": 5 for "id": "5"), an array from a single value, an object or
 * map from an empty array, an object from one around it that is called as its type ({"task": {…}}), an object with the
 * text of an element from that text. What belongs to no member is kept in `extra`; of XML as JSON: an element is its
 * text, or an object of its attributes and elements ("#text" is what stands between them), and elements of one name are
 * an array. Only attributes of an element that is a mere text, number or array have no place.
 */
typedef struct kf_wire {
    const char *root;              /**< XML: the document's element. NULL: it never is one. */
    const char *const *aliases;    /**< Further names of that element; also what else selects it among variants (the
                                        name of a class, with its package or without), and what an object around it may
                                        be called. Ends with NULL. */
    const char *const *known_by;   /**< Members that only this variant has: they select it when nothing else does. */
    const char *const *flatten;    /**< Members whose own members count as this type's ("attributes"); those that the
                                        type does not know stay where they are. */
    const kf_wire_field *fields;   /**< One for each of its fields; NULL: as on the wire. */
} kf_wire;

struct kf_type;

/** The type that a discriminator's text selects. */
typedef struct kf_variant {
    const char *tag;
    const struct kf_type *type;
} kf_variant;

/** A struct of a service. */
typedef struct kf_type {
    const char *name;           /**< For example "kuflow.Process". */
    const kf_field *fields;     /**< `field_count` of them, in the document's order, inherited ones first. */
    const uint16_t *slots;      /**< kf_name_hash() of a name, masked, gives a slot: the field's index plus 1, or 0. */
    const char *discriminator;  /**< The member whose text selects a variant; NULL for none. */
    const kf_variant *variants; /**< `variant_count` of them. A text that is not among them leaves this type itself. */
    const kf_wire *wire;        /**< NULL: it is read and written as the library's own JSON only. */
    uint32_t hash_seed;
    uint16_t slot_mask;
    uint16_t field_count;
    uint16_t variant_count;
    uint16_t size;         /**< `sizeof` the struct. */
    uint16_t extra_offset; /**< Where its `kf_extra` stands. */
    uint16_t flags;        /**< kf_type_flag, combined. */
} kf_type;

/** The hash behind kf_type.slots: FNV-1a over the name's bytes, begun with the type's seed, folded. */
KF_API uint32_t kf_name_hash(const char *name, size_t length, uint32_t seed);

/** The field with that name on the wire, or NULL. */
KF_API const kf_field *kf_type_field(const kf_type *type, const char *name);

/** The type of that full name ("kuflow.Process") among the services of the library, or NULL. */
KF_API const kf_type *kf_type_find(const char *name);

/** The text of an enum constant; NULL for unspecified, unrecognized and numbers out of range. */
KF_API const char *kf_enum_text(const kf_enum *description, int value);

/** The constant of a text: 0 for NULL, -1 for a text that is not among them. */
KF_API int kf_enum_value(const kf_enum *description, const char *text);

/**
 * Decodes JSON text into a struct of that type, or of the variant that its discriminator selects. With a kf_type.wire the
 * forms that it describes are read as well, XML among them: its first byte tells.
 *
 * Lenient where servers are: unknown members, unknown enum texts, null anywhere and missing required members are kept
 * (see kf_extra), not refused. Strict where data would be lost: invalid JSON, a wrong type, a number that does not
 * fit, a text with U+0000 or half of a surrogate pair, a member that comes twice. Values within free-form JSON are kept
 * whatever they are, as long as they are JSON (see KF_KIND_JSON), and members that come twice are both there.
 *
 * @param text   UTF-8; need not be terminated; borrowed.
 * @param model  Receives the struct; free it with kf_model_free(). NULL on failure.
 * @return KF_OK, KF_ERROR_DECODE (the message has the path, such as `ProcessItem.task.logs[3].level`),
 *         KF_ERROR_LIMIT (nested deeper than 512 levels; with a kf_type.wire also more values than fit into 256 MiB, about
 *         1.5 million), KF_ERROR_MEMORY, KF_ERROR_ARGUMENT.
 */
KF_API kf_status kf_model_decode(const kf_type *type, const char *text, size_t length, void **model, kf_error *error);

/**
 * Decodes XML text into a struct, as kf_model_decode() does JSON: what belongs to no member is kept in `extra`, as JSON.
 * The text may be in any encoding that its declaration or byte order mark names and libxml2 knows. A document type
 * declaration is refused, so that there are no entities but XML's own; nothing is ever loaded. White space before the
 * document, and a prefix that is not declared, are overlooked. The root element must be one that the type is called by.
 * @return As kf_model_decode(); KF_ERROR_LIMIT also for an element with more than 1000 attributes or namespaces, and
 *         KF_ERROR_ARGUMENT for a type without kf_type.wire.
 */
KF_API kf_status kf_model_decode_xml(const kf_type *type, const char *text, size_t length, void **model,
                                     kf_error *error);

/**
 * Encodes a struct as an XML document, with declaration, in UTF-8. `extra` members become elements of their names.
 * @param text  Receives the terminated text; free it with kf_free(). NULL on failure.
 * @return As kf_model_encode(); KF_ERROR_ENCODE also for a text with a character that XML cannot hold and for a name
 *         that no element can have or that has a prefix, and KF_ERROR_ARGUMENT for a type without a root element.
 */
KF_API kf_status kf_model_encode_xml(const kf_type *type, const void *model, char **text, kf_error *error);

/**
 * Encodes a struct as JSON text, all members included, in the order in which they were received. A struct whose
 * discriminator names a variant is read as that variant, so it must be one.
 *
 * @param text  Receives the terminated text; free it with kf_free(). NULL on failure.
 * @return KF_OK, KF_ERROR_ENCODE (a required member is missing, an enum has no text, a text is not UTF-8, a number is
 *         not finite, free-form JSON is nested too deep; the message has the path), KF_ERROR_MEMORY,
 *         KF_ERROR_ARGUMENT.
 */
KF_API kf_status kf_model_encode(const kf_type *type, const void *model, char **text, kf_error *error);

/** A deep copy that is independent of its source, which may be one that you built yourself and need not be complete.
 *  Free it with kf_model_free(); NULL on failure. Errors as in kf_model_encode(), but nothing counts as missing;
 *  KF_ERROR_DECODE where you have set a key twice, or an extra for a member of the type whose JSON is of another
 *  type. */
KF_API kf_status kf_model_clone(const kf_type *type, const void *model, void **copy, kf_error *error);

/** Indented JSON for people and logs, with secrets shown as "***"; incomplete structs are printed as they are.
 *  Free the text with kf_free(). NULL on failure. Errors as in kf_model_encode(), but nothing counts as missing. */
KF_API kf_status kf_model_print(const kf_type *type, const void *model, char **text, kf_error *error);

/**
 * Whether a struct has everything that the document requires, at any depth. Decoding does not insist on that, so use
 * this where a program would rather refuse an answer or event than look at each pointer. A null counts as missing where
 * the document does not allow it, also among elements of an array and entries of a map; within free-form JSON nothing
 * is missing.
 * @return As kf_model_encode(); the message has the path of the first missing member.
 */
KF_API kf_status kf_model_check(const kf_type *type, const void *model, kf_error *error);

/** Frees a struct that kf_model_decode(), kf_model_clone() or a call returned, with all that it points to. NULL is
 *  allowed. Only for such roots: never for a struct of your own or for one inside another. Any thread. */
KF_API void kf_model_free(void *model);

/** The type that a struct really has: the variant that its discriminator member names, or `type` itself. */
KF_API const kf_type *kf_model_type(const kf_type *type, const void *model);

#ifdef __cplusplus
}
#endif
#endif
