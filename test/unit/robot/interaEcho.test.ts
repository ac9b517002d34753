import { expect } from "chai";
import { interaEcho } from "../../../robot/arms/interaEcho.ts";
import { seconds } from "../../../src/domain/units.ts";

function bench() {
  let now = 0;
  const echo = interaEcho({ now: () => seconds(now) });
  return {
    echo,
    tell: (...velocity: number[]) => echo.told({ mode: 2, names: ["a", "b"], velocity }),
    /** The robot's loop follows this, in an order of its own. */
    follow: (a: number, b: number) => echo.followed({ name: ["head", "b", "a"], velocity: [0, b, a] }),
    pass: (s: number) => void (now += s),
  };
}

describe("the echo of a Sawyer's references", () => {
  it("tells when a velocity that was sent was last followed", () => {
    const { echo, tell, follow, pass } = bench();
    tell(0.2, -0.1);
    pass(0.02);
    follow(0.2, -0.1);
    expect(echo.heard()).to.equal(0.02);
  });
  it("stays silent while nothing has proven that references follow commands", () => {
    const { echo, tell, follow } = bench();
    tell(0, 0.01);
    follow(0, 0);
    expect(echo.heard()).to.equal(undefined);
    tell(0.2, 0);
    follow(0, 0);
    expect(echo.heard()).to.equal(undefined);
  });
  it("grows old while an arm that once followed holds instead, and is young again at rest", () => {
    const { echo, tell, follow, pass } = bench();
    tell(0.2, 0);
    follow(0.2, 0);
    for (let k = 0; k < 40; k++) {
      pass(0.01);
      tell(0.2, 0);
      follow(0, 0);
    }
    expect(echo.heard()).to.equal(0);
    tell(0, 0);
    follow(0, 0);
    expect(echo.heard()).to.be.closeTo(0.4, 1e-9);
  });
  it("does not take what was sent long ago for what is followed now, nor positions, nor a joint that is missing", () => {
    const { echo, tell, follow, pass } = bench();
    tell(0.2, 0);
    pass(0.3);
    tell(0.5, 0);
    follow(0.2, 0);
    echo.told({ mode: 1, names: ["a", "b"], velocity: [0.3, 0] });
    follow(0.3, 0);
    echo.followed({ name: ["a"], velocity: [0.5] });
    expect(echo.heard()).to.equal(undefined);
  });
  it("allows for a loop that is a tenth off", () => {
    const { echo, tell, follow } = bench();
    tell(0.5, -0.3);
    follow(0.46, -0.27);
    expect(echo.heard()).to.equal(0);
  });
});
