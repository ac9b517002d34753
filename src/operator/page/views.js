/** What each view shows of the base frame, m: x forward, y left, z up. `across` and `up` index into a point. */
const views = {
  top: { across: 1, up: 0, flip: true, from: [-0.62, -0.2], size: 1.24 },
  side: { across: 0, up: 2, flip: false, from: [-0.2, -0.2], size: 1.24 },
};
const traceLength = 250;

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Draws arm, scene and the tip's trace on one canvas. @param {HTMLCanvasElement} canvas @param {"top" | "side"} name */
export function view(canvas, name) {
  const { across, up, flip, from, size } = views[name];
  /** @type {number[][]} */
  let trace = [];

  /** @param {any} arm @param {{ table?: number, marks: any[] }} scene */
  return function draw(arm, scene) {
    const side = Math.round(canvas.clientWidth * devicePixelRatio) || 1;
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const scale = side / size;
    const unit = side / 340;
    /** @param {number[]} point @returns {[number, number]} */
    const place = (point) => [((flip ? -point[across] : point[across]) - from[0]) * scale, side - (point[up] - from[1]) * scale];
    /** @param {number[][]} points @param {string} stroke @param {number} thick */
    const stroke = (points, stroke, thick) => {
      pen.strokeStyle = stroke;
      pen.lineWidth = thick * unit;
      pen.lineJoin = pen.lineCap = "round";
      pen.beginPath();
      for (const point of points) pen.lineTo(...place(point));
      pen.stroke();
    };
    /** @param {number[]} point @param {number} radius @param {string} fill */
    const dot = (point, radius, fill) => {
      pen.fillStyle = fill;
      pen.beginPath();
      pen.arc(...place(point), radius * unit, 0, 2 * Math.PI);
      pen.fill();
    };
    pen.clearRect(0, 0, side, side);
    grid(pen, side, scale, from, unit);

    if (name === "side" && scene.table !== undefined)
      stroke(
        [
          [-1, 0, scene.table],
          [2, 0, scene.table],
        ],
        colour("--soft"),
        1.5,
      );
    for (const mark of scene.marks) drawMark(mark, { pen, place, stroke, dot, scale, unit, top: name === "top" });
    if (!arm) return;
    // A jump is a new sample: its trace starts anew.
    const last = trace.at(-1);
    if (last && Math.hypot(...arm.tip.map((/** @type {number} */ x, /** @type {number} */ i) => x - last[i])) > 0.15) trace = [];
    trace = [...trace, arm.tip].slice(-traceLength);
    pen.globalAlpha = 0.5;
    stroke(trace, colour("--accent"), 1.5);
    pen.globalAlpha = 1;
    stroke(arm.points, colour("--ink"), 5);
    for (const point of arm.points) dot(point, 4, colour("--card"));
    for (const point of arm.points) dot(point, 2.5, colour("--ink"));
    dot(arm.tip, 5, colour("--accent"));
  };
}

/** Lines every 0.2 m. @param {CanvasRenderingContext2D} pen @param {number} side @param {number} scale @param {number[]} from @param {number} unit */
function grid(pen, side, scale, from, unit) {
  pen.strokeStyle = colour("--line");
  pen.lineWidth = unit;
  pen.beginPath();
  for (let i = -5; i <= 8; i++) {
    const x = (i * 0.2 - from[0]) * scale;
    const y = side - (i * 0.2 - from[1]) * scale;
    pen.moveTo(x, 0);
    pen.lineTo(x, side);
    pen.moveTo(0, y);
    pen.lineTo(side, y);
  }
  pen.stroke();
}

/** Widths of the marks are for the eye alone, m. */
const drawerHalfWidth = 0.09;
const drawerHeight = 0.1;
const buttonHalfWidth = 0.03;
const tray = { half: 0.045, height: 0.02 };
const locker = { half: 0.06, depth: 0.14, height: 0.03 };
const block = { half: 0.015, height: 0.04 };

/** @param {any} mark @param {any} tools */
function drawMark(mark, { pen, place, stroke, dot, scale, unit, top }) {
  const [x, y, z] = mark.position;
  if (mark.kind === "goal") {
    pen.strokeStyle = colour("--good");
    pen.lineWidth = 2 * unit;
    pen.beginPath();
    pen.arc(...place(mark.position), mark.radius * scale, 0, 2 * Math.PI);
    pen.stroke();
    return;
  }
  if (mark.kind === "button") {
    const ink = colour("--button");
    if (top) return dot(mark.position, (buttonHalfWidth * scale) / unit, ink);
    return stroke(
      [
        [x - buttonHalfWidth, y, z],
        [x + buttonHalfWidth, y, z],
      ],
      ink,
      6,
    );
  }
  /** What stands on a plan of these corners, from `low` to `high` m. @param {number[][]} plan @param {number} low @param {number} high @param {string} ink @param {number} thick */
  const upright = (plan, low, high, ink, thick) => {
    const xs = plan.map(([x]) => x);
    const [from, to] = [Math.min(...xs), Math.max(...xs)];
    const side = [[from, y, low], [to, y, low], [to, y, high], [from, y, high]]; // prettier-ignore
    const corners = top ? plan.map(([x, y]) => [x, y, low]) : side;
    stroke([...corners, corners[0]], ink, thick);
  };
  const square = (/** @type {number} */ half) => [[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]]; // prettier-ignore
  if (mark.kind === "tray") return upright(square(tray.half), z, z + tray.height, colour("--tray"), 3);
  if (mark.kind === "object" || mark.kind === "brick")
    return upright(square(block.half), z - block.height / 2, z + block.height / 2, colour("--block"), 3);
  if (mark.kind !== "drawer" && mark.kind !== "locker") return;
  const [ox, oy] = mark.opens;
  const front = [x + ox * mark.travel, y + oy * mark.travel, z];
  if (mark.kind === "locker") {
    const { half, depth, height } = locker;
    const corner = (/** @type {number} */ s, /** @type {number} */ back) => [
      front[0] - oy * s - ox * back,
      front[1] + ox * s - oy * back,
    ];
    const plan = [corner(-half, 0), corner(half, 0), corner(half, depth), corner(-half, depth)];
    return upright(plan, z, z + height, colour("--locker"), 3);
  }
  const ink = colour("--drawer");
  /** A point of the front: `s` along its width, `h` up. @param {number[]} foot @param {number} s @param {number} h */
  const at = (foot, s, h) => [foot[0] - oy * s * drawerHalfWidth, foot[1] + ox * s * drawerHalfWidth, z + h];
  if (top) {
    stroke([at(mark.position, -1, 0), at(mark.position, 1, 0)], ink, 1.5);
    stroke([at(mark.position, -1, 0), at(front, -1, 0), at(front, 1, 0), at(mark.position, 1, 0)], ink, 4);
  } else
    stroke(
      [at(front, -1, 0), at(front, 1, 0), at(front, 1, drawerHeight), at(front, -1, drawerHeight), at(front, -1, 0)],
      ink,
      3,
    );
}
