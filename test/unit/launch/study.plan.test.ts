import { expect } from "chai";
import fc from "fast-check";
import { ALGORITHMS } from "../../../src/learning/algorithms.ts";
import { CONTROLS, planOf, variantsOf } from "../../../launch/study/plan.ts";
import { studyConfig } from "../../support/studyConfig.ts";

const some = fc.record({
  algos: fc.subarray([...ALGORITHMS], { minLength: 1 }),
  controls: fc.subarray([...CONTROLS]),
  seeds: fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 4 }),
});

describe("the plan of a study", () => {
  it("has each cell once, and each after everything it needs", () => {
    fc.assert(
      fc.property(some, (over) => {
        const cells = planOf(studyConfig(over), 20);
        const before = new Set<string>();
        for (const cell of cells) {
          expect(before.has(cell.id), cell.id).to.equal(false);
          for (const id of cell.needs) expect(before.has(id), `${cell.id} needs ${id}`).to.equal(true);
          before.add(cell.id);
        }
      }),
    );
  });

  it("makes each seed's data once, and trains every algorithm offline on them", () => {
    const cells = planOf(studyConfig(), 20);
    expect(cells.filter((cell) => cell.kind === "dataset").map((cell) => cell.seed)).to.deep.equal([1, 2]);
    const offline = cells.filter((cell) => cell.kind === "train" && cell.phase === "offline");
    expect(offline).to.have.length(2 * ALGORITHMS.length);
    expect(offline.every((cell) => cell.needs.includes(`${cell.seed}-dataset`))).to.equal(true);
  });

  it("lets SMAC practise without rewards, PEARL with them and AWAC task by task, and leaves MACAW and BC as they are", () => {
    const second = Object.fromEntries(variantsOf(studyConfig({ controls: [] })).map(({ name, second }) => [name, second]));
    expect(second).to.deep.equal({ smac: "self", pearl: "true-rewards", awac: "fine-tune", macaw: null, bc: null });
  });

  it("begins SMAC, its oracle and its controls from the same offline phase", () => {
    const cells = planOf(studyConfig({ algos: ["smac"], seeds: [7] }), 20);
    const second = cells.filter((cell) => cell.kind === "train" && cell.phase !== "offline");
    expect(second).to.have.length(1 + CONTROLS.length);
    for (const cell of second) expect(cell.needs).to.include("7-smac-offline-train");
  });

  it("asks for no control where SMAC is not among the algorithms", () => {
    expect(variantsOf(studyConfig({ algos: ["bc"] })).map(({ name }) => name)).to.deep.equal(["bc"]);
  });
});
