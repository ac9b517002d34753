import { expect } from "chai";
import { isHit } from "../../../src/control/rollout.ts";
import { readDataset } from "../../../src/learning/dataset.ts";
import { mirror } from "../../../src/learning/mirror.ts";
import { readBundle } from "../../../src/policy/bundle.ts";
import { sawyerSpec } from "../../../src/tasks/sawyer.ts";

describe("what the shipped bundle remembers of its training tasks", () => {
  const O = sawyerSpec.observation.length;
  const shipped = async () => {
    const { tensors, manifest } = await readBundle("shipped/sawyer/bundle");
    return { tensors, tasks: manifest.provenance.dataset.tasks };
  };

  it("is how each scene was found, and its reflection", async () => {
    const { tensors, tasks } = await shipped();
    const starts = tensors["recall.start"]!;
    expect(starts).to.have.length(2 * tasks * O);
    const turned = starts.slice(0, tasks * O);
    mirror(sawyerSpec).observations(turned);
    expect(starts.slice(tasks * O)).to.deep.equal(turned);
  });

  it("is what is believed of both, which is not the same", async () => {
    const { tensors, tasks } = await shipped();
    const Z = tensors["recall.mean"]!.length / (2 * tasks);
    expect(tensors["recall.mean"]!.slice(0, Z)).not.to.deep.equal(tensors["recall.mean"]!.slice(tasks * Z, (tasks + 1) * Z));
  });

  it("is in how few steps the task's own episodes achieve it, from either side", async () => {
    const { tensors, tasks } = await shipped();
    const steps = tensors["recall.steps"]!;
    expect(steps.slice(tasks)).to.deep.equal(steps.slice(0, tasks));
    const soonest = new Map<number, number>();
    for (const { task, reward } of (await readDataset("shipped/sawyer/dataset", sawyerSpec)).episodes) {
      const first = reward.findIndex((r) => isHit(sawyerSpec, r));
      const before = soonest.get(task) ?? sawyerSpec.horizon;
      soonest.set(task, first < 0 ? before : Math.min(before, first + 1));
    }
    expect(soonest.size).to.equal(1200);
    for (const [task, least] of soonest) expect(steps[task], `task ${task}`).to.equal(least);
  });
});
