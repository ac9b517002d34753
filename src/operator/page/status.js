import { byId, html, mark, word } from "./dom.js";
import { sentences } from "./words.js";

/** What moves the arm in each mode, in words. */
const drivers = {
  running: "the policy drives",
  resetting: "the arm sets the scene out",
  manual: "a person drives by hand",
  holding: "nothing moves: on hold",
  idle: "nothing moves: waiting",
  stopped: "nothing moves: stopped",
  disabled: "nothing moves: disabled",
};

const signs = { running: "▶", resetting: "▶", holding: "❚❚", stopped: "■" };

/** ms for which the answer to a command stays. */
const NOTE_MS = 6000;

let reasonShown = "";
let noted = 0;

/** Mode, and why: of several sentences the first one says what is, the last what to do. @param {{ mode: string, reason: string }} state */
export function showMode({ mode, reason }) {
  mark(document.body, "data-mode", mode);
  word(byId("mode"), mode);
  // Seen in the row of tabs while another one is looked at.
  const title = `${signs[/** @type {keyof typeof signs} */ (mode)] ?? "●"} ${mode} · onarm`;
  if (document.title !== title) document.title = title;
  word(byId("driver"), drivers[/** @type {keyof typeof drivers} */ (mode)] ?? "");
  if (reason === reasonShown) return;
  reasonShown = reason;
  const said = sentences(reason);
  // What happened, why that stops an arm, and what to do: as every stop explains itself.
  const [what = "", why = "", ...remedy] = said;
  const shown = [html("span", "what", what), html("span", "why", why), html("span", "remedy", remedy.join(" "))];
  byId("reason").replaceChildren(...shown.filter(({ textContent }) => textContent).flatMap((one) => [one, " "]));
}

const silent = "the stop button does not reach the arm: use the arm's own stop.";

/** @param {string} link @param {string} banner @param {string} status */
function say(link, banner, status) {
  mark(document.body, "data-link", status);
  word(byId("link"), link);
  byId("banner").hidden = banner === "";
  word(byId("banner"), banner);
}

/** Whether the run is heard, in the header and in a banner where it is not. @param {() => boolean} drawn whether something was shown that may be old by now */
export function linkStatus(drawn) {
  let refused = 0;
  /** @param {string} status @param {number} age of what is shown, s */
  return (status, age) => {
    refused = status === "refused" ? refused + 1 : 0;
    if (status === "up") say("live", "", "up");
    else if (status === "ended") say("ended", "The run has ended. What you see is its last word.", "ended");
    else if (status === "lost")
      say("lost", `Link lost.${drawn() ? ` What you see is ${age.toFixed(0)} s old, and` : ""} ${silent}`, "lost");
    // Once may be a link that opens once and was used: the session is tried next.
    else if (refused > 1)
      say(
        "refused",
        "No link: the run has ended, or this address lacks its token. Open the link that the program printed.",
        "lost",
      );
  };
}

/** What came of a command, for a while. @param {string} text */
export function note(text) {
  word(byId("note"), text);
  clearTimeout(noted);
  noted = window.setTimeout(() => word(byId("note"), ""), NOTE_MS);
}

/** A message had no link to go by. @param {object} message */
export function notSent(message) {
  const stop = "type" in message && message.type === "stop";
  byId("banner").hidden = false;
  word(byId("banner"), `Not sent: there is no link. ${stop ? "Use the arm's own stop." : "Nothing was queued."}`);
}
