/* Pages through all processes, newest first, with the next page on its way while this one is printed. */
#include <kuflow/kuflow.h>

#include <stdio.h>

int main(void)
{
    kf_error error;
    kf_client *client = NULL;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    options.allow_http = true; /* the sandbox is at http://127.0.0.1 */
    if (kuflow_client_from_environment(&options, &client, &error) != KF_OK)
        return fprintf(stderr, "%s\n", error.message), 1;

    kuflow_find_processes_params params = {.size = KF_INT32(10), .sort = KF_LIST("createdAt,desc")};
    kf_pager *pager = kuflow_find_processes_pager(client, &params, &error);
    if (pager != NULL)
        kf_pager_prefetch(pager, true);
    int seen = 0;
    for (const kuflow_process_page_item *process; (process = kuflow_find_processes_next(pager, &error)) != NULL;)
        printf("%4d of %lld  %s  %-9s  %s\n", ++seen, (long long)kf_pager_total(pager), process->id,
               kuflow_process_state_text(process->state), process->created_at ? process->created_at : "");
    kf_pager_free(pager);
    kf_client_free(client);
    if (error.status != KF_OK) /* NULL means "the end" or "it failed": the error tells which */
        return fprintf(stderr, "%s\n", error.message), 1;
    printf("%d processes\n", seen);
    return 0;
}
