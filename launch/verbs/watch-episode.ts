import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { Option } from "commander";
import { OnarmError } from "../../src/domain/errors.ts";
import { readBundle } from "../../src/policy/bundle.ts";
import { aimKinds } from "../../src/tasks/sawyer.ts";
import type { AimKind } from "../../src/tasks/sawyer.ts";
import { integer, type Verb, type VerbContext } from "../cli.ts";
import { filmOf } from "../watchEpisode/film.ts";
import type { Film } from "../watchEpisode/shots.ts";
import { strip, verdictOf } from "../watchEpisode/strip.ts";
import { tried } from "../watchEpisode/tried.ts";

interface Options {
  readonly episode?: number;
  readonly bundle?: string;
  readonly task?: number;
  readonly taskSeed: number;
  readonly moments: number;
  readonly aim?: AimKind;
}

interface Shown {
  readonly film: Film;
  readonly title: string;
  /** Where the picture lies unless it is told. */
  readonly place: string;
  readonly about: Readonly<Record<string, unknown>>;
}

const refuse = (text: string): never => {
  throw new OnarmError("usage.invalid", `watch-episode: ${text}`);
};

async function recorded(recording: string, { episode, bundle, task, aim }: Options): Promise<Shown> {
  if (bundle !== undefined || task !== undefined)
    refuse("--bundle and --task try an episode now; leave them out, or the recording");
  if (episode === undefined) throw refuse(`name an episode of ${recording} with --episode`);
  const file = path.resolve(recording);
  return {
    film: await filmOf(file, episode, aim),
    title: `${path.basename(file)}, episode ${episode}`,
    place: `${file.replace(/\.mcap$/, "")}.episode-${episode}.svg`,
    about: { episode },
  };
}

async function triedNow({ episode, bundle, task, taskSeed, aim }: Options, { seed, signal }: VerbContext): Promise<Shown> {
  if (bundle === undefined || task === undefined)
    throw refuse("name a recording and --episode, or a bundle and a held-out task to try now: --bundle out/bundle --task 3");
  if (episode !== undefined || aim !== undefined) refuse("--episode and --aim are of a recording; leave them out, or --bundle");
  const driving = await readBundle(path.resolve(bundle));
  return {
    film: await tried(driving, { taskSeed, task, seed, signal }),
    title: `held-out task ${task} of seed ${taskSeed}, bundle ${driving.hash.slice(0, 8)}`,
    place: path.resolve(`out/task-${taskSeed}-${task}.svg`),
    about: { task, taskSeed, bundle: driving.hash },
  };
}

export const verb: Verb<Options> = {
  name: "watch-episode",
  summary: "draw an episode of the arm as a strip of pictures: one that was recorded, or a held-out task tried now",
  options: (command) => {
    command
      .argument("[recording]", "a recording (.mcap); --out names the picture (default: RECORDING.episode-N.svg)")
      .option("--episode <n>", "which episode of the recording", integer())
      .option(
        "--bundle <dir>",
        "in place of a recording: the bundle that tries a held-out task on the embedded arm, as evaluate does",
      )
      .option("--task <n>", "with --bundle: number of the held-out task", integer({ max: 100_000 }))
      .option("--task-seed <s>", "with --bundle: which held-out tasks", integer(), 0)
      .option("--moments <n>", "how many moments, evenly spread from its beginning to its end", integer({ min: 2, max: 24 }), 8)
      .addOption(new Option("--aim <kind>", "what to judge it by, in place of what it was driven for").choices([...aimKinds]));
  },
  run: async (options, context) => {
    if (context.out !== undefined && !context.out.endsWith(".svg"))
      refuse(`--out ${context.out}: the picture is an SVG, which every browser opens; end the name in .svg`);
    const [recording] = context.args;
    const { film, title, place, about } =
      recording === undefined ? await triedNow(options, context) : await recorded(recording, options);
    const out = path.resolve(context.out ?? place);
    await mkdir(path.dirname(out), { recursive: true });
    await writeFile(out, strip(film, title, options.moments));
    const { shots, aim = null } = film;
    return {
      file: out,
      ...about,
      ...{ steps: shots.length - 1, seconds: shots.at(-1)!.at, aim, success: shots.at(-1)!.achieved ?? null },
      verdict: verdictOf(film),
    };
  },
};
