import {
  EdgesGeometry,
  Group,
  LineBasicMaterial,
  LineDashedMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  MeshStandardMaterial,
} from "three";
import { between, makers } from "./things3d.js";

/** For the eye alone, m. */
const slab = 0.03;

/** @typedef {import("./palette3d.js").Palette} Palette */

/** Boxes of the limits: where the tip may be, and what no link may enter. @param {any} limits @param {Palette} palette */
export function boxes(limits, { dye }) {
  const group = new Group();
  if (!limits) return group;
  const allowed = new LineSegments(
    new EdgesGeometry(between(limits.workspace.min, limits.workspace.max)),
    dye("allowed", new LineDashedMaterial({ dashSize: 0.022, gapSize: 0.016, transparent: true, opacity: 0.75 })),
  );
  group.add(allowed.computeLineDistances());
  for (const { name, min, max } of limits.keepOut) {
    const shape = between(min, max);
    const tint = dye("forbidden", new MeshBasicMaterial({ transparent: true, opacity: 0.06, depthWrite: false }));
    const edge = dye("forbidden", new LineBasicMaterial({ transparent: true, opacity: 0.5 }));
    const box = new Group().add(new LineSegments(new EdgesGeometry(shape), edge));
    // What stands on something is not tinted by it.
    if (max[2] > limits.workspace.min[2]) box.add(new Mesh(shape, tint));
    box.name = name;
    group.add(box);
  }
  return group;
}

/** The table's top. @param {number} z its height, m @param {any} limits a box of this height to keep out of is the table @param {Palette} palette */
export function table(z, limits, { dye }) {
  const known = limits?.keepOut.find((/** @type {any} */ box) => Math.abs(box.max[2] - z) < 1e-6);
  const [min, max] = known ? [known.min, known.max] : [[0.2, -0.6], [1.1, 0.6]]; // prettier-ignore
  // A hair below, or the box to keep out of would flicker through it.
  const shape = between([min[0], min[1], z - slab], [max[0], max[1], z - 0.0005]);
  const mesh = new Mesh(shape, dye("table", new MeshStandardMaterial({ roughness: 0.9 })));
  mesh.receiveShadow = true;
  return mesh;
}

/** What stands in the scene: one thing for each mark, put where the mark says. @param {Palette} palette */
export function furniture(palette) {
  const make = makers(palette);
  const root = new Group();
  /** Kept when nobody needs them: scenes come and go by the hundred. @type {{ kind: string, thing: { root: Group, put(mark: any): void } }[]} */
  const things = [];
  return {
    root,
    /** @param {any[]} marks */
    put(marks) {
      const free = [...things];
      for (const { thing } of things) thing.root.visible = false;
      for (const mark of marks) {
        if (!Object.hasOwn(make, mark.kind)) continue;
        let i = free.findIndex(({ kind }) => kind === mark.kind);
        if (i < 0) {
          const made = { kind: mark.kind, thing: make[/** @type {keyof typeof make} */ (mark.kind)]() };
          things.push(made);
          root.add(made.thing.root);
          i = free.push(made) - 1;
        }
        const { thing } = free.splice(i, 1)[0];
        thing.root.visible = true;
        thing.put(mark);
      }
    },
  };
}
