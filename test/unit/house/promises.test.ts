import { expect } from "chai";
import { groupOf } from "../../../launch/drill/promised.ts";
import { files, textOf } from "./files.ts";

const page = textOf("docs/safety.md");
const cells = (line: string) => line.split("|").map((cell) => cell.trim().replace(/\s+/g, " "));
const table = new Map(
  page
    .split("\n")
    .filter((line) => /^\| [A-Z]\d \|/.test(line))
    .map((line) => [cells(line)[1]!, cells(line)] as const),
);
const named = (text: string) => [...text.matchAll(/`([\w.-]+\/[\w./-]+)`/g)].map(([, file]) => file!);

describe("the page about safety", () => {
  it("names only files that exist", () => {
    const missing = named(page).filter(
      (name) => !files.some((file) => file === name || file.startsWith(`${name.replace(/\/$/, "")}/`)),
    );
    expect(missing).to.deep.equal([]);
    expect(named(page)).to.include("src/control/modes.ts");
  });

  it("names the drill's own test of each row, except where the subject is said not to be built", () => {
    const wrong = [...table].filter(([id, [, , , , , , proof = "", state = ""]]) => {
      const drilled = proof.includes(`test/faults/${groupOf(id)}.test.ts`);
      return drilled === state.startsWith("not built");
    });
    expect(wrong.map(([id]) => id)).to.deep.equal([]);
  });
});
