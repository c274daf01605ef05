// peer.mjs - npm bpmn-engine, in memory: a process of ten user tasks, each signalled as soon as it waits.  Usage: node peer.mjs CASES FOLDER-OF-MODULES
import { createRequire } from 'node:module';
import path from 'node:path';

const [cases, modules] = [Number(process.argv[2]), process.argv[3]];
const { Engine } = createRequire(path.join(path.resolve(modules), 'x.js'))('bpmn-engine');
const tasks = Array.from({ length: 10 }, (_, i) => `t${i}`);
const source = `<?xml version="1.0" encoding="UTF-8"?>
<definitions id="d" xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p" isExecutable="true"><startEvent id="s" />
${tasks.map((t) => `<userTask id="${t}" />`).join('')}<endEvent id="e" /><sequenceFlow id="f" sourceRef="s" targetRef="t0" />
${tasks.map((t, i) => `<sequenceFlow id="f${i}" sourceRef="${t}" targetRef="${i < 9 ? `t${i + 1}` : 'e'}" />`).join('')}</process></definitions>`;

async function one(n) {
  const engine = new Engine({ name: `case ${n}`, source });
  let done = 0;
  await new Promise((resolve, reject) => {
    engine.once('end', resolve);
    engine.once('error', reject);
    engine.execute().then((run) => {
      const next = () => {
        const waiting = run.getPostponed()[0];
        if (!waiting) return;
        done++;
        waiting.signal({ n: 3 });
        setImmediate(next);
      };
      next();
    }, reject);
  });
  if (done !== 10) throw new Error(`a case came through ${done} tasks`);
}

const from = process.hrtime.bigint();
for (let i = 0; i < cases; i++) await one(i);
const seconds = Number(process.hrtime.bigint() - from) / 1e9;
console.log(`cases ${cases}\nseconds ${seconds.toFixed(3)}\ncases_a_second ${(cases / seconds).toFixed(1)}`);
