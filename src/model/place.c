#include "model/place.h"

#include "model/layout.h"

#include <stdio.h>
#include <string.h>

static size_t kf_path_append(char path[KF_PATH_SIZE], size_t length, const char *mark, const char *text)
{
    int added = snprintf(path + length, KF_PATH_SIZE - length, "%s%s", mark, text);
    if (added < 0 || length + (size_t)added >= KF_PATH_SIZE)
        return KF_PATH_SIZE - 1;
    return length + (size_t)added;
}

void kf_place_text(char path[KF_PATH_SIZE], const kf_type *root, const kf_place *place)
{
    path[0] = '\0';
    size_t length = kf_path_append(path, 0, "", kf_type_short_name(root));
    size_t depth = 0;
    for (const kf_place *p = place; p != NULL; p = p->above)
        depth++;
    /* Links lead outwards, the text goes inwards; a path that fills the message needs no more. */
    for (; depth > 0 && length < KF_PATH_SIZE - 1; depth--) {
        const kf_place *p = place;
        for (size_t i = 1; i < depth; i++)
            p = p->above;
        char index[32];
        snprintf(index, sizeof index, "[%zu]", p->index);
        if (p->name != NULL)
            length = kf_path_append(path, length, ".", p->name);
        else if (p->index != KF_NOWHERE)
            length = kf_path_append(path, length, "", index);
    }
}
