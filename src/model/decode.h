/* The decoder: from a reader to structs in an arena. */
#ifndef KF_MODEL_DECODE_H
#define KF_MODEL_DECODE_H

#include "core/arena.h"
#include "core/scratch.h"
#include "model/layout.h"
#include "model/place.h"
#include "json/reader.h"

typedef struct kf_decoder {
    kf_reader reader;
    kf_arena *arena;
    kf_scratch scratch;
    const kf_type *root;
    const kf_place *place;
    kf_error *error;
    int http_status; /* For the root; 0: not known. */
    bool converted; /* The text is not the one that came: places in it mean nothing to anybody. */
    bool own; /* The caller's, not a server's. */
    /* Stacks: each object that is being read has its part on top. */
    kf_extra_member *extras;
    size_t extra_count;
    size_t extra_room;
    uint16_t *order;
    size_t order_count;
    size_t order_room;
} kf_decoder;

/* Entries of the extra whose JSON text is null, without a copy of it. */
extern const char kf_null_text[];

kf_status kf_decode_fail(kf_decoder *decoder, const char *problem);
kf_status kf_decode_no_memory(kf_decoder *decoder);
/* After a reader's function has failed. */
kf_status kf_decode_problem(kf_decoder *decoder);
/* The next value is not what its type wants: "expected a string, found a number". */
kf_status kf_decode_mismatch(kf_decoder *decoder, const char *expected, kf_token found);

/* The type of the next value: the variant that its discriminator selects, or the type itself. */
kf_status kf_decode_type(kf_decoder *decoder, const kf_type *type, const kf_type **actual);
/* The next value, into a zeroed struct. */
kf_status kf_decode_struct(kf_decoder *decoder, const kf_type *type, void *target);
/* The next value, as a field of a struct. `name` is that of its extra: NULL when it is the struct's whole value. */
kf_status kf_decode_field(kf_decoder *decoder, const kf_field *field, const char *name, void *target);
/* One alternative of a union, or none. */
kf_status kf_decode_union(kf_decoder *decoder, const kf_type *type, void *target);

/* Adds to the extra of the innermost object. The text is copied when `name` is NULL, else it is terminated in place at
 * the object's end. */
kf_status kf_decode_keep(kf_decoder *decoder, const char *name, const kf_slice *raw, const void *origin);
/* Adds an entry without a text of its own: kf_null_text, or NULL for an absent member. */
kf_status kf_decode_keep_mark(kf_decoder *decoder, const char *name, const char *json);
/* Hands the entries from `base` on over to the struct. */
kf_status kf_decode_store_extras(kf_decoder *decoder, const kf_type *type, void *target, size_t base);
kf_status kf_decode_push_order(kf_decoder *decoder, uint16_t code);

/* A scalar or object in the form of an element. *exact is false when the slot cannot hold just what came. */
kf_status kf_decode_element(kf_decoder *decoder, const kf_field *field, void *slot, bool *exact);
kf_status kf_decode_array(kf_decoder *decoder, const kf_field *field, const char *name, void *target);
kf_status kf_decode_map(kf_decoder *decoder, const kf_field *field, const char *name, void *target);
/* Free-form JSON; the copy of its text ends up in the extra, as a whole or through the array or map around it. */
kf_status kf_decode_free_form(kf_decoder *decoder, const char *name, void *slot);
/* A text that was passed over, unescaped into scratch memory if need be. */
kf_status kf_decode_unescape(kf_decoder *decoder, kf_slice *raw, bool escaped);
kf_status kf_decode_copy(kf_decoder *decoder, const kf_slice *raw, kf_slice *copy);

/* Elements whose number is not known yet. */
typedef struct kf_gather_chunk kf_gather_chunk;
typedef struct kf_gather {
    kf_gather_chunk *first;
    kf_gather_chunk *last;
    size_t size; /* Of one element. */
    size_t count;
    kf_scratch_mark mark;
} kf_gather;
void kf_gather_begin(kf_decoder *decoder, kf_gather *gather, size_t size);
/* A zeroed element; it stays where it is until the end. NULL: no memory. */
void *kf_gather_add(kf_decoder *decoder, kf_gather *gather);
/* All elements in one array of the arena, which is never NULL unless memory ran out. */
void *kf_gather_end(kf_decoder *decoder, kf_gather *gather);

/* A name that occurs twice, or NULL; -1 in *failed when memory ran out. */
const char *kf_decode_twice(kf_decoder *decoder, const void *entries, size_t count, size_t size, bool *failed);

#endif
