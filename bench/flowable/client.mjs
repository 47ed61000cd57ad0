// The official JavaScript client at work, as its documentation shows: URL TOPIC JOBS HANDLER_MS TASKS (0: its default).
// The package is found in the folder that the environment names in BENCH_NODE.
import { createRequire } from "node:module";

const { ExternalWorkerClient } = createRequire(process.env.BENCH_NODE + "/")("@flowable-oss/external-worker-client");

const [url, topic, ...rest] = process.argv.slice(2);
const [jobs, handlerMs, tasks] = rest.map(Number);
const created = new Map();
const started = [];
const ended = [];
const age = (id) => Math.round((Date.now() - created.get(id)) * 100) / 100;

// The clock stops with the last completion.
function count(response) {
  if (response.status === 204) {
    ended.push(age(response.config.url.split("/").at(-2)));
    if (ended.length === jobs) {
      const { user, system } = process.cpuUsage(cpuBegin);
      const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
      console.log(JSON.stringify({ jobs, seconds, cpu_ms: (user + system) / 1000, started_ms: started, ended_ms: ended }));
      process.exit(0);
    }
  }
  return response;
}

const client = new ExternalWorkerClient({
  flowableHost: url,
  auth: { username: "admin", password: "test" },
  customizeAxios: (axios) => axios.interceptors.response.use(count),
});
const cpuBegin = process.cpuUsage();
const begin = process.hrtime.bigint();
client.subscribe({
  topic,
  ...(tasks ? { numberOfTasks: tasks } : {}),
  async callbackHandler(job, workResultBuilder) {
    created.set(job.id, new Date(job.createTime).getTime());
    started.push(age(job.id));
    if (handlerMs) await new Promise((resolve) => setTimeout(resolve, handlerMs));
    return workResultBuilder.success();
  },
});
