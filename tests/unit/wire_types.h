/* A small service, described by hand, that has every form of XML and of other JSON. */
#ifndef TESTS_WIRE_TYPES_H
#define TESTS_WIRE_TYPES_H

#include "model_types.h"

typedef struct amount {
    const char *type;
    const char *text;
    kf_extra extra;
} amount;

typedef struct entry {
    const char *key;
    const amount *value;
    const char *class_name;
    kf_extra extra;
} entry;

typedef struct person {
    const char *name;
    kf_int32 age;
    kf_extra extra;
} person;

/* An open one: whatever else there is, is a text. */
typedef struct badge {
    const char *id;
    const kf_string_entry *rest;
    size_t rest_count;
    kf_extra extra;
} badge;

typedef struct event {
    const char *kind;
    kf_int32 index;
    kf_extra extra;
} event;
typedef struct opened {
    const char *kind;
    kf_int32 index;
    kf_extra extra;
    const char *who;
    const char *at;
} opened;
typedef struct closed {
    const char *kind;
    kf_int32 index;
    kf_extra extra;
    const char *reason;
} closed;

typedef struct either {
    const char *text;
    const person *human;
    const badge *card;
    const person *many;
    size_t many_count;
    kf_extra extra;
} either;

typedef struct job {
    kf_int64 id;
    const char *name;
    color state;
    grade mark;
    kf_bool done;
    kf_double ratio;
    const char *created;
    kf_bytes blob;
    const cJSON *data;
    const char *const *tags;
    size_t tags_count;
    const int32_t *marks;
    size_t marks_count;
    const char *const *stamps;
    size_t stamps_count;
    const person *owner;
    const person *people;
    size_t people_count;
    const entry *params;
    size_t params_count;
    const event *const *events;
    size_t events_count;
    const kf_string_entry *labels;
    size_t labels_count;
    const amount *cost;
    const badge *card;
    const either *either;
    const struct job *child;
    const char *const *lines;
    size_t lines_count;
    kf_extra extra;
} job;

typedef struct job_list {
    const job *items;
    size_t items_count;
    kf_extra extra;
} job_list;

/* Elements that are named by what they are, and nothing else. */
typedef struct history {
    kf_int32 page;
    const event *const *events;
    size_t events_count;
    kf_extra extra;
} history;

/* The same within an element. */
typedef struct diary {
    const event *const *events;
    size_t events_count;
    kf_extra extra;
} diary;

static kf_type amount_type, entry_type, person_type, badge_type, event_type, opened_type, closed_type, either_type;
static kf_type job_type, job_list_type, history_type, diary_type;

static const kf_field amount_fields[] = {FIELD(amount, type, STRING, 0, NULL), FIELD(amount, text, STRING, 0, NULL)};
static const kf_field entry_fields[] = {FIELD(entry, key, STRING, REQ, NULL),
                                        FIELD(entry, value, OBJECT, 0, &amount_type),
                                        FIELD(entry, class_name, STRING, 0, NULL)};
static const kf_field person_fields[] = {FIELD(person, name, STRING, 0, NULL), FIELD(person, age, INT32, 0, NULL)};
static const kf_field badge_fields[] = OPEN_FIELDS(badge, STRING);
#define EVENT_FIELDS(type) FIELD(type, kind, STRING, REQ, NULL), FIELD(type, index, INT32, 0, NULL)
static const kf_field event_fields[] = {EVENT_FIELDS(event)};
static const kf_field opened_fields[] = {EVENT_FIELDS(opened), FIELD(opened, who, STRING, 0, NULL),
                                         FIELD(opened, at, STRING, 0, NULL)};
static const kf_field closed_fields[] = {EVENT_FIELDS(closed), FIELD(closed, reason, STRING, 0, NULL)};
static const kf_variant event_variants[] = {
    {"opened", &opened_type}, {"reopened", &opened_type}, {"closed", &closed_type}};
static const kf_field either_fields[] = {
    FIELD(either, text, STRING, 0, NULL), FIELD(either, human, OBJECT, 0, &person_type),
    FIELD(either, card, OBJECT, 0, &badge_type), MANY(either, many, OBJECT, ARR, &person_type)};
static const kf_field job_fields[] = {
    FIELD(job, id, INT64, REQ, NULL),
    FIELD(job, name, STRING, 0, NULL),
    FIELD(job, state, ENUM, 0, &color_enum),
    FIELD(job, mark, ENUM, 0, &grade_enum),
    FIELD(job, done, BOOL, 0, NULL),
    FIELD(job, ratio, DOUBLE, 0, NULL),
    FIELD(job, created, STRING, 0, NULL),
    FIELD(job, blob, BYTES, 0, NULL),
    FIELD(job, data, JSON, 0, NULL),
    MANY(job, tags, STRING, ARR, NULL),
    MANY(job, marks, INT32, ARR, NULL),
    MANY(job, stamps, STRING, ARR, NULL),
    FIELD(job, owner, OBJECT, 0, &person_type),
    MANY(job, people, OBJECT, ARR, &person_type),
    MANY(job, params, OBJECT, ARR, &entry_type),
    MANY(job, events, OBJECT, ARR | KF_FIELD_INDIRECT, &event_type),
    MANY(job, labels, STRING, MAP, NULL),
    FIELD(job, cost, OBJECT, 0, &amount_type),
    FIELD(job, card, OBJECT, 0, &badge_type),
    FIELD(job, either, OBJECT, 0, &either_type),
    FIELD(job, child, OBJECT, 0, &job_type),
    MANY(job, lines, STRING, ARR, NULL),
};
static const kf_field job_list_fields[] = {MANY(job_list, items, OBJECT, ARR, &job_type)};
static const kf_field history_fields[] = {FIELD(history, page, INT32, 0, NULL),
                                          MANY(history, events, OBJECT, ARR | KF_FIELD_INDIRECT, &event_type)};
static const kf_field diary_fields[] = {MANY(diary, events, OBJECT, ARR | KF_FIELD_INDIRECT, &event_type)};

static const char *const title_aliases[] = {"title", "job-title", NULL};
static const char *const job_aliases[] = {"job-response", "JaxbJob", NULL};
static const char *const opened_aliases[] = {"org.acme.Opened", NULL};
static const char *const closed_known_by[] = {"reason", NULL};
static const char *const reason_aliases[] = {"why", NULL};
static const char *const flattened[] = {"body", "attributes", NULL};

static const kf_wire_field amount_wires[] = {{"xsi:type", NULL, NULL, KF_WIRE_ATTRIBUTE},
                                             {NULL, NULL, NULL, KF_WIRE_TEXT}};
static const kf_wire_field entry_wires[] = {
    {NULL, NULL, NULL, KF_WIRE_ATTRIBUTE}, {0}, {"class-name", NULL, NULL, KF_WIRE_ATTRIBUTE}};
static const kf_wire_field opened_wires[] = {
    {0}, {NULL, NULL, NULL, KF_WIRE_ATTRIBUTE}, {0}, {"opened-at", NULL, NULL, KF_WIRE_TIME}};
static const kf_wire_field closed_wires[] = {
    {0}, {NULL, NULL, NULL, KF_WIRE_ATTRIBUTE}, {NULL, NULL, reason_aliases, 0}};
static const kf_wire_field job_wires[COUNT(job_fields)] = {
    [0] = {NULL, NULL, NULL, KF_WIRE_ATTRIBUTE},
    [1] = {"job-name", NULL, title_aliases, 0},
    [4] = {"is-done", NULL, NULL, 0},
    [6] = {"created-on", NULL, NULL, KF_WIRE_TIME},
    [9] = {"tag", NULL, NULL, 0},
    [10] = {NULL, "mark", NULL, KF_WIRE_WRAPPED},
    [11] = {"stamp", NULL, NULL, KF_WIRE_TIME},
    [13] = {NULL, "person", NULL, KF_WIRE_WRAPPED},
    [14] = {"param-map", "entry", NULL, KF_WIRE_WRAPPED | KF_WIRE_ENTRIES},
    [15] = {NULL, NULL, NULL, KF_WIRE_BY_NAME},
    [21] = {NULL, NULL, NULL, KF_WIRE_WRAPPED},
};
static const kf_wire_field job_list_wires[] = {{"job", NULL, NULL, 0}};
static const kf_wire_field history_wires[] = {{NULL, NULL, NULL, KF_WIRE_ATTRIBUTE},
                                              {NULL, NULL, NULL, KF_WIRE_BY_NAME}};
static const kf_wire_field diary_wires[] = {{"day", NULL, NULL, KF_WIRE_BY_NAME | KF_WIRE_WRAPPED}};

static const kf_wire plain_wire = {0};
static const kf_wire amount_wire = {.fields = amount_wires};
static const kf_wire entry_wire = {.fields = entry_wires};
static const kf_wire person_wire = {.root = "person"};
static const kf_wire badge_wire = {.root = "badge"};
static const kf_wire opened_wire = {.root = "opened-event", .aliases = opened_aliases, .fields = opened_wires};
static const kf_wire closed_wire = {.known_by = closed_known_by, .fields = closed_wires};
static const kf_wire job_wire = {.root = "job", .aliases = job_aliases, .flatten = flattened, .fields = job_wires};
static const kf_wire job_list_wire = {.root = "job-list", .aliases = job_aliases + 2, .fields = job_list_wires};
static const kf_wire history_wire = {.root = "history", .fields = history_wires};
static const kf_wire diary_wire = {.root = "diary", .fields = diary_wires};

static inline void make_wire_types(void)
{
    MAKE(amount, amount, 0, extra);
    MAKE(entry, entry, 0, extra);
    MAKE(person, person, 0, extra);
    MAKE(badge, badge, 0, extra);
    MAKE(event, event, 0, extra);
    MAKE(opened, opened, 0, extra);
    MAKE(closed, closed, 0, extra);
    MAKE(either, either, KF_TYPE_UNION, extra);
    MAKE(job, job, 0, extra);
    MAKE(job_list, job_list, KF_TYPE_VALUE, extra);
    MAKE(history, history, 0, extra);
    MAKE(diary, diary, 0, extra);
    event_type.discriminator = "kind";
    event_type.variants = event_variants;
    event_type.variant_count = COUNT(event_variants);
    amount_type.wire = &amount_wire;
    entry_type.wire = &entry_wire;
    person_type.wire = &person_wire;
    badge_type.wire = &badge_wire;
    event_type.wire = &plain_wire;
    opened_type.wire = &opened_wire;
    closed_type.wire = &closed_wire;
    either_type.wire = &plain_wire;
    job_type.wire = &job_wire;
    job_list_type.wire = &job_list_wire;
    history_type.wire = &history_wire;
    diary_type.wire = &diary_wire;
}

static inline void free_wire_types(void)
{
    kf_type *types[] = {&amount_type, &entry_type,  &person_type, &badge_type,    &event_type,   &opened_type,
                        &closed_type, &either_type, &job_type,    &job_list_type, &history_type, &diary_type};
    for (size_t i = 0; i < COUNT(types); i++)
        free((void *)types[i]->slots);
}

#endif
