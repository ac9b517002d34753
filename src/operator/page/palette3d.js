import { Color } from "three";

/** Colours of the picture, as scene.css has them for day and for night. */
const names = /** @type {const} */ ({
  limb: "--arm-limb",
  hand: "--arm-hand",
  base: "--arm-hand",
  seam: "--arm-seam",
  stand: "--arm-stand",
  aside: "--arm-aside",
  ghost: "--ghost",
  path: "--accent",
  pale: "--table",
  table: "--table",
  drawer: "--drawer-wood",
  front: "--drawer",
  bar: "--bar",
  button: "--button",
  housing: "--housing",
  locker: "--locker",
  tray: "--tray",
  block: "--block",
  goal: "--good",
  allowed: "--accent",
  forbidden: "--stop",
});
/** @typedef {keyof typeof names} Paint */
/** @typedef {ReturnType<typeof palette>} Palette */

/** Colours that follow the theme: whatever was dyed is dyed anew by `read`. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const colours = /** @type {Record<Paint, Color>} */ (Object.fromEntries(Object.keys(names).map((name) => [name, new Color()])));
  /** @type {Map<{ color: Color }, Paint>} */
  const dyed = new Map();
  const read = () => {
    for (const [name, property] of Object.entries(names))
      colours[/** @type {Paint} */ (name)].set(style.getPropertyValue(property).trim() || "#808080");
    for (const [material, name] of dyed) material.color.copy(colours[name]);
  };
  read();
  return {
    colours,
    read,
    /** @template {{ color: Color }} M @param {Paint} name @param {M} material @returns {M} */
    dye(name, material) {
      material.color.copy(colours[name]);
      dyed.set(material, name);
      return material;
    },
  };
}
