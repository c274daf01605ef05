// duck.mjs - the rule `four` in SQL, by DuckDB with one thread: node duck.mjs MODULES CSV RUNS
// Its own table: ENUM codes, DATE columns, an id of 8 bytes; in memory, as the roster is.  Once count(*), once the ids into a table of its own.
// Prints a line a run: count, seconds of processor time (wall) of count(*), of the ids.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [, , modules, csv, runs] = process.argv;
const { DuckDBInstance } = await import(pathToFileURL(createRequire(join(modules, "x.js")).resolve("@duckdb/node-api")));
const db = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
await db.run(`create type status as enum (select distinct status from read_csv('${csv}', header = true, all_varchar = true) order by 1)`);
await db.run(`create type managed as enum (select distinct managed from read_csv('${csv}', header = true, all_varchar = true) order by 1)`);
await db.run(`create table cadre (id bigint not null, status status not null, managed managed not null, birth date, level_since date)`);
await db.run(`insert into cadre select * from read_csv('${csv}', header = true,
  columns = {id: 'bigint', status: 'varchar', managed: 'varchar', birth: 'date', level_since: 'date'})`);
const where = `where status = '在职' and managed <> '上级管理' and birth < date '1980-01-01' and level_since <= date '2022-04-10'`;
const one = async (sql) => (await db.runAndReadAll(sql)).getRows()[0][0];
const timed = async (fn) => {
  const cpu = process.cpuUsage(), wall = process.hrtime.bigint();
  const value = await fn();
  const spent = process.cpuUsage(cpu);
  return [value, (spent.user + spent.system) / 1e6, Number(process.hrtime.bigint() - wall) / 1e9];
};
console.error(`DuckDB ${await one("select version()")}, ${await one("select current_setting('threads')")} thread, ${await one("select count(*) from cadre")} rows`);
for (let i = 0; i < Number(runs); i++) {
  const [count, cpu, wall] = await timed(() => one(`select count(*) from cadre ${where}`));
  await db.run("drop table if exists ids");
  const [, idsCpu, idsWall] = await timed(() => db.run(`create temp table ids as select id from cadre ${where}`));
  console.log(String(count), cpu.toFixed(6), wall.toFixed(6), idsCpu.toFixed(6), idsWall.toFixed(6));
}
