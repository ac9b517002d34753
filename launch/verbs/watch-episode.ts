import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Option } from "commander";
import { OnarmError } from "../../src/domain/errors.ts";
import { aimKinds } from "../../src/tasks/ownTasks.ts";
import type { AimKind } from "../../src/tasks/sawyer.ts";
import { integer, type Verb } from "../cli.ts";
import { filmOf } from "../watchEpisode/film.ts";
import { strip, verdictOf } from "../watchEpisode/strip.ts";

interface Options {
  readonly episode: number;
  readonly moments: number;
  readonly aim?: AimKind;
}

export const verb: Verb<Options> = {
  name: "watch-episode",
  summary: "draw one recorded episode of the arm as a strip of pictures",
  options: (command) => {
    command
      .argument("<recording>", "a recording (.mcap); --out names the picture (default: RECORDING.episode-N.svg)")
      .requiredOption("--episode <n>", "which episode", integer())
      .option("--moments <n>", "how many moments, evenly spread from its beginning to its end", integer({ min: 2, max: 24 }), 8)
      .addOption(new Option("--aim <kind>", "what to judge it by, in place of what it was driven for").choices([...aimKinds]));
  },
  run: async ({ episode, moments, aim }, context) => {
    const file = path.resolve(context.args[0]!);
    const out = path.resolve(context.out ?? `${file.replace(/\.mcap$/, "")}.episode-${episode}.svg`);
    if (!out.endsWith(".svg"))
      throw new OnarmError(
        "usage.invalid",
        `watch-episode: --out ${context.out}: the picture is an SVG, which every browser opens; end the name in .svg`,
      );
    const film = await filmOf(file, episode, aim);
    const title = `${path.basename(file)}, episode ${episode}`;
    await writeFile(out, strip(film, title, moments));
    const { shots } = film;
    return {
      file: out,
      episode,
      steps: shots.length - 1,
      seconds: shots.at(-1)!.at,
      aim: film.aim ?? null,
      success: shots.at(-1)!.achieved ?? null,
      verdict: verdictOf(film),
    };
  },
};
