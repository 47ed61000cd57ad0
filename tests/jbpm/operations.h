/* Every operation of 6.0.1 by its typed function, with all its parameters, and its error path: for test_operations. */
#ifndef KF_TESTS_JBPM_OPERATIONS_H
#define KF_TESTS_JBPM_OPERATIONS_H

#include "support.h"

void operations_processes(fixture *f);
void operations_work_items(fixture *f);
void operations_logs(fixture *f);
void operations_variable_logs(fixture *f);
void operations_queries(fixture *f);
void operations_task_life(fixture *f);
void operations_task_owners(fixture *f);
void operations_task_contents(fixture *f);
void operations_execute(fixture *f);

#endif
