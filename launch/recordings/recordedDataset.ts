import path from "node:path";
import { OnarmError } from "../../src/domain/errors.ts";
import { writeDataset } from "../../src/learning/dataset.ts";
import type { VerbContext } from "../cli.ts";
import { openDomain } from "../domains.ts";
import { commandLine, commit } from "../provenance.ts";
import { aimsIn, fromRecordings } from "./offline.ts";
import type { LabelSource } from "./labels.ts";

export interface RecordedFlags {
  readonly domain?: string;
  readonly from: readonly string[];
  readonly label: LabelSource;
  readonly labels?: string;
  readonly aim?: string;
  readonly with?: string;
}

/** The only domain whose recordings tell their scene: without one, a task cannot be named. */
const DOMAIN = "sawyer";

/** `onarm dataset --from`: recordings become a dataset folder. */
export async function recordedDataset(flags: RecordedFlags, context: VerbContext): Promise<Record<string, unknown>> {
  const { domain = DOMAIN, aim, ...rest } = flags;
  if (domain !== DOMAIN)
    throw new OnarmError(
      "usage.invalid",
      `dataset: --from takes recordings of an arm: leave --domain ${domain} out, or say --domain ${DOMAIN}`,
    );
  const { spec } = await openDomain(DOMAIN);
  const made = await fromRecordings(
    { ...rest, signal: context.signal, ...(aim === undefined ? {} : { aims: aimsIn(aim) }) },
    spec,
  );
  const directory = path.resolve(context.out ?? "out/dataset-recorded");
  for (const file of made.recordings)
    if (!path.relative(directory, file).startsWith(".."))
      throw new OnarmError(
        "usage.invalid",
        `dataset: --out ${context.out ?? directory} holds ${file}, and what is there is replaced; name another folder`,
      );
  for (const why of made.torn) context.log(`used up to where it is torn: ${why}`);
  const { tasks, episodes, base, added } = made;
  const before = base ? { success: base.manifest.success ?? 0, episodes: base.manifest.episodes } : { success: 0, episodes: 0 };
  const about = {
    tasks,
    episodesPerTask: Math.max(1, Math.floor(episodes.length / tasks.count)),
    behaviour: base ? `${base.manifest.behaviour}; recorded` : "recorded",
    success: (before.success * before.episodes + made.success * added) / episodes.length,
    provenance: { command: commandLine(), commit: commit(), seed: context.seed },
  };
  // The base's own episodes come first, so that what is said of them by number stays true.
  const dataset = await writeDataset(directory, spec, episodes, about, base?.shared);
  return {
    transitions: dataset.manifest.transitions,
    tasks: tasks.count,
    ownTasks: tasks.own!.length,
    episodes: episodes.length,
    added,
    success: dataset.manifest.success,
    leftOut: made.leftOut,
    shortened: made.shortened,
    torn: made.torn.length,
    file: directory,
    sha256: dataset.sha256,
  };
}
