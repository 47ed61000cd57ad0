package web;

import org.kie.api.runtime.process.WorkItem;
import org.kie.api.runtime.process.WorkItemHandler;
import org.kie.api.runtime.process.WorkItemManager;

/** Leaves a work item open, for a client to complete or abort. */
public class Open implements WorkItemHandler {
    @Override
    public void executeWorkItem(WorkItem item, WorkItemManager manager) {}

    @Override
    public void abortWorkItem(WorkItem item, WorkItemManager manager) {}
}
