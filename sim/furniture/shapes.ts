import { BLOCK, BUTTON_TRAVEL, DRAWER_TRAVEL, LOCKER_TRAVEL, TABLE_Z } from "../../src/tasks/sawyer.ts";
import type { Vec3 } from "../../src/domain/units.ts";

/** Drawer, in its own frame: origin at the front face's foot, +y the way it opens. The bar stands off by `reach`; half its length is `half`. */
export const bar = { reach: 0.055, height: 0.045, half: 0.05, radius: 0.005, post: 0.004 };
export const cabinet = { width: 0.16, depth: 0.2, height: 0.07 };
/** Resistance, N and N s/m: it stays where it is left and moves with about 5 N at 0.1 m/s. */
export const slide = { friction: 3, damping: 20, mass: 0.6 };
/** Button, origin at its foot on the table. The spring gives 3.6 N at full depth. */
export const button = {
  height: 0.06,
  housing: [0.04, 0.04, 0.0225],
  cap: [0.025, 0.025, 0.01],
  spring: 300,
  damping: 6,
  mass: 0.05,
} as const;
/** Locker, framed as the drawer is: an open box whose walls are `wall` thick and `height` high. Its motor, N/m, N s/m, N and m/s, stops at a hand. */
export const locker = { width: 0.12, depth: 0.14, height: 0.03, wall: 0.005, floor: 0.004, mass: 0.4 };
export const motor = { gain: 400, damping: 30, force: 15, speed: 0.15 };
/** Tray, origin at its foot's middle: half its edge, and its wall. */
export const tray = { half: 0.045, height: 0.02, wall: 0.004, floor: 0.004 };
/** kg: as heavy as a wooden block of its size. */
export const blockMass = 0.03;

const box = (name: string, half: readonly number[], at: readonly number[]) =>
  `<geom name="${name}" type="box" size="${half.join(" ")}" pos="${at.join(" ")}"/>`;
const rod = (name: string, radius: number, from: readonly number[], to: readonly number[]) =>
  `<geom name="${name}" type="capsule" size="${radius}" fromto="${[...from, ...to].join(" ")}"/>`;

/** The default end stop gives way by millimetres when an arm leans on something light. */
const stop = `solimplimit="0.99 0.999 0.0005"`;

const drawerMjcf = (): string => {
  const { width, depth, height } = cabinet;
  const barEnd = (side: number): Vec3 => [side * bar.half, bar.reach, bar.height];
  const front = (side: number): Vec3 => [side * bar.half, 0, bar.height];
  return `<body name="drawer">
  ${box("cabinet", [width / 2, depth / 2, height / 2], [0, -depth / 2, height / 2])}
  <body gravcomp="1">
    <inertial pos="0 ${-depth / 2} ${height / 2}" mass="${slide.mass}" diaginertia="0.004 0.004 0.004"/>
    <joint name="drawer" type="slide" axis="0 1 0" range="0 ${DRAWER_TRAVEL}" damping="${slide.damping}" frictionloss="${slide.friction}" ${stop}/>
    ${box("chest", [width / 2 - 0.005, depth / 2, height / 2 - 0.005], [0, -depth / 2, height / 2])}
    ${rod("bar", bar.radius, barEnd(-1), barEnd(1))}
    ${rod("post-", bar.post, front(-1), barEnd(-1))}
    ${rod("post+", bar.post, front(1), barEnd(1))}
  </body>
</body>`;
};

const buttonMjcf = () => `<body name="button">
  ${box("housing", button.housing, [0, 0, button.housing[2]])}
  <body pos="0 0 ${button.height - button.cap[2]}" gravcomp="1">
    <inertial pos="0 0 0" mass="${button.mass}" diaginertia="1e-4 1e-4 1e-4"/>
    <joint name="button" type="slide" axis="0 0 -1" range="-0.001 ${BUTTON_TRAVEL}" stiffness="${button.spring}" damping="${button.damping}" ${stop}/>
    ${box("cap", button.cap, [0, 0, 0])}
  </body>
</body>`;

interface Slab {
  readonly name: string;
  /** Half its edges, and its middle, m. */
  readonly half: Vec3;
  readonly at: Vec3;
}

/** Floor and four walls of an open box whose foot is at z 0, from y `back` to `front`. */
function openBox(
  name: string,
  half: number,
  { back, front }: { readonly back: number; readonly front: number },
  { height, wall, floor }: { readonly height: number; readonly wall: number; readonly floor: number },
): readonly Slab[] {
  const [middle, long] = [(back + front) / 2, (front - back) / 2];
  const w = wall / 2;
  return [
    { name: `${name}-floor`, half: [half, long, floor / 2], at: [0, middle, floor / 2] },
    { name: `${name}-wall0`, half: [w, long, height / 2], at: [w - half, middle, height / 2] },
    { name: `${name}-wall1`, half: [w, long, height / 2], at: [half - w, middle, height / 2] },
    { name: `${name}-wall2`, half: [half, w, height / 2], at: [0, back + w, height / 2] },
    { name: `${name}-wall3`, half: [half, w, height / 2], at: [0, front - w, height / 2] },
  ];
}
/** What locker and tray are made of, each in its own frame. */
export const lockerSlabs = openBox("locker", locker.width / 2, { back: -locker.depth, front: 0 }, locker);
export const traySlabs = openBox("tray", tray.half, { back: -tray.half, front: tray.half }, tray);
const slabs = (parts: readonly Slab[]) => parts.map(({ name, half, at }) => box(name, half, at)).join("");
const lockerMjcf = () => `<body name="locker">
  <body gravcomp="1">
    <inertial pos="0 ${-locker.depth / 2} 0.01" mass="${locker.mass}" diaginertia="1e-3 1e-3 1e-3"/>
    <joint name="locker" type="slide" axis="0 1 0" range="0 ${LOCKER_TRAVEL}" ${stop}/>
    ${slabs(lockerSlabs)}
  </body>
</body>`;

const trayMjcf = () => `<body name="tray">${slabs(traySlabs)}</body>`;

const blockMjcf = (name: string) => {
  const [w, h] = [BLOCK.width / 2, BLOCK.height / 2];
  const across = (blockMass / 3) * (w * w + h * h);
  return `<body name="${name}">
  <inertial pos="0 0 0" mass="${blockMass}" diaginertia="${across} ${across} ${(blockMass / 3) * 2 * w * w}"/>
  <freejoint name="${name}"/>
  ${box(name, [w, w, h], [0, 0, 0])}
</body>`;
};

/** Everything a scene can have, parked; frame `base`, angles in rad. */
export const furnitureMjcf = (): string =>
  [
    box("table", [0.45, 0.6, 0.02], [0.65, 0, TABLE_Z - 0.02]),
    drawerMjcf(),
    buttonMjcf(),
    lockerMjcf(),
    trayMjcf(),
    blockMjcf("object"),
    blockMjcf("brick"),
  ].join("\n");
export const furnitureActuators = () =>
  `<position name="locker" joint="locker" kp="${motor.gain}" kv="${motor.damping}" forcerange="${-motor.force} ${motor.force}"/>`;

/** What an arm can touch, and its friction. The bar is smooth steel: pressing on it drags it along less than the drawer's own friction holds. */
export const touchable: Readonly<Record<string, number>> = {
  table: 0.4,
  cabinet: 0.4,
  chest: 0.4,
  bar: 0.05,
  "post-": 0.05,
  "post+": 0.05,
  housing: 0.4,
  cap: 0.4,
  ...Object.fromEntries([...lockerSlabs, ...traySlabs].map(({ name }) => [name, 0.4])),
  // Soft pads on wood.
  object: 1,
  brick: 1,
};
export const blocks = ["object", "brick"] as const;
/** What a free block can lie on or lean against, besides the other one; the drawer's bar and its posts sweep over it. */
const beneath = [
  ...["table", "cabinet", "chest", "bar", "post-", "post+", "housing", "cap"],
  ...[...traySlabs, ...lockerSlabs].map(({ name }) => name),
];
export const blockContacts: readonly (readonly [string, string])[] = [
  ...beneath.map((part) => ["object", part] as const),
  ...beneath.map((part) => ["brick", part] as const),
  ["object", "brick"],
];
export const BLOCK_FRICTION = 0.5;
