/* Own copies of parameter structs. */
#ifndef KF_CLIENT_COPY_H
#define KF_CLIENT_COPY_H

#include "core/arena.h"
#include "kuflow/model.h"

/* A copy of a struct of that type, with all that it points to, in the arena; zeroed when `source` is NULL. Free-form
 * JSON cannot be copied: KF_ERROR_ARGUMENT. */
kf_status kf_copy_struct(kf_arena *arena, const kf_type *type, const void *source, void **copy, kf_error *error);

#endif
