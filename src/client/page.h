/* Where a page keeps its items and its numbers, by description. */
#ifndef KF_CLIENT_PAGE_H
#define KF_CLIENT_PAGE_H

#include "kuflow/operation.h"

#define KF_PAGE_PATH_MAX 4

/* A member some levels below a struct. */
typedef struct kf_page_path {
    const kf_field *fields[KF_PAGE_PATH_MAX];
    size_t depth; /* 0: there is none */
} kf_page_path;

typedef struct kf_page_layout {
    const kf_pagination *pagination;
    const kf_field *position; /* parameters */
    const kf_field *size; /* may be NULL */
    kf_page_path items;
    kf_page_path total;
    kf_page_path pages;
    kf_page_path next;
} kf_page_layout;

/* KF_ERROR_ARGUMENT for an operation that is not a paged list. */
kf_status kf_page_layout_find(const kf_operation *operation, kf_page_layout *layout, kf_error *error);

/* Where the server pages only when it is told both, position and size, and the parameters have one of them: `*both`
 * receives a copy that has the other, too, to be freed after the call; else NULL. KF_ERROR_ARGUMENT when the list would
 * be empty without both, and one is left out. */
kf_status kf_page_complete(const kf_operation *operation, const void *parameters, void **both, kf_error *error);

/* A number of the page; -1: not told. */
int64_t kf_page_number(const kf_page_path *path, const void *page);
/* The address of the next page: empty when there is none, NULL when the page says nothing of it. */
const char *kf_page_next(const kf_page_layout *layout, const void *page);
size_t kf_page_count(const kf_page_layout *layout, const void *page);
const void *kf_page_item(const kf_page_layout *layout, const void *page, size_t index);

/* A number among the parameters; `absent` when it was left out. */
int64_t kf_page_parameter(const kf_field *field, const void *parameters, int64_t absent);
/* False: the number does not fit. */
bool kf_page_set_parameter(const kf_field *field, void *parameters, int64_t value);

#endif
