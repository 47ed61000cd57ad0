/**
 * @file pager.h
 * Iterators over the items of paged lists.
 *
 *     kf_pager *pager = kuflow_find_processes_pager(client, NULL, &error);
 *     for (const kuflow_process_page_item *item; (item = kuflow_find_processes_next(pager, &error)) != NULL;)
 *         puts(item->id);
 *     kf_pager_free(pager);
 *     if (error.status != KF_OK) …
 *
 * A pager belongs to one thread at a time. It holds one page; with prefetch, two. (A few servers answer each page with
 * all items before it as well, see kf_pagination.cumulative: those are passed over.)
 */
#ifndef KUFLOW_PAGER_H
#define KUFLOW_PAGER_H

#include "kuflow/operation.h"

#ifdef __cplusplus
extern "C" {
#endif

/** An iteration under way. */
typedef struct kf_pager kf_pager;

/**
 * Begins an iteration; nothing is sent before the first kf_pager_next(). The parameters are copied: they need not live
 * longer than this call. A position among them (`page`) is where the iteration begins, a size is that of each page;
 * where a server pages only when it is told both, both are sent (kf_pagination.size_sent).
 * The client must outlive the pager. `path` is as in kf_call().
 * @return The pager, to be freed with kf_pager_free(); NULL on failure: KF_ERROR_MEMORY, or KF_ERROR_ARGUMENT for an
 *         operation that is not a paged list.
 */
KF_API kf_pager *kf_pager_new(struct kf_client *client, const kf_operation *operation, const void *path,
                              const void *parameters, kf_error *error);

/**
 * The next item, fetching the next page when needed.
 * @return The item; it lives until the next call with this pager. NULL at the end, then `error->status` is KF_OK, and
 *         on failure: as kf_call(), and KF_ERROR_DECODE also for a server that gives the same page once more, as its
 *         link to the next one tells. After a failure the same page is asked for again by the next call.
 */
KF_API const void *kf_pager_next(kf_pager *pager, kf_error *error);

/** As kf_pager_next(), but KF_ERROR_ARGUMENT for a pager of another operation: what the generated functions call, so
 *  that an item cannot be taken for one of another type. */
KF_API const void *kf_pager_next_of(kf_pager *pager, const kf_operation *operation, kf_error *error);

/** Fetches the next page in the background while the current one is worked on. Set before the first kf_pager_next(). The
 *  client's callbacks (`on_event`, `token_provider`, …) are then called in a thread of the pager's, too. */
KF_API void kf_pager_prefetch(kf_pager *pager, bool on);

/** The page that holds the current item, as the operation's answer; NULL before the first item. It lives as long as
 *  the item. */
KF_API const void *kf_pager_page(const kf_pager *pager);

/** How many items there are in all, as the server said with the current page; -1 when it did not. */
KF_API int64_t kf_pager_total(const kf_pager *pager);

/** Where the current page stands: its number or its first item's number. Give it as the position of a new pager to go
 *  on from here later. */
KF_API int64_t kf_pager_position(const kf_pager *pager);

/** Frees the pager and its pages; waits for a page that is being prefetched, after cancelling it. NULL is allowed. */
KF_API void kf_pager_free(kf_pager *pager);

#ifdef __cplusplus
}
#endif
#endif
