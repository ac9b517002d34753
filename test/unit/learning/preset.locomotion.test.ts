import { expect } from "chai";
import { algorithmConfig, ALGORITHMS } from "../../../src/learning/algorithms.ts";
import { paper, presetConfig } from "../../../src/learning/config.ts";
import { antSpec } from "../../../src/tasks/ant.ts";
import { cheetahSpec } from "../../../src/tasks/cheetah.ts";
import { pointSpec } from "../../../src/tasks/point.ts";

describe("the hyper-parameters of robots on legs", () => {
  it("weigh advantages of single actions, which are small, by a small temperature", () => {
    for (const spec of [cheetahSpec, antSpec]) {
      expect(presetConfig("default", spec).temperature).to.be.below(presetConfig("default", pointSpec).temperature);
      expect(presetConfig("default", spec)).to.deep.equal(presetConfig("default", cheetahSpec));
    }
  });

  it("are the released ones under the preset paper, whatever the domain", () => {
    expect(presetConfig("paper", cheetahSpec)).to.equal(paper);
  });

  it("are a whole config for every algorithm", () => {
    for (const name of ALGORITHMS)
      for (const spec of [cheetahSpec, antSpec]) expect(() => algorithmConfig(name, "default", spec), name).to.not.throw();
  });
});
