/* The path to a place in a model, for messages: links on the stack, from the innermost outwards. */
#ifndef KF_MODEL_PLACE_H
#define KF_MODEL_PLACE_H

#include "kuflow/model.h"

#define KF_PATH_SIZE 320

typedef struct kf_place {
    const struct kf_place *above;
    const char *name; /* A member; NULL: an element. */
    size_t index; /* KF_NOWHERE: neither. */
} kf_place;

#define KF_NOWHERE SIZE_MAX

/* For example "ProcessItem.task.logs[3].level". */
void kf_place_text(char path[KF_PATH_SIZE], const kf_type *root, const kf_place *place);

#endif
