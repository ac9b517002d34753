import { z } from "zod";
import type { Channel } from "../../src/operator/foxglove/channel.ts";
import type { FaultView, PageState } from "../../src/operator/snapshot.ts";
import { foxgloveTime, jsonChannel } from "./encoding.ts";

// foxglove.Log: https://docs.foxglove.dev/docs/visualization/message-schemas/log
const log = z.object({
  timestamp: z.object({ sec: z.int(), nsec: z.int() }),
  level: z.int(),
  message: z.string(),
  name: z.string(),
  file: z.string(),
  line: z.int(),
});
const level = { info: 2, warn: 3, fault: 4 } as const;

const line = (time: bigint, severity: keyof typeof level, name: string, message: string) => ({
  time,
  message: { timestamp: foxgloveTime(time), level: level[severity], message, name, file: "", line: 0 },
});

function faultLine({ wall, level: severity, code, text, remedy }: FaultView, now: bigint) {
  const told = Date.parse(wall);
  const time = Number.isFinite(told) && told >= 0 ? BigInt(told) * 1_000_000n : now;
  return line(time, severity, code, remedy === undefined ? text : `${text} ${remedy}`);
}

const newest = (state: PageState | undefined) => state?.faults?.at(-1)?.n ?? -Infinity;
/** How grave a mode is; of the others a line is for information. */
const gravity: Readonly<Record<string, keyof typeof level>> = { stopped: "fault", holding: "warn" };

/** Faults and notices, each once, a newcomer all that the snapshot still holds; and every change of mode, or of its reason. */
export const logChannel = (): Channel =>
  jsonChannel({ topic: "/onarm/log", every: 0, lossy: false }, "foxglove.Log", log, ({ state, time }, told) => {
    const since = newest(told?.state);
    const faults = (state.faults ?? []).filter(({ n }) => n > since).map((fault) => faultLine(fault, time));
    const { mode, reason } = state;
    if (told && told.state.mode === mode && told.state.reason === reason) return faults;
    return [...faults, line(time, gravity[mode] ?? "info", "mode", `${mode}: ${reason}`)];
  });
