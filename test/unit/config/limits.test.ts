import { expect } from "chai";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { sawyer } from "../../../robot/description/sawyer.ts";
import type { Limits } from "../../../src/domain/arm.ts";
import { OnarmError } from "../../../src/domain/errors.ts";
import { limitsOf, loadLimits, parseLimits } from "../../../src/config/limits.ts";

const shipped = new URL("../../../robot/description/limits.yaml", import.meta.url).pathname;
const text = readFileSync(shipped, "utf8");

const refusal = (act: () => unknown): OnarmError => {
  try {
    act();
  } catch (error) {
    if (error instanceof OnarmError) return error;
    throw error;
  }
  throw new Error("was accepted");
};

describe("the shipped limits file", () => {
  it("is the lab's limits in SI, joints in the order of the file", () => {
    const limits = limitsOf(sawyer, loadLimits(shipped), shipped);
    expect(limits.joints.map((j) => j.name)).to.deep.equal(sawyer.commanded);
    expect(limits.joints.map((j) => j.speed)).to.deep.equal([0.88, 0.678, 0.996, 0.996, 1.776, 1.776, 2.316]);
    expect(limits.joints.map((j) => j.acceleration)).to.deep.equal([3.5, 2.5, 5, 5, 5, 5, 5]);
    expect(limits.tipSpeed).to.equal(0.25);
    expect(limits.maxStateAge).to.equal(0.05);
    expect(limits.maxPeriod).to.equal(0.1);
    expect(limits.workspace).to.deep.equal({ min: [0.4, -0.32, -0.035], max: [0.8, 0.32, 0.3] });
  });

  it("cannot be changed once it is read", () => {
    const limits = loadLimits(shipped) as unknown as { tipSpeed: number; joints: { speed: number }[] };
    expect(() => (limits.tipSpeed = 1)).to.throw(TypeError);
    expect(() => (limits.joints[0]!.speed = 1)).to.throw(TypeError);
  });
});

describe("a limits file", () => {
  const cases: readonly [title: string, from: string | RegExp, to: string, key: string, says: RegExp][] = [
    ["with a missing limit", "max_tip_speed_m_s: 0.25", "", "max_tip_speed_m_s", /missing.*add it/],
    ["with a missing limit of a joint", "lower_rad: -3.0503,", "", "joints.right_j0.lower_rad", /missing.*add it/],
    ["with a NaN", "0.88", ".nan", "joints.right_j0.max_speed_rad_s", /found NaN; give a finite number/],
    ["with an infinite limit", "0.88", ".inf", "joints.right_j0.max_speed_rad_s", /found Infinity; give a finite number/],
    ["with a word for a number", "0.88", "fast", "joints.right_j0.max_speed_rad_s", /found fast; give a finite number/],
    ["with a limit left empty", "0.88", "~", "joints.right_j0.max_speed_rad_s", /found null; give a finite number/],
    ["with a negative speed", "0.88", "-0.88", "joints.right_j0.max_speed_rad_s", /too small; give a value > 0/],
    ["with a zero speed", "0.88", "0", "joints.right_j0.max_speed_rad_s", /too small; give a value > 0/],
    ["with a speed no arm has", "0.88", "88", "joints.right_j0.max_speed_rad_s", /too large; give a value <= 10/],
    ["with a misspelt key", "max_tip_speed", "max_tpi_speed", "", /unknown key "max_tpi_speed_m_s"; remove it or correct/],
    ["with a key without its unit", "lower_rad", "lower", "joints.right_j0", /unknown key "lower"/],
    ["with lower above upper", "lower_rad: -3.0503", "lower_rad: 3.2", "joints.right_j0", /lower_rad is not below upper_rad/],
    ["with an empty box", "x: [0.40, 0.80]", "x: [0.8, 0.4]", "workspace_m.x", /empty span; give \[lowest, highest\]/],
    ["with half a span", "x: [0.40, 0.80]", "x: [0.8]", "workspace_m.x", /too few values; give 2/],
    ["with three ends of a span", "x: [0.40, 0.80]", "x: [0.4, 0.8, 1]", "workspace_m.x", /too many values; give 2/],
    [
      "with a margin that leaves a joint no room",
      "upper_rad: 3.0503",
      "upper_rad: -3",
      "joint_margin_rad",
      /leaves right_j0 no room/,
    ],
    ["with a joint twice", "right_j1:", "right_j0:", "", /Map keys must be unique/],
    ["with a number for a joint's name", "right_j1:", "1:", "joints.1", /name is a word; rename it/],
    ["that is torn in the middle", "0.88,", "{", "", /not readable as YAML/],
    [
      "with a stale age of seconds",
      "max_state_age_ms: 50",
      "max_state_age_ms: 5000",
      "max_state_age_ms",
      /too large; give a value <= 1000/,
    ],
    ["without a jerk limit", "max_jerk_rad_s3: 1000,", "", "joints.right_j0.max_jerk_rad_s3", /missing.*add it/],
    ["with a jerk of NaN", "rad_s3: 1000", "rad_s3: .nan", "joints.right_j0.max_jerk_rad_s3", /found NaN; give a finite number/],
    ["with a jerk of zero", "rad_s3: 1000", "rad_s3: 0", "joints.right_j0.max_jerk_rad_s3", /too small; give a value > 0/],
    ["with a jerk no arm has", "rad_s3: 1000", "rad_s3: 1e6", "joints.right_j0.max_jerk_rad_s3", /give a value <= 100000/],
    ["without a tracking error", "max_tracking_error_rad: 0.2", "", "max_tracking_error_rad", /missing.*add it/],
    [
      "with a tracking error in degrees",
      "error_rad: 0.2",
      "error_rad: 11",
      "max_tracking_error_rad",
      /too large; give a value <= 1/,
    ],
    ["with a tracking error of NaN", "error_rad: 0.2", "error_rad: .nan", "max_tracking_error_rad", /give a finite number/],
    ["without a wrench", /max_wrench: .*/, "", "max_wrench", /missing.*add it/],
    ["without a force", "force_n: 50, ", "", "max_wrench.force_n", /missing.*add it/],
    ["with a force of NaN", "force_n: 50", "force_n: .nan", "max_wrench.force_n", /found NaN; give a finite number/],
    ["with a torque of zero", "torque_nm: 15", "torque_nm: 0", "max_wrench.torque_nm", /too small; give a value > 0/],
    ["with a force no arm has", "force_n: 50", "force_n: 5000", "max_wrench.force_n", /too large; give a value <= 1000/],
    ["without a clearance", "min_clearance_m: 0.005", "", "min_clearance_m", /missing.*add it/],
    ["with a negative clearance", "clearance_m: 0.005", "clearance_m: -0.005", "min_clearance_m", /too small; give a value >= 0/],
    ["with a clearance of NaN", "clearance_m: 0.005", "clearance_m: .nan", "min_clearance_m", /give a finite number/],
    ["with a clearance in millimetres", "clearance_m: 0.005", "clearance_m: 5", "min_clearance_m", /give a value <= 0.5/],
    ["without boxes to keep out of", /keep_out_m:\n.*/, "", "keep_out_m", /missing.*add it/],
    ["with a box of two spans", ", z: [-1.0, -0.05] }", " }", "keep_out_m.table.z", /missing.*add it/],
    ["with an empty box to keep out of", "z: [-1.0, -0.05]", "z: [-0.05, -1.0]", "keep_out_m.table.z", /is an empty span/],
    ["with a box of NaN", "z: [-1.0, -0.05]", "z: [-1.0, .nan]", "keep_out_m.table.z.1", /found NaN; give a finite number/],
    ["with a number for a box's name", "table: {", "7: {", "keep_out_m.7", /a box's name is a word; rename it/],
    [
      "with a box that leaves the tip nowhere to be",
      "z: [-1.0, -0.05]",
      "z: [-1.0, 0.5]",
      "keep_out_m.table",
      /covers the whole workspace; make it smaller or move it/,
    ],
    ["without a budget", /exploration: .*/, "", "exploration", /missing.*add it/],
    ["without a budget of contacts", "contacts: 2000, ", "", "exploration.contacts", /missing.*add it/],
    ["with half a contact", "contacts: 2000", "contacts: 0.5", "exploration.contacts", /give a whole number/],
    ["with a budget of NaN", "metres: 2000", "metres: .nan", "exploration.metres", /found NaN; give a finite number/],
    ["with a budget of nothing", "minutes: 120", "minutes: 0", "exploration.minutes", /too small; give a value > 0/],
    ["with an endless budget", "minutes: 120", "minutes: .inf", "exploration.minutes", /give a finite number/],
    ["with a share above one", "clamp_share: 0.5", "clamp_share: 50", "exploration.clamp_share", /give a value <= 1/],
  ];
  for (const [title, from, to, key, says] of cases)
    it(`${title} is refused with file, key and remedy`, () => {
      const changed = text.replace(from, to);
      expect(changed).to.not.equal(text);
      const error = refusal(() => parseLimits(changed, "lab.yaml"));
      expect(error.code).to.equal("config.invalid");
      expect(error.message).to.match(says);
      expect(error.message.startsWith(key ? `lab.yaml: ${key}: ` : "lab.yaml: "), error.message).to.equal(true);
      expect(error.message.split("\n")).to.have.length(1);
      expect(error.detail).to.deep.equal({ file: "lab.yaml", key });
    });

  it("that is empty, a list, a number or an anchor is refused", () => {
    for (const odd of ["", "[]", "3", "joints: {}", "a: &a 1\nb: *a"])
      expect(refusal(() => parseLimits(odd, "lab.yaml")).code, JSON.stringify(odd)).to.equal("config.invalid");
  });

  it("that does not exist, or is a folder, is refused by its path", () => {
    expect(refusal(() => loadLimits("/no/such/limits.yaml")).message).to.equal(
      "/no/such/limits.yaml: does not exist; give the path of a config file",
    );
    expect(refusal(() => loadLimits(tmpdir())).message).to.contain("cannot be read");
  });
});

describe("limits held against the arm", () => {
  const limits = loadLimits(shipped);
  const changed = (joint: Partial<Record<keyof Limits["joints"][number], unknown>>): Limits => ({
    ...limits,
    joints: limits.joints.map((j, k) => (k === 2 ? ({ ...j, ...joint } as typeof j) : j)),
  });
  const says = (odd: Limits) => refusal(() => limitsOf(sawyer, odd, "lab.yaml")).message;

  it("must name the arm's joints in their order", () => {
    expect(says({ ...limits, joints: [...limits.joints].reverse() })).to.contain("in this order");
    expect(says({ ...limits, joints: limits.joints.slice(1) })).to.contain("needs right_j0");
  });

  it("must not be wider, faster or stronger than the arm", () => {
    expect(says(changed({ upper: 3.1 }))).to.contain("joints.right_j2: is wider than the arm");
    expect(says(changed({ lower: -3.1 }))).to.contain("wider");
    expect(says(changed({ speed: 2 }))).to.contain("max_speed_rad_s: 2 is more than the arm can do; give at most 1.957");
    expect(says(changed({ effort: 41 }))).to.contain("give at most 40");
    expect(says(changed({ speed: NaN }))).to.contain("more than the arm");
  });

  it("must be for joints the arm has", () => {
    const ghost = { ...sawyer, commanded: ["ghost"] };
    const odd = { ...limits, joints: [{ ...limits.joints[0]!, name: "ghost" }] };
    expect(refusal(() => limitsOf(ghost, odd, "lab.yaml")).message).to.contain("is no joint of this arm");
  });
});
