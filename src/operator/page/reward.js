import { byId, word } from "./dom.js";
import { lastMinute, timeline } from "./timeline.js";
import { fixed } from "./words.js";

/** What the decoder makes of the last minute. `hear` every snapshot; `show` as often as it is to be drawn. */
export function rewardCard() {
  const plot = timeline("decoded reward of the last minute, with a band of one standard deviation");
  const past = lastMinute();
  let known = false;
  let now = 0;

  return {
    /** @param {number} at @param {{ decoded?: number, uncertainty?: number } | undefined} reward */
    hear(at, reward) {
      now = at;
      if (reward?.decoded === undefined) return;
      known = true;
      past.add({ at, y: reward.decoded, ...(reward.uncertainty === undefined ? {} : { deviation: reward.uncertainty }) });
    },
    /** @param {{ decoded?: number, uncertainty?: number } | undefined} reward */
    show(reward) {
      if (!known) return;
      if (!plot.root.isConnected) byId("reward").replaceChildren(plot.root);
      plot.draw(past.points(), now);
      const sure = reward?.uncertainty === undefined ? "" : ` ± ${fixed(reward.uncertainty, 2)}`;
      word(byId("decoded"), reward?.decoded === undefined ? "no step now" : `${fixed(reward.decoded, 2)}${sure}`);
    },
  };
}
