import { expect } from "chai";
import { setTimeout as pause } from "node:timers/promises";
import { onarm } from "../../launch/drill/verbs.ts";

const json = (out: string) => JSON.parse(out.trim().split("\n").at(-1)!) as Record<string, unknown>;

describe("onarm drill", function () {
  this.timeout(60_000);

  it("prints a row's reaction, time and bound, and the same as JSON", async () => {
    const { code, out, err } = await onarm(["drill", "--only", "s4,P6", "--json"]).ended;
    const { faults, failed, pending, seconds } = json(out) as {
      faults: Record<string, unknown>[];
      failed: number;
      pending: number;
      seconds: number;
    };
    // In the order of the table, whatever the order they were asked for in.
    expect(faults.map(({ id, ok }) => [id, ok])).to.deep.equal([
      ["P6", true],
      ["S4", true],
    ]);
    expect(faults[0]).to.have.all.keys("id", "fault", "reaction", "ms", "boundMs", "ok");
    expect([code, failed, pending]).to.deep.equal([0, 0, 0]);
    expect(seconds).to.be.above(0);
    expect(err).to.match(/P6 +weights file truncated/);
    expect(out.trim().split("\n")).to.have.length(1);
  });

  it("names the rows there are when it is asked for one there is not", async () => {
    const { code, err } = await onarm(["drill", "--only", "L9"]).ended;
    expect(code).to.equal(2);
    expect(err).to.match(/no row "L9".*L1, L2.*X1/);
  });

  it("drills no arm for which there is no adapter, and says what it would do", async () => {
    const { code, err } = await onarm(["drill", "--arm", "sawyer"]).ended;
    expect(code).to.equal(2);
    expect(err).to.match(/--arm sawyer.*--arm sim.*after asking/);
  });

  it("ends at Ctrl-C with what is done", async () => {
    const run = onarm(["drill", "--only", "P6,L4", "--repeat", "1000", "--json"]);
    while (!/P6/.test(run.stderr()) && !/L4/.test(run.stderr())) await pause(50);
    run.kill("SIGINT");
    const { code, out } = await run.ended;
    expect(json(out)).to.include({ interrupted: true });
    expect(code).to.equal(0);
  });
});
