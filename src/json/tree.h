/* Free-form JSON as a cJSON tree whose nodes stand in an arena and whose texts stay where they were read. What cJSON
 * cannot hold becomes a raw item: a number beyond a double, a text that is none in C. */
#ifndef KF_JSON_TREE_H
#define KF_JSON_TREE_H

#include "core/arena.h"
#include "json/reader.h"

#include <cjson/cJSON.h>

/* Reads the next value. On failure the reader has the problem; KF_ERROR_MEMORY is one of them. */
bool kf_tree_read(kf_reader *reader, kf_arena *arena, const cJSON **tree);

#endif
