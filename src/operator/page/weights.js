import { button, byId, html, once, rows, word } from "./dom.js";
import { timeOfDay } from "./words.js";

/** ms for which a question waits for its answer. */
const PATIENCE = 10_000;
/** Verdicts that are listed. */
const LISTED = 5;

const deeds = {
  promote: { label: "Promote…", sure: "Drive with the weights that passed the gate, from the next episode on?", yes: "Promote" },
  "roll-back": { label: "Roll back…", sure: "Drive with the weights before these, from the next episode on?", yes: "Roll back" },
};

/** @typedef {{ wall: string, verdict: string, reasons: readonly string[] }} Verdict */

/** @param {Verdict} verdict */
function verdictRow({ wall, verdict, reasons }) {
  const root = html("li", "verdict");
  root.dataset["verdict"] = verdict;
  const head = html("p", "head");
  const time = html("time", "", timeOfDay(wall));
  time.setAttribute("datetime", wall);
  head.append(html("strong", "", `${verdict === "promote" ? "✓" : verdict === "refuse" ? "✗" : "↺"} ${verdict}`), time);
  root.append(head, html("p", "reasons", reasons.join("; ")));
  return { root, show() {} };
}

/**
 * Which weights drive, what the gate said, and the two ways to change it: each asks once more before it is done.
 * @param {(message: object) => boolean} tell
 */
export function weightsCard(tell) {
  const draw = rows(byId("verdicts"), (/** @type {Verdict & { n: number }} */ { n, wall }) => `${n} ${wall}`, verdictRow);
  let offered = "";
  let timer = 0;

  /** @param {(keyof typeof deeds)[]} kinds */
  const offer = (kinds) => {
    clearTimeout(timer);
    byId("weights-commands").replaceChildren(...kinds.map((kind) => button(deeds[kind].label, () => sure(kind, kinds))));
  };
  /** @param {keyof typeof deeds} kind @param {(keyof typeof deeds)[]} kinds */
  const sure = (kind, kinds) => {
    const back = () => {
      const inside = byId("weights-commands").contains(document.activeElement);
      offer(kinds);
      if (inside) byId("weights-commands").querySelector("button")?.focus();
    };
    const question = html("p", "sure", deeds[kind].sure);
    const yes = button(
      deeds[kind].yes,
      () => {
        tell({ type: kind });
        back();
      },
      "primary",
    );
    const no = button("Leave it", back);
    byId("weights-commands").replaceChildren(question, yes, no);
    no.focus();
    clearTimeout(timer);
    timer = window.setTimeout(back, PATIENCE);
  };

  return {
    /** @param {string[]} accepts */
    accepts(accepts) {
      const kinds = /** @type {(keyof typeof deeds)[]} */ (Object.keys(deeds).filter((kind) => accepts.includes(kind)));
      if (kinds.join() === offered) return;
      offered = kinds.join();
      offer(kinds);
    },
    show: once(
      (
        /** @type {{ running: string, since?: string, previous?: string, verdicts: readonly Verdict[] }} */ {
          running,
          since,
          previous,
          verdicts,
        },
      ) => {
        word(byId("running"), running);
        word(byId("since"), since === undefined ? "" : `since ${timeOfDay(since)}`);
        word(byId("previous"), previous ?? "none");
        draw(
          verdicts
            .map((verdict, n) => ({ ...verdict, n }))
            .slice(-LISTED)
            .toReversed(),
        );
        byId("no-verdicts").hidden = verdicts.length > 0;
      },
    ),
  };
}
