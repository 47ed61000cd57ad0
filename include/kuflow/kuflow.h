/**
 * @file kuflow.h
 * All of libkuflow.
 */
#ifndef KUFLOW_KUFLOW_H
#define KUFLOW_KUFLOW_H

#include "kuflow/base.h"
#include "kuflow/client.h"
#include "kuflow/error.h"
#include "kuflow/model.h"
#include "kuflow/oauth2.h"
#include "kuflow/operation.h"
#include "kuflow/pager.h"
#include "kuflow/services/flowable.h"
#include "kuflow/services/flowable_client.h"
#include "kuflow/services/flowable_variable.h"
#include "kuflow/services/flowable_worker.h"
#include "kuflow/services/jbpm.h"
#include "kuflow/services/jbpm_client.h"
#include "kuflow/services/jbpm_execute.h"
#include "kuflow/services/jbpm_variable.h"
#include "kuflow/services/jbpm_worker.h"
#include "kuflow/services/kuflow.h"
#include "kuflow/services/kuflow_client.h"
#include "kuflow/services/kuflow_worker.h"
#include "kuflow/services/patchworks.h"
#include "kuflow/services/patchworks_client.h"
#include "kuflow/services/smartflows.h"
#include "kuflow/services/smartflows_client.h"
#include "kuflow/services/smartflows_run.h"
#include "kuflow/stream.h"
#include "kuflow/time.h"
#include "kuflow/transport.h"
#include "kuflow/uuid.h"
#include "kuflow/wait.h"
#include "kuflow/worker.h"

#endif
