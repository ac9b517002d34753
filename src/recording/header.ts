import { z } from "zod";
import type { RecordingHeader } from "./records.ts";

/** Name of the MCAP metadata record that makes a file a recording of ours, and the version of what is inside. */
export const headerName = "onarm";
const format = "1";

const text = z.object({
  format: z.literal(format),
  arm: z.string(),
  domain: z.string(),
  config: z.string(),
  bundle: z.string(),
  calibration: z.string(),
  commit: z.string(),
  seed: z.coerce.number(),
  wallOffset: z.coerce.number(),
});

export const headerMetadata = (header: RecordingHeader): Map<string, string> =>
  new Map(Object.entries({ format, ...header }).map(([key, value]) => [key, String(value)]));

/** The header, or undefined when this is not one or is of a version we do not know. */
export function parseHeader(metadata: ReadonlyMap<string, string>): RecordingHeader | undefined {
  const { success, data } = text.safeParse(Object.fromEntries(metadata));
  if (!success) return undefined;
  const { format: _, ...header } = data;
  return header;
}
