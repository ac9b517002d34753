import {
  DirectionalLight,
  Group,
  HemisphereLight,
  Mesh,
  MeshBasicMaterial,
  MeshStandardMaterial,
  PCFShadowMap,
  PerspectiveCamera,
  Scene,
  SphereGeometry,
  WebGLRenderer,
} from "three";
import { boxes, furniture, table } from "./furniture3d.js";
import { palette } from "./palette3d.js";
import { body, robot } from "./robot3d.js";
import { looking } from "./sights.js";
import { trail } from "./trail3d.js";

/** Names by which a renderer says that it draws without a graphics card. */
const soft = /swiftshader|llvmpipe|software|basic render/i;
/** ms between two pictures: as often as there is something new, or where the processor has to draw, seldom. */
const pace = { card: 0, processor: 120 };
/** A command this near to where the arm is, rad or m, is no ghost worth seeing. */
const apart = 0.004;

/**
 * The arm and its scene in 3D, drawn when something changed and not otherwise.
 * @param {HTMLElement} element takes the canvas and the buttons
 * @param {any} description an ArmDescription @param {any} limits the run's Limits; null where they are not known
 * @param {WebGL2RenderingContext} context of a canvas that hangs nowhere yet
 */
export function scene3d(element, description, limits, context) {
  const canvas = /** @type {HTMLCanvasElement} */ (context.canvas);
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "arm and scene in 3D; arrow keys turn, plus and minus zoom");
  element.append(canvas);
  const renderer = new WebGLRenderer({ canvas, context });
  const slow = soft.test(
    String(context.getParameter(context.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER)),
  );
  renderer.setClearAlpha(0);
  renderer.shadowMap.enabled = true;
  renderer.shadowMap.type = PCFShadowMap;

  const paint = palette();
  const { dye } = paint;
  const scene = new Scene();
  const camera = new PerspectiveCamera(30, 1, 0.05, 20);
  const sky = new HemisphereLight(0xffffff, 0xb4bcc6, 2);
  const sun = new DirectionalLight(0xffffff, 1.8);
  sun.position.set(1.3, -1.1, 2.6);
  sun.target.position.set(0.5, 0, 0);
  sun.castShadow = true;
  sun.shadow.mapSize.set(1024, 1024);
  sun.shadow.radius = 4;
  sun.shadow.bias = -0.0005;
  sun.shadow.normalBias = 0.01;
  Object.assign(sun.shadow.camera, { left: -1.1, right: 1.1, top: 1.1, bottom: -1.1, near: 0.5, far: 5 });
  const rim = new DirectionalLight(0xffffff, 0.5);
  rim.position.set(-1.5, 1.5, 1);
  scene.add(sky, sun, sun.target, rim);

  const shapes = body(description);
  const cloth = {
    limb: dye("limb", new MeshStandardMaterial({ roughness: 0.55, metalness: 0.05 })),
    hand: dye("hand", new MeshStandardMaterial({ roughness: 0.5, metalness: 0.1 })),
    base: dye("base", new MeshStandardMaterial({ roughness: 0.5, metalness: 0.1 })),
    seam: dye("seam", new MeshStandardMaterial({ roughness: 0.6 })),
    stand: dye("stand", new MeshStandardMaterial({ roughness: 0.8 })),
    aside: dye("aside", new MeshStandardMaterial({ roughness: 0.6, transparent: true, opacity: 0.1, depthWrite: false })),
  };
  const arm = robot(description, shapes, (kind) => cloth[/** @type {keyof typeof cloth} */ (kind)]);
  arm.root.traverse((part) => {
    if (part instanceof Mesh && part.material !== cloth.aside) part.castShadow = part.receiveShadow = true;
  });
  // What lies behind the ghost's nearest surface is not drawn: its parts would shine through one another.
  const veil = new MeshBasicMaterial({ colorWrite: false });
  const gauze = dye("ghost", new MeshBasicMaterial({ transparent: true, opacity: 0.38, depthWrite: false }));
  const moving = (/** @type {string} */ kind) => kind === "limb" || kind === "hand";
  const ghosts = [veil, gauze].map((material, i) => {
    const ghost = robot(description, shapes, (kind) => (moving(kind) ? material : undefined));
    ghost.root.traverse((part) => (part.renderOrder = 1 + i));
    return ghost;
  });
  const ghost = new Group().add(...ghosts.map(({ root }) => root));
  ghost.visible = false;

  const marks = furniture(paint);
  const dot = new Mesh(new SphereGeometry(0.009, 24, 16), dye("path", new MeshBasicMaterial()));
  dot.visible = false;
  const path = trail(paint.colours.path, paint.colours.pale);
  const bounds = boxes(limits, paint);
  scene.add(arm.root, ghost, marks.root, path.mesh, dot, bounds);
  arm.root.visible = false;

  /** @type {number | undefined} */
  let level;
  const top = new Group();
  scene.add(top);

  let [asked, drawnAt, timer] = [0, 0, 0];
  let inSight = true;
  const draw = () => {
    asked = 0;
    if (!inSight) return;
    drawnAt = performance.now();
    renderer.render(scene, camera);
  };
  /** Asks for one more picture. */
  const changed = () => {
    if (asked || timer) return;
    const wait = (slow ? pace.processor : pace.card) - (performance.now() - drawnAt);
    if (wait > 0)
      timer = setTimeout(() => {
        timer = 0;
        changed();
      }, wait);
    else asked = requestAnimationFrame(draw);
  };

  const sights = looking(camera, canvas, changed);
  const bar = document.createElement("div");
  bar.className = "sights";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "where to look from");
  bar.append(...sights.buttons);
  element.append(bar);

  let size = "";
  const resize = () => {
    const [width, height] = [element.clientWidth, element.clientHeight];
    const ratio = slow ? 1 : Math.min(2, devicePixelRatio);
    if (width === 0 || height === 0 || size === [width, height, ratio].join()) return;
    size = [width, height, ratio].join();
    renderer.setPixelRatio(ratio);
    renderer.setSize(width, height, false);
    camera.aspect = width / height;
    camera.updateProjectionMatrix();
    sights.fit();
    changed();
  };
  const shape = new ResizeObserver(resize);
  shape.observe(element);
  const eye = new IntersectionObserver(([entry]) => {
    inSight = entry?.isIntersecting ?? true;
    if (inSight) changed();
  });
  eye.observe(element);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const recolour = () => {
    paint.read();
    changed();
  };
  dark.addEventListener("change", recolour);
  resize();
  sights.look("corner", true);

  let shown = "";
  /** Joints that can be shown: all of them, and numbers. @param {number[] | undefined} q @returns {number[] | undefined} */
  const complete = (q) => (q && q.length === description.commanded.length && q.every(Number.isFinite) ? q : undefined);
  /** @param {number[]} a @param {number[]} b */
  const far = (a, b) => a.some((q, i) => Math.abs(q - b[i]) > apart);
  return {
    canvas,
    /**
     * Shows one moment. What is shown is what is handed in: nothing moves between two snapshots.
     * @param {{ position: number[], commanded?: number[] } | undefined} view joints in the order of the description's `commanded`, rad
     * @param {{ table?: number, marks: any[] }} things @param {number} [at] when that was, s; now
     * @returns {number[] | undefined} where the tip is, m in base
     */
    show(view, things, at = performance.now() / 1000) {
      const position = complete(view?.position);
      const aim = complete(view?.commanded);
      arm.root.visible = position !== undefined;
      if (position) arm.pose(position);
      ghost.visible = position !== undefined && aim !== undefined && far(aim, position);
      if (aim && ghost.visible) for (const { pose } of ghosts) pose(aim);
      marks.put(things.marks);
      if (things.table !== level) {
        level = things.table;
        top.clear();
        if (level !== undefined) top.add(table(level, limits, paint));
      }
      const tip = position && arm.tip();
      dot.visible = tip !== undefined;
      if (tip) dot.position.copy(tip);
      const moved = tip ? path.add(tip, at) : path.forget();
      const now = JSON.stringify([position, ghost.visible && aim, things]);
      if (moved || now !== shown) changed();
      shown = now;
      return tip?.toArray();
    },
    /** Whether the command's ghost is to be seen. */
    get ghost() {
      return ghost.visible;
    },
    resize,
    /** How often it was drawn: for tests of its idleness. */
    get pictures() {
      return renderer.info.render.frame;
    },
    dispose() {
      cancelAnimationFrame(asked);
      clearTimeout(timer);
      shape.disconnect();
      eye.disconnect();
      dark.removeEventListener("change", recolour);
      sights.dispose();
      renderer.dispose();
      canvas.remove();
      bar.remove();
    },
  };
}
