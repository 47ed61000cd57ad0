/* What every kind of call ends with. */
#ifndef KF_CLIENT_TAIL_H
#define KF_CLIENT_TAIL_H

#include "client/receive.h"
#include "client/state.h"

/* Puts the operation's name before the message of a failure. */
void kf_prefix_message(kf_error *error);

/* Drops the answer of the call before. Only a scope that keeps answers is touched: it is for one thread at a time. */
void kf_forget_response(kf_client *client);
/* For a scope that keeps responses: keeps this one, with a copy of its text. */
kf_status kf_keep_response(kf_client *client, kf_receiver *receiver, kf_error *error);

#endif
