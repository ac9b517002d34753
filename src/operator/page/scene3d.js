import { Group } from "three";
import { figures, wholeOf } from "./figures3d.js";
import { boxes, furniture, table } from "./furniture3d.js";
import { palette } from "./palette3d.js";
import { looking } from "./sights.js";
import { stage } from "./stage3d.js";

/**
 * The arm and its scene in 3D.
 * @param {HTMLElement} element takes the canvas and the buttons
 * @param {any} description an ArmDescription @param {any} limits the run's Limits; null where they are not known
 * @param {WebGL2RenderingContext} context of a canvas that hangs nowhere yet
 */
export function scene3d(element, description, limits, context) {
  const paint = palette();
  const stand = stage(element, context, () => sights.fit());
  const { canvas, scene, camera, changed } = stand;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "arm and scene in 3D; arrow keys turn, plus and minus zoom");

  const arm = figures(description, paint);
  const marks = furniture(paint);
  const top = new Group();
  scene.add(arm.root, marks.root, top, boxes(limits, paint));

  const whole = wholeOf(arm.extent(), limits);
  const sights = looking(camera, canvas, whole, changed);
  const bar = document.createElement("div");
  bar.className = "sights";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "where to look from");
  bar.append(...sights.buttons);
  element.append(bar);

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const recolour = () => {
    paint.read();
    changed();
  };
  dark.addEventListener("change", recolour);
  stand.open(whole);
  sights.look("corner", true);

  /** @type {number | undefined} */
  let level;
  let shown = "";
  return {
    canvas,
    /**
     * Shows one moment. What is shown is what is handed in: nothing moves between two snapshots.
     * @param {{ position: number[], commanded?: number[] } | undefined} view joints in the order of the description's `commanded`, rad
     * @param {{ table?: number, marks: any[] }} things @param {number} [at] when that was, s; now
     * @returns {number[] | undefined} where the tip is, m in base
     */
    show(view, things, at = performance.now() / 1000) {
      const { tip, moved, said } = arm.show(view?.position, view?.commanded, at);
      marks.put(things.marks);
      if (things.table !== level) {
        level = things.table;
        top.clear();
        if (level !== undefined) top.add(table(level, limits, paint));
      }
      const now = said + JSON.stringify(things);
      if (moved || now !== shown) changed();
      shown = now;
      return tip?.toArray();
    },
    /** Whether the command's ghost is to be seen. */
    get ghost() {
      return arm.ghost;
    },
    /** How often it was drawn: it rests while nothing changes. */
    get pictures() {
      return stand.pictures;
    },
    resize: stand.resize,
    dispose() {
      dark.removeEventListener("change", recolour);
      sights.dispose();
      stand.dispose();
      bar.remove();
    },
  };
}
