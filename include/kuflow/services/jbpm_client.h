/**
 * @file jbpm_client.h
 * Clients for jBPM's REST API (kie-remote, 6.0 to 6.5), what its errors mean, and help with what 6.0.x does
 * differently.
 */
#ifndef KUFLOW_SERVICES_JBPM_CLIENT_H
#define KUFLOW_SERVICES_JBPM_CLIENT_H

#include "kuflow/services/jbpm.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes a client as kf_client_new() does, with what jBPM needs:
 *
 * - `username` and `password` alone mean KF_AUTH_BASIC, the login of every distribution, a `token` or `token_provider`
 *   alone KF_AUTH_BEARER. Without any of them no credentials are sent, and a server that wants some answers 401.
 * - `base_url` may be that of the application ("https://host/kie-wb", "https://host/business-central/") or of the API
 *   itself: slashes at its end and repeated ones are removed, and "/rest" is appended when it is not the end already.
 *   Default: http://localhost:8080/jbpm-console/rest, which needs `allow_http` as every `http://` does.
 * - Answers are asked for in XML, which every release writes completely. `prefer_json` asks for JSON; leave it off with
 *   6.0.x, which has no task lists in JSON (the list comes without its items) and answers 400 to a single task.
 *
 * The server sets a session cookie, which is ignored: every call logs in by itself.
 *
 * @return As kf_client_new().
 */
KF_API kf_status jbpm_client_new(const kf_client_options *options, kf_client **client, kf_error *error);

/** What an error of a call to jBPM means; its HTTP status alone does not tell. The numbers never change. */
typedef enum jbpm_error_kind {
    /** No error: the status is KF_OK. */
    JBPM_ERROR_NONE = 0,
    /** The library refused the call or could not make it, or the caller cancelled it, and it had no effect. `status`
     *  and `message` tell why. Mend the arguments. */
    JBPM_ERROR_NOT_SENT = 1,
    /** No connection: wrong name or port, server down, no agreement on TLS, too slow; of a request that only reads,
     *  also no answer. It had no effect. Try again after a while. */
    JBPM_ERROR_UNREACHABLE = 2,
    /** No answer, or none that can be read: whether the request took effect is not known (`may_have_acted`). */
    JBPM_ERROR_NO_ANSWER = 3,
    /** Wrong user or password: a 401 of the container, whose page is HTML. Ask for other credentials. (6.0.x also
     *  answers 401 when it is confused by calls at the same time: that is JBPM_ERROR_SERVER.) */
    JBPM_ERROR_LOGIN = 4,
    /** The login is right, but the user has none of the roles that the API asks for ("rest-all" and its like). */
    JBPM_ERROR_ROLE = 5,
    /** The user may not do this to the task, or the task is in a state in which nobody may: claimed by another, not
     *  started yet, suspended. Servers do not tell the two apart reliably. 6.0.x answers 401 (KF_ERROR_AUTH), later
     *  releases 500, 403 or 409. Nothing was done; read the task again. */
    JBPM_ERROR_PERMISSION = 6,
    /** No such deployment, or not ready: right after it was deployed this may pass within seconds. From 6.2 on the
     *  answer is the same as for JBPM_ERROR_GONE, and so is the result. */
    JBPM_ERROR_DEPLOYMENT = 7,
    /** The deployment has no such process definition. */
    JBPM_ERROR_PROCESS = 8,
    /** There is no such process instance, task, work item or content (any more): instances and, from 6.2 on, tasks are
     *  gone when they have ended, and live on in the history. After signalProcessInstanceWithVars in 6.0.x: the
     *  instance has ended, perhaps by that very signal. */
    JBPM_ERROR_GONE = 9,
    /** The server understands the address, but has no such resource there: a value in the path has a form that the
     *  release does not allow (6.0.x wants ASCII letters, digits, "-", ":" and ".", which leaves out node ids with
     *  "_"), or the release lacks the operation. For node ids and values there are commands: see
     *  jbpm_error_advice(). */
    JBPM_ERROR_PATH = 10,
    /** Not jBPM's REST API: 404 from somebody else, or a redirect. Mend `base_url`. */
    JBPM_ERROR_ADDRESS = 11,
    /** The server does not accept the request as it is, and never will: a parameter that it does not know or cannot
     *  read. `server_message` tells what is wrong; from 6.2 on it is mostly empty. */
    JBPM_ERROR_REFUSED = 12,
    /** A defect of the release: the request is right and fails always, or its answer lacks what was asked for.
     *  jbpm_error_advice() and the description of the operation name the way that works. */
    JBPM_ERROR_DEFECT = 13,
    /** The server or a proxy before it is broken or busy, or the process itself failed with an exception.
     *  `server_message` tells more. */
    JBPM_ERROR_SERVER = 14
} jbpm_error_kind;

/**
 * Tells what the error of a call with a client for jBPM means. A pure function of the error.
 * @param error  As a call of a typed function left it. After kf_request_send(), which does not know jBPM's errors, and
 *               of calls to other services the result means nothing.
 * @return JBPM_ERROR_NONE for a success, and for NULL.
 */
KF_API jbpm_error_kind jbpm_error_classify(const kf_error *error);

/**
 * The way round what the release cannot do, for JBPM_ERROR_DEFECT and JBPM_ERROR_PATH: which function to call instead,
 * or what to change in the request. A pure function of the error.
 * @return One sentence in English, static; NULL when no way is known, and for errors of other kinds.
 */
KF_API const char *jbpm_error_advice(const kf_error *error);

/**
 * The content of a task: what it was given as input. Asks for the task and then for the content that it names, as the
 * operation getTaskContent fails always in 6.0.x. Works with every release.
 *
 * @param content  Receives it; free it with jbpm_content_free(). NULL on failure.
 * @return As jbpm_get_task() and jbpm_get_content(); KF_ERROR_NOT_FOUND also for a task without content.
 */
KF_API kf_status jbpm_retrieve_task_content(kf_client *client, int64_t task_id, jbpm_content **content,
                                            kf_error *error);

/*
 * Tasks: the text and the people, in the form of every release. All of it belongs to the task.
 */

/** The name of a task, in the language that comes first: 6.0.x packs it with an id and a language ("2:en-UK:Approve").
 *  NULL when it has none. */
KF_API const char *jbpm_task_name(const jbpm_task *task);
/** Its subject. */
KF_API const char *jbpm_task_subject(const jbpm_task *task);
/** Its description. */
KF_API const char *jbpm_task_description(const jbpm_task *task);

/** The id of a user or group among a task's people. NULL when it has none. */
KF_API const char *jbpm_entity_id(const jbpm_organizational_entity *entity);
/** Whether it is a group; otherwise a user. */
KF_API bool jbpm_entity_is_group(const jbpm_organizational_entity *entity);

#ifdef __cplusplus
}
#endif
#endif
