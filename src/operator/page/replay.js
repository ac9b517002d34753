import { byId, word } from "./dom.js";

/** ms that the last moment stays before the picture is live again. */
const LAST_MS = 1000;

/** @typedef {{ at: number, position: number[], tip: number[], marks: any[] }} Frame */

/** The last frame that is not after a moment. @param {readonly Frame[]} frames @param {number} at s */
const frameAt = (frames, at) =>
  Math.max(
    0,
    frames.findLastIndex((frame) => frame.at <= at),
  );

/**
 * Shows an episode again in the picture of the arm, under a banner that cannot be missed. It is live again by a button, by Escape, when the episode is over, and
 * whenever `leave` is called.
 * @param {(frame: Frame | undefined) => void} show a moment to be shown; undefined: live again
 */
export function replaying(show) {
  const slider = /** @type {HTMLInputElement} */ (byId("replay-at"));
  /** @type {readonly Frame[]} */
  let frames = [];
  let episode = 0;
  let index = 0;
  /** s into the episode, and when that was, ms; undefined while paused. */
  let from = 0;
  /** @type {number | undefined} */
  let since;
  let asked = 0;
  /** @type {Element | null} */
  let opener;

  const moment = () => {
    const frame = frames[index];
    if (!frame) return;
    slider.value = String(index);
    const told = `${frame.at.toFixed(1)} of ${(frames.at(-1)?.at ?? 0).toFixed(1)} s`;
    slider.setAttribute("aria-valuetext", told);
    word(byId("replay-time"), told);
    show(frame);
  };
  const play = () => {
    if (index === frames.length - 1) index = 0;
    [from, since] = [frames[index]?.at ?? 0, performance.now()];
    word(byId("replay-play"), "Pause");
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(beat);
    moment();
  };
  const pause = () => {
    since = undefined;
    cancelAnimationFrame(asked);
    word(byId("replay-play"), "Play");
  };
  const beat = () => {
    if (since === undefined) return;
    const now = from + (performance.now() - since) / 1000;
    const next = frameAt(frames, now);
    if (next !== index) {
      index = next;
      moment();
    }
    if (now > (frames.at(-1)?.at ?? 0) + LAST_MS / 1000) leave();
    else asked = requestAnimationFrame(beat);
  };
  const leave = () => {
    if (frames.length === 0) return false;
    pause();
    frames = [];
    if (byId("replay").contains(document.activeElement) && opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    byId("replay").hidden = true;
    byId("picture").classList.remove("replaying");
    show(undefined);
    return true;
  };

  byId("replay-live").onclick = leave;
  byId("replay-play").onclick = () => (since === undefined ? play() : pause());
  slider.oninput = () => {
    pause();
    index = Number(slider.value);
    moment();
  };

  return {
    /** @param {{ episode: number, frames: readonly Frame[] }} message @returns {boolean} false where there is nothing to be seen */
    open(message) {
      if (message.frames.length === 0) return false;
      ({ episode, frames } = message);
      index = 0;
      slider.max = String(frames.length - 1);
      word(byId("replay-title"), `episode ${episode}`);
      byId("replay").hidden = false;
      byId("picture").classList.add("replaying");
      word(byId("caption"), `episode ${episode}, as it was`);
      byId("picture").scrollIntoView({ block: "nearest" });
      play();
      opener = document.activeElement;
      byId("replay-play").focus({ preventScroll: true });
      return true;
    },
    /** Live again; whether it was not. */
    leave,
    active: () => frames.length > 0,
  };
}
