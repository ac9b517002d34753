import { byId, word } from "./dom.js";
import { lastMinute, timeline } from "./timeline.js";
import { fixed, percent } from "./words.js";

/** @typedef {{ periodMs: number, p99Ms: number, maxMs: number, lateShare: number, stateAgeMs?: number, sceneAgeMs?: number }} Timing */

/** How evenly control beats, and how old is what it sees. */
export function healthCard() {
  const plot = timeline("age of the arm's state over the last minute, ms");
  const past = lastMinute();
  const ms = (/** @type {number | undefined} */ x) => (x === undefined ? "–" : `${fixed(x, 1)} ms`);
  return {
    /** @param {number} at @param {Timing | undefined} timing */
    hear(at, timing) {
      if (timing?.stateAgeMs !== undefined) past.add({ at, y: timing.stateAgeMs });
    },
    /** @param {number} at @param {Timing} timing */
    show(at, timing) {
      const told = {
        period: ms(timing.periodMs),
        p99: ms(timing.p99Ms),
        max: ms(timing.maxMs),
        late:
          timing.lateShare > 0 && timing.lateShare < 0.01 ? `${fixed(100 * timing.lateShare, 2)} %` : percent(timing.lateShare),
        "state-age": ms(timing.stateAgeMs),
        "scene-age": ms(timing.sceneAgeMs),
      };
      for (const [name, text] of Object.entries(told)) {
        const cell = document.querySelector(`[data-timing="${name}"]`);
        if (cell) word(cell, text);
      }
      if (past.points().length < 2) return;
      if (!plot.root.isConnected) byId("ages").replaceChildren(plot.root);
      plot.draw(past.points(), at);
    },
  };
}
