import { byId } from "./dom.js";
import { spaceTypes, typesText } from "./noteField.js";

/**
 * The keyboard. Space stops wherever the focus is, and never presses the focused button as well; where text is written a single space between letters is one.
 * @param {{ stop(): void, reward: { begin(): void, end(): void }, outcome(success: boolean): void, leave(): boolean }} deeds `leave`: whether there was something to leave
 */
export function keyboard({ stop, reward, outcome, leave }) {
  const opener = byId("help-open");
  const help = (/** @type {boolean} */ open) => {
    byId("help").hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) byId("help-close").focus();
  };
  opener.onclick = () => help(byId("help").hidden);
  byId("help-close").onclick = () => {
    help(false);
    opener.focus();
  };
  let stops = false;

  addEventListener(
    "keydown",
    (event) => {
      if (event.code === "Space") {
        if (spaceTypes(event)) return;
        event.preventDefault();
        event.stopPropagation();
        // Once for a key that is held down, and for every press: its end may go unheard.
        if (!event.repeat || !stops) stop();
        stops = true;
        return;
      }
      const { code, key, repeat, ctrlKey, metaKey, altKey, target } = event;
      if (repeat || ctrlKey || metaKey || altKey || typesText(target)) return;
      if (key === "Escape" && !leave()) help(false);
      if (key === "?") help(byId("help").hidden);
      if (code === "KeyR") reward.begin();
      if (code === "KeyY") outcome(true);
      if (code === "KeyN") outcome(false);
    },
    { capture: true },
  );
  addEventListener(
    "keyup",
    (event) => {
      if (event.code === "KeyR") reward.end();
      if (event.code !== "Space") return;
      stops = false;
      // A button is pressed when space is let go.
      if (!typesText(event.target)) event.preventDefault();
    },
    { capture: true },
  );
}
