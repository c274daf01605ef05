// engines.mjs - the same rule over the same contexts by another engine of FEEL: node engines.mjs MODULES ENGINE FILE ROUNDS
// ENGINE: feelin, @bpmn-io/feelin.  Neither has a public way to compile once: evaluate() is what they offer, and it is what is measured.
// Dates are made, by the engine itself, before the clock starts.  Prints what feel_rate prints: evaluations, true, null, wall, processor.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [, , modules, name, file, rounds] = process.argv;
const main = createRequire(join(modules, "x.js")).resolve(name);
const { evaluate } = await import(pathToFileURL(main));
const rule = 'years and months duration(a, b) >= duration("P10Y") and (c in ["x","y"]) and d > 3';
const days = new Map();
const day = (text) => {
  if (!days.has(text)) days.set(text, evaluate(`date("${text}")`, {}).value);
  return days.get(text);
};
const contexts = readFileSync(file, "utf8").trim().split("\n").map((line) => {
  const [a, b, c, d] = line.split(" ");
  return { a: day(a), b: day(b), c, d: Number(d) };
});
for (let r = 0; r < Number(rounds); r++) {
  let yes = 0, none = 0;
  const cpu = process.cpuUsage(), wall = process.hrtime.bigint();
  for (const context of contexts) {
    const { value } = evaluate(rule, context);
    if (value === true) yes++;
    else if (value === null) none++;
  }
  const spent = process.cpuUsage(cpu);
  console.log(contexts.length, yes, none, Number(process.hrtime.bigint() - wall) / 1e9, (spent.user + spent.system) / 1e6);
}
