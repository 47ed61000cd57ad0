"""What came of a fault run: the server's history and the workers' journals, held against each other."""
from collections import Counter, defaultdict

SLACK_S = 6  # a busy machine: the sweep takes its turn later, and so does the observer

problems = []


def problem(text):
    """Something that must not happen, whatever fails."""
    problems.append(text)


class Locks:
    """The locks that an observer of the server saw. One thread writes."""

    def __init__(self):
        self.deaths = {}  # by process id
        self.overdue_s = 0.0  # the longest that a lock was seen after its end
        self.orphans = {}  # job and owner: seconds that the lock was seen after its owner's death
        self.seen = 0

    def dead(self, pid, moment):
        self.deaths[pid] = moment

    def saw(self, job, owner, moment, until):
        self.seen += 1
        self.overdue_s = max(self.overdue_s, moment - until)
        # NAME/HOST-PID-RANDOM/NUMBER
        pid = int(owner.split('/')[1].rsplit('-', 2)[1])
        if pid in self.deaths and moment > self.deaths[pid]:
            self.orphans[job, owner] = moment - self.deaths[pid]


class Execution:
    """One call of a handler: what the worker told about it later."""

    def __init__(self, job, step, instance, journal, begin_ms):
        self.job, self.step, self.instance, self.journal = job, step, instance, journal
        self.begin_ms, self.end_ms = begin_ms, None
        self.end = None


ENDS = {
    'job_done': 'accepted',
    'job_assumed_done': 'assumed to be accepted, its answer was lost',
    'job_lock_lost': 'its lock was over',
    'job_gone': 'another execution had ended the job',
    'job_unreported': 'no report got through in time',
    'job_refused': 'refused',
}
TAKEN = ENDS['job_done'], ENDS['job_assumed_done']
KILLED = 'its worker was killed'


def read_journals(folder, killed):
    """All executions, in no particular order."""
    executions = {}
    events = Counter()
    for path in sorted(folder.glob('*.journal')):
        text = path.read_text(encoding='utf-8', errors='replace')
        for line in text.split('\n')[:-1]:
            moment, what, job, worker_id, topic, more = line.split(' ', 5)
            events[what] += 1
            key = job, worker_id
            if what == 'run':
                if key in executions:
                    problem(f'job {job} was handled twice under one lock, {worker_id}')
                executions[key] = Execution(job, topic, more, path.name, int(moment))
            elif what in ENDS and key in executions:
                if executions[key].end is not None:
                    problem(f'job {job} of {worker_id} ended twice: {executions[key].end}, {what}')
                executions[key].end, executions[key].end_ms = ENDS[what], int(moment)
    for execution in executions.values():
        if execution.end is None and execution.journal in killed:
            execution.end = KILLED
    return list(executions.values()), events


def judge_history(rest, instances, steps):
    """Each instance ended once, and each of its steps was completed once. Returns how many did not."""
    lost = twice = 0
    keys = Counter()
    for instance in rest.pages('/process-api/history/historic-process-instances?sort=processInstanceId'):
        keys[instance['businessKey']] += 1
        if instance['endTime'] is None or instance['deleteReason']:
            lost += 1
    lost += sum(1 for number in range(instances) if str(number) not in keys)
    twice += sum(count - 1 for count in keys.values())
    for step in (*steps, 'end'):
        times = Counter()
        for activity in rest.pages(f'/process-api/history/historic-activity-instances?sort=activityInstanceId&activityId={step}'):
            times[activity['processInstanceId']] += activity['endTime'] is not None
        if len(times) != instances:
            problem(f'the history has step {step} of {len(times)} instances')
        twice += sum(count - 1 for count in times.values() if count > 1)
    return lost, twice


def judge_job(job, runs):
    """Whether what is told of one job's executions can be."""
    ends = Counter(e.end for e in runs)
    if ends[None]:
        problem(f'job {job}: nothing is known of what came of {ends[None]} of its executions')
    if not any(ends[end] for end in (*TAKEN, KILLED, ENDS['job_unreported'])):
        problem(f'job {job} was ended by nobody: {dict(ends)}')
    again = [e.end for e in runs if e.end in TAKEN and any(other.begin_ms > e.end_ms for other in runs)]
    if again:
        problem(f'job {job} was executed again after it was {again[0]}')


def judge_executions(executions, instances, steps):
    """Prints how often handlers ran, and why more than once. Returns how many jobs were accepted twice."""
    jobs, of_step = defaultdict(list), defaultdict(set)
    for execution in executions:
        jobs[execution.job].append(execution)
        of_step[execution.instance, execution.step].add(execution.job)
    if len(jobs) != instances * len(steps) or len(of_step) != len(jobs):
        problem(f'{len(jobs)} jobs of {len(of_step)} steps were handled, and {instances * len(steps)} exist')
    why, twice, wrongly_assumed = Counter(), 0, 0
    for job, runs in jobs.items():
        judge_job(job, runs)
        accepted = sum(e.end == TAKEN[0] for e in runs)
        assumed = sum(e.end == TAKEN[1] for e in runs)
        twice += max(0, accepted - 1)
        wrongly_assumed += max(0, accepted + assumed - 1)
        # The one that counted is the last of this order; of the others it is told why they did not.
        for execution in sorted(runs, key=lambda e: (e.end == TAKEN[1], e.end == TAKEN[0]))[:-1]:
            why[execution.end] += 1
    print(f'  executed twice: {sum(why.values())} of {len(executions)} executions did not count' + (':' if why else ''))
    for reason, count in why.most_common():
        print(f'    {count:6} {reason}')
    ends = Counter(e.end for e in executions)
    print(f'  ends: {ends[TAKEN[0]]} accepted, {ends[TAKEN[1]]} assumed to be ({wrongly_assumed} of these wrongly), '
          f'{ends[KILLED]} not known to a worker that was killed')
    return twice


def judge(run, rest, instances, steps, sweep_ms, seconds):
    """Prints the figures. Returns the exit code."""
    executions, events = read_journals(run.folder, run.killed)
    print('  faults: ' + ', '.join(f'{count} {what}' for what, count in run.counts.items()) + f', in {seconds:.0f} s')
    for what in ('server kills', 'worker kills', 'network faults'):
        if run.counts[what] == 0:
            problem(f'there were no {what}: this run shows nothing')
    lost, accepted_twice = judge_history(rest, instances, steps)
    accepted_twice += judge_executions(executions, instances, steps)
    dead = rest.total('/process-api/management/deadletter-jobs')
    if dead:
        problem(f'{dead} jobs are dead letters')
    left = rest.total('/external-job-api/jobs?locked=true')
    if left:
        problem(f'{left} jobs are locked after all workers stopped')
    orphans = run.locks.orphans.values()
    print(f'  orphaned locks: {len(orphans)}, the longest for {max(orphans, default=0):.1f} s after its owner\'s death; '
          f'no lock was seen later than {max(0, run.locks.overdue_s):.1f} s after its end or the server\'s start')
    if run.locks.seen == 0:
        problem('no lock was seen at all: this run shows nothing')
    if run.locks.overdue_s > sweep_ms / 1000 + SLACK_S:
        problem(f'a lock outlived its time by {run.locks.overdue_s:.1f} s')
    told = ('acquire_failed', 'job_lock_lost', 'job_gone', 'job_unreported', 'job_refused', 'job_poison')
    print('  told by the workers: ' + ', '.join(f'{what} {events[what]}' for what in told))
    print(f'  lost {lost}, accepted twice {accepted_twice} (of {instances * len(steps)} jobs)')
    if lost:
        problem(f'{lost} instances did not end')
    if accepted_twice:
        problem(f'{accepted_twice} jobs were accepted twice')
    return print_problems(run.arguments.seed)


def print_problems(seed):
    """Returns the exit code."""
    for text in problems[:20]:
        print(f'  error: {text}')
    if problems:
        print(f'  {len(problems)} things went wrong; again with: --seed {seed}')
    return 1 if problems else 0
