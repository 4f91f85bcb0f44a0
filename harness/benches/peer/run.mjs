// CPU time per execution of aws-local-stepfunctions over the workflows beside this folder.
// Usage: npm install && node run.mjs [REPETITIONS]
import { readFileSync } from 'node:fs';
import { StateMachine } from 'aws-local-stepfunctions';

const read = (name) => JSON.parse(readFileSync(new URL(`../workflows/${name}`, import.meta.url)));
const payload = async (input) => ({ ExecutedVersion: '$LATEST', Payload: input.Payload, StatusCode: 200 });
let calls = 0;
const flaky = async (input) => {
  if (calls++ % 4 < 3) {
    const error = new Error('passing fault');
    error.name = 'Transient';
    throw error;
  }
  return payload(input);
};
const workflows = [
  ['a_pass', {}, 1],
  ['b_saga', { taskResourceLocalHandlers: { Reserve: payload, Charge: payload, Ship: payload, Refund: payload } }, 1],
  ['c_retry', { taskResourceLocalHandlers: { Flaky: flaky }, retryIntervalOverrides: { Flaky: 0 } }, 1],
  ['e_map1000', {}, 20],
];
const repetitions = Number(process.argv[2] ?? 200);
for (const [name, overrides, cost] of workflows) {
  const machine = new StateMachine(read(`${name}.asl.json`), { validationOptions: { _noValidate: true } });
  const input = read(`${name}.input.json`);
  const once = async () => machine.run(input, { overrides, noThrowOnAbort: true }).result;
  const times = Math.max(5, Math.floor(repetitions / cost));
  for (let i = 0; i < Math.max(3, times / 4); i += 1) await once();
  const before = process.cpuUsage();
  for (let i = 0; i < times; i += 1) await once();
  const used = process.cpuUsage(before);
  const micros = (used.user + used.system) / times;
  console.log(`${name} ${micros.toFixed(1)} us CPU per execution (${times} executions)`);
}
