import { view } from "./views.js";

/** @typedef {{ marks: any[], table?: number }} Things */

/** What 3D is drawn with; null where the browser has none. Asked before half a megabyte is fetched for it. */
const drawing = () =>
  document
    .createElement("canvas")
    .getContext("webgl2", { antialias: true, alpha: true, stencil: true, powerPreference: "low-power" });

/** The next moment in which nothing else has to be done: what is on its way to the screen gets there first. */
const spare = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

/** Limits of the run; undefined where the server tells none. @returns {Promise<any>} */
const limits = () =>
  fetch("limits.json")
    .then((response) => (response.ok ? response.json() : undefined))
    .catch(() => undefined);

/**
 * The picture of the arm: two flat views at once, and 3D where the browser can. That begins when a first snapshot is on the screen: stop and mode do not wait
 * for it.
 * @param {HTMLElement} element with a box .space, the canvases #top and #side in .views, a line .where and a line .flat-note
 */
export function armPicture(element) {
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (element.querySelector(selector));
  const flat = [
    view(/** @type {HTMLCanvasElement} */ (part("#top")), "top"),
    view(/** @type {HTMLCanvasElement} */ (part("#side")), "side"),
  ];
  /** @type {ReturnType<typeof import("./scene3d.js").scene3d> | undefined} */
  let deep;
  /** @type {[arm: any, things: Things, at: number | undefined]} */
  let last = [undefined, { marks: [] }, undefined];

  const draw = () => {
    const [arm, things, at] = last;
    if (element.dataset["drawn"] !== "deep") for (const one of flat) one(arm, things);
    const tip = deep?.show(arm, things, at) ?? arm?.tip;
    part(".where").textContent = tip
      ? ["x", "y", "z"].map((axis, i) => `${axis} ${tip[i].toFixed(3)}`).join("  ") + " m"
      : "not known yet";
  };
  /** @param {"flat" | "deep"} how @param {string} [why] */
  const drawn = (how, why = "") => {
    element.dataset["drawn"] = how;
    part(".flat-note").textContent = why;
    draw();
  };

  addEventListener("resize", () => draw());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw());

  /** @param {any} description */
  async function deepen(description) {
    await spare();
    const context = drawing();
    if (!context) return drawn("flat", "Drawn flat: this browser has no WebGL, or has it switched off.");
    try {
      const [{ scene3d }, known] = await Promise.all([import("./scene3d.js"), limits()]);
      await spare();
      deep = scene3d(part(".space"), description, known, context);
      deep.canvas.addEventListener("webglcontextlost", (event) => {
        event.preventDefault();
        drawn("flat", "Drawn flat: the graphics card was taken away. The 3D comes back by itself when it does.");
      });
      deep.canvas.addEventListener("webglcontextrestored", () => drawn("deep"));
      drawn("deep");
    } catch (error) {
      drawn("flat", `Drawn flat: the 3D could not be made (${error instanceof Error ? error.message : error}).`);
    }
  }

  /** @type {any} */
  let description;
  let begun = false;
  const begin = () => {
    if (begun || !description || !last[0]) return;
    begun = true;
    void deepen(description);
  };

  return {
    /** Shows one moment, of now or of a replay. @param {any} arm @param {Things} [things] @param {number} [at] s */
    show(arm, things = { marks: [] }, at = undefined) {
      last = [arm, things, at];
      draw();
      begin();
    },
    /** What the arm is, as soon as it is known. @param {any} known */
    describe(known) {
      description = known;
      begin();
    },
  };
}
