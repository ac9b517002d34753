import type { ExplorationBudget } from "../domain/arm.ts";
import type { Counters } from "../domain/control.ts";
import type { Mode } from "../domain/mode.ts";

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** What a run looks like at one moment. What is left out is left out of the text. */
export interface MetricsSnapshot {
  readonly arm: string;
  readonly mode: Mode["is"];
  readonly counters: Counters;
  readonly cadence?: { readonly periodMs: Percentiles; readonly stateAgeMs: Percentiles; readonly late: number };
  /** Of the freshest state, s. */
  readonly stateAge?: number;
  readonly holds?: number;
  readonly episodes?: number;
  readonly steps?: number;
  readonly recorder?: { readonly written: number; readonly dropped: number; readonly refused: number; readonly bytes: number };
  readonly exploration?: {
    readonly usage: { readonly contacts: number; readonly clamps: number; readonly metres: number; readonly seconds: number };
    readonly budget?: ExplorationBudget;
  };
  readonly telemetry?: {
    readonly connected: boolean;
    readonly connects: number;
    readonly waiting: number;
    readonly waitingBytes: number;
    readonly sent: number;
    readonly dropped: number;
    readonly commands: { readonly accepted: number; readonly refused: number };
  };
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

const modes = [
  "offline",
  "disabled",
  "idle",
  "running",
  "resetting",
  "manual",
  "holding",
  "stopped",
] as const satisfies readonly Mode["is"][];

const escaped = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
const number = (x: number) => (Number.isFinite(x) ? String(x) : Number.isNaN(x) ? "NaN" : x > 0 ? "+Inf" : "-Inf");
const labelled = (labels: Labels) => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
};

/** Prometheus' text exposition, version 0.0.4: SI units, one line a sample. Content type `text/plain; version=0.0.4`. */
export function metricsText(snapshot: MetricsSnapshot): string {
  const lines: string[] = [];
  const family = (type: "counter" | "gauge" | "summary", name: string, help: string, samples: readonly Sample[]) => {
    if (samples.length === 0) return;
    lines.push(`# HELP onarm_${name} ${help}`, `# TYPE onarm_${name} ${type}`);
    for (const [labels, value] of samples)
      lines.push(`onarm_${name}${labelled({ arm: snapshot.arm, ...labels })} ${number(value)}`);
  };
  const one = (value: number | undefined): Sample[] => (value === undefined ? [] : [[{}, value]]);
  const counter = (name: string, help: string, value: number | undefined) => family("counter", `${name}_total`, help, one(value));
  const gauge = (name: string, help: string, value: number | undefined) => family("gauge", name, help, one(value));
  const summary = (name: string, help: string, ms: Percentiles | undefined) =>
    family(
      "summary",
      name,
      help,
      ms
        ? [["0.5", ms.p50] as const, ["0.99", ms.p99] as const, ["0.999", ms.p999] as const, ["1", ms.max] as const].map(
            ([quantile, x]) => [{ quantile }, x / 1000],
          )
        : [],
    );

  const { counters, cadence, recorder, exploration, telemetry } = snapshot;
  family(
    "gauge",
    "mode",
    "1 for the mode control is in, 0 for the others.",
    modes.map((mode) => [{ mode }, Number(mode === snapshot.mode)]),
  );
  counter("ticks", "Periods of the control loop.", counters.ticks);
  counter("stops", "Protective stops.", counters.stops);
  counter("clamps", "Commands that were changed to keep a limit.", counters.clamps);
  counter(
    "states_dropped",
    "States and scenes refused for their stamp, and commands that found a send in flight.",
    counters.dropped,
  );
  counter("holds", "Times the arm was held.", snapshot.holds);
  counter("episodes", "Episodes that ended.", snapshot.episodes);
  counter("steps", "Steps of the policy.", snapshot.steps);
  summary("period_seconds", "From one tick to the next, since the start.", cadence?.periodMs);
  counter("late_periods", "Ticks that came more than half a period late.", cadence?.late);
  summary("state_age_seconds", "Age of the arm's state when a tick used it, since the start.", cadence?.stateAgeMs);
  gauge("state_age_now_seconds", "Age of the freshest state.", snapshot.stateAge);
  family(
    "counter",
    "recorder_records_total",
    "Records offered to the recorder, by what became of them.",
    recorder ? (["written", "dropped", "refused"] as const).map((outcome) => [{ outcome }, recorder[outcome]]) : [],
  );
  counter("recorder_bytes", "Bytes of the recording.", recorder?.bytes);

  const { usage, budget } = exploration ?? {};
  const spent = usage && { contacts: usage.contacts, clamps: usage.clamps, metres: usage.metres, minutes: usage.seconds / 60 };
  const names = ["contacts", "clamps", "metres", "minutes"] as const;
  family(
    "gauge",
    "exploration_spent",
    "Spent on exploring in this session, in the budget's own unit.",
    spent ? names.map((name) => [{ budget: name }, spent[name]]) : [],
  );
  family(
    "gauge",
    "exploration_budget",
    "What a session may spend on exploring.",
    budget ? names.map((name) => [{ budget: name }, budget[name]]) : [],
  );

  gauge("telemetry_connected", "1 while the broker is there.", telemetry && Number(telemetry.connected));
  counter("telemetry_connects", "Connections to the broker.", telemetry?.connects);
  gauge("telemetry_waiting_messages", "Summaries and faults that the broker has not got yet.", telemetry?.waiting);
  gauge("telemetry_waiting_bytes", "Bytes of those.", telemetry?.waitingBytes);
  counter("telemetry_sent_messages", "Summaries and faults that the broker has.", telemetry?.sent);
  counter("telemetry_dropped_messages", "Summaries and faults given up for want of room.", telemetry?.dropped);
  family(
    "counter",
    "telemetry_commands_total",
    "Commands from afar, by what became of them.",
    telemetry ? (["accepted", "refused"] as const).map((outcome) => [{ outcome }, telemetry.commands[outcome]]) : [],
  );
  return `${lines.join("\n")}\n`;
}
