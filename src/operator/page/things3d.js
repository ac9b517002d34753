import { BoxGeometry, CapsuleGeometry, Group, Mesh, MeshBasicMaterial, MeshStandardMaterial, SphereGeometry } from "three";

/** Sizes of what stands on the table are for the eye alone, m. */
const cabinet = { width: 0.16, depth: 0.2, height: 0.07 };
const bar = { reach: 0.055, height: 0.045, half: 0.05, radius: 0.006 };
const button = { height: 0.06, housing: 0.08, rise: 0.045, cap: 0.05, thick: 0.02 };
const locker = { back: -0.14, front: 0, half: 0.06, height: 0.03 };
const tray = { back: -0.045, front: 0.045, half: 0.045, height: 0.02 };
const sheet = 0.005;
const block = { width: 0.03, height: 0.04 };

/** @typedef {import("./palette3d.js").Palette} Palette */

/** A box by two corners. @param {number[]} min @param {number[]} max */
export function between(min, max) {
  const [x, y, z] = max.map((to, i) => to - min[i]);
  return new BoxGeometry(x, y, z).translate(...middle(min, max));
}
/** @param {number[]} min @param {number[]} max @returns {[number, number, number]} */
const middle = (min, max) => [(min[0] + max[0]) / 2, (min[1] + max[1]) / 2, (min[2] + max[2]) / 2];

/** What makes a thing of each kind of mark; it is then put where its mark says. @param {Palette} palette */
export function makers({ dye }) {
  const matt = (/** @type {import("./palette3d.js").Paint} */ name) => dye(name, new MeshStandardMaterial({ roughness: 0.7 }));
  const paint = {
    wood: matt("drawer"),
    front: matt("front"),
    steel: dye("bar", new MeshStandardMaterial({ roughness: 0.35, metalness: 0.4 })),
    cap: matt("button"),
    housing: matt("housing"),
    locker: matt("locker"),
    tray: matt("tray"),
    block: matt("block"),
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
  /** An open box in a group. @param {typeof tray} extent @param {import("three").Material} material */
  const open = ({ back, front, half, height }, material) =>
    new Group().add(
      ...[
        between([-half, back, 0], [half, front, sheet]),
        between([-half, back, sheet], [half, back + sheet, height]),
        between([-half, front - sheet, sheet], [half, front, height]),
        between([-half, back + sheet, sheet], [-half + sheet, front - sheet, height]),
        between([half - sheet, back + sheet, sheet], [half, front - sheet, height]),
      ].map((shape) => part(shape, material)),
    );
  /** As the drawer: origin at the foot of the closed front, +y the way it opens. */
  const store = () => {
    const box = open(locker, paint.locker);
    return {
      root: new Group().add(box),
      /** @param {any} mark */
      put({ position, opens, travel }) {
        this.root.position.fromArray(position);
        this.root.rotation.z = Math.atan2(-opens[0], opens[1]);
        box.position.y = travel;
      },
    };
  };
  /** What is where its mark is, and no more. @param {Group} root */
  const still = (root) => ({
    root,
    /** @param {any} mark */
    put({ position }) {
      root.position.fromArray(position);
    },
  });
  const cube = () => still(new Group().add(part(new BoxGeometry(block.width, block.width, block.height), paint.block)));
  return {
    drawer,
    button: knob,
    locker: store,
    tray: () => still(open(tray, paint.tray)),
    object: cube,
    brick: cube,
    goal,
  };
}
