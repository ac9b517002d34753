import { expect } from "chai";
import fc from "fast-check";
import { urdf } from "../../../launch/foxglove/urdf.ts";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { ownArm, toldOf, turned } from "../../../robot/urdf/own.ts";
import { xmlOf } from "../../../robot/urdf/xml.ts";
import type { ArmDescription, Joint } from "../../../src/domain/arm.ts";
import { isOnarmError } from "../../../src/domain/errors.ts";
import { chain, forward } from "../../../src/kinematics/chain.ts";
import { fromPose, poseOf } from "../../../src/kinematics/transform.ts";

const nominal = urdf(sawyer);
/** The arm with one of its joints told otherwise. */
const with_ = (name: string, change: (joint: Joint) => Joint): ArmDescription => ({
  ...sawyer,
  joints: sawyer.joints.map((joint) => (joint.name === name ? change(joint) : joint)),
});
const own = (text: string) => ownArm(text, sawyer, "the robot");
const why = (text: string): string => {
  try {
    own(text);
    return "taken";
  } catch (error) {
    return isOnarmError(error) ? `${error.code}: ${error.message}` : String(error);
  }
};
const angle = fc.double({ min: -3, max: 3, noNaN: true });
const posture = fc.array(angle, { minLength: 7, maxLength: 7 });

describe("the robot's own URDF", () => {
  it("that is the nominal arm's changes nothing", () => {
    const { description, moved, tip, notes } = own(nominal);
    expect(description).to.deep.equal(sawyer);
    expect({ moved, tip, notes }).to.deep.equal({ moved: [], tip: 0, notes: [] });
  });

  it("puts the tip where that robot's joints do, not where the nominal ones would", () => {
    const nudge = fc.double({ min: -0.003, max: 0.003, noNaN: true });
    const six = fc.tuple(nudge, nudge, nudge, nudge, nudge, nudge);
    fc.assert(
      fc.property(fc.constantFrom(...sawyer.commanded), six, posture, (name, [x, y, z, a, b, c], q) => {
        const calibrated = with_(name, (joint) => {
          const [{ xyz, rpy }] = [joint.origin];
          return { ...joint, origin: { xyz: [xyz[0] + x, xyz[1] + y, xyz[2] + z], rpy: [rpy[0] + a, rpy[1] + b, rpy[2] + c] } };
        });
        const { p, R } = forward(chain(own(urdf(calibrated)).description), q);
        const real = forward(chain(calibrated), q);
        for (let k = 0; k < 3; k++) expect(p[k]).to.be.closeTo(real.p[k]!, 5e-6);
        for (let k = 0; k < 9; k++) expect(R[k]).to.be.closeTo(real.R[k]!, 5e-6);
      }),
      { numRuns: 200 },
    );
  });

  it("tells how far a public robot's own values put its tip", () => {
    const j0 = with_("right_j0", (joint) => ({ ...joint, origin: { ...joint.origin, xyz: [0, 0, 0.07978] } }));
    const told = own(
      urdf({
        ...j0,
        joints: j0.joints.map((joint) =>
          joint.name === "right_j6"
            ? { ...joint, origin: { ...joint.origin, rpy: [-Math.PI / 2, -0.17953, 3.1416] as const } }
            : joint,
        ),
      }),
    );
    expect(told.moved.map(({ joint }) => joint)).to.deep.equal(["right_j0", "right_j6"]);
    // Neutral points j6 straight down, and its pitch turns the tip about itself.
    expect(told.tip).to.be.closeTo(0.00022, 1e-5);
    expect(toldOf(told)).to.match(/^2 joints calibrated by up to 0\.22 mm and 0\.0050 rad, which moves the tip by 0\.2 mm/);
  });

  it("may hang joints on links of its own, as long as these are fixed", () => {
    const between = nominal
      .replace('<parent link="right_l3"/><child link="right_l4"/>', '<parent link="extra"/><child link="right_l4"/>')
      .replace(
        "</robot>",
        '<link name="extra"/><joint name="e" type="fixed"><origin xyz="0 0 0.001" rpy="0 0 0"/><parent link="right_l3"/><child link="extra"/></joint></robot>',
      );
    expect(own(between).moved.map(({ joint, metres }) => [joint, Math.round(1e6 * metres)])).to.deep.equal([["right_j4", 1000]]);
    expect(why(between.replace('name="e" type="fixed"', 'name="e" type="revolute"'))).to.match(
      /right_j4 does not lead from right_l3/,
    );
  });

  it("without a gripper is taken, and that is said", () => {
    const bare = nominal.replace(/<(link|joint) name="right_gripper_tip".*<\/\1>\n/g, "");
    expect(own(bare).notes).to.deep.equal(["it tells of no right_gripper_tip: the tip is where the nominal gripper has it"]);
  });

  it("whose joints are narrower than known narrows the arm", () => {
    const clipped = with_("right_j6", (joint) => ({ ...joint, lower: -3.14, upper: 3.14 }));
    const { description, notes } = own(urdf(clipped));
    expect(description.joints.find(({ name }) => name === "right_j6")).to.include({ lower: -3.14, upper: 3.14 });
    expect(notes).to.deep.equal(["right_j6: lower -3.14 instead of -4.7124, upper 3.14 instead of 4.7124"]);
  });

  const refused: Readonly<Record<string, readonly [string, RegExp]>> = {
    "without two of the joints": [
      nominal.replace(/right_j([35])/g, "left_j$1"),
      /^config\.invalid: the robot: .*without right_j3, right_j5; is this a sawyer/,
    ],
    "with a wider joint": [
      urdf(with_("right_j3", (joint) => ({ ...joint, upper: 3.2 }))),
      /right_j3 is wider than the arm that is known here: its upper limit is 3\.2, not 3\.0439 rad/,
    ],
    "with a joint that turns for ever": [
      nominal.replace('name="right_j6" type="revolute"', 'name="right_j6" type="continuous"'),
      /right_j6 is continuous, where it is revolute/,
    ],
    "in degrees": [
      urdf(with_("right_j0", (joint) => ({ ...joint, lower: -174.8, upper: 174.8 }))),
      /right_j0 is wider .*-174\.8, not -3\.0503 rad/,
    ],
    "of an arm with longer links": [
      urdf(with_("right_j4", (joint) => ({ ...joint, origin: { ...joint.origin, xyz: [0, -0.125, -0.2] } }))),
      /right_j4 lies 73\.5 mm and 0\.000 rad from where a sawyer has it/,
    ],
    "in millimetres": [
      urdf(with_("right_j1", (joint) => ({ ...joint, origin: { ...joint.origin, xyz: [81, 50, 237] } }))),
      /right_j1 lies \d+\.\d mm/,
    ],
    "with a joint about another axis": [
      urdf(with_("right_j2", (joint) => ({ ...joint, axis: [0, 0, -1] }))),
      /right_j2 turns about \(0 0 -1\), where it does about \(0 0 1\)/,
    ],
    "with no room in a joint": [
      urdf(with_("right_j2", (joint) => ({ ...joint, lower: 1, upper: 1 }))),
      /right_j2 has no room between 1 and 1 rad/,
    ],
    "with a number that is none": [nominal.replace('lower="-3.0503"', 'lower="left"'), /joint right_j0 has "left" for lower/],
    "with an origin of two numbers": [
      nominal.replace('"revolute"><origin xyz="0 0 0.08"', '"revolute"><origin xyz="0 0.08"'),
      /joint right_j0 has "0 0\.08" for origin xyz/,
    ],
    "with the same joint twice": [nominal.replace('name="head_pan"', 'name="right_j0"'), /has two joints right_j0/],
    "that is a xacro still": [nominal.replace('lower="-3.0503"', 'lower="${pi}"'), /joint right_j0 has "\$\{pi\}" for lower/],
    "that is no XML": ["<robot><link", /^config\.invalid: the robot: is no XML \(.*\); give the URDF/],
    "that is empty": ["", /is empty|is no XML/],
    "that is an SDF": ["<sdf version='1.9'/>", /begins with <sdf>, not with <robot>/],
    "that nests without end": ["<robot>".repeat(1000), /nests too deep/],
  };
  for (const [what, [text, expected]] of Object.entries(refused))
    it(`${what} is refused`, () => expect(why(text)).to.match(expected));

  it("of any text is read or refused with a sentence, never with another error", () => {
    const piece = fc.constantFrom(
      "<robot>",
      "</robot>",
      "<joint",
      ' name="right_j0"',
      ">",
      "/>",
      "<!--",
      "&lt;",
      "]]>",
      "x",
      '"',
      "<limit/>",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        expect(why(pieces.join(""))).to.match(/^config\.invalid: the robot: /);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a rotation as roll, pitch and yaw", () => {
  it("is the same rotation", () => {
    const wide = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
    const upright = fc.constantFrom(Math.PI / 2, -Math.PI / 2);
    fc.assert(
      fc.property(wide, fc.oneof(wide, upright), wide, (roll, pitch, yaw) => {
        const frame = fromPose({ xyz: [0, 0, 0], rpy: [roll, pitch, yaw] });
        expect(turned(fromPose(poseOf(frame)), frame)).to.be.below(1e-6);
      }),
    );
  });
  it("told twice differs by its angle", () => {
    const at = (yaw: number) => fromPose({ xyz: [0, 0, 0], rpy: [0.3, 0, yaw] });
    for (const by of [1e-6, 0.01, 1, 3]) expect(turned(at(0), at(by))).to.be.closeTo(by, 1e-9);
  });
});

describe("an XML document", () => {
  it("becomes its elements, their attributes and their text", () => {
    const root = xmlOf('<?xml version="1.0"?><a k="1 &lt; 2"><!-- no --><b/>word<b n="2"><![CDATA[<c>]]></b></a>', "here");
    expect(root.attributes).to.deep.equal({ k: "1 < 2" });
    expect(root.text).to.equal("word");
    expect(root.children.map(({ name, text }) => [name, text])).to.deep.equal([
      ["b", ""],
      ["b", "<c>"],
    ]);
  });
});
