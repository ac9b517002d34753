import { html, svg } from "./dom.js";
import { figure, percent } from "./words.js";

const width = 240;
const height = 90;

/** One small plot: its own scale, first and last x, lowest and highest y. @param {{ name: string, group: string, over: string, points: [number, number][] }} series */
export function plot({ name, group, over, points }) {
  const kind = group === "loss" ? "loss" : "reward";
  const good = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const box = html("div", "plot");
  const heading = html("h3", "", name);
  const last = good.at(-1);
  heading.append(html("span", "", last ? figure(last[1]) : "–"));
  box.append(heading);
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height + 14}`, role: "img", "aria-label": `${name} over ${over}` });
  const xs = good.map(([x]) => x);
  const ys = good.map(([, y]) => y);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  /** @param {number} x */
  const toX = (x) => (right > left ? ((x - left) / (right - left)) * (width - 6) : 0) + 3;
  /** @param {number} y */
  const toY = (y) => (high > low ? height - 4 - ((y - low) / (high - low)) * (height - 8) : height / 2);
  picture.append(svg("line", { class: "axis", x1: 0, x2: width, y1: height, y2: height }));
  if (last) {
    picture.append(
      svg("polyline", {
        class: `curve ${kind}`,
        points: good.map(([x, y]) => `${toX(x).toFixed(1)},${toY(y).toFixed(1)}`).join(" "),
      }),
    );
    picture.append(svg("circle", { class: `last ${kind}`, cx: toX(last[0]), cy: toY(last[1]), r: 3 }));
    picture.append(svg("text", { x: 0, y: height + 12 }, `${figure(low)} to ${figure(high)}`));
    picture.append(svg("text", { x: width, y: height + 12, "text-anchor": "end" }, `${last[0]} ${over}`));
  }
  box.append(picture);
  return box;
}

/** A share with its interval. @param {"before" | "after"} which @param {{ success: number, ci95: [number, number], return: number, episodes?: number }} score */
export function scoreBar(which, score) {
  const box = html("div", `score ${which}`);
  const heading = html("h3", "", `${which}: ${percent(score.success)}`);
  const [low, high] = score.ci95;
  heading.append(html("span", "", `${percent(low)} to ${percent(high)}${score.episodes ? `, ${score.episodes} tasks` : ""}`));
  box.append(heading);
  const full = 300;
  /** @param {number} share */
  const at = (share) => Math.min(1, Math.max(0, share)) * full;
  const picture = svg("svg", {
    viewBox: `0 0 ${full} 20`,
    role: "img",
    "aria-label": `success ${which} practice ${percent(score.success)}`,
  });
  picture.append(svg("rect", { class: "trough", x: 0, y: 4, width: full, height: 12, rx: 3 }));
  picture.append(svg("rect", { class: "bar", x: 0, y: 4, width: at(score.success), height: 12, rx: 3 }));
  picture.append(svg("line", { class: "whisker", x1: at(low), x2: at(high), y1: 10, y2: 10 }));
  for (const x of [at(low), at(high)]) picture.append(svg("line", { class: "whisker", x1: x, x2: x, y1: 5, y2: 15 }));
  box.append(picture);
  return box;
}
