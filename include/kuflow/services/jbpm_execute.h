/**
 * @file jbpm_execute.h
 * Commands of jBPM: several of them in one request, with values that keep their types, and what came of each.
 *
 *     jbpm_commands *commands;
 *     jbpm_results *results = NULL;
 *     const jbpm_argument arguments[] = {jbpm_string("zip", "01067"), jbpm_int("change", -3)};
 *     if (jbpm_commands_new(JBPM_6_0, "com.acme:orders:1.0", "krisv", &commands, &error) != KF_OK)
 *         …
 *     if (jbpm_commands_start_process(commands, "com.acme.order", arguments, 2, &error) == KF_OK &&
 *         jbpm_commands_execute(client, commands, &results, &error) == KF_OK &&
 *         jbpm_results_error(results, 0, &error) == KF_OK)
 *         printf("%lld\n", (long long)jbpm_command_result_as_process_instance(jbpm_results_at(results, 0))->id.value);
 *     jbpm_results_free(results);
 *     jbpm_commands_free(commands);
 *
 * The server executes the commands in their order, each for itself: one that fails neither undoes those before it nor
 * stops those behind it. The request as a whole is never repeated by the library.
 */
#ifndef KUFLOW_SERVICES_JBPM_EXECUTE_H
#define KUFLOW_SERVICES_JBPM_EXECUTE_H

#include "kuflow/services/jbpm_variable.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Commands to execute. One thread at a time. */
typedef struct jbpm_commands jbpm_commands;

/**
 * An empty list of commands.
 * @param profile        The server's release.
 * @param deployment_id  Of the commands on processes, work items and the history. NULL for commands on tasks alone.
 * @param user           The user who is logged in, in whose name commands on tasks are executed. Required from 6.2 on;
 *                       NULL in 6.0.x makes commands on tasks fail.
 * @param commands       Receives it; free it with jbpm_commands_free(). NULL on failure.
 * @return KF_OK, KF_ERROR_ARGUMENT without a user that is required, KF_ERROR_MEMORY.
 */
KF_API kf_status jbpm_commands_new(jbpm_profile profile, const char *deployment_id, const char *user,
                                   jbpm_commands **commands, kf_error *error);

/** Frees the commands. NULL is allowed. */
KF_API void jbpm_commands_free(jbpm_commands *commands);

/** Their number: also the place that the next one gets. 0 for NULL. */
KF_API size_t jbpm_commands_count(const jbpm_commands *commands);

/** Names the process instance whose session is meant, for deployments with a session per process instance. 0: none. */
KF_API void jbpm_commands_set_process_instance(jbpm_commands *commands, int64_t process_instance_id);

/*
 * The functions below add a command, and copy what they are given. They return
 *  - KF_OK;
 *  - KF_ERROR_ARGUMENT: the list is as before. For what is NULL and may not be; for an argument whose name is missing
 *    or there twice, or whose text is not UTF-8 or has characters that XML cannot hold; and for a command that the
 *    release does not have or that never works there: the message names the other way;
 *  - KF_ERROR_MEMORY: the list is as before.
 * Arguments are `count` typed values, made by jbpm_string() and its like; NULL and 0 for none.
 */

/** Result: jbpm_process_instance. */
KF_API kf_status jbpm_commands_start_process(jbpm_commands *commands, const char *process_id,
                                             const jbpm_argument *arguments, size_t count, kf_error *error);

/** Result: jbpm_process_instance, none when there is no such active instance. */
KF_API kf_status jbpm_commands_get_process_instance(jbpm_commands *commands, int64_t process_instance_id,
                                                    kf_error *error);

/** Fails when there is no such active instance. */
KF_API kf_status jbpm_commands_abort_process_instance(jbpm_commands *commands, int64_t process_instance_id,
                                                      kf_error *error);

/** Sets variables of an active process instance. The server says nothing when there is no such instance. */
KF_API kf_status jbpm_commands_set_variables(jbpm_commands *commands, int64_t process_instance_id,
                                             const jbpm_argument *arguments, size_t count, kf_error *error);

/**
 * Sends a signal. The server says nothing when nobody waits for it.
 * @param process_instance_id  0: to all instances, and to processes that it starts.
 * @param event                What the signal carries, its name does not count; NULL for nothing.
 */
KF_API kf_status jbpm_commands_signal_event(jbpm_commands *commands, int64_t process_instance_id, const char *signal,
                                            const jbpm_argument *event, kf_error *error);

/** Result: jbpm_work_item, none when there is no such work item. */
KF_API kf_status jbpm_commands_get_work_item(jbpm_commands *commands, int64_t work_item_id, kf_error *error);

/** The arguments are its results. The server says nothing when there is no such work item. */
KF_API kf_status jbpm_commands_complete_work_item(jbpm_commands *commands, int64_t work_item_id,
                                                  const jbpm_argument *arguments, size_t count, kf_error *error);

/** The server says nothing when there is no such work item. */
KF_API kf_status jbpm_commands_abort_work_item(jbpm_commands *commands, int64_t work_item_id, kf_error *error);

/*
 * Tasks: a command fails (JBPM_ERROR_PERMISSION) when the user may not do it or the task is in another state, and when
 * there is no such task (JBPM_ERROR_GONE).
 */

/** Reserves a task that is ready for the user. */
KF_API kf_status jbpm_commands_claim_task(jbpm_commands *commands, int64_t task_id, kf_error *error);
/** Begins work on a task; one that is ready is claimed thereby. */
KF_API kf_status jbpm_commands_start_task(jbpm_commands *commands, int64_t task_id, kf_error *error);
/** Gives a reserved task back to all who may claim it. */
KF_API kf_status jbpm_commands_release_task(jbpm_commands *commands, int64_t task_id, kf_error *error);

/** Completes a task that the user has started. The arguments are its output. */
KF_API kf_status jbpm_commands_complete_task(jbpm_commands *commands, int64_t task_id, const jbpm_argument *arguments,
                                             size_t count, kf_error *error);

/** Fails a task that the user has started. The arguments are its fault: from 6.2 on. 6.0.x would drop them, use
 *  jbpm_fail_task() there. */
KF_API kf_status jbpm_commands_fail_task(jbpm_commands *commands, int64_t task_id, const jbpm_argument *arguments,
                                         size_t count, kf_error *error);

/** Result: jbpm_task, none when there is no such task. From 6.2 on; use jbpm_get_task() with 6.0.x. */
KF_API kf_status jbpm_commands_get_task(jbpm_commands *commands, int64_t task_id, kf_error *error);

/** Result: jbpm_content, none when there is no such content. */
KF_API kf_status jbpm_commands_get_content(jbpm_commands *commands, int64_t content_id, kf_error *error);

/**
 * The tasks that the user has reserved or works on. Result: jbpm_task_summary_list.
 * @param language  6.0.x: tasks without texts in that language are left out. NULL: "en-UK", what jBPM writes unless a
 *                  process says something else. Later releases do not need it.
 * @param statuses  With one of these; NULL for all.
 */
KF_API kf_status jbpm_commands_get_tasks_owned(jbpm_commands *commands, const char *language,
                                               const jbpm_task_status_list *statuses, kf_error *error);

/** The tasks that the user owns or may claim. Otherwise as jbpm_commands_get_tasks_owned(). */
KF_API kf_status jbpm_commands_get_tasks_as_potential_owner(jbpm_commands *commands, const char *language,
                                                            const jbpm_task_status_list *statuses, kf_error *error);

/** The tasks that the user administers. Otherwise as jbpm_commands_get_tasks_owned(); all statuses. */
KF_API kf_status jbpm_commands_get_tasks_as_business_admin(jbpm_commands *commands, const char *language,
                                                           kf_error *error);

/** The ids of an instance's tasks, also of those that have ended. Result: jbpm_long_list. */
KF_API kf_status jbpm_commands_get_task_ids(jbpm_commands *commands, int64_t process_instance_id, kf_error *error);

/** The tasks of an instance with one of the statuses; one at least. Otherwise as jbpm_commands_get_tasks_owned(). */
KF_API kf_status jbpm_commands_get_tasks_of_instance(jbpm_commands *commands, int64_t process_instance_id,
                                                     const char *language, const jbpm_task_status_list *statuses,
                                                     kf_error *error);

/** Logs of process instances. Result: jbpm_history_log_list, as in the functions below. Their order is not promised.
 *  @param process_id  NULL for those of all processes. */
KF_API kf_status jbpm_commands_find_process_instances(jbpm_commands *commands, const char *process_id, kf_error *error);

/** Logs of the active instances of a process. */
KF_API kf_status jbpm_commands_find_active_process_instances(jbpm_commands *commands, const char *process_id,
                                                             kf_error *error);

/** Log of one process instance. Result: jbpm_process_instance_log, none when there is none. */
KF_API kf_status jbpm_commands_find_process_instance(jbpm_commands *commands, int64_t process_instance_id,
                                                     kf_error *error);

/** Logs of the instances that an instance has started. */
KF_API kf_status jbpm_commands_find_subprocess_instances(jbpm_commands *commands, int64_t process_instance_id,
                                                         kf_error *error);

/** Logs of an instance's nodes. @param node_id  In any form; NULL for all nodes. */
KF_API kf_status jbpm_commands_find_node_instances(jbpm_commands *commands, int64_t process_instance_id,
                                                   const char *node_id, kf_error *error);

/** Logs of an instance's variables. @param variable_id  NULL for all variables; from 6.2 on it may be required. */
KF_API kf_status jbpm_commands_find_variable_instances(jbpm_commands *commands, int64_t process_instance_id,
                                                       const char *variable_id, kf_error *error);

/** Logs of variables of that name. @param value  In any form; NULL for any value. @param active  Only of active
 *  instances. */
KF_API kf_status jbpm_commands_find_variable_instances_by_name(jbpm_commands *commands, const char *variable_id,
                                                               const char *value, bool active, kf_error *error);

/** Any command, of a kind that the functions above do not have or with other members: one of the structs built on
 *  jbpm_command, with its `kind`. Its members are not checked. */
KF_API kf_status jbpm_commands_add(jbpm_commands *commands, const jbpm_command *command, kf_error *error);

/*
 * Executing
 */

/** What came of a command. The numbers never change. */
typedef enum jbpm_outcome {
    JBPM_OUTCOME_RESULT = 1, /**< It has a result. */
    JBPM_OUTCOME_DONE = 2, /**< The server has executed it; such commands have no result. */
    JBPM_OUTCOME_EMPTY = 3, /**< The server has executed it, and found nothing. */
    JBPM_OUTCOME_FAILED = 4, /**< An exception: it had no effect. */
    JBPM_OUTCOME_IGNORED = 5, /**< The server does not know the command, and passed over it. */
    JBPM_OUTCOME_UNKNOWN = 6 /**< The answer does not tell. */
} jbpm_outcome;

/** What came of commands. Any number of threads may read it. */
typedef struct jbpm_results jbpm_results;

/**
 * Executes the commands, which stay as they are. KF_OK does not mean that each of them succeeded: see
 * jbpm_results_error().
 *
 * The server does not answer commands without result, and passes over commands that it does not know in the same way.
 * To tell the two apart one more command is sent at the end, a query without effect, whose index in the answer tells
 * how many commands the server has read.
 *
 * @param results  Receives what came of them; free it with jbpm_results_free(). NULL on failure.
 * @return As jbpm_execute_runtime_commands(); KF_ERROR_ARGUMENT also without commands.
 */
KF_API kf_status jbpm_commands_execute(kf_client *client, const jbpm_commands *commands, jbpm_results **results,
                                       kf_error *error);

/** Frees the results and everything that was taken out of them. NULL is allowed. */
KF_API void jbpm_results_free(jbpm_results *results);

/** One for each command, in their order. 0 for NULL. */
KF_API size_t jbpm_results_count(const jbpm_results *results);

/** What came of the command at that place. UNKNOWN behind the last. */
KF_API jbpm_outcome jbpm_results_outcome(const jbpm_results *results, size_t place);

/** The result of the command at that place, with the outcome FAILED its exception; NULL when there is none. It lives as
 *  long as the results. jbpm_command_result_as_process_instance() and its like give the struct that it really is. */
KF_API const jbpm_command_result *jbpm_results_at(const jbpm_results *results, size_t place);

/**
 * The error of the command at that place, for jbpm_error_classify() too.
 * @return KF_OK for the outcomes RESULT, DONE and EMPTY; KF_ERROR_REJECTED for FAILED, with the exception's message,
 *         and for IGNORED; KF_ERROR_DECODE for UNKNOWN, then with `may_have_acted`; KF_ERROR_ARGUMENT for a place
 *         behind the last.
 */
KF_API kf_status jbpm_results_error(const jbpm_results *results, size_t place, kf_error *error);

/** The answer as it came, with the result of the query at its end. */
KF_API const jbpm_command_response *jbpm_results_response(const jbpm_results *results);

#ifdef __cplusplus
}
#endif
#endif
