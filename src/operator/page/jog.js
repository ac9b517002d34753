import { html } from "./dom.js";

/** ms between two words of a held button; the arm comes to rest 180 ms after the last. */
const HOLD_EVERY = 80;
/** m/s and rad/s of a hand. */
const TIP = 0.05;
const JOINT = 0.15;

/**
 * A dead-man: says `send` again and again from `begin` to `end`, and not a moment longer. It ends by itself when nothing can be sent, when the page is
 * left and when it is hidden; `ended` is told once each time.
 * @param {() => boolean} send whether it was sent @param {() => void} [ended]
 */
export function deadMan(send, ended = () => {}) {
  let timer = 0;
  const end = () => {
    if (!timer) return;
    clearInterval(timer);
    timer = 0;
    ended();
  };
  addEventListener("blur", end);
  document.addEventListener("visibilitychange", end);
  return {
    /** Whether it goes on. */
    begin() {
      if (timer) return true;
      if (!send()) return false;
      timer = window.setInterval(() => void (send() || end()), HOLD_EVERY);
      return true;
    },
    end,
  };
}

/** A dead-man's button, pressed by pointer or by Enter. @param {HTMLElement} button @param {{ begin(): unknown, end(): void }} dead */
export function pressToHold(button, { begin, end }) {
  button.onpointerdown = (event) => {
    button.setPointerCapture(event.pointerId);
    begin();
  };
  button.onkeydown = (event) => void (event.key === "Enter" && begin());
  button.onpointerup = button.onpointercancel = button.onkeyup = button.onblur = end;
  button.oncontextmenu = (event) => event.preventDefault();
}

/** A button that sends as long as it is pressed. @param {HTMLElement} button @param {() => boolean} send whether it was sent */
export const holdToSend = (button, send) =>
  pressToHold(
    button,
    deadMan(() => button.isConnected && send()),
  );

/** @param {string} label @param {string} title @param {() => boolean} send */
function held(label, title, send) {
  const button = html("button", "", label);
  button.setAttribute("type", "button");
  button.setAttribute("aria-label", title);
  button.title = title;
  holdToSend(button, send);
  return button;
}

/**
 * The buttons by which a person drives: the tip along each axis of base, and each joint either way.
 * @param {number} joints @param {(message: object) => boolean} send @returns {HTMLElement[]}
 */
export function jogPad(joints, send) {
  /** @param {string} axis @param {number} k @param {1 | -1} side */
  const tip = (axis, k, side) => {
    const linear = [0, 0, 0];
    linear[k] = side * TIP;
    const sign = side > 0 ? "+" : "−";
    return held(`${axis}${sign}`, `${axis}${sign}: hold to move the tip along ${axis}`, () => send({ type: "jog", linear }));
  };
  const pad = html("div", "jog-tip");
  pad.append(...["x", "y", "z"].flatMap((axis, k) => [tip(axis, k, -1), tip(axis, k, 1)]));
  const rows = html("div", "jog-joints");
  for (let joint = 0; joint < joints; joint++)
    for (const side of [-1, 1]) {
      const name = `j${joint}${side > 0 ? "+" : "−"}`;
      rows.append(
        held(name, `${name}: hold to turn joint ${joint}`, () => send({ type: "jog-joint", joint, speed: side * JOINT })),
      );
    }
  return [pad, rows];
}
