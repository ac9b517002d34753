import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { start } from "./verbs.run.ts";

const shipped = fileURLToPath(new URL("../../shipped/sawyer/bundle", import.meta.url));

describe("the shipped bundle on held-out tasks", function () {
  this.timeout(120_000);

  it("explores by elimination, the same again from the same seeds and workers; under the prior it sees something else", async () => {
    const evaluate = async (...more: string[]) => {
      const { code, err, json } = await start(["evaluate", "--bundle", shipped, "--tasks", "2", "--task-seed", "6", ...more])
        .ended;
      expect(code, err).to.equal(0);
      expect(json).to.include({ tasks: 2, episodes: 6 });
      return json.klShift.klOwn as number;
    };
    const eliminated = await evaluate();
    expect(await evaluate()).to.equal(eliminated);
    expect(await evaluate("--explore", "prior")).to.not.equal(eliminated);
  });
});
