import { readFileSync } from "node:fs";

/** The text of a mutant's place, [start, end) by line and column, both from 1. */
function cut(lines, { start, end }) {
  if (start.line === end.line) return lines[start.line - 1].slice(start.column - 1, end.column - 1);
  const [first, ...rest] = lines.slice(start.line - 1, end.line);
  return [first.slice(start.column - 1), ...rest.slice(0, -1), rest.at(-1).slice(0, end.column - 1)].join("\n");
}

const inOneLine = (code) => code.replace(/\s+/g, " ").trim();

/** Every mutant of a report that no test noticed, as a page names it: by file and by text, so that a line added above changes nothing. */
export function survivors(report) {
  return Object.entries(report.files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split("\n");
    return mutants
      .filter(({ status }) => status === "Survived" || status === "NoCoverage")
      .map(({ location, replacement }) => ({
        where: `${file}:${location.start.line}:${location.start.column}`,
        name: `\`${file}\`: \`${inOneLine(cut(lines, location))}\` → \`${inOneLine(replacement)}\``,
      }));
  });
}

/** The survivors of a report file that a page does not name. */
export function unexplained(reportFile, page) {
  const text = readFileSync(page, "utf8").replace(/\s+/g, " ");
  return survivors(JSON.parse(readFileSync(reportFile, "utf8"))).filter(({ name }) => !text.includes(name));
}
