/* Lists the flows of Patchworks that are deployed, starts one of them, and watches its run. Usage: patchworks [FLOW]
 * PATCHWORKS_KEY is the API key; PATCHWORKS_URL and PATCHWORKS_START_URL are for servers other than the usual ones. */
#include <kuflow/kuflow.h>

#include <stdio.h>
#include <stdlib.h>

static int tell(const patchworks_flow_run *run, void *user)
{
    static const char *const states[] = {"unknown", "started", "success", "failure", "stopped", "partial success"};
    (void)user;
    printf("run %s: %s\n", run->id, states[patchworks_run_state_of(run)]);
    return 0;
}

/* Prints the flows, and keeps the id of the first. */
static kf_status list(kf_client *client, char first[PATCHWORKS_ID_SIZE], kf_error *error)
{
    const patchworks_list_flows_params params = {.filter = KF_MAP({"enabled", "true"}, {"deployed", "true"}),
                                                 .include = KF_LIST("deployedVersion"),
                                                 .sort = KF_LIST("name"),
                                                 .per_page = KF_INT32(25)};
    kf_pager *pager = patchworks_list_flows_pager(client, &params, error);
    for (const patchworks_flow *flow; (flow = patchworks_list_flows_next(pager, error)) != NULL;) {
        printf("flow %s: %s, deployed at %s\n", flow->id, flow->name, flow->deployed_at);
        if (*first == '\0')
            snprintf(first, PATCHWORKS_ID_SIZE, "%s", flow->id);
    }
    kf_pager_free(pager);
    return error->status;
}

/* Starts a flow with one order, and waits for five minutes at most until its run has ended. */
static kf_status work(kf_client *client, const char *flow, kf_error *error)
{
    char id[PATCHWORKS_ID_SIZE];
    patchworks_flow_run *run = NULL;
    patchworks_flow_run_log_list *logs = NULL;
    kf_client *limited = NULL;
    kf_scope_options limit = KF_SCOPE_OPTIONS_INIT;
    patchworks_start_options options = PATCHWORKS_START_OPTIONS_INIT;
    options.payload_text = "{\"order\": 4711, \"lines\": [{\"sku\": \"A-1\", \"count\": 2}]}";
    limit.deadline_ms = 300000;
    kf_status status = kf_client_scope(client, &limit, &limited, error);
    if (status == KF_OK)
        status = patchworks_start_run(limited, flow, &options, id, error);
    if (status == KF_OK)
        status = patchworks_wait_run(limited, id, 1000, tell, NULL, &run, error);
    if (status == KF_OK)
        status = patchworks_list_flow_run_logs(client, id, NULL, &logs, error);
    for (size_t i = 0; status == KF_OK && i < logs->data_count; i++)
        printf("%s  %s\n", logs->data[i].created_at, logs->data[i].message);
    if (status == KF_OK)
        puts(patchworks_run_state_of(run) == PATCHWORKS_RUN_SUCCESS ? "the run succeeded" : "the run did not succeed");
    patchworks_flow_run_log_list_free(logs);
    patchworks_flow_run_free(run);
    kf_client_free(limited);
    return status;
}

int main(int count, char **arguments)
{
    char flow[PATCHWORKS_ID_SIZE] = "";
    kf_error error;
    kf_client *client = NULL;
    kf_client_options options = KF_CLIENT_OPTIONS_INIT;
    const kf_pair start = {"start", getenv("PATCHWORKS_START_URL")};
    options.token = getenv("PATCHWORKS_KEY");
    options.base_url = getenv("PATCHWORKS_URL");
    options.servers = &start;
    options.server_count = start.value != NULL;
    options.allow_http = true; /* the sandbox is at http://127.0.0.1 */
    if (patchworks_client_new(&options, &client, &error) == KF_OK && list(client, flow, &error) == KF_OK)
        work(client, count > 1 ? arguments[1] : flow, &error);
    kf_client_free(client);
    if (error.status != KF_OK)
        return fprintf(stderr, "%s\n", error.message), 1;
    return 0;
}
