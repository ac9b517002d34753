import { button, html } from "./dom.js";

/** ms without a key after which a field gives the keyboard back: the space key is the stop again. */
const PATIENCE = 10_000;

/**
 * True where a space is meant as a letter: one, between letters, in a field that says so. A space at its beginning, a second one in a row and one that is held
 * down are somebody's fist: they stop the arm.
 * @param {KeyboardEvent} event
 */
export function spaceTypes({ target, repeat, isComposing }) {
  if (!(target instanceof HTMLInputElement) || target.type !== "text") return false;
  if (isComposing) return true;
  const before = target.value.slice(0, target.selectionStart ?? 0);
  return !repeat && before !== "" && !before.endsWith(" ");
}

/** True where keys are letters. @param {EventTarget | null} target */
export const typesText = (target) => target instanceof HTMLInputElement && target.type === "text";

/**
 * A line to write in. Enter saves, Escape leaves.
 * @param {string} label @param {(text: string) => boolean} save whether it was sent @param {() => void} left gets the focus back
 */
export function noteField(label, save, left) {
  const root = html("form", "note-field");
  const input = /** @type {HTMLInputElement} */ (html("input"));
  Object.assign(input, { type: "text", maxLength: 200, autocomplete: "off" });
  input.setAttribute("aria-label", label);
  const saves = button("Save");
  saves.type = "submit";
  const hint = html("p", "hint", "Enter saves, Esc leaves. One space types; two in a row, or one held down, stop the arm.");
  hint.id = `hint-${label.replaceAll(" ", "-")}`;
  input.setAttribute("aria-describedby", hint.id);
  root.append(
    input,
    saves,
    button("Leave", () => close()),
    hint,
  );
  let timer = 0;

  const close = () => {
    clearTimeout(timer);
    root.remove();
    left();
  };
  const wait = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => input.blur(), PATIENCE);
  };
  root.onsubmit = (event) => {
    event.preventDefault();
    if (save(input.value.trim())) close();
  };
  root.onkeydown = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  };
  input.oninput = input.onfocus = wait;
  return {
    /** Opens it at the end of an element. @param {Element} at @param {string} text */
    open(at, text) {
      if (!root.isConnected) input.value = text;
      at.append(root);
      input.focus();
    },
  };
}
