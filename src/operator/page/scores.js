import { byId, html } from "./dom.js";
import { scoreBar } from "./plots.js";

/** Runs `show` when what it is shown says something else than before. @template T @param {(value: T) => void} show @returns {(value: T) => void} */
function whenSaid(show) {
  let last = "";
  return (value) => {
    const now = JSON.stringify(value);
    if (now === last) return;
    last = now;
    show(value);
  };
}

/** Success before and after practice, and what the gate made of it. */
export function scoresCard() {
  const scores = whenSaid((/** @type {any[]} */ [before, after]) => {
    if (!before && !after) return;
    byId("scores").replaceChildren(
      ...(before ? [scoreBar("before", before)] : []),
      after ? scoreBar("after", after) : html("p", "empty", "After practice: not measured yet."),
    );
  });
  const gate = whenSaid((/** @type {any} */ judged) => {
    if (!judged) return;
    const promoted = judged.verdict === "promote";
    byId("gate").dataset["verdict"] = judged.verdict;
    byId("gate").replaceChildren(
      html("strong", "", promoted ? "✓ The gate promoted the new weights" : "✗ The gate refused the new weights"),
      judged.reasons.join("; "),
    );
  });
  /** @param {any} state */
  return (state) => {
    scores([state.before ?? null, state.after ?? null]);
    gate(state.gate ?? null);
  };
}
