import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { html } from "./dom.js";

/** Where one looks from: round the vertical from +x, and down from the zenith, rad. */
const sights = {
  corner: { title: "Corner", around: -0.72, down: 1.13 },
  front: { title: "Front", around: 0, down: 1.42 },
  side: { title: "Side", around: -Math.PI / 2, down: 1.42 },
  // Almost from above: straight down there is no saying which way is up on the screen.
  top: { title: "Top", around: Math.PI, down: 0.001 },
};
/** @typedef {keyof typeof sights} Sight @typedef {{ around: number, down: number, far: number }} Place */

/** Nothing is seen from further below than this, rad from the zenith; nor from nearer or farther than these, as shares of the usual. */
const [zenith, lowest] = [0.001, 0.62 * Math.PI];
const [nearest, farthest] = [0.12, 3];
/** One press of an arrow key, rad, and of plus or minus. */
const [step, closer] = [0.12, 0.85];
const snug = 0.92;
const lastsMs = 350;

/**
 * Looks at a scene: buttons, pointer, touch and keys move the camera and nothing else does. A finger that swipes up or down scrolls the page; the wheel zooms once
 * the picture has the focus.
 * @param {import("three").PerspectiveCamera} camera @param {HTMLCanvasElement} canvas
 * @param {import("three").Sphere} whole what has to be in sight, m @param {() => void} changed
 */
export function looking(camera, canvas, whole, changed) {
  camera.up.set(0, 0, 1);
  const controls = new OrbitControls(camera, canvas);
  controls.maxPolarAngle = lowest;
  controls.enableZoom = false;
  controls.addEventListener("change", changed);
  // The controls would keep every touch to themselves.
  canvas.style.touchAction = "pan-y";

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {Sight | undefined} */
  let sight = "corner";
  let flight = 0;

  /** How far to be for the whole to be in sight, m; its ball is never filled to the rim. */
  const usual = () => (snug * whole.radius) / (Math.tan((camera.fov * Math.PI) / 360) * Math.min(1, camera.aspect));
  /** @returns {Place} */
  const here = () => {
    const offset = camera.position.clone().sub(controls.target);
    const far = offset.length();
    return { around: Math.atan2(offset.y, offset.x), down: Math.acos(offset.z / far), far };
  };
  /** @param {Place} place */
  const go = ({ around, down, far }) => {
    const across = far * Math.sin(down);
    camera.position.set(across * Math.cos(around), across * Math.sin(around), far * Math.cos(down)).add(controls.target);
    controls.update();
    changed();
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
  function look(name, atOnce = calm.matches) {
    cancelAnimationFrame(flight);
    sight = name;
    press();
    controls.target.copy(whole.center);
    controls.minDistance = nearest * usual();
    controls.maxDistance = farthest * usual();
    const to = { ...sights[name], far: usual() };
    if (atOnce) return go(to);
    const from = here();
    // The short way round.
    const turn = Math.atan2(Math.sin(to.around - from.around), Math.cos(to.around - from.around));
    const began = performance.now();
    const fly = () => {
      const share = Math.min(1, (performance.now() - began) / lastsMs);
      const eased = share * share * (3 - 2 * share);
      const down = from.down + eased * (to.down - from.down);
      go({ around: from.around + eased * turn, down, far: from.far + eased * (to.far - from.far) });
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
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const turn = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    const zoom = { "+": closer, "=": closer, "-": 1 / closer }[event.key];
    if (!turn && !zoom) return;
    event.preventDefault();
    free();
    const { around, down, far } = here();
    go({
      around: around + (turn?.[0] ?? 0),
      down: Math.min(lowest, Math.max(zenith, down + (turn?.[1] ?? 0))),
      far: far * (zoom ?? 1),
    });
  });

  return {
    buttons,
    look,
    /** The picture has another shape: whoever looked at it from one of the sights still does. */
    fit() {
      if (sight) look(sight, true);
    },
    dispose() {
      cancelAnimationFrame(flight);
      controls.dispose();
    },
  };
}
