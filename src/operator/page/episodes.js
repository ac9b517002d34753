import { button, byId, html, mark, once, rows, word } from "./dom.js";
import { episodeStrip } from "./strip.js";
import { noteField } from "./noteField.js";
import { counted, fixed } from "./words.js";

/** Episodes that are listed at first. */
const LISTED = 12;

/**
 * @typedef {{ number: number, task: number, aim: string, policy: string, state: "running" | "done" | "cut", steps: number, seconds: number, clamps: number,
 *   stops: number, decoded?: number, reward?: number, rewardSource?: string, success?: boolean, cause?: string, keep: boolean, flag: boolean, note: string }} Episode
 */

/** Sign and word of what became of one. @param {Episode} episode @returns {[kind: string, text: string]} */
function outcome({ state, success }) {
  if (state === "running") return ["running", "▶ under way"];
  if (state === "cut") return ["cut", "◼ cut short"];
  if (success === undefined) return ["done", "● done"];
  return success ? ["success", "✓ success"] : ["failure", "✗ no success"];
}

/** @param {Episode} episode */
function facts({ state, steps, seconds, decoded, reward, rewardSource, clamps, stops }) {
  const ran = state === "running" ? [] : [counted(steps, "step"), `${seconds.toFixed(1)} s`];
  return [
    ...ran,
    ...(decoded === undefined ? [] : [`decoded ${fixed(decoded, 2)}`]),
    ...(reward === undefined ? [] : [`${rewardSource === "person" ? "by hand" : "real"} ${fixed(reward, 2)}`]),
    ...(clamps > 0 ? [counted(clamps, "clamp")] : []),
    ...(stops > 0 ? [counted(stops, "stop")] : []),
  ].join(" · ");
}

/** @param {(message: object) => boolean} tell @returns {(episode: Episode) => { root: Element, show(episode: Episode): void }} */
const episodeRow = (tell) => (first) => {
  const root = html("li", "episode");
  const [title, said, told, cause, note] = [
    html("p", "title"),
    html("span"),
    html("p", "facts"),
    html("p", "cause"),
    html("p", "note"),
  ];
  const [number, aim, signs] = [html("span", "number", `#${first.number}`), html("span", "aim"), html("span", "signs")];
  title.append(number, " ", aim, " ", signs);
  const became = html("p", "outcome");
  const drove = html("code", "", first.policy.slice(0, 8));
  drove.title = "which weights drove";
  became.append(drove, " ", said);
  let last = first;
  const say = (/** @type {object} */ words) => tell({ type: "mark", episode: first.number, ...words });
  const again = button("Replay", () => void tell({ type: "replay", episode: first.number }));
  const keep = button("", () => void say({ keep: !last.keep }));
  const flag = button("", () => void say({ flag: !last.flag }));
  const write = button("Note", () => field.open(root, last.note));
  const field = noteField(
    `note on episode ${first.number}`,
    (text) => say({ note: text }),
    () => write.focus(),
  );
  const deeds = html("div", "deeds");
  const marks = html("span", "marks");
  marks.append(keep, flag, write);
  deeds.append(again, marks);
  root.append(title, became, told, deeds, cause, note);
  return {
    root,
    show(episode) {
      last = episode;
      const [kind, text] = outcome(episode);
      mark(root, "data-outcome", kind);
      mark(root, "data-keep", String(episode.keep));
      word(aim, episode.aim);
      word(signs, [episode.flag ? "⚑ flagged" : "", episode.keep ? "" : "⌫ discarded"].filter(Boolean).join(" "));
      word(said, text);
      word(told, facts(episode));
      word(cause, episode.cause ?? "");
      word(note, episode.note && `“${episode.note}”`);
      word(keep, episode.keep ? "Discard" : "Keep");
      word(flag, episode.flag ? "Unflag" : "Flag");
      for (const [one, verb] of /** @type {const} */ ([
        [again, "replay"],
        [keep, episode.keep ? "discard" : "keep"],
        [flag, episode.flag ? "unflag" : "flag"],
        [write, "note on"],
      ]))
        mark(one, "aria-label", `${verb} episode ${first.number}`);
    },
  };
};

/** The run's episodes, newest first, and what a person says of each. @param {(message: object) => boolean} tell */
export function episodesCard(tell) {
  const draw = rows(byId("episodes"), (/** @type {Episode} */ { number }) => number, episodeRow(tell));
  const more = byId("more-episodes");
  /** @type {readonly Episode[]} */
  let all = [];
  let whole = false;
  const show = () => {
    const newest = all.toReversed();
    draw(whole ? newest : newest.slice(0, LISTED));
    byId("no-episodes").hidden = all.length > 0;
    more.hidden = all.length <= LISTED;
    word(more, whole ? "Show fewer" : `Show all ${all.length}`);
    byId("episode-strip").replaceChildren(...episodeStrip(all));
  };
  more.onclick = () => {
    whole = !whole;
    show();
  };
  return once((/** @type {readonly Episode[]} */ episodes) => {
    all = episodes;
    show();
  });
}
