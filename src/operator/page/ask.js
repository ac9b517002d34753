import { button, byId, html, word } from "./dom.js";
import { deadMan, pressToHold } from "./jog.js";

/** The questions, the most pressing first. */
const questions = {
  "confirm-reset": "Does the scene stand as asked, and is everybody clear?",
  outcome: "The episode is over. Did it succeed?",
  reward: "Is the aim true? Hold while it is.",
};
/** @typedef {keyof typeof questions} Question */

/** @param {string} label @param {string} key @param {string} className */
function withKey(label, key, className) {
  const one = button(label, undefined, className);
  one.append(" ", html("kbd", "", key));
  one.setAttribute("aria-keyshortcuts", key);
  return one;
}

/**
 * What a person is asked for: the reward, by a key that is held or by a word, or that the scene stands. It lies over the page's foot, so that nothing
 * moves when it comes and goes.
 * @param {(message: object) => boolean} tell
 */
export function asking(tell) {
  /** @type {Question | undefined} */
  let open;
  /** A word at the end is said once; the run needs a moment to hear it. */
  let answered = false;

  const held = deadMan(
    () => open === "reward" && tell({ type: "reward", given: true }),
    () => {
      byId("ask").classList.remove("held");
      tell({ type: "reward", given: false });
    },
  );
  const reward = {
    begin() {
      if (open === "reward" && held.begin()) byId("ask").classList.add("held");
    },
    end: held.end,
  };
  const outcome = (/** @type {boolean} */ success) => {
    if (open === "outcome" && tell({ type: "outcome", success })) answered = true;
    if (answered) ask(undefined);
  };

  const answers = {
    "confirm-reset": () => [button("The scene stands: confirm", () => void tell({ type: "confirm-reset" }), "primary")],
    outcome() {
      const [yes, no] = [withKey("Success", "Y", "yes"), withKey("Failure", "N", "no")];
      yes.onclick = () => outcome(true);
      no.onclick = () => outcome(false);
      return [yes, no];
    },
    reward() {
      const hold = withKey("Hold while the aim is true", "R", "primary");
      pressToHold(hold, reward);
      return [hold];
    },
  };
  /** @param {Question | undefined} question */
  const ask = (question) => {
    if (question === open) return;
    open = question;
    held.end();
    byId("ask").hidden = question === undefined;
    for (const id of ["ask-title", "ask-say"]) word(byId(id), question ? questions[question] : "");
    byId("ask-buttons").replaceChildren(...(question ? answers[question]() : []));
  };

  return {
    /** @param {string[]} accepts @param {{ mode: string, reason: string, reward?: { given?: boolean } }} state */
    show(accepts, { mode, reason, reward: heard }) {
      const kinds = /** @type {Question[]} */ (Object.keys(questions));
      // Of an arm that does not move there is nothing to be said.
      const question = kinds.find((kind) => accepts.includes(kind) && (kind !== "reward" || mode === "running"));
      if (question !== "outcome") answered = false;
      ask(answered ? undefined : question);
      const more = { "confirm-reset": reason, outcome: "", reward: `The run hears: ${heard?.given ? "true" : "not true"}` };
      word(byId("ask-more"), open ? more[open] : "");
    },
    /** A word that the run did not take is asked for again. */
    refused: () => void (answered = false),
    reward,
    outcome,
  };
}
