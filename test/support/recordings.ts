import fc from "fast-check";
import { readRecording } from "../../src/recording/read.ts";
import { openRecorder, type RecorderOptions } from "../../src/recording/recorder.ts";
import { THINGS } from "../../src/domain/scene.ts";
import { seconds } from "../../src/domain/units.ts";
import { memoryDisk } from "./memoryDisk.ts";
import type { EventRecord, Recorded, RecordingHeader } from "../../src/recording/records.ts";

export const header: RecordingHeader = {
  arm: "twin",
  domain: "sawyer",
  config: "c0ffee",
  bundle: "b00c",
  calibration: "none",
  seed: 7,
  commit: "0123abc",
  wallOffset: 1_700_000_000.25,
};

const joints = ["j0", "j1"];

/** A joint state at `at`; its first number is `at` again, to be recognised by. */
export const jointState = (at: number): Recorded => ({
  channel: "/joint_states",
  at: seconds(at),
  name: joints,
  position: [at, 1],
  velocity: [0, -1],
  effort: [0.5, NaN],
});

export const event = (at: number, text = "something"): EventRecord => ({
  channel: "/onarm/event",
  at: seconds(at),
  level: "info",
  code: "test",
  text,
});

export const stopped = (at: number, cause: string): Recorded => ({
  channel: "/onarm/mode",
  at: seconds(at),
  mode: { is: "stopped", cause },
});

/** The bytes of a recording of these records; with `chunkBytes` given, every record in a chunk of its own. */
export async function recorded(records: readonly Recorded[], options: RecorderOptions = {}): Promise<Uint8Array> {
  const disk = memoryDisk();
  const recorder = await openRecorder("memory", header, { create: disk.create, ...options });
  for (const record of records) {
    recorder.write(record);
    if (options.chunkBytes !== undefined) await recorder.flush();
  }
  await recorder.close();
  return disk.bytes();
}

/** What can be read, and the error that ended it. */
export async function readAll(path: string): Promise<{ records: Recorded[]; error?: unknown }> {
  const records: Recorded[] = [];
  try {
    for await (const record of readRecording(path)) records.push(record);
    return { records };
  } catch (error) {
    return { records, error };
  }
}

/** Where the data section ends: the head of the DataEnd record. */
export const dataEnd = (bytes: Uint8Array): number => Buffer.from(bytes).indexOf(Buffer.from("0f0400000000000000", "hex"));
/** Where the first chunk begins, which follows the header's metadata. */
export const firstChunk = (bytes: Uint8Array): number => {
  const commit = Buffer.from(bytes).indexOf("wallOffset");
  return Buffer.from(bytes).indexOf(6, commit + 10);
};

export const failure = (job: Promise<unknown>): Promise<unknown> =>
  job.then(
    () => undefined,
    (error: unknown) => error,
  );

// JSON knows no negative zero; nothing recorded as JSON depends on its sign.
const unsigned = (x: number) => (x === 0 ? 0 : x);
const number = fc.double().map(unsigned);
const float32s = fc.array(fc.float().map(unsigned), { maxLength: 8 }).map((values) => Float32Array.from(values));
const at = fc.integer({ min: 0, max: 1e9 }).map((us) => seconds(us / 1e6));
const count = fc.nat(1e6);
const text = fc.string({ unit: "grapheme" });
// The parser drops a key that would name a prototype.
const key = text.filter((name) => name !== "__proto__");
const command = fc.record({
  kind: fc.constantFrom("position" as const, "velocity" as const),
  value: fc.array(number),
  period: number,
});
const optional = <K extends string, T>(key: K, value: fc.Arbitrary<T>): fc.Arbitrary<{ [P in K]?: T }> =>
  fc.oneof(fc.constant({}), fc.record({ [key]: value } as Record<K, fc.Arbitrary<T>>)) as fc.Arbitrary<{ [P in K]?: T }>;
const sentCommand = fc
  .tuple(command, optional("acceleration", fc.array(number)))
  .map(([plain, extra]) => ({ ...plain, ...extra }));
const anyVerdict = fc.oneof(
  fc.record({ kind: fc.constant("pass" as const), command }),
  fc.record({ kind: fc.constant("clamp" as const), command, joints: fc.array(fc.nat(6)), reason: text }),
  fc.record({ kind: fc.constant("stop" as const), reason: fc.constantFrom("not-finite" as const, "workspace" as const) }),
);
const place = fc.array(number, { minLength: 3, maxLength: 3 });
const slides = fc.record({ position: place, opens: place, travel: number });
const stands = fc.record({ position: place });
const anyScene = fc.record(
  Object.fromEntries(THINGS.map((name) => [name, name === "drawer" || name === "locker" ? slides : stands])),
  { requiredKeys: [] },
);
const provenance = { config: text, bundle: text, calibration: text, seed: fc.integer(), commit: text };

/** Any record of each channel. Built as plain data, so the casts only give branded units back. */
export const anyRecord: Record<Recorded["channel"], fc.Arbitrary<Recorded>> = {
  "/joint_states": fc.record({
    channel: fc.constant("/joint_states" as const),
    at,
    name: fc.array(fc.string({ unit: "grapheme-ascii" })), // CDR strings are bytes, and names of joints are ASCII
    position: fc.array(fc.double()),
    velocity: fc.array(fc.double()),
    effort: fc.array(fc.double()),
  }),
  "/onarm/sensed": fc
    .tuple(
      fc.record({ channel: fc.constant("/onarm/sensed" as const), at }),
      optional("wrench", fc.array(number, { minLength: 6, maxLength: 6 })),
      optional("collision", fc.boolean()),
      optional("tip", fc.array(number, { minLength: 3, maxLength: 3 })),
      optional("heard", at),
    )
    .map((parts) => Object.assign({}, ...parts) as Recorded),
  "/onarm/verdict": fc
    .tuple(
      fc.record({
        channel: fc.constant("/onarm/verdict" as const),
        at,
        asked: command,
        verdict: anyVerdict,
      }),
      optional("state", at),
      optional("previous", sentCommand),
      optional("by", fc.constantFrom("driving" as const, "easing" as const, "recovering" as const)),
    )
    .map((parts) => Object.assign({}, ...parts) as Recorded),
  "/onarm/mode": fc.record({
    channel: fc.constant("/onarm/mode" as const),
    at,
    mode: fc.oneof(
      fc.record({ is: fc.constantFrom("offline" as const, "idle" as const, "running" as const) }),
      fc.record({
        is: fc.constant("holding" as const),
        cause: text,
        from: fc.constantFrom("running" as const, "resetting" as const),
      }),
      fc.record({ is: fc.constant("stopped" as const), cause: text }),
    ),
  }),
  "/onarm/episode": fc.oneof(
    fc
      .tuple(
        fc.record({
          channel: fc.constant("/onarm/episode" as const),
          phase: fc.constant("begin" as const),
          at,
          episode: count,
          task: count,
          policyVersion: count,
          ...provenance,
        }),
        optional("scene", anyScene),
        optional("aim", text),
        optional("fields", text),
      )
      .map((parts) => Object.assign({}, ...parts) as Recorded),
    fc
      .tuple(
        fc.record({
          channel: fc.constant("/onarm/episode" as const),
          phase: fc.constant("end" as const),
          at,
          episode: count,
          steps: count,
          last: float32s,
          terminated: fc.boolean(),
          human: fc.boolean(),
          stops: count,
          clamps: count,
        }),
        optional("success", fc.boolean()),
      )
      .map(([end, success]) => ({ ...end, ...success })),
  ),
  "/onarm/transition": fc
    .tuple(
      fc.record({
        channel: fc.constant("/onarm/transition" as const),
        at,
        episode: count,
        step: count,
        observation: float32s,
        action: float32s,
      }),
      optional("sent", command),
    )
    .map(([transition, sent]) => ({ ...transition, ...sent })) as fc.Arbitrary<unknown> as fc.Arbitrary<Recorded>,
  "/onarm/label": fc.record({
    channel: fc.constant("/onarm/label" as const),
    at,
    episode: count,
    reward: float32s,
    source: fc.constantFrom("environment" as const, "decoded" as const, "person" as const),
  }),
  "/onarm/event": fc
    .tuple(
      fc.record({
        channel: fc.constant("/onarm/event" as const),
        at,
        level: fc.constantFrom("info" as const, "warn" as const, "fault" as const),
        code: text,
        text,
      }),
      optional("detail", fc.dictionary(key, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)))),
    )
    .map(([plain, detail]) => ({ ...plain, ...detail })),
};
