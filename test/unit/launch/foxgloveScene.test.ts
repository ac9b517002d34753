import { expect } from "chai";
import fc from "fast-check";
import { foxgloveChannels } from "../../../launch/foxglove/channels.ts";
import { quaternion } from "../../../launch/foxglove/transforms.ts";
import { sawyer } from "../../../robot/description/sawyer.ts";
import { metres, rad, type Vec3 } from "../../../src/domain/units.ts";
import { capsules } from "../../../src/kinematics/capsules.ts";
import { frames } from "../../../src/kinematics/chain.ts";
import { apply, compose, turn, type Transform } from "../../../src/kinematics/transform.ts";
import { linkTransforms, tree } from "../../../src/kinematics/tree.ts";
import type { PageState, SceneMark } from "../../../src/operator/snapshot.ts";
import { limits, shown, told } from "../../support/foxgloveTold.ts";
import { practising } from "../../support/pageStates.ts";

interface TransformMessage {
  readonly header: { readonly stamp: { sec: number; nanosec: number }; readonly frame_id: string };
  readonly child_frame_id: string;
  readonly transform: { readonly translation: XYZ; readonly rotation: XYZ & { readonly w: number } };
}
type XYZ = { readonly x: number; readonly y: number; readonly z: number };

const rotation = ({ x, y, z, w }: XYZ & { w: number }): number[] => [
  1 - 2 * (y * y + z * z),
  2 * (x * y - z * w),
  2 * (x * z + y * w),
  2 * (x * y + z * w),
  1 - 2 * (x * x + z * z),
  2 * (y * z - x * w),
  2 * (x * z - y * w),
  2 * (y * z + x * w),
  1 - 2 * (x * x + y * y),
];
const point = ({ x, y, z }: XYZ) => [x, y, z] as const;
const close = (a: readonly number[], b: readonly number[], within = 1e-9) =>
  expect(Math.max(...a.map((x, i) => Math.abs(x - b[i]!)))).to.be.below(within);

/** Every frame in base, put together from /tf and /tf_static as a viewer does. */
function framesOf(state: PageState): Map<string, Transform> {
  const all = [
    ...told<{ transforms: TransformMessage[] }>("/tf", shown(state)),
    ...told<{ transforms: TransformMessage[] }>("/tf_static", shown(state)),
  ].flatMap(({ transforms }) => transforms);
  const known = new Map<string, Transform>([[sawyer.base, { p: [0, 0, 0], R: [1, 0, 0, 0, 1, 0, 0, 0, 1] }]]);
  for (let before = 0; known.size > before;) {
    before = known.size;
    for (const { header, child_frame_id: child, transform } of all) {
      const parent = known.get(header.frame_id);
      if (parent && !known.has(child))
        known.set(child, compose(parent, { p: point(transform.translation), R: rotation(transform.rotation) }));
    }
  }
  return known;
}

const posture = fc.tuple(...sawyer.commanded.map(() => fc.double({ min: -3, max: 3, noNaN: true })));
const posed = (q: readonly number[]): PageState => ({ ...practising, arm: { ...practising.arm!, position: q.map(rad) } });

describe("what viewers are told of the frames", () => {
  it("places every link where our kinematics have it", () => {
    fc.assert(
      fc.property(posture, (q) => {
        const seen = framesOf(posed(q));
        const known = linkTransforms(tree(sawyer), q);
        expect([...seen.keys()].sort()).to.deep.equal([...known.keys()].sort());
        for (const [link, { p, R }] of known) close([...seen.get(link)!.p, ...seen.get(link)!.R], [...p, ...R]);
      }),
      { numRuns: 30 },
    );
  });

  it("is any rotation as a unit quaternion, half turns too", () => {
    const axis = fc
      .tuple(...[0, 1, 2].map(() => fc.double({ min: -1, max: 1, noNaN: true })))
      .filter((v) => Math.hypot(...v) > 0.1);
    const angle = fc.oneof(fc.double({ min: -7, max: 7, noNaN: true }), fc.constantFrom(Math.PI, -Math.PI, 0, Math.PI / 2));
    fc.assert(
      fc.property(axis, angle, (v, by) => {
        const { R } = turn(v.map((x) => x / Math.hypot(...v)) as unknown as [number, number, number], by);
        const q = quaternion(R);
        expect(Math.hypot(q.x, q.y, q.z, q.w)).to.be.closeTo(1, 1e-12);
        close(rotation(q), R, 1e-12);
      }),
    );
  });

  it("is stamped with the snapshot's time", () => {
    const [{ transforms }] = told<{ transforms: TransformMessage[] }>("/tf", shown(practising)) as [
      { transforms: TransformMessage[] },
    ];
    expect(transforms[0]!.header.stamp).to.include({ sec: 1_700_000_000 });
  });

  it("is nothing while no arm is known, but for what stands", () => {
    const { arm: _, ...armless } = practising;
    expect(told("/tf", shown(armless))).to.have.length(0);
    expect(told("/joint_states", shown(armless))).to.have.length(0);
    expect(told("/tf_static", shown(armless))).to.have.length(1);
    expect(told("/tf_static", shown(armless), shown(armless))).to.have.length(0);
  });
});

interface Solid {
  readonly pose: { readonly position: XYZ; readonly orientation: XYZ & { readonly w: number } };
  readonly size: XYZ;
}
interface Entity {
  readonly id: string;
  readonly frame_id: string;
  readonly frame_locked: boolean;
  readonly cubes: Solid[];
  readonly spheres: Solid[];
  readonly cylinders: Solid[];
  readonly lines: { readonly points: XYZ[]; readonly indices: number[] }[];
}
interface Update {
  readonly deletions: { readonly type: number; readonly id: string }[];
  readonly entities: Entity[];
}

/** What stands in the scene of `practising`, in the order of its marks. */
const standing = ["drawer 0", "button 1", "locker 2", "tray 3", "object 4", "brick 5", "goal 6"];

describe("what viewers are told of the scene", () => {
  it("shows each capsule of the governor where the governor has it", () => {
    const model = capsules(sawyer);
    const [{ entities }] = told<Update>("/onarm/arm", shown(practising)) as [Update];
    fc.assert(
      fc.property(posture, (q) => {
        const seen = framesOf(posed(q));
        const behind = frames(model.chain, q).frames;
        const ends = model.capsules.flatMap(({ joint, a, b, radius }) => {
          const o = 12 * joint;
          const frame: Transform = { R: [...behind.subarray(o, o + 9)], p: [behind[o + 9]!, behind[o + 10]!, behind[o + 11]!] };
          return [a, b].map((end) => ({ at: apply(frame, end), radius }));
        });
        const drawn = entities.flatMap(({ frame_id, spheres, cylinders }) => [
          ...spheres.map(({ pose, size }) => ({ at: apply(seen.get(frame_id)!, point(pose.position)), radius: size.x / 2 })),
          // Ends of a cylinder: along its own z.
          ...cylinders.flatMap(({ pose, size }) =>
            [-1, 1].map((side) => {
              const own: Transform = { p: point(pose.position), R: rotation(pose.orientation) };
              return { at: apply(seen.get(frame_id)!, apply(own, [0, 0, (side * size.z) / 2])), radius: size.x / 2 };
            }),
          ),
        ]);
        const near = (one: (typeof drawn)[number], among: typeof drawn) =>
          among.some(
            ({ at, radius }) => Math.hypot(...at.map((x, i) => x - one.at[i]!)) < 1e-6 && Math.abs(radius - one.radius) < 1e-9,
          );
        expect(ends.filter((end) => !near(end, drawn))).to.deep.equal([]);
        expect(drawn.filter((end) => !near(end, ends))).to.deep.equal([]);
      }),
      { numRuns: 10 },
    );
    expect(entities.every(({ frame_locked }) => frame_locked)).to.equal(true);
  });

  it("is all of it for a newcomer, who may have an old one, later only what changed, and what is gone by its name", () => {
    const [first] = told<Update>("/onarm/scene", shown(practising)) as [Update];
    expect(first.entities.map(({ id }) => id)).to.deep.equal(["keep out: table", "workspace", "table", ...standing]);
    expect(first.deletions.map(({ type }) => type)).to.deep.equal([1]);
    expect(told("/onarm/scene", shown({ ...practising, mode: "holding" }), shown(practising))).to.have.length(0);

    const [drawer, ...others] = practising.scene.marks;
    const later = {
      ...practising,
      scene: {
        ...practising.scene,
        marks: [{ ...drawer!, travel: metres(0.1) } as typeof drawer & object, ...others.slice(0, -1)],
      },
    };
    const [change] = told<Update>("/onarm/scene", shown(later), shown(practising)) as [Update];
    expect(change.entities.map(({ id }) => id)).to.deep.equal(["drawer 0"]);
    expect(change.deletions).to.deep.equal([{ type: 0, id: "goal 6", timestamp: { sec: 1_700_000_000, nsec: 123_456_000 } }]);
  });

  it("shows the boxes of the limits file at their corners", () => {
    const [{ entities }] = told<Update>("/onarm/scene", shown(practising)) as [Update];
    const { points, indices } = entities.find(({ id }) => id === "workspace")!.lines[0]!;
    for (const axis of ["x", "y", "z"] as const) {
      const k = { x: 0, y: 1, z: 2 }[axis];
      expect([Math.min(...points.map((p) => p[axis])), Math.max(...points.map((p) => p[axis]))]).to.deep.equal([
        limits.workspace.min[k],
        limits.workspace.max[k],
      ]);
    }
    const lengths = Array.from(
      { length: indices.length / 2 },
      (_, i) => [points[indices[2 * i]!]!, points[indices[2 * i + 1]!]!] as const,
    ).map(([a, b]) => [a.x - b.x, a.y - b.y, a.z - b.z].filter((d) => d !== 0).length);
    expect(lengths).to.deep.equal(Array(12).fill(1));
  });

  /** The corners of all boxes of one thing: least and most along each axis. */
  const extent = (marks: readonly SceneMark[]) => {
    const [{ entities }] = told<Update>("/onarm/scene", shown({ ...practising, scene: { marks } })) as [Update];
    const { cubes } = entities.find(({ id }) => id.endsWith(" 0"))!;
    const corners = cubes.flatMap(({ pose, size }) =>
      [0, 1, 2, 3, 4, 5, 6, 7].map((k) => {
        const own: Transform = { p: point(pose.position), R: rotation(pose.orientation) };
        return apply(own, [size.x * ((k & 1) - 0.5), size.y * (((k >> 1) & 1) - 0.5), size.z * ((k >> 2) - 0.5)]);
      }),
    );
    return [Math.min, Math.max].flatMap((most) => [0, 1, 2].map((axis) => most(...corners.map((at) => at[axis]!))));
  };

  it("shows a locker as an open box behind its front, as far out as it is, whichever way it opens", () => {
    const box = (opens: Vec3, travel: number) =>
      extent([{ kind: "locker", position: [0.8, -0.17, -0.05], opens, travel: metres(travel), range: metres(0.14) }]);
    close(box([-1, 0, 0], 0), [0.8, -0.23, -0.05, 0.94, -0.11, -0.02]);
    close(box([-1, 0, 0], 0.1), [0.7, -0.23, -0.05, 0.84, -0.11, -0.02]);
    close(box([0, 1, 0], 0.1), [0.74, -0.21, -0.05, 0.86, -0.07, -0.02]);
  });

  it("shows a tray about its place on the table, and a block about its own middle wherever that is", () => {
    close(extent([{ kind: "tray", position: [0.46, -0.1, -0.05] }]), [0.415, -0.145, -0.05, 0.505, -0.055, -0.03]);
    for (const kind of ["object", "brick"] as const)
      close(extent([{ kind, position: [0.6, 0.04, 0.12] }]), [0.585, 0.025, 0.1, 0.615, 0.055, 0.14]);
  });

  it("needs no limits: what is not known is not drawn", () => {
    const [bare] = foxgloveChannels(sawyer)
      .find(({ topic }) => topic === "/onarm/scene")!
      .tell(shown(practising), undefined);
    const { entities } = JSON.parse(Buffer.from(bare!.body).toString()) as Update;
    expect(entities.map(({ id }) => id)).to.deep.equal(["table", ...standing]);
  });
});
