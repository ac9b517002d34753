import { DirectionalLight, HemisphereLight, PCFShadowMap, PerspectiveCamera, Scene, WebGLRenderer } from "three";

/** Names by which a renderer says that it draws without a graphics card. */
const soft = /swiftshader|llvmpipe|software|basic render/i;
/** ms between two pictures: as often as there is something new, or where the processor has to draw, seldom. */
const pace = { card: 0, processor: 120 };

/** Light from above that throws shadows, from the sky, and a little from behind. @param {import("three").Sphere} whole what is lit, m */
function lights({ center, radius }) {
  const sky = new HemisphereLight(0xffffff, 0xb4bcc6, 2);
  const sun = new DirectionalLight(0xffffff, 1.8);
  sun.position
    .set(0.55, -0.45, 1.1)
    .multiplyScalar(2 * radius)
    .add(center);
  sun.target.position.copy(center);
  sun.castShadow = true;
  sun.shadow.mapSize.set(1024, 1024);
  sun.shadow.radius = 4;
  sun.shadow.bias = -0.0005;
  sun.shadow.normalBias = 0.01;
  const half = 1.5 * radius;
  Object.assign(sun.shadow.camera, { left: -half, right: half, top: half, bottom: -half, near: 0.05, far: 6 * radius });
  const rim = new DirectionalLight(0xffffff, 0.5);
  rim.position.set(-1.5, 1.5, 1);
  return [sky, sun, sun.target, rim];
}

/**
 * Draws a scene when somebody says that it changed, and not otherwise.
 * @param {HTMLElement} element takes the canvas @param {WebGL2RenderingContext} context of that canvas
 * @param {() => void} reshaped the camera has another shape
 */
export function stage(element, context, reshaped) {
  const canvas = /** @type {HTMLCanvasElement} */ (context.canvas);
  element.append(canvas);
  const renderer = new WebGLRenderer({ canvas, context });
  renderer.setClearAlpha(0);
  renderer.shadowMap.enabled = true;
  renderer.shadowMap.type = PCFShadowMap;
  const named = context.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER;
  const slow = soft.test(String(context.getParameter(named)));
  const scene = new Scene();
  const camera = new PerspectiveCamera(30, 1, 0.05, 40);

  let [asked, drawnAt, timer, inSight] = [0, 0, 0, true];
  const draw = () => {
    asked = 0;
    if (!inSight) return;
    drawnAt = performance.now();
    renderer.render(scene, camera);
  };
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
    reshaped();
    changed();
  };
  const shape = new ResizeObserver(resize);
  const eye = new IntersectionObserver(([entry]) => {
    inSight = entry?.isIntersecting ?? true;
    if (inSight) changed();
  });

  return {
    canvas,
    scene,
    camera,
    changed,
    resize,
    /** Puts up the lights and begins. @param {import("three").Sphere} whole what is to be seen, m */
    open(whole) {
      scene.add(...lights(whole));
      shape.observe(element);
      eye.observe(element);
      resize();
    },
    /** How often it was drawn. */
    get pictures() {
      return renderer.info.render.frame;
    },
    dispose() {
      cancelAnimationFrame(asked);
      clearTimeout(timer);
      shape.disconnect();
      eye.disconnect();
      renderer.dispose();
      canvas.remove();
    },
  };
}
