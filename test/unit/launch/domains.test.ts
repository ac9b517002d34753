import { expect } from "chai";
import { openDomain } from "../../../launch/domains.ts";
import { rng } from "../../../src/domain/rng.ts";

describe("the domains of robots on legs", () => {
  for (const name of ["cheetah-vel", "ant-dir"])
    it(`have a shipped behaviour that a task can ask at once, and that a seed repeats (${name})`, async () => {
      const domain = await openDomain(name);
      const { environment } = await domain.open();
      const task = domain.task("test", 0, 3);
      const seen = await environment.reset(task);
      const ask = async (seed: number) => [...(await domain.behaviour(task, rng("ask", seed))(seen, 0))];
      const action = await ask(1);
      expect(action.length).to.equal(domain.spec.action.length);
      for (const a of action) expect(a).to.be.within(-1, 1);
      expect(await ask(1)).to.deep.equal(action);
      expect(await ask(2)).to.not.deep.equal(action);
      await environment.close();
    });

  it("name what a task asks for, so that scores can be read by it", async () => {
    for (const [name, aims] of [
      ["cheetah-vel", ["1 to 2 m/s", "2 to 3 m/s", "below 1 m/s"]],
      ["ant-dir", ["ahead", "behind", "left", "right"]],
    ] as const) {
      const domain = await openDomain(name);
      const found = new Set(Array.from({ length: 200 }, (_, id) => domain.aim(domain.task("test", 1, id))));
      expect([...found].sort()).to.deep.equal(aims);
    }
  });

  it("tell a learner the task in numbers of about 1, other ones for other tasks", async () => {
    for (const name of ["point", "cheetah-vel", "ant-dir"]) {
      const { goal, task } = await openDomain(name);
      const goals = Array.from({ length: 50 }, (_, id) => [...goal!(task("train", 1, id))]);
      expect(Math.max(...goals.flat().map(Math.abs)), name).to.be.within(0.9, 1);
      expect(new Set(goals.map(String)).size, name).to.equal(50);
    }
  });
});
