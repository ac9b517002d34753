import { expect } from "chai";
import { readFileSync } from "node:fs";
import { promised } from "../../launch/drill/promised.ts";
import { rows } from "../../launch/drill/rows.ts";
import { files } from "../unit/house/files.ts";

const ids =
  "L1 L2 L3 L4 L5 L6 L7 C1 P1 P2 P3 P4 P5 P6 T1 T2 T3 R1 R2 R4 R3 B1 B2 O1 O2 O3 O4 O5 S1 S2 S3 S4 H1 H2 H3 H4 A1 A2 A3 A4 A5 X1";

describe("the drill's table", () => {
  it("has exactly the rows of the fault table, in its order", () => {
    expect(rows.map(({ id }) => id).join(" ")).to.equal(ids);
  });

  it("promises what the page about safety promises, word for word", () => {
    const page = readFileSync(new URL("../../docs/safety.md", import.meta.url), "utf8")
      .split("\n")
      .map((line) => line.split("|").map((cell) => cell.trim()))
      .filter(([, id]) => /^[A-Z]\d$/.test(id ?? ""))
      .map(([, id, fault, reaction, bound]) => ({ id, fault, reaction, bound }));
    expect(page).to.deep.equal(promised.map(({ id, fault, reaction, bound }) => ({ id, fault, reaction, bound })));
  });

  it("has a file of tests for every group", () => {
    for (const { group } of rows) expect(files).to.include(`test/faults/${group}.test.ts`);
  });
});
