const svgNamespace = "http://www.w3.org/2000/svg";

/** @param {string} id */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} name @param {Record<string, string | number>} [attributes] @param {string} [text] */
export function svg(name, attributes = {}, text) {
  const element = document.createElementNS(svgNamespace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

/** @param {string} name @param {string} [className] @param {string} [text] */
export function html(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** @param {string} label @param {() => void} [press] @param {string} [className] */
export function button(label, press, className) {
  const element = /** @type {HTMLButtonElement} */ (html("button", className, label));
  element.type = "button";
  if (press) element.onclick = press;
  return element;
}

// A page that is watched for an hour at 30 Hz touches only what changed: whatever is written again is laid out again.

/** @param {Element} element @param {string} text */
export function word(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** An attribute; undefined takes it away. @param {Element} element @param {string} name @param {string | number | undefined} value */
export function mark(element, name, value) {
  if (value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/** Runs `show` only for another object than the last one. @template T @param {(value: T) => void} show @returns {(value: T) => void} */
export function once(show) {
  /** @type {T | undefined} */
  let last;
  return (value) => {
    if (value === last) return;
    last = value;
    show(value);
  };
}

/**
 * A list whose rows keep their elements, and so their focus, for as long as their key is listed.
 * @template T
 * @param {Element} parent @param {(item: T) => string | number} keyOf
 * @param {(item: T) => { root: Element, show(item: T): void }} make
 * @returns {(items: readonly T[]) => void}
 */
export function rows(parent, keyOf, make) {
  /** @type {Map<string | number, { root: Element, show(item: T): void }>} */
  let known = new Map();
  return (items) => {
    const next = new Map(items.map((item) => [keyOf(item), known.get(keyOf(item)) ?? make(item)]));
    for (const [key, { root }] of known) if (!next.has(key)) root.remove();
    known = next;
    items.forEach((item, i) => {
      const row = next.get(keyOf(item));
      if (!row) return;
      row.show(item);
      if (parent.children[i] !== row.root) parent.insertBefore(row.root, parent.children[i] ?? null);
    });
  };
}
