/* A small service, described by hand, that has every kind of member. */
#ifndef TESTS_MODEL_TYPES_H
#define TESTS_MODEL_TYPES_H

#include "kuflow/model.h"

#include <stdlib.h>
#include <string.h>

typedef enum color { COLOR_UNRECOGNIZED = -1, COLOR_UNSPECIFIED, COLOR_RED, COLOR_GREEN } color;
typedef enum grade { GRADE_UNRECOGNIZED = -1, GRADE_UNSPECIFIED, GRADE_1, GRADE_TRUE } grade;

typedef struct part {
    const char *id;
    color paint;
    kf_int32 size;
    kf_extra extra;
} part;

typedef struct shape {
    const char *kind;
    const char *name;
    kf_extra extra;
} shape;
typedef struct circle {
    const char *kind;
    const char *name;
    kf_extra extra;
    double radius;
} circle;

typedef struct part_entry {
    const char *key;
    const part *value;
} part_entry;
typedef struct color_entry {
    const char *key;
    color value;
} color_entry;

typedef struct choice {
    const char *text;
    kf_int64 number;
    kf_bool truth;
    const part *single;
    const part *many;
    size_t many_count;
    const struct thing *big;
    kf_extra extra;
} choice;

typedef struct figure {
    const circle *round;
    const shape *other;
    kf_extra extra;
} figure;

typedef struct thing {
    const char *id;
    color state;
    int32_t count;
    const char *name;
    kf_bool flag;
    kf_int32 small;
    kf_int64 big;
    kf_double ratio;
    grade mark;
    const cJSON *data;
    kf_bytes blob;
    const struct thing *child;
    const char *const *tags;
    size_t tags_count;
    const bool *flags;
    size_t flags_count;
    const int32_t *smalls;
    size_t smalls_count;
    const int64_t *bigs;
    size_t bigs_count;
    const double *ratios;
    size_t ratios_count;
    const color *colors;
    size_t colors_count;
    const kf_bytes *blobs;
    size_t blobs_count;
    const cJSON *const *trees;
    size_t trees_count;
    const part *parts;
    size_t parts_count;
    const shape *const *shapes;
    size_t shapes_count;
    const kf_string_entry *labels;
    size_t labels_count;
    const kf_int32_entry *counts;
    size_t counts_count;
    const kf_json_entry *props;
    size_t props_count;
    const part_entry *stock;
    size_t stock_count;
    const color_entry *paints;
    size_t paints_count;
    const shape *shape;
    const choice *choice;
    const figure *figure;
    const char *password;
    const char *created;
    const char *tenant;
    kf_extra extra;
} thing;

typedef struct open_text {
    const char *id;
    const kf_string_entry *rest;
    size_t rest_count;
    kf_extra extra;
} open_text;
typedef struct open_number {
    const char *id;
    const kf_int32_entry *rest;
    size_t rest_count;
    kf_extra extra;
} open_number;
typedef struct open_json {
    const char *id;
    const kf_json_entry *rest;
    size_t rest_count;
    kf_extra extra;
} open_json;
typedef struct part_list {
    const part *items;
    size_t items_count;
    kf_extra extra;
} part_list;

static const char *const color_texts[] = {"RED", "GREEN"};
static const kf_enum color_enum = {"test.Color", color_texts, 2, false};
static const char *const grade_texts[] = {"1", "true"};
static const kf_enum grade_enum = {"test.Grade", grade_texts, 2, true};

#define FIELD(type, member, kind, flags, ref)                                                                          \
    {                                                                                                                  \
#member, ref, offsetof(type, member), 0, flags, KF_KIND_##kind, sizeof #member - 1                             \
    }
#define MANY(type, member, kind, flags, ref)                                                                           \
    {                                                                                                                  \
#member, ref, offsetof(type, member), offsetof(type, member##_count), flags, KF_KIND_##kind,                   \
            sizeof #member - 1                                                                                         \
    }
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static kf_type part_type, shape_type, circle_type, choice_type, figure_type, thing_type;
static kf_type open_text_type, open_number_type, open_json_type, part_list_type;

#define REQ KF_FIELD_REQUIRED
#define ARR (KF_FIELD_ARRAY | KF_FIELD_PLAIN)
#define MAP (KF_FIELD_MAP | KF_FIELD_PLAIN)

static const kf_field part_fields[] = {
    FIELD(part, id, STRING, REQ, NULL),
    FIELD(part, paint, ENUM, 0, &color_enum),
    FIELD(part, size, INT32, 0, NULL),
};
static const kf_field shape_fields[] = {
    FIELD(shape, kind, STRING, REQ, NULL),
    FIELD(shape, name, STRING, 0, NULL),
};
static const kf_field circle_fields[] = {
    FIELD(circle, kind, STRING, REQ, NULL),
    FIELD(circle, name, STRING, 0, NULL),
    FIELD(circle, radius, DOUBLE, REQ | KF_FIELD_PLAIN, NULL),
};
static const kf_variant shape_variants[] = {{"circle", &circle_type}};
static const kf_field choice_fields[] = {
    FIELD(choice, text, STRING, 0, NULL),        FIELD(choice, number, INT64, 0, NULL),
    FIELD(choice, truth, BOOL, 0, NULL),         FIELD(choice, single, OBJECT, 0, &part_type),
    MANY(choice, many, OBJECT, ARR, &part_type), FIELD(choice, big, OBJECT, 0, &thing_type),
};
static const kf_field figure_fields[] = {
    FIELD(figure, round, OBJECT, 0, &circle_type),
    FIELD(figure, other, OBJECT, 0, &shape_type),
};
static const kf_variant figure_variants[] = {{"circle", &circle_type}, {"other", &shape_type}};
static const kf_field thing_fields[] = {
    FIELD(thing, id, STRING, REQ | KF_FIELD_KEY, NULL),
    FIELD(thing, state, ENUM, REQ, &color_enum),
    FIELD(thing, count, INT32, REQ | KF_FIELD_PLAIN, NULL),
    FIELD(thing, name, STRING, KF_FIELD_NULLABLE, NULL),
    FIELD(thing, flag, BOOL, 0, NULL),
    FIELD(thing, small, INT32, 0, NULL),
    FIELD(thing, big, INT64, 0, NULL),
    FIELD(thing, ratio, DOUBLE, 0, NULL),
    FIELD(thing, mark, ENUM, 0, &grade_enum),
    FIELD(thing, data, JSON, 0, NULL),
    FIELD(thing, blob, BYTES, 0, NULL),
    FIELD(thing, child, OBJECT, 0, &thing_type),
    MANY(thing, tags, STRING, ARR, NULL),
    MANY(thing, flags, BOOL, ARR, NULL),
    MANY(thing, smalls, INT32, ARR, NULL),
    MANY(thing, bigs, INT64, ARR, NULL),
    MANY(thing, ratios, DOUBLE, ARR, NULL),
    MANY(thing, colors, ENUM, ARR, &color_enum),
    MANY(thing, blobs, BYTES, ARR, NULL),
    MANY(thing, trees, JSON, ARR, NULL),
    MANY(thing, parts, OBJECT, ARR, &part_type),
    MANY(thing, shapes, OBJECT, ARR | KF_FIELD_INDIRECT, &shape_type),
    MANY(thing, labels, STRING, MAP, NULL),
    MANY(thing, counts, INT32, MAP, NULL),
    MANY(thing, props, JSON, MAP, NULL),
    MANY(thing, stock, OBJECT, MAP, &part_type),
    MANY(thing, paints, ENUM, MAP, &color_enum),
    FIELD(thing, shape, OBJECT, 0, &shape_type),
    FIELD(thing, choice, OBJECT, 0, &choice_type),
    FIELD(thing, figure, OBJECT, 0, &figure_type),
    FIELD(thing, password, STRING, KF_FIELD_SECRET, NULL),
    FIELD(thing, created, STRING, KF_FIELD_READ_ONLY, NULL),
    FIELD(thing, tenant, STRING, KF_FIELD_TENANT, NULL),
};
#define OPEN_FIELDS(type, kind)                                                                                        \
    {                                                                                                                  \
        FIELD(type, id, STRING, REQ, NULL), MANY(type, rest, kind, MAP | KF_FIELD_ADDITIONAL, NULL),                   \
    }
static const kf_field open_text_fields[] = OPEN_FIELDS(open_text, STRING);
static const kf_field open_number_fields[] = OPEN_FIELDS(open_number, INT32);
static const kf_field open_json_fields[] = OPEN_FIELDS(open_json, JSON);
static const kf_field part_list_fields[] = {MANY(part_list, items, OBJECT, ARR, &part_type)};

/* Finds a seed without collisions, as the generator does. */
static inline void make_slots(kf_type *type)
{
    for (unsigned bits = 1; bits < 16; bits += bits < 8 ? 1 : 2) {
        uint16_t *slots = calloc((size_t)1 << bits, sizeof *slots);
        type->slot_mask = (uint16_t)((1u << bits) - 1);
        for (type->hash_seed = 0; type->hash_seed < 2000; type->hash_seed++) {
            memset(slots, 0, ((size_t)1 << bits) * sizeof *slots);
            uint16_t i = 0;
            for (; i < type->field_count; i++) {
                const kf_field *f = &type->fields[i];
                uint32_t slot = kf_name_hash(f->name, f->name_length, type->hash_seed) & type->slot_mask;
                if (f->flags & KF_FIELD_ADDITIONAL)
                    continue;
                if (slots[slot] != 0)
                    break;
                slots[slot] = (uint16_t)(i + 1);
            }
            if (i == type->field_count) {
                type->slots = slots;
                return;
            }
        }
        free(slots);
    }
    abort();
}

#define MAKE(target, struct_type, type_flags, extra_member)                                                            \
    do {                                                                                                               \
        target##_type = (kf_type){.name = "test." #target,                                                             \
                                  .fields = target##_fields,                                                           \
                                  .field_count = COUNT(target##_fields),                                               \
                                  .size = sizeof(struct_type),                                                         \
                                  .extra_offset = offsetof(struct_type, extra_member),                                 \
                                  .flags = (type_flags)};                                                              \
        make_slots(&target##_type);                                                                                    \
    } while (0)

static inline void make_types(void)
{
    MAKE(part, part, 0, extra);
    MAKE(shape, shape, 0, extra);
    shape_type.discriminator = "kind";
    shape_type.variants = shape_variants;
    shape_type.variant_count = COUNT(shape_variants);
    MAKE(circle, circle, 0, extra);
    MAKE(choice, choice, KF_TYPE_UNION, extra);
    MAKE(figure, figure, KF_TYPE_UNION, extra);
    figure_type.discriminator = "kind";
    figure_type.variants = figure_variants;
    figure_type.variant_count = COUNT(figure_variants);
    MAKE(thing, thing, KF_TYPE_SECRET, extra);
    MAKE(open_text, open_text, 0, extra);
    MAKE(open_number, open_number, 0, extra);
    MAKE(open_json, open_json, 0, extra);
    MAKE(part_list, part_list, KF_TYPE_VALUE, extra);
}

static inline void free_types(void)
{
    kf_type *types[] = {&part_type,  &shape_type,     &circle_type,      &choice_type,    &figure_type,
                        &thing_type, &open_text_type, &open_number_type, &open_json_type, &part_list_type};
    for (size_t i = 0; i < COUNT(types); i++)
        free((void *)types[i]->slots);
}

#endif
