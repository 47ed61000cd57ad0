/**
 * @file uuid.h
 * UUIDs, as the APIs take them for ids and for idempotency.
 */
#ifndef KUFLOW_UUID_H
#define KUFLOW_UUID_H

#include "kuflow/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Room for the text of a UUID, the NUL included. */
#define KF_UUID_TEXT_SIZE 37

/** Writes a new random UUID (version 4) in lower case. Any thread. */
KF_API void kf_uuid_new(char text[KF_UUID_TEXT_SIZE]);

/** Whether the text is a UUID of any version, in either case, in the form of 8-4-4-4-12 digits. False for NULL. */
KF_API bool kf_uuid_valid(const char *text);

#ifdef __cplusplus
}
#endif
#endif
