/**
 * Preloaded into every process of a run (`NODE_OPTIONS=--import ...`): whoever computes a real reward of the point domain, or asks its
 * environment for the reward or the outcome of an episode, gets an error instead. The sources are changed as they are loaded; where
 * they no longer look as they did, the run ends at once, so that the spy cannot go blind unnoticed.
 */
import { register } from "node:module";

const traps = {
  "/src/tasks/point.ts": [
    ["export const pointReward = [^=]*=> \\{", " robbed();"],
    ["export const pointSuccess = [^=]*=>", " robbed() ??"],
  ],
  "/sim/point.ts": [
    ["reward: \\(\\) =>", " robbed() ??"],
    ["outcome: \\(\\) =>", " robbed() ??"],
  ],
};

const hooks = `
  const traps = ${JSON.stringify(traps)};
  export async function load(url, context, nextLoad) {
    const loaded = await nextLoad(url, context);
    const file = Object.keys(traps).find((name) => url.split("?")[0].endsWith(name));
    if (file === undefined) return loaded;
    let source = String(loaded.source);
    for (const [pattern, trap] of traps[file]) {
      if (!new RegExp(pattern).test(source)) throw new Error("the spy does not find " + pattern + " in " + file);
      source = source.replace(new RegExp(pattern), (found) => found + trap);
    }
    return { ...loaded, source: source + 'function robbed(): never { throw new Error("a real reward was read"); }' };
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
