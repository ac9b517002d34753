import type { Estimate } from "./bootstrap.ts";
import type { Compute } from "./compute.ts";
import type { StudyConfig, Variant } from "./plan.ts";
import type { Ends, VariantSummary } from "./summary.ts";

export interface Reported {
  readonly study: StudyConfig;
  readonly variants: readonly Variant[];
  readonly summaries: Readonly<Record<string, VariantSummary>>;
  readonly ends: (Ends & { readonly blindFrom: string }) | undefined;
  readonly compute: Compute;
  readonly command: string;
  /** Seeds that were asked for and are not here yet. */
  readonly missing: readonly number[];
  readonly commits: readonly string[];
  readonly machine: string;
  readonly figures: readonly string[];
}

const round = (x: number | undefined, digits = 2) => (x !== undefined && Number.isFinite(x) ? x.toFixed(digits) : "-");
const withInterval = (e: Estimate | undefined) => (e ? `${round(e.mean)} [${round(e.ci95[0])}, ${round(e.ci95[1])}]` : "-");
const withIqm = (e: Estimate | undefined) => (e ? `${round(e.iqm)} [${round(e.iqmCi95[0])}, ${round(e.iqmCi95[1])}]` : "-");
const percent = (x: number | null) => (x !== null && Number.isFinite(x) ? `${Math.round(100 * x)} %` : "-");

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const SECOND: Readonly<Record<string, string>> = {
  self: "practice without rewards",
  "true-rewards": "practice with true rewards",
  "offline-only": "as many updates on the offline data alone",
  "random-labels": "practice, labels from a random task's history",
};
const secondOf = ({ second }: Variant, study: StudyConfig) =>
  second === null
    ? "none: after = before"
    : (SECOND[second] ??
      `fine-tuning with true rewards on each of the first ${study.fineTuneTasks} tasks, ${study.rounds} rounds`);

/** The study in words and tables, as Markdown. */
export function reportOf({
  study,
  variants,
  summaries,
  ends,
  compute,
  command,
  missing,
  commits,
  machine,
  figures,
}: Reported): string {
  const rows = (cells: (summary: VariantSummary, variant: Variant) => readonly string[]) =>
    variants.map((variant) => [variant.name, ...cells(summaries[variant.name]!, variant)]);
  const gain = summaries["smac"]?.gain.mean;
  const parts = [
    `# Study: ${variants
      .filter((v) => v.name === v.algo)
      .map((v) => v.name)
      .join(", ")} on ${study.domain}`,
    `Seeds ${study.seeds.join(", ")}; ${study.trainTasks} training tasks x ${study.episodes} episodes${study.dataset ? ` (given data, sha-256 ${study.dataset.slice(0, 12)}, for every seed)` : ""}, ${study.updates} offline updates${Object.entries(
      study.updatesOf,
    )
      .map(([algo, n]) => ` (${algo}: ${n})`)
      .join("")}, ${study.steps} steps of the second phase, ` +
      `preset \`${study.preset}\`, ${study.tasks} held-out test tasks (task seed ${study.taskSeed}). ` +
      "The score is the return of the episode after the explorations. Means and interquartile means over seeds and tasks; in brackets 95 % intervals by a bootstrap of both" +
      `${study.seeds.length === 1 ? " (of the tasks alone: one seed says nothing of others)" : ""}. Before: after the offline phase. After: after the second.`,
    ...(missing.length
      ? [`**Unfinished**: seeds ${missing.join(", ")} are not here yet; the command below goes on with them.`]
      : []),
    `\`\`\`\n${command}\n\`\`\``,
    "## Return",
    table(
      [
        "algorithm",
        "second phase",
        "own context before",
        "own context after",
        "offline context before",
        "offline context after",
        "no context before",
      ],
      rows(({ before, after }, variant) => [
        secondOf(variant, study),
        withInterval(before.own),
        variant.second ? `**${withInterval(after.own)}**` : "-",
        withInterval(before.offline),
        variant.second ? withInterval(after.offline) : "-",
        withInterval(before.none),
      ]),
    ),
    table(
      ["algorithm", "interquartile mean, own before", "own after", "own after - own before (paired)"],
      rows(({ before, after, gain: g }, { second }) => [
        withIqm(before.own),
        second ? withIqm(after.own) : "-",
        second ? withInterval(g) : "-",
      ]),
    ),
    table(
      ["own context before -> after", ...study.seeds.map((seed) => `seed ${seed}`)],
      rows(({ seeds }, { second }) =>
        seeds.before.map((before, i) => (second ? `${round(before)} -> ${round(seeds.after[i])}` : round(before))),
      ),
    ),
    "## What the second phase buys",
    ends
      ? `Scale: 0 is a context-blind policy (${ends.blindFrom}: ${round(ends.blind)}), 1 the oracle (SMAC's own second phase with true rewards: ${round(ends.oracle)}).`
      : "Without both a context-blind policy and the oracle among the algorithms there is no scale to tell shares on.",
    table(
      [
        "algorithm",
        "(own after - blind) / (oracle - blind)",
        "offline - own context, before -> after",
        "share of that gap left",
        "share of smac's gain",
      ],
      rows(({ share, gap, gain: g }, { name, algo }) => [
        percent(share),
        gap ? `${round(gap.before)} -> ${round(gap.after)}` : "-",
        percent(gap?.left ?? null),
        name !== algo && gain ? percent(g.mean / gain) : "-",
      ]),
    ),
    "## Beliefs and labels",
    table(
      [
        "algorithm",
        "KL(q \\|\\| p) own, before -> after (nats)",
        "offline, before -> after",
        "normalised shift, before -> after",
        "decoder on held-out data, mean (least of a seed)",
      ],
      rows(({ shift, decoder }) => {
        const pair = (of: (s: NonNullable<VariantSummary["shift"]>["before"]) => number) =>
          shift ? `${round(of(shift.before))} -> ${round(of(shift.after))}` : "-";
        return [
          pair((s) => s.klOwn),
          pair((s) => s.klOffline),
          pair((s) => s.normalised),
          decoder ? `${decoder.measure === "r2" ? "R2" : "AUC"} ${round(decoder.mean, 3)} (${round(decoder.least, 3)})` : "-",
        ];
      }),
    ),
    ...(figures.length
      ? ["## Figures", figures.map((file) => `![${file.replace(/^.*\/|\.svg$/g, "")}](${file})`).join("\n\n")]
      : []),
    "## Compute",
    table(
      ["algorithm (all seeds)", "updates", "steps in the environment", "core-seconds"],
      rows(({ compute: c }) => [String(c.updates), String(c.steps), c.coreSeconds === null ? "-" : c.coreSeconds.toFixed(0)]),
    ),
    `A control shares SMAC's offline phase, which is counted in each row. Together, everything once: ${compute.updates} updates, ${compute.steps} steps, ` +
      `${compute.coreSeconds === null ? "core-seconds unknown on this system" : `${compute.coreSeconds.toFixed(0)} core-seconds`}, meta-tests and learning curves included in the time.`,
    `Machine: ${machine}. Commit${commits.length > 1 ? "s" : ""}: ${commits.join(", ")}.`,
  ];
  return parts.join("\n\n") + "\n";
}
