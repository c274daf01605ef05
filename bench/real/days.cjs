// days.cjs - the working days that the package chinese-days knows: node days.cjs NODE_MODULES FIRST_YEAR LAST_YEAR.
// One line a day: "2026-01-04 1" is a working day.  The package is written by others from the same notices; it is a second opinion.
// Where it is known to be wrong, the reason stands here.
const wrong = {
  "2005-12-31": true, // three days off from Sunday 1 January 2006: Monday for the Sunday, Tuesday for this Saturday
};
const [, , modules, first, last] = process.argv;
const days = require(require.resolve("chinese-days", { paths: [modules] }));
for (let t = Date.UTC(+first, 0, 1); t <= Date.UTC(+last, 11, 31); t += 86400000) {
  const day = new Date(t).toISOString().slice(0, 10);
  process.stdout.write(`${day} ${(wrong[day] ?? days.isWorkday(day)) ? 1 : 0}\n`);
}
