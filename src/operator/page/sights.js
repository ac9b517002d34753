import { Spherical, Vector3 } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { html } from "./dom.js";

/** Where one looks from: round the vertical from +x (rad), down from the zenith (rad), and how far it may be, share of the usual. */
const sights = {
  corner: { title: "Corner", around: -0.72, down: 1.13, far: 1 },
  front: { title: "Front", around: 0, down: 1.42, far: 1 },
  side: { title: "Side", around: -Math.PI / 2, down: 1.42, far: 1 },
  // Almost from above: straight down there is no saying which way is up on the screen.
  top: { title: "Top", around: Math.PI, down: 0.001, far: 1 },
};
/** @typedef {keyof typeof sights} Sight */

/** Half of what has to be in sight, m, and the ends of zooming, m. */
const wide = 0.62;
const [nearest, farthest] = [0.25, 6];
/** One press of an arrow key, rad, and of plus or minus. */
const [step, closer] = [0.12, 0.85];
const lastsMs = 350;

/**
 * Looks at a scene: buttons, pointer, touch and keys move the camera and nothing else does. One finger turns sideways and leaves scrolling to the page; the wheel
 * zooms once the picture has the focus.
 * @param {import("three").PerspectiveCamera} camera @param {HTMLCanvasElement} canvas @param {() => void} changed
 */
export function looking(camera, canvas, changed) {
  const target = new Vector3(0.42, 0, 0.16);
  camera.up.set(0, 0, 1);
  const controls = new OrbitControls(camera, canvas);
  controls.target.copy(target);
  controls.minDistance = nearest;
  controls.maxDistance = farthest;
  controls.maxPolarAngle = 0.62 * Math.PI;
  controls.enableZoom = false;
  controls.addEventListener("change", changed);
  // The controls would keep every touch to themselves; a swipe up or down still scrolls the page.
  canvas.style.touchAction = "pan-y";

  const still = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {Sight | undefined} */
  let sight = "corner";
  let flight = 0;

  /** @param {{ around: number, down: number }} from @param {number} distance */
  const place = ({ around, down }, distance) => {
    const across = distance * Math.sin(down);
    camera.position.set(across * Math.cos(around), across * Math.sin(around), distance * Math.cos(down)).add(controls.target);
    controls.update();
    changed();
  };
  const usual = () => {
    const half = Math.tan((camera.fov * Math.PI) / 360);
    return wide / (half * Math.min(1, camera.aspect));
  };

  const buttons = Object.entries(sights).map(([name, { title }]) => {
    const button = html("button", "", title);
    button.setAttribute("type", "button");
    button.dataset["sight"] = name;
    button.onclick = () => look(/** @type {Sight} */ (name));
    return button;
  });
  const press = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset["sight"] === sight));
  };

  /** Goes to one of the sights: at once for who wants no motion. @param {Sight} name */
  function look(name, at_once = still.matches) {
    cancelAnimationFrame(flight);
    sight = name;
    press();
    controls.target.copy(target);
    const offset = camera.position.clone().sub(controls.target);
    const from = { around: Math.atan2(offset.y, offset.x), down: Math.acos(offset.z / offset.length()), far: offset.length() };
    const to = { ...sights[name], far: usual() * sights[name].far };
    if (at_once) return place(to, to.far);
    // The short way round.
    const turn = Math.atan2(Math.sin(to.around - from.around), Math.cos(to.around - from.around));
    const began = performance.now();
    const fly = () => {
      const share = Math.min(1, (performance.now() - began) / lastsMs);
      const eased = share * share * (3 - 2 * share);
      place(
        { around: from.around + eased * turn, down: from.down + eased * (to.down - from.down) },
        from.far + eased * (to.far - from.far),
      );
      if (share < 1) flight = requestAnimationFrame(fly);
    };
    fly();
  }

  const free = () => {
    cancelAnimationFrame(flight);
    sight = undefined;
    press();
  };
  controls.addEventListener("start", free);
  canvas.addEventListener("focus", () => (controls.enableZoom = true));
  canvas.addEventListener("blur", () => (controls.enableZoom = false));
  canvas.addEventListener("pointerdown", () => canvas.focus({ preventScroll: true }));
  canvas.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
    const turn = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[key];
    const zoom = { "+": closer, "=": closer, "-": 1 / closer }[key];
    if (ctrlKey || metaKey || altKey || !(turn || zoom)) return false;
    free();
    const offset = camera.position.clone().sub(controls.target);
    const far = Math.min(farthest, Math.max(nearest, offset.length() * (zoom ?? 1)));
    const down = new Spherical().setFromVector3(new Vector3(offset.x, offset.z, offset.y)).phi + (turn?.[1] ?? 0);
    place(
      {
        around: Math.atan2(offset.y, offset.x) + (turn?.[0] ?? 0),
        down: Math.min(controls.maxPolarAngle, Math.max(0.001, down)),
      },
      far,
    );
    return true;
  });

  press();
  return {
    buttons,
    look,
    /** The picture has another shape: whoever looked at it from one of the sights still does. */
    fit() {
      if (sight) look(sight, true);
    },
    dispose: () => controls.dispose(),
  };
}
