import {
  BoxGeometry,
  CapsuleGeometry,
  EdgesGeometry,
  Group,
  LineBasicMaterial,
  LineDashedMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  MeshStandardMaterial,
  SphereGeometry,
} from "three";

/** Sizes of what stands on the table are for the eye alone, m. */
const cabinet = { width: 0.16, depth: 0.2, height: 0.07 };
const bar = { reach: 0.055, height: 0.045, half: 0.05, radius: 0.006 };
const button = { height: 0.06, housing: 0.08, rise: 0.045, cap: 0.05, thick: 0.02 };
const slab = 0.03;

/** @typedef {import("./palette3d.js").Palette} Palette */

/** A box by two corners. @param {number[]} min @param {number[]} max */
function between(min, max) {
  const [x, y, z] = max.map((to, i) => to - min[i]);
  return new BoxGeometry(x, y, z).translate(...middle(min, max));
}
/** @param {number[]} min @param {number[]} max @returns {[number, number, number]} */
const middle = (min, max) => [(min[0] + max[0]) / 2, (min[1] + max[1]) / 2, (min[2] + max[2]) / 2];

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
export function furniture({ dye }) {
  const matt = (/** @type {import("./palette3d.js").Paint} */ name) => dye(name, new MeshStandardMaterial({ roughness: 0.7 }));
  const paint = {
    wood: matt("drawer"),
    front: matt("front"),
    steel: dye("bar", new MeshStandardMaterial({ roughness: 0.35, metalness: 0.4 })),
    cap: matt("button"),
    housing: matt("housing"),
    goal: dye("goal", new MeshBasicMaterial({ transparent: true, opacity: 0.22, depthWrite: false })),
    heart: dye("goal", new MeshBasicMaterial()),
  };
  /** @param {import("three").BufferGeometry} shape @param {import("three").Material} material */
  const part = (shape, material) => {
    const mesh = new Mesh(shape, material);
    mesh.castShadow = mesh.receiveShadow = true;
    return mesh;
  };
  const { width, depth, height } = cabinet;

  /** Origin at the foot of the closed front, +y the way it opens. */
  const drawer = () => {
    const wall = 0.006;
    const half = width / 2;
    const shell = [
      between([-half, -depth, height - wall], [half, -0.001, height]),
      between([-half, -depth, 0], [half, -0.001, wall]),
      between([-half, -depth, 0], [-half + wall, -0.001, height]),
      between([half - wall, -depth, 0], [half, -0.001, height]),
      between([-half, -depth, 0], [half, -depth + wall, height]),
    ].map((shape) => part(shape, paint.wood));
    const inner = half - wall - 0.002;
    const tray = new Group().add(
      part(between([-half, -0.001, 0], [half, 0.008, height]), paint.front),
      part(between([-inner, -depth + 0.01, wall + 0.002], [inner, -0.001, wall + 0.006]), paint.front),
      part(between([-inner, -depth + 0.01, wall + 0.002], [-inner + 0.004, -0.001, height - 0.018]), paint.front),
      part(between([inner - 0.004, -depth + 0.01, wall + 0.002], [inner, -0.001, height - 0.018]), paint.front),
      part(
        new CapsuleGeometry(bar.radius, 2 * bar.half, 6, 16).rotateZ(Math.PI / 2).translate(0, bar.reach, bar.height),
        paint.steel,
      ),
      ...[-bar.half, bar.half].map((x) =>
        part(new CapsuleGeometry(0.8 * bar.radius, bar.reach, 6, 12).translate(x, bar.reach / 2, bar.height), paint.steel),
      ),
    );
    return {
      root: new Group().add(...shell, tray),
      /** @param {any} mark */
      put({ position, opens, travel }) {
        this.root.position.fromArray(position);
        this.root.rotation.z = Math.atan2(-opens[0], opens[1]);
        tray.position.y = travel;
      },
    };
  };
  /** Origin at the middle of the cap's top. */
  const knob = () => {
    const side = button.housing;
    const housing = part(new BoxGeometry(side, side, button.rise), paint.housing);
    const cap = part(new BoxGeometry(button.cap, button.cap, button.thick).translate(0, 0, -button.thick / 2), paint.cap);
    return {
      root: new Group().add(housing, cap),
      /** @param {any} mark */
      put({ position, travel }) {
        this.root.position.fromArray(position);
        // The mark is where the cap is now; the housing stays where it stands.
        housing.position.z = travel - button.height + button.rise / 2;
      },
    };
  };
  const goal = () => {
    const ball = new Mesh(new SphereGeometry(1, 40, 24), paint.goal);
    const heart = new Mesh(new SphereGeometry(0.008, 20, 12), paint.heart);
    ball.renderOrder = 3;
    return {
      root: new Group().add(ball, heart),
      /** @param {any} mark */
      put({ position, radius }) {
        this.root.position.fromArray(position);
        ball.scale.setScalar(radius);
      },
    };
  };
  const makers = { drawer, button: knob, goal };

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
        if (!Object.hasOwn(makers, mark.kind)) continue;
        let i = free.findIndex(({ kind }) => kind === mark.kind);
        if (i < 0) {
          const made = { kind: mark.kind, thing: makers[/** @type {keyof typeof makers} */ (mark.kind)]() };
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
