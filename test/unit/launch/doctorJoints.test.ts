import { expect } from "chai";
import { stateChecks } from "../../../launch/doctor/intera.ts";
import { jointChecks } from "../../../launch/doctor/joints.ts";
import { sawyer } from "../../../robot/description/sawyer.ts";

const header = { seq: 0, stamp: { sec: 0, nsec: 0 }, frame_id: "" };
const names = ["head_pan", ...sawyer.commanded, "torso_t0"];
const neutral = [0, ...sawyer.poses["neutral"]!, 0];
const states = (name: readonly string[] = names, position: readonly number[] = neutral) => ({
  ...{ header, name, position, velocity: name.map(() => 0), effort: name.map(() => 0) },
});
const looked = async (told: ReturnType<typeof states> | undefined) =>
  (await jointChecks(told, sawyer, { topic: "/robot/joint_states", away: "start the robot" })).map(
    ({ id, ok, detail, remedy }) => ({
      id,
      ok,
      said: `${detail}; ${remedy}`,
    }),
  );

describe("doctor looks at joint states", () => {
  it("and is content with an arm's own, whatever stands beside them", async () => {
    expect((await looked(states())).map(({ id, ok }) => [id, ok])).to.deep.equal([
      ["joints", true],
      ["units", true],
    ]);
  });

  const bad: Readonly<Record<string, readonly [ReturnType<typeof states> | undefined, string, RegExp]>> = {
    "nothing comes": [undefined, "joints", /^nothing came on \/robot\/joint_states; start the robot/],
    "a joint is missing": [states(names.filter((name) => name !== "right_j4")), "joints", /come without right_j4/],
    "they are another arm's": [states(["left_s0", "left_s1"], [0, 0]), "joints", /tells of left_s0, left_s1: not of this arm/],
    "a joint is told twice": [
      states([...names, "right_j2"], [...neutral, 0]),
      "joints",
      /tells right_j2 twice; see who publishes there/,
    ],
    "a position is no number": [
      states(
        names,
        neutral.map((q, k) => (k === 3 ? NaN : q)),
      ),
      "joints",
      /no numbers; its driver must tell/,
    ],
    "they are in degrees": [
      states(
        names,
        neutral.map((q) => (q * 180) / Math.PI),
      ),
      "units",
      /right_j1 at -67\.61, beyond -3\.8095 to 2\.2736 rad; as degrees it would fit; have the driver tell radians/,
    ],
    "they are in no unit that would fit": [
      states(
        names,
        neutral.map((q) => 1000 * q),
      ),
      "units",
      /right_j1 at -1180\.00.*; is it this arm/,
    ],
  };
  for (const [what, [told, id, said]] of Object.entries(bad))
    it(`and says so when ${what}`, async () => {
      const found = (await looked(told)).find((check) => check.id === id)!;
      expect(found.ok).to.equal(false);
      expect(found.said).to.match(said);
    });

  it("and names a joint that nobody knows, without minding it", async () => {
    const [found] = await looked(states([...names, "right_j7"], [...neutral, 0]));
    expect(found)
      .to.include({ ok: null })
      .and.property("said")
      .match(/right_j7 is not known here; it is left alone/);
  });
});

describe("doctor looks at what a Sawyer says of itself", () => {
  const well = {
    homed: true,
    ready: true,
    enabled: true,
    stopped: false,
    error: false,
    lowVoltage: false,
    estop_button: 0,
    estop_source: 0,
  };
  const wrong = (said: Partial<typeof well>) => stateChecks({ ...well, ...said }).filter(({ ok }) => ok !== true);
  it("and is content with one that can be driven", () => expect(wrong({})).to.deep.equal([]));
  it("and says what to do with one that is stopped, not homed, switched off or not well", () => {
    expect(wrong({ stopped: true, enabled: false, ready: false, estop_button: 1, estop_source: 1 })).to.deep.equal([
      {
        id: "stopped",
        ok: false,
        detail: "stopped (button pressed, by user)",
        remedy: "release the button; reset from the page",
      },
      { id: "enabled", ok: null, detail: "motors are off", remedy: "enable from the page" },
    ]);
    expect(wrong({ homed: false, ready: false }).map(({ id, remedy }) => [id, remedy])).to.deep.equal([
      ["homed", "home them on the robot's screen or with the vendor's home_joints"],
      ["enabled", "enable from the page"],
    ]);
    expect(wrong({ error: true }).map(({ id }) => id)).to.deep.equal(["error"]);
  });
});
